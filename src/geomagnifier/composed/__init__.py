"""Questions whose answer is composed of what was found: counted, measured, compared, filtered.

question -> english, chinese -> program -> (the search for its classes) -> evaluation -> value,
unit, regions -> saying
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from geomagnifier.composed import english_parser
from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_phrases import UNITS as UNITS_ZH
from geomagnifier.composed.placeholders import MASS, UNITS, Lexicon, normalized, plural, unit_of
from geomagnifier.composed.unread_words import leftovers, remark, without_size
from geomagnifier.language import chinese_text, one_object, unsupported
from geomagnifier.results import GeneratedText
from geomagnifier.types import Granularity, ModelSpec


@dataclass(frozen=True)
class Understood:
    """A composed question after parsing."""

    program: p.Program
    """What the question asks."""
    kinds: tuple[str, ...]
    """The classes to look for; empty where all is about the last answer's regions."""
    looked: Granularity
    """How closely the scene is searched."""
    level: Granularity
    """Of the answer; masks that only tell places are not part of it."""
    language: Literal["en", "zh"]
    """Of the question."""
    passed: tuple[str, ...] = ()
    """Scene classes that the question names as places ("the airport") and no object class is; the
    answer says that they were not looked for.
    """

    @property
    def refers(self) -> bool:
        """Whether it is about the regions of the last answer."""
        return p.refers(self.program)


def understood(question: str, spec: ModelSpec, referring: bool = False) -> Understood | None:
    """How a composed question is read.

    None where a word of it finds no place, or nothing is composed.

    Args:
        question: plain words.
        spec: of the model: its classes, and how people call them. A model that lists no classes
            composes nothing.
        referring: whether "them" has something to refer to.
    """
    if not spec.kinds:
        return None
    words = lexicon(spec)
    asked = chinese_text.without_order(question)
    zh = chinese_text.chinese(question) or chinese_text.ordered(question)
    if chinese_text.chinese(asked):
        # its patterns take a tenth of a second to compile, which other questions need not wait for
        from geomagnifier.composed import chinese_parser

        program, passed = chinese_parser.read_all(asked, words)
    else:
        program, passed = english_parser.read(asked, words), ()
    if program is None or (p.refers(program) and not referring):
        return None
    if isinstance(program, p.Chosen) and program.of == p.Select(words.every):  # "all objects"
        return None
    if not zh and _one_by_place(program, asked):
        return None  # "the court on the right"
    if any(
        isinstance(part, p.Share) and part.whole and set(part.whole.kinds) - set(words.objects)
        for part in p.parts(program)
    ):
        return None  # a share of the pieces of land cover is none of its area
    kinds = p.kinds(program)
    masks = p.outlined(program)
    looked = Granularity.PIXEL if masks else Granularity.REGION
    level = Granularity.PIXEL if masks and p.shown(program) else Granularity.REGION
    return Understood(program, kinds, looked, level, "zh" if zh else "en", passed)


def _one_by_place(program: p.Program, question: str) -> bool:
    """Whether one object is meant by its place alone, or some by that of the last answer's regions.

    The model itself chooses the one; a conversation looks around the others.
    """
    return (
        isinstance(program, p.Chosen)
        and (len(program.of.kinds) == 1 or program.of.them)
        and program.of.rank is None
        and all(
            isinstance(test, p.Place | p.Related)
            and test != p.Place("edge")
            and not (isinstance(test, p.Related) and (test.within or test.way in p.BY_MASK))
            for test in program.of.filters
        )
        and (p.refers(program) or one_object.one_asked(question, program.of.kinds[0]))
    )


def plain(kinds: Sequence[str], masks: bool) -> str:
    """The plain question that looks for some classes: "Segment the ships, harbors and bridges.".

    Args:
        kinds: classes of the model.
        masks: segment them; else find them.
    """
    named = [kind if kind in MASS else plural(kind) for kind in kinds] or ["objects"]
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return f"{'Segment' if masks else 'Find'} the {listed}."


def refusal(
    question: str, spec: ModelSpec, boxed: bool = True, referring: bool = False
) -> str | None:
    """Why a question cannot be answered, as `unsupported.refusal` has it.

    None for one that is composed, or can be tried.

    Args:
        question: plain words.
        spec: of the model.
        boxed: whether "this box" has something to refer to.
        referring: whether "them" has.
    """
    if not spec.kinds or understood(question, spec, referring) is not None:
        return None
    return unsupported.refusal(question, spec.kinds, boxed)


