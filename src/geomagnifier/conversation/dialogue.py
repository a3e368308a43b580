"""follow(): one turn of a conversation, stateless; Conversation: the same with the last turn held.

The question is read against the last turn (`wording.py`) and asked in full; the model finds,
chooses and outlines as ever.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from geomagnifier import composed
from geomagnifier.answer_notes import in_traditional
from geomagnifier.composed import program as p
from geomagnifier.composed.english_patterns import RANK
from geomagnifier.conversation.chinese_followups import (
    ANSWERED,
    anew,
    difference,
    in_english,
    in_full,
    is_chinese,
    other,
    rest,
    starts_beside,
)
from geomagnifier.conversation.followup_parser import FollowUp, Sort, read
from geomagnifier.conversation.followup_tokens import plural
from geomagnifier.errors import NothingMeant
from geomagnifier.geometry import Box
from geomagnifier.inference.references import Reference
from geomagnifier.language import chinese_text, unsupported
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import Scene
from geomagnifier.results import Answer, Region
from geomagnifier.translation import use_language
from geomagnifier.types import Granularity, Query

LIKELY, CERTAIN = 0.6, 0.9
"""Probability of image level from which a sentence is about the whole picture, where "it" may mean
the picture, and where it hardly may.
"""
_POINTS = re.compile(r"\b(?:this|here|what(?:'s| is) (?:it|that|there))\b|这(?!些)|此", re.I)
"""Words that point at the given box, where there is one, and at nothing earlier."""
_EVERY = re.compile("都|全|是不是|是否|吗")
"""Words of a Chinese question that is answered by yes or no; "右半边呢？" is not."""
_RANKED = re.compile(rf"\b{RANK}\b", re.IGNORECASE)
"""A rank, as in "the second largest"."""
_WHOLE = re.compile(
    r"\b(?:describe|caption|narrate|summari[sz]e|explain)\b.*\byou"
    r" (?:mention|name|describe|see|find|list|talk)",
    re.I,
)
"""As in "Describe it and segment what you mention.": about the picture as a whole."""
LONGEST = 60
"""Characters of a Chinese follow-up; a longer question says all that it means."""
AROUND = 32
"""Scene px around earlier regions in which a large scene is looked at once more."""


@dataclass(frozen=True, eq=False)
class Turn:
    """A question with its answer."""

    question: str
    """As typed."""
    meant: str
    """The full question that the model was asked."""
    sort: Sort
    """How it refers back; "fresh" where it does not."""
    answer: Answer
    """Its `question` is the one typed."""
    pool: tuple[Region, ...] = ()
    """The regions that those of the answer were chosen from."""
    refers: Reference | None = None
    """The reference of a question of sort "beside"."""


def follow(question: str, last: Turn | None, scene: Scene, model: Model, **options: Any) -> Turn:
    """Answer a question that may refer back to the last turn.

    "the largest of them", "segment those", "what is left of it?" are about the regions of `last`,
    and keep these as they are, masks included. A question that does not refer back is
    `pipeline.ask` and nothing else.

    Args:
        question: plain words.
        last: the turn before, or None.
        scene: of `open_scene`; the one that `last` is about.
        model: of `load_model`.
        options: of `pipeline.ask`.

    Raises:
        NothingMeant: it refers back, but nothing was found before.
        GeomagError: as of `pipeline.ask`.

    Example:
        >>> import geomagnifier as gm
        >>> from geomagnifier.conversation import follow
        >>> with gm.open_scene("harbour.tif") as scene:  # doctest: +SKIP
        ...     ships = follow("Find the ships.", None, scene, gm.load_model("small"))
        ...     largest = follow("and the largest of them?", ships, scene, gm.load_model("small"))
        ...     print(len(largest.answer.regions))
        1
    """
    with use_language(chinese_text.message_language(question), over=False):
        turn = _followed(question, last, scene, model, options)
    before = last is not None and chinese_text.traditional(f"{last.question}{last.answer.text}")
    both = before and chinese_text.in_traditional(question) == question
    if is_chinese(question) and (
        both or chinese_text.traditional(question)
    ):  # what it is short for is written in simplified characters
        return replace(turn, answer=in_traditional(turn.answer))
    return turn


def _followed(
    question: str, last: Turn | None, scene: Scene, model: Model, options: dict[str, Any]
) -> Turn:
    """`follow` without a thought of traditional characters."""
    if (
        last is not None
        and (text := composed.in_unit(question, last.meant, model.spec)) is not None
    ):  # "and in hectares?"
        refers = Reference(last.pool, text, bare=True) if last.sort == "choose" else last.refers
        made = ask(scene, text, model, refers=refers, **_options(options, refers))
        return Turn(
            question, text, last.sort, replace(made, question=question), last.pool, last.refers
        )
    move = understood(question, last, model, options.get("box"))
    regions = referable(last)
    if move.sort == "fresh":
        found = ask(scene, question, model, **options)
        return Turn(
            question,
            question,
            "fresh",
            found,
            regions if _refused(question, model, options.get("box") is not None) else found.regions,
        )
    if move.sort == "swap":
        assert last is not None
        return _swap(question, move, last, scene, model, options)
    if not regions:
        if is_chinese(question):
            before = "上一个回答什么也没有找到" if last else "之前还没有提过问题"
            raise NothingMeant(
                f"“{question}”指的是之前的结果，但{before}；请说出要找什么，例如“找出所有船”。"
            )
        before = "the last answer found nothing" if last else "nothing was asked before"
        raise NothingMeant(
            f"{move.pronoun or question!r} refers back, but {before}; name what is meant, as in"
            " 'Find the ships.'"
        )
    assert last is not None
    if move.sort == "beside":
        return _beside(question, move, regions, scene, model, options)
    return _choose(question, move, last, scene, model, options)


def understood(question: str, last: Turn | None, model: Model, box: Any = None) -> FollowUp:
    """The full question of a follow-up, and how it refers to the last turn.

    Args:
        question: as typed.
        last: the turn before, or None.
        model: of `load_model`.
        box: as of `ask`.
    """
    english = _english(Query(question).text)
    regions = referable(last)
    if (
        is_chinese(question)
        and last is not None
        and (chinese := _in_chinese(question, last, regions, model)) is not None
    ):
        return chinese
    if (
        _refused(question, model, box is not None)
        or _WHOLE.search(question)
        or (box is not None and _in_box(question, box, regions))
    ):
        return FollowUp("fresh", question, question)
    if composed.understood(question, model.spec) is not None:  # it names what it is about
        return FollowUp("fresh", question, question)
    kinds = tuple(dict.fromkeys(r.label for r in regions))
    if (
        regions
        and (about := composed.understood(question, model.spec, referring=True)) is not None
        and about.refers
    ):
        return FollowUp("choose", question, question, True, ", ".join(about.kinds), "them")
    move = read(
        english,
        kinds,
        len(regions) > 1,
        last is not None and last.answer.granularity is Granularity.PIXEL,
    )
    if (
        move.sort == "choose"
        and not (move.pronoun or move.named)
        and last is not None
        and len(last.pool) <= len(regions) == 1
        and _RANKED.search(english)
    ):  # "and the second largest?" after "Find the largest ship.": of all ships
        text = move.text + (ANSWERED if is_chinese(question) else "")
        return FollowUp("swap", text, text, True)
    if move.sort == "choose" and (whole := _about_all(english, move, bool(regions), model)):
        move = whole
    nothing = (
        move.sort in ("choose", "beside")
        and not (regions or move.pronoun)
        and (last is None or not _RANKED.search(english))
    )  # "count", the first thing said; but "the largest?" is of what was found
    if english != question and is_chinese(question):
        move = replace(move, text=move.text + ANSWERED)
    return (
        FollowUp("fresh", question, question)
        if nothing or (move.sort == "swap" and last is None)
        else move
    )


def _in_chinese(
    question: str, last: Turn, regions: tuple[Region, ...], model: Model
) -> FollowUp | None:
    """A Chinese follow-up in full: about another class, or a composed one about what was found.

    None where it is neither.
    """
    if len(question) > LONGEST:
        return None
    names = model.spec.names
    nouns = [name for kind in names for name in names[kind] if is_chinese(name)]
    mine = [name for region in regions for name in names.get(region.label, ())]
    named = [noun for noun in nouns if noun in question.translate(chinese_text.SIMPLIFIED)]
    read = composed.understood(question, model.spec)
    composes = read is not None
    if read is not None and regions:
        # "靠近码头的有哪些": of all objects, where none are named and none are meant
        composes = len(read.kinds) < len(model.spec.objects or model.spec.kinds) or bool(
            re.search("东西|目标|物体|什么|地物", question)
        )
    if composes and not (regions and starts_beside(question) and not set(named) & set(mine)):
        return FollowUp("fresh", question, question)
    if text := difference(question, last.meant):
        return FollowUp("fresh", text, text)
    first = next((name for name in mine if is_chinese(name)), "")
    if first and (text := rest(question, first)):
        return FollowUp("choose", text, text, many=True, pronoun="them")
    if (swapped := other(question, last.meant, nouns, mine or nouns)) is not None:
        return FollowUp("swap", swapped[0], swapped[0], True, swapped[1])
    noun = next((name for name in mine if is_chinese(name)), "")
    if noun and (text := anew(question, noun, nouns, len(last.pool) <= len(regions) == 1)):
        return FollowUp("swap", text, text, True, noun)
    for full in in_full(question) if regions else ():
        read = composed.understood(full, model.spec, referring=True)
        if (
            read is not None
            and read.refers
            and not read.passed
            and (not isinstance(read.program, p.Every) or _EVERY.search(question))
        ):
            return FollowUp("choose", full, full, True, "、".join(read.kinds), "them")
    return (
        FollowUp("fresh", question, question)
        if composes or (named and in_english(question) == question)
        else None
    )


def referable(last: Turn | None) -> tuple[Region, ...]:
    """The regions that a question may refer back to.

    A turn that could not be answered leaves those before it.
    """
    if last is None:
        return ()
    withheld = (
        unsupported.refusal(last.meant) is not None or unsupported.unchecked(last.meant) is not None
    )
    withheld = (
        withheld and not last.answer.understood
    ) or not last.answer.trace.pixels_processed  # "in this box" without one
    return last.answer.regions or (last.pool if withheld else ())


def _refused(question: str, model: Model, boxed: bool) -> bool:
    """Whether `ask` refuses the question for its words.

    A reference would only change what is refused. boxed: a box is given.
    """
    return composed.refusal(question, model.spec, boxed, referring=True) is not None


def _in_box(question: str, box: Any, regions: tuple[Region, ...]) -> bool:
    """Whether a question with a box is about the box.

    It points there, or the earlier regions lie elsewhere.
    """
    given = box if isinstance(box, Box) else Box(*(float(v) for v in box))
    elsewhere = not all(
        given.contains((r.box[0] + r.box[2]) / 2, (r.box[1] + r.box[3]) / 2) for r in regions
    )
    return elsewhere or _POINTS.search(question) is not None


def _english(question: str) -> str:
    """A Chinese follow-up in English.

    As it is where it names a property ("其中红色的"), which its English would lose.
    """
    return (
        in_english(question)
        if is_chinese(question) and unsupported.unchecked(question) is None
        else question
    )


def _about_all(english: str, move: FollowUp, found: bool, model: Model) -> FollowUp | None:
    """A question about the picture that only looks like a reference: "what kind of place is this?".

    But "describe it" refers.
    """
    if found and re.match(
        r"\W*(?:and|now|please|ok)?\W*(?:describe|tell|what about)\b", english, re.I
    ):
        return None
    least = LIKELY if move.pronoun in ("it", "this") or not found else CERTAIN
    return (
        FollowUp("fresh", english, english)
        if model.granularity(Query(english))[Granularity.IMAGE] >= least
        else None
    )


def _choose(
    question: str, move: FollowUp, last: Turn, scene: Scene, model: Model, options: dict[str, Any]
) -> Turn:
    regions = referable(last)
    full = (
        composed.understood(move.text, model.spec, referring=True) is not None
        and move.text != question
    )
    if (
        not full and len(regions) == 1 < len(last.pool) and (move.many or not move.pronoun)
    ):  # "and the smallest?", after the largest
        narrowed = read(
            _english(question),
            tuple(dict.fromkeys(r.label for r in last.pool)),
            True,
            last.answer.granularity is Granularity.PIXEL,
        )
        if _selects(narrowed, last.pool, scene, model):
            regions, move = (
                last.pool,
                replace(narrowed, text=narrowed.text + (ANSWERED if is_chinese(question) else "")),
            )
    made = _ask(
        scene, move.text, model, Reference(regions, move.words, bare=not move.named), options
    )
    bare = (
        [r for r in made.regions if r.segmentation is None]
        if made.granularity is Granularity.PIXEL
        else []
    )
    if bare:
        name = f"{len(bare)} {bare[0].label if len(bare) == 1 else plural(bare[0].label)}"
        made = replace(
            made, text=f"{made.text} {name} of the earlier answer could not be outlined."
        )
    return Turn(question, move.text, "choose", replace(made, question=question), regions)


def _selects(move: FollowUp, pool: tuple[Region, ...], scene: Scene, model: Model) -> bool:
    """Whether the words choose some of the regions."""
    kinds = tuple(dict.fromkeys(r.label for r in pool))
    return len(model.choose(Query(move.words), scene.info, kinds, pool)) < len(pool)


def _beside(
    question: str,
    move: FollowUp,
    marks: tuple[Region, ...],
    scene: Scene,
    model: Model,
    options: dict[str, Any],
) -> Turn:
    refers = Reference(marks, move.words, beside=True, bare=not move.named)
    made = replace(
        ask(scene, move.text, model, refers=refers, **_options(options, refers)), question=question
    )
    return Turn(question, move.text, "beside", made, made.regions, refers)


def _swap(
    question: str, move: FollowUp, last: Turn, scene: Scene, model: Model, options: dict[str, Any]
) -> Turn:
    """Another kind; "the same for" keeps the words that chose, and a landmark stays."""
    text = move.text
    if move.words == "same":
        text = _instead(last.meant, last.answer, model, move.named) or text
    if last.refers is not None and (
        words := _instead(last.refers.words, last.answer, model, move.named)
    ):
        refers = replace(last.refers, words=words)
        made = ask(scene, text, model, refers=refers, **_options(options, refers))
        return Turn(question, text, "swap", replace(made, question=question), made.regions, refers)
    made = ask(scene, text, model, **options)
    return Turn(question, text, "swap", replace(made, question=question), made.regions)


def _instead(text: str, answer: Answer, model: Model, noun: str) -> str:
    """A question with its class's noun replaced, the first one; empty where none is in it.

    Where nothing was found it may be any.
    """
    kinds = dict.fromkeys(r.label for r in answer.regions) or model.spec.kinds
    names = "|".join(
        re.escape(name)
        for kind in sorted(kinds, key=len, reverse=True)
        for name in (plural(kind), kind)
    )
    made, there = re.subn(rf"\b(?:{names})\b", noun, text, count=1, flags=re.I)
    return made if names and there else ""


def _ask(
    scene: Scene, text: str, model: Model, refers: Reference, options: dict[str, Any]
) -> Answer:
    """About earlier regions.

    In a scene too large for one view only their surroundings are looked at, unless the options name
    a box.
    """
    options = _options(options, refers)
    read = composed.understood(text, model.spec, referring=True)
    beside = read is not None and read.kinds  # these may lie anywhere
    if scene.info.pixels > model.spec.view_pixels and options.get("box") is None and not beside:
        corners = list(zip(*(r.box for r in refers.regions), strict=True))
        hull = (
            Box(min(corners[0]), min(corners[1]), max(corners[2]), max(corners[3]))
            .grown(AROUND)
            .intersection(scene.info.box)
        )
        if hull is not None and hull.area < scene.info.pixels / 2:
            options = options | {"box": hull, "box_crs": "px"}
    return ask(scene, text, model, refers=refers, **options)


def _options(options: dict[str, Any], refers: Reference | None) -> dict[str, Any]:
    """The options of a question: one about earlier regions is about those, in no area besides."""
    if refers is None:
        return options
    return {name: value for name, value in options.items() if name not in ("aoi", "aoi_crs")}


class Conversation:
    """A conversation about one scene.

    Args:
        scene: of `open_scene`.
        model: of `load_model`.
        last: the turn to go on from; None to begin anew.

    Example:
        >>> import geomagnifier as gm
        >>> from geomagnifier.conversation import Conversation
        >>> with gm.open_scene("harbour.tif") as scene:  # doctest: +SKIP
        ...     chat = Conversation(scene, gm.load_model("small"))
        ...     chat.ask("Find the ships.")
        ...     print(chat.ask("and the largest of them?").text)
    """

    def __init__(self, scene: Scene, model: Model, last: Turn | None = None) -> None:
        self.scene, self.model = scene, model
        self.turns: list[Turn] = [] if last is None else [last]

    @property
    def last(self) -> Turn | None:
        """The turn that a follow-up refers to."""
        return self.turns[-1] if self.turns else None

    def ask(self, question: str, **options: Any) -> Answer:
        """The answer to a question, which may refer back; errors and options are those of `follow`.

        After an error all is as before.
        """
        turn = follow(question, self.last, self.scene, self.model, **options)
        self.turns.append(turn)
        return turn.answer

    def undo(self) -> Turn | None:
        """Forget the last turn and return it; None where there is none."""
        return self.turns.pop() if self.turns else None
