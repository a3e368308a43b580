"""An English question into a program, by rules.

A form of `english_forms` with its noun phrases read by `english_phrases`.

Every word must find its place; where one does not, there is no program. What may stand anywhere is
taken out first, and put in its place:

    "On average, how long are the ships in pixels?"   ->  "how long are the ships", a mean, in px
    "In the left half, is there a ship?"              ->  "is there a ship in the left half"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from geomagnifier.composed import program as p
from geomagnifier.composed import slots
from geomagnifier.composed.english_forms import FORMS
from geomagnifier.composed.english_patterns import RANK, SCENE
from geomagnifier.composed.english_phrases import Reader
from geomagnifier.composed.placeholders import UNITS, Lexicon, marked, normalized, unit_of
from geomagnifier.composed.slots import Build, Form, NoPlace

MOST = 60
"""Words of a question that is read."""
_POLITE = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|so|now|and|well|please|kindly|just|also|then)\b[ ,]*)+|["
    r" ,]*\b(?:please|thanks|thank you|for "
    r"me|if possible)\b"
    r"|^(?:can|could|would|will) you (?:please"
    r" )?(?=(?:tell|say|give|count|find|segment|show|mark|mask|outline|measure|compute|"
    r"calculate|estimate|"
    r"list|detect|locate|highlight|select|draw|trace|name|determine|add|produce|identify)\b)"
    r"|^(?:please )?(?:tell me|say|let me know|i (?:want|need|would like|'d like) to know|do you"
    r" know|can you tell|i wonder)(?: "
    r"me)?,? (?=how|what|which|whether|if|where|in)"
    r"|\b(?:roughly|approximately|about|around|exactly) (?=how"
    r" (?:many|long|wide|large|big|far|much)\b)"
    r"|^(?:yes or no|question) ?[:,]? |^only"
    r" (?=segment|mask|outline|find|show|count)|^(?:whether|if) (?=there)|^(?:is it "
    r"(?:true|correct|the case) that|whether) "
)
_IN_SCENE = re.compile(
    r"[ ,]*\b(?:in|on|within|across|over|inside|throughout) (?:the|this|that|my) (?:whole |entire"
    rf" |full |aerial |satellite )?{SCENE}\b"
    r"|[ ,]+\b(?:here|visible|in view|shown here|present|in sight)\b"
)
_SIGNS = (
    (r"\bcan't\b", "can not"),
    (r"\b(is|are|do|does|was|" r"were)n't\b", r"\1 not"),
    (r"\bthat's\b", "that is"),
    (r"\bat least one\b", "any"),
)
_BOTH_RANKS = re.compile(rf"\b({RANK}) and the ({RANK}) (K\d+)\b")
"""As in "the longest and the shortest ship": two of one class."""
_PLACE = r"(?:in|on|at|within|towards?) the [a-z -]+?"
_UNIT = "|".join(pattern.pattern for pattern, _ in UNITS)


@dataclass(frozen=True)
class _Asides:
    """What was taken out of a question."""

    text: str
    unit: str = ""
    """As of `lexicon.unit_of`."""
    average: bool = False
    """"on average" was said."""


def _without_asides(text: str) -> _Asides:
    """A marked question without its units, "on average" and what stands before its comma."""
    unit, average = "", False
    if m := re.search(r"[ ,]*\bon average\b,?", text):
        average, text = True, text[: m.start()] + " " + text[m.end() :]
    text = re.sub(
        r"[ ,]*\b(?:in|as an?) (?:percent|per cent|%|percentage)\b(?: of the"
        r" (?:image|picture|scene))?(?: ?,)?",
        "",
        text,
    )
    if m := re.search(rf"[ ,]*\b(?:in|expressed in|measured in) ({_UNIT})(?= |,|$),?", text):
        unit, text = unit_of(m[1]), text[: m.start()] + " " + text[m.end() :]
    elif m := re.search(r"\b(?:pixel) (?=distance|length|width|area|gap)", text):
        unit, text = "px", text[: m.start()] + text[m.end() :]
    elif m := re.search(
        rf"\bhow many ({_UNIT}) (?=apart|long|wide|large|lie|separate|are there between|are"
        r" between|between|do|"
        rf"does|of|is|are)",
        text,
    ):
        unit, rest = unit_of(m[1]), text[m.end() :]
        between = re.match(
            r"(?:lie|are there|are|separate) (?=between )|(?=between )|separate (?=the |K|N)", rest
        )
        if between is not None:
            rest = rest[between.end() :]
            rest = f"distance {rest if rest.startswith('between') else f'between {rest}'}"
        elif squared := re.match(r"(?:do|does) (?=.* (?:cover|occupy|take up|span))", rest):
            rest = (
                f"how much area do {rest[squared.end() :]}"
                if unit[-1] == "2" or unit in ("ha", "acre", "px")
                else "?"
            )
        elif of := re.match(r"of (.+) (?:are|is) there", rest):
            rest = f"area of {of[1]}"
        elif re.match(r"apart|long|wide|large", rest):
            rest = f"how {'far ' if rest.startswith('apart') else ''}{rest}"
        else:
            rest = "?"
        text = text[: m.start()] + rest
    text = " ".join(text.split()).strip(" ,")
    if m := re.match(
        rf"({_PLACE})(?: of (?:the|this) {SCENE})?,?"
        r" (?=how|is|are|count|which|what|do|does|find|segment|can)(.+)",
        text,
    ):
        text = f"{m[2]} {m[1]}"
    if m := re.match(
        r"(with the exception of|leaving out|except(?: for)?|apart from|ignoring|excluding|other"
        r" than|not counting|"
        r"without) (.+?), (.+)",
        text,
    ):
        text = f"{m[3]} except {m[2]}"
    return _Asides(text, unit, average)


_SLOTS = {
    "{a}": "(?P<a>.{0,}?\\S)", "{b}": "(?P<b>.+?)", "{c}": "(?P<c>.+)", "{n}": r"(?P<n>[NQ]\d+)",
    "{percent}": r"(?P<n>N\d+) ?(?:%|percent|per cent)",
    "{c2}": "(?P<c2>.+)", "{place}": "(?P<place>[a-z -]+?)", "{a2}": r"K\d+",
}  # fmt: skip


@lru_cache(maxsize=1)
def _forms() -> tuple[Form, ...]:
    return tuple(Form(form, _SLOTS, build) for form, build in FORMS)


def read(question: str, lexicon: Lexicon) -> p.Program | None:
    """The program of an English question.

    None where a word of it finds no place, or where it is no composed question.

    Args:
        question: as typed.
        lexicon: the names of the model's classes.
    """
    plain = normalized(question)
    for sign, instead in _SIGNS:
        plain = re.sub(sign, instead, plain)
    marks = marked(plain, lexicon)
    text = re.sub(r"[ ?.!]+$", "", marks.text)
    for polite in (_POLITE, _POLITE, _POLITE):
        text = polite.sub("", text).strip(" ,")
    asides = _without_asides(text)
    text = _IN_SCENE.sub("", asides.text).strip(" ,")
    text = " ".join(text.split())
    if not text or len(text.split()) > MOST:
        return None
    text = _BOTH_RANKS.sub(r"\1 \3 and the \2 \3", text)
    reader = Reader(marks, lexicon, {})
    for form in _forms():
        for said in form.fits(text):
            try:
                program = _built(form.build, said, reader)
            except NoPlace:
                continue
            program = None if program is None else _measured(program, asides)
            if program is not None:
                return program if p.kinds(program) or p.refers(program) else None
    return None


def _built(build: Build | str, said: Mapping[str, str], reader: Reader) -> p.Program | None:
    """What a form builds of its slots. Raises NoPlace."""
    found = slots.read(said, reader)
    if "b" in found and found["b"].them and found["a"].kinds and re.search(r"\bones?\b", said["b"]):
        found["b"] = replace(
            found["b"], kinds=found["a"].kinds, them=False
        )  # "the largest ship ... than the smallest one"
    if "place" in found:
        place = reader.conditions(f"in the {found['place']}")
        if len(place) != 1 or not isinstance(place[0], p.Place):
            raise NoPlace
        found["place"] = place[0]
    if build == "times":
        factor = 0.5 if found["times"] == "half" else reader.times(found["times"])
        sign: p.Sign = ">" if found.get("least", "").startswith(("more", "over")) else ">="
        return p.Compare(p.Count(found["a"]), sign, p.Count(found["b"]), factor)
    if build == "both":
        sides = [
            replace(found["a"], filters=(*found["a"].filters, *reader.conditions(said[name])))
            for name in ("c", "c2")
        ]
        return p.Counts(tuple(map(p.Count, sides)))
    if build in ("is there", "are there"):
        return _there(str(build), found, said.get("a", ""))
    assert not isinstance(build, str)
    return slots.built(build, found, reader, said.get("a", ""))


def _there(build: str, found: Mapping[str, Any], said: str) -> p.Program | None:
    """As in "Is a ship (visible)?", "Are ships (present)?", but not "Are the ships?"."""
    a: p.Select = found["a"]
    if (
        a.them
        or a.filters
        or a.rank is not None
        or re.match(r"(?:the|these|those|all|this) ", said)
    ):
        return None
    if build == "is there" and found["some"] == "no":
        return p.Compare(p.Count(a), "==", p.Given(0))
    return p.Exists(a, each=len(a.kinds) > 1 and " and " in said)


def _measured(program: p.Program, asides: _Asides) -> p.Program | None:
    """The program with the unit and the mean that were said.

    None where it has no place for them.
    """
    if asides.average:
        sizes = [part for part in p.parts(program) if isinstance(part, p.Measure)]
        if isinstance(program, p.Measure) and program.how in ("mean", "sum"):
            program = replace(program, how="mean")
        elif (
            not isinstance(program, p.Which | p.Compare)
            or not sizes
            or any(size.how != "mean" for size in sizes)
        ):
            return None
    if not asides.unit:
        return program
    if isinstance(program, p.Difference):
        left, right = (_measured(side, asides) for side in (program.left, program.right))
        return (
            replace(program, left=left, right=right)
            if isinstance(left, p.Measure) and isinstance(right, p.Measure)
            else None
        )
    if isinstance(program, p.Measure) and program.what == "area":
        table = {
            "m2": "m2",
            "km2": "km2",
            "ha": "ha",
            "acre": "ha",
            "px": "px2",
            "px2": "px2",
            "ft2": "m2",
        }
    elif isinstance(program, p.Measure | p.Distance):
        table = {"m": "m", "km": "m", "ft": "m", "px": "px", "cm": "m", "mi": "m", "yd": "m"}
    else:
        return None
    return (
        replace(program, unit=table[asides.unit], shown=asides.unit)
        if asides.unit in table
        else None
    )