def passed_over(question: str, spec: ModelSpec, known: str, said: GeneratedText) -> str:
    """What to say of the words of a plain question that nothing reads; in Chinese a refusal.

    "" where all are accounted for.

    Args:
        question: plain words.
        spec: of the model.
        known: words that are spoken of otherwise.
        said: the answer so far; what it quotes is spoken of as well.
    """
    words = [
        word
        for word in leftovers(question, lexicon(spec), spec.scenes)
        if word not in known and word not in said.text.lower()
    ]
    return remark(words, said.language == "zh")


def sizeless(question: str, spec: ModelSpec, said: GeneratedText) -> str:
    """What to say of a size without a number ("large ships"); "" where there is none.

    Args:
        question: plain words.
        spec: of the model.
        said: the answer so far.
    """
    if said.language != "en" or not (size := without_size(question, lexicon(spec))):
        return ""
    return (
        f'"{size}" names no size: what stands out was chosen. For all above a size give'
        ' it, as in "ships longer than 30 m".'
    )


def unplaced(places: Sequence[str]) -> str:
    """The Chinese sentence that says which places of a composed question were not looked for."""
    return (
        f"{'、'.join(f'“{place}”' for place in dict.fromkeys(places))}不是可以查找的类别，"
        "结果是整幅影像的，没有按它筛选。"
    )


_IN_UNIT = re.compile(
    r"(?:and|now|what about|how about|how much is (?:that|it)|what is (?:that|it)|the same)?["
    r" ,]*(?:in|as) "
    r"([a-z]+(?: [a-z]+)?[2]?)"
)
_IN_UNIT_ZH = re.compile(
    f"(?:那|那么)?(?:换算成|换成|改成|用|以|按|折合成?|合|等于|相当于|是|有)?(?:多少|几)?({'|'.join(UNITS_ZH)})(?:表示|是多少|呢|为单位呢?|吧|吗|来说|说)*"
)


def in_unit(question: str, last: str, spec: ModelSpec) -> str | None:
    """The last question, asked in another unit ("and in hectares?").

    None where this is no such question, or the last one has no unit.

    Args:
        question: plain words.
        last: the question before, in full.
        spec: of the model.
    """
    plain = re.sub(r"[ ?.!？。]+$", "", normalized(question))
    if (found := _IN_UNIT.fullmatch(plain)) is not None and unit_of(found[1]):
        bare = re.sub(
            rf"[ ,]*\bin ({'|'.join(pattern.pattern for pattern, _ in UNITS)})(?= |[?.!]*$)",
            "",
            last,
        ).rstrip(" ?.!")
        text = f"{bare} in {found[1]}?"
    elif (
        found := _IN_UNIT_ZH.fullmatch(re.sub(r"\s", "", plain.translate(chinese_text.SIMPLIFIED)))
    ) is not None:
        bare = re.sub(rf"(多少|多大|多长|多远)(?:{'|'.join(UNITS_ZH)})?", lambda m: m[1], last)
        text = re.sub("多少|多大|多长|多远", f"多少{found[1]}", bare, count=1)
        if text == bare:  # "面积呢？"
            text = f"{re.sub('[呢吗？?]+$', '', bare)}是多少{found[1]}"
    else:
        return None
    read = understood(text, spec, referring=True)
    return text if read is not None and isinstance(read.program, p.Measure | p.Distance) else None


def lexicon(spec: ModelSpec) -> Lexicon:
    """The names of a model's classes."""
    return _lexicon(
        spec.kinds,
        spec.objects or spec.kinds,
        tuple((kind, tuple(said)) for kind, said in spec.names.items()),
        spec.every,
        tuple((wide, tuple(kinds)) for wide, kinds in spec.wider.items()),
    )


@lru_cache(maxsize=8)
def _lexicon(
    kinds: tuple[str, ...],
    objects: tuple[str, ...],
    names: tuple[tuple[str, tuple[str, ...]], ...],
    every: tuple[str, ...],
    wider: tuple[tuple[str, tuple[str, ...]], ...],
) -> Lexicon:
    return Lexicon(kinds, objects, dict(names), dict(wider), every)
