"""From labels to the answers that the decoder learns to write.

First what to look for, then the sentence about what was found. Tokens are those of
`models/small/vocabulary.py`, spelt out here: [SEG], [BOX], <none>, <by>, <everything>, <this>,
<place>, <unknown>, <n>, <a>, <is>, and <KIND>.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geomagnifier.language.scene_classes import scene_phrase
from geomagnifier.types import Granularity
from geomagnifier_lab.questions.questions import ANY, OTHER, Question
from geomagnifier_lab.questions.templates import Task

NEAR = 0.06
"""Gap between two boxes, as a share of the scene's longer side, below which one is near the other.
"""


NOT_TAUGHT, REST = "i was not taught to find that .", "the rest i was not taught to find ."


@dataclass(frozen=True)
class Thing:
    """An object or a patch of land cover."""

    kind: str
    """Its class."""
    box: tuple[float, float, float, float]
    """x0, y0, x1, y1 as shares of the scene's width and height."""
    score: float = 1.0
    """Confidence, 0..1."""


def tie(question: Question) -> str:
    """The token that grounds a phrase: masks at pixel level, boxes at region level."""
    return "[SEG]" if question.granularity is Granularity.PIXEL else "[BOX]"


def point(question: Question, present: Mapping[str, bool | None]) -> list[str]:
    """The tokens that say what to look for, and whether it is there.

    Args:
        question: at region or pixel level.
        present: by class; None where the labels cannot tell, which is taken as there.
    """
    tokens: list[str] = []
    for kind in question.kinds:
        if kind == OTHER:
            tokens.append("<unknown>")
        elif kind == ANY:
            tokens += [
                "<this>" if question.task is Task.CLASSIFY_BOX else "<everything>",
                tie(question),
            ]
        else:
            tokens += [f"<{kind}>", "<none>" if present.get(kind) is False else tie(question)]
    for kind in question.landmarks:
        tokens += ["<by>", f"<{kind}>", "<none>" if present.get(kind) is False else "[BOX]"]
    if question.place:
        tokens.append("<place>")
    return [*tokens, "<end>"]


def found(
    question: Question, things: Sequence[Thing], asked: Sequence[str], unknown: bool
) -> list[str]:
    """The sentence about what was found.

    Args:
        question: at region or pixel level.
        things: the regions of the answer.
        asked: classes that were looked for, in order.
        unknown: an object of no class was asked for as well.
    """
    kinds = [k for k in asked if any(t.kind == k for t in things)]
    missing = [k for k in asked if k not in kinds]
    mark = tie(question)
    tokens: list[str] = []
    if question.task is Task.CLASSIFY_BOX and kinds:
        return ["this", "is", "<a>", f"<{kinds[0]}>", mark, ".", "<end>"]
    if question.task is Task.EXISTS:
        tokens += ["yes", ","] if kinds else ["no", ","] if missing else []
    if kinds:
        whole = question.task is Task.DESCRIBE_SEGMENT or ANY in question.kinds
        tokens += _described(kinds, things, mark) if whole else _listed(kinds, things, mark)
        tokens.append(".")
    if missing and ANY not in question.kinds:
        tokens += ["there", "is", "no"]
        for i, kind in enumerate(missing):
            tokens += (["or"] if i and i == len(missing) - 1 else [","] if i else []) + [
                f"<{kind}>"
            ]
        tokens += ["here", "."]
    elif not kinds and asked:
        tokens += ["none", "of", "the", "things", "i", "know", "is", "here", "."]
    if unknown:
        tokens += (REST if asked else NOT_TAUGHT).split()
    return [*tokens, "<end>"]


def _listed(kinds: Sequence[str], things: Sequence[Thing], mark: str) -> list[str]:
    """As in "there are two ships and one harbor"; a single class with where it is."""
    tokens = ["there", "<is>", *_counted(kinds, mark)]
    if len(kinds) == 1:
        tokens += where([t for t in things if t.kind == kinds[0]])
    return tokens


