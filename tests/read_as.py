"""How a question is read, as one line that can be held against what its asker meant.

"水上有几艘船"       count(ship; on water)
"把飞机都框出来"     find airplane
"这里去年有几辆车"   refuse
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from geomagnifier import composed
from geomagnifier.composed import program as p
from geomagnifier.errors import QuestionUnreadable
from geomagnifier.language import unsupported, yes_no
from geomagnifier.language.language_id import language
from geomagnifier.models.custom.model import CustomModel
from geomagnifier.results import GeneratedText
from geomagnifier.types import Granularity, Query, View

_SIDE = re.compile(
    r" (?:in|on|to|at) the (?!image|picture)[a-z ]*"
    r"(?:left|right|upper|lower|top|bottom|middle|centre|center)[a-z ]*"
)
_FOLDER = Path(__file__).parent / "phrasings"
WORDINGS = _FOLDER / "wordings_chinese.jsonl"
HANDS = _FOLDER / "wordings_chinese_hands.jsonl"
"""Of four hands, each its own."""
FRESH = _FOLDER / "wordings_chinese_fresh.jsonl"
"""Of the same four hands once more ("second"), and of five others ("fresh")."""


@dataclass(frozen=True)
class Wording:
    """A question in both languages and what its asker means."""

    by: str
    """Who wrote it."""
    half: str
    """"validation", or "kept": read once, after the last change to the reader."""
    zh: str
    """In Chinese."""
    en: str
    """In English."""
    read: tuple[str, ...]
    """What is meant; several lines where several answers would do."""


@lru_cache
def wordings(half: str, path: Path = WORDINGS) -> tuple[Wording, ...]:
    """The wordings of a half."""
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    every = (Wording(**(row | {"read": tuple(row["read"])})) for row in rows)
    return tuple(row for row in every if row.half == half)


def judged(meant: tuple[str, ...], read: str) -> str:
    """ "right", "refused", "dropped" (words were passed over, and said so) or "wrong"."""
    plain = {simple for one in meant for simple in _plain(one)}
    if read in meant or read in plain:
        return "right"
    return {"refuse": "refused", "dropped": "dropped"}.get(read, "wrong")


def _plain(meant: str) -> set[str]:
    """How the plain reader says the same: its classes, its level, one of them or all."""
    if meant.startswith(("describe", "scene(")):
        return {meant}
    near = re.fullmatch(r"select\((1 nearest )?([a-z ]+); near ([a-z ]+)\)", meant)
    if near is not None:
        return {f"find {'nearest ' if near[1] else ''}{near[2]} by {near[3]}"}
    if meant == "select(all)":
        return {"find all"}
    found = re.fullmatch(r"(count|exists|select|segment)\(([^;()]*)\)", meant)
    if found is None:
        counts = re.fullmatch(r"count\(([a-z ]+)\), count\(([a-z ]+)\)", meant)
        return set() if counts is None else {f"find {' or '.join(sorted(counts.groups()))}"}
    level = "outline" if found[1] == "segment" else "find"
    one = re.match("(largest|smallest|longest|shortest|widest|narrowest) ", found[2])
    names = " or ".join(sorted(found[2][one.end() if one else 0 :].split(" or ")))
    plain = {f"{level} {f'{one[1]} ' if one else ''}{names}"}
    return plain if found[1] not in ("count", "exists") else plain | {f"outline {names}"}


def reading(question: str, model: CustomModel, view: View) -> str:
    """How a question is read.

    Args:
        question: plain words.
        model: the small model.
        view: of any scene; what is looked for does not hang on it.
    """
    read = composed.understood(question, model.spec)
    if read is not None:
        told = str(read.program)
        masks = isinstance(read.program, p.Chosen) and read.program.masks
        return "dropped" if read.passed else re.sub("^select", "segment", told) if masks else told
    if composed.refusal(question, model.spec, False) is not None:
        return "refuse"
    query = Query(question)
    try:
        levels = model.granularity(query)
        level = max(levels, key=lambda one: levels[one])
        asked = yes_no.asked(question, language(question))
        if level is Granularity.IMAGE:
            scenes = [] if asked is None else [name for m in asked.names for name in m.scenes]
            return (
                f"scene({scenes[0]})" if asked and asked.form == "scene" and scenes else "describe"
            )
        reply = model.answer(query, level, [view])
    except QuestionUnreadable:
        return "refuse"
    if reply.unknown or not reply.asked:
        return "refuse"
    claim = unsupported.unchecked(question, model.spec.kinds)
    if claim is not None:
        return "refuse" if claim.narrows else "dropped"
    if composed.passed_over(question, model.spec, "", GeneratedText("", language="zh")):
        return "refuse"
    plain, _ = model.language.plain(query)
    english = model.base.encoder.in_english(plain.text)
    one = re.search(
        r"\b(largest|smallest|longest|shortest|widest|narrowest|nearest|[a-z]+most)\b", english
    )
    everything = set(model.base.every) <= set(reply.asked)
    names = "all" if everything else " or ".join(sorted(reply.asked))
    by = f" by {' or '.join(reply.landmarks)}" if reply.landmarks else ""
    place = _SIDE.search(english)
    level_told = "outline" if level is Granularity.PIXEL else "find"
    first = f"{one[1]} " if one else ""
    return f"{level_told} {first}{names}{by}{place[0] if place else ''}"