def _described(kinds: Sequence[str], things: Sequence[Thing], mark: str) -> list[str]:
    """As in "two ships are near one harbor".

    The most frequent class first, then what it is near to, then the rest.
    """
    order = sorted(kinds, key=lambda k: (-sum(t.kind == k for t in things), k))
    first = [t for t in things if t.kind == order[0]]
    close = [
        k for k in order[1:] if any(gap(a, b) < NEAR for a in first for b in things if b.kind == k)
    ]
    tokens = ["<n>", f"<{order[0]}>", mark, "<is>"]
    tokens += (
        ["near", *_counted(close[:2], mark)] if close else where(first) or ["in", "the", "picture"]
    )
    rest = [k for k in order[1:] if k not in close[:2]]
    if rest:
        tokens += [";", "there", "<is>", "also", *_counted(rest, mark)]
    return tokens


def _counted(kinds: Sequence[str], mark: str) -> list[str]:
    tokens: list[str] = []
    for i, kind in enumerate(kinds):
        tokens += (["and"] if i and i == len(kinds) - 1 else [","] if i else []) + [
            "<n>",
            f"<{kind}>",
            mark,
        ]
    return tokens


def where(things: Sequence[Thing]) -> list[str]:
    """As in "in the upper left"; nothing where the objects are spread over the scene."""
    x = [(t.box[0] + t.box[2]) / 2 for t in things]
    y = [(t.box[1] + t.box[3]) / 2 for t in things]
    across = (
        "left"
        if max(x) < 0.4
        else "right"
        if min(x) > 0.6
        else "centre"
        if min(x) > 0.3 and max(x) < 0.7
        else ""
    )
    down = (
        "upper"
        if max(y) < 0.4
        else "lower"
        if min(y) > 0.6
        else "centre"
        if min(y) > 0.3 and max(y) < 0.7
        else ""
    )
    if across in ("left", "right"):
        return ["in", "the", down, across] if down in ("upper", "lower") else ["on", "the", across]
    if down in ("upper", "lower"):
        return ["in", "the", down, "part"]
    return ["in", "the", "centre"] if across == down == "centre" else []


def gap(a: Thing, b: Thing) -> float:
    """Distance between two boxes, 0 where they touch, as a share of the scene.

    Args:
        a: one.
        b: the other.
    """
    x = max(0.0, a.box[0] - b.box[2], b.box[0] - a.box[2])
    y = max(0.0, a.box[1] - b.box[3], b.box[1] - a.box[3])
    return float((x * x + y * y) ** 0.5)


def whole(question: Question, scenes: Sequence[str], captions: Sequence[str]) -> tuple[str, ...]:
    """Right answers to a question about the image as a whole; none where the labels do not tell.

    Args:
        question: at image level.
        scenes: names that the image's class covers.
        captions: sentences about it.
    """
    if question.task in (Task.CAPTION, Task.RETRIEVAL):
        return tuple(captions)
    if len(scenes) > 1:  # a coarse class does not say which of its parts
        return ()
    place = scene_phrase(scenes[0])
    if question.task is Task.TITLE:
        return (place,)
    start = (
        ""
        if question.task is not Task.SCENE_YES_NO
        else "yes , "
        if scenes[0] in question.scenes
        else "no , "
    )
    return (f"{start}this is {place} .",)


MENTIONS: dict[str, tuple[str, ...]] = {
    "airplane": ("airplane", "airplanes", "plane", "planes", "aircraft", "aircrafts"),
    "ship": ("ship", "ships", "boat", "boats", "yacht", "yachts", "vessel", "vessels"),
    "storage tank": ("tank", "tanks"),
    "baseball diamond": ("baseball", "diamond", "diamonds"),
    "tennis court": ("tennis",),
    "basketball court": ("basketball",),
    "ground track field": ("track", "tracks"),
    "harbor": (
        "harbor",
        "harbors",
        "harbour",
        "port",
        "ports",
        "dock",
        "docks",
        "pier",
        "piers",
        "wharf",
    ),
    "bridge": ("bridge", "bridges", "viaduct", "viaducts"),
    "vehicle": ("car", "cars", "vehicle", "vehicles", "truck", "trucks", "bus", "buses"),
}
"""Words by which a caption names a class of objects; captions say too little of the classes that
are not here.
"""
