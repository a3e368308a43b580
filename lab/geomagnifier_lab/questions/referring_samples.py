"""Examples for the selector: boxes drawn at random, a phrase for some of them, and which it means.

No images are needed. Boxes are shaken and scored as a detector would, with a false positive now and
then, so that the selector learns what it will be given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from geomagnifier.language.classes import KINDS
from geomagnifier.types import Granularity
from geomagnifier_lab.questions.questions import ANY, Split, about, held_out
from geomagnifier_lab.questions.relation_phrases import (
    LARGE,
    MOST,
    NUMBERS,
    ORDINALS,
    SIDE_WORDS,
    SMALL,
)
from geomagnifier_lab.questions.relations import RELATIONS, Bools, Boxes, Layout, Relation
from geomagnifier_lab.questions.templates import OBJECTS, Task

HALVES = {
    "left": ("left", "western", "left-hand", "west"),
    "right": ("right", "eastern", "right-hand", "east"),
    "top": ("upper", "top", "northern", "north"),
    "bottom": ("lower", "bottom", "southern", "south"),
}
BESIDE = {
    "left": (
        "to the left of",
        "left of",
        "on the left of",
        "west of",
        "to the west of",
        "on the left-hand side of",
    ),
    "right": (
        "to the right of",
        "right of",
        "on the right of",
        "east of",
        "to the east of",
        "on the right-hand side of",
    ),
    "top": (
        "above",
        "north of",
        "to the north of",
        "higher up than",
        "on the upper side of",
        "further up than",
    ),
    "bottom": (
        "below",
        "south of",
        "to the south of",
        "beneath",
        "underneath",
        "lower down than",
        "further down than",
    ),
}
_NAMES = tuple(kind.name for kind in KINDS)
_BY_NAME = {kind.name: kind for kind in KINDS}
_FRAMES = tuple(
    t
    for task in (Task.LOCATE, Task.OUTLINE)
    for t in OBJECTS[task]
    if "{r}" in t and t.count("{") == 1
)
_COUNTS = (
    "How many {r}?",
    "Count {r}.",
    "How many are {r}?",
    "count {r} for me",
    "Number of {r}",
    "tell me how many {r}",
    "a tally of {r}",
    "{r}, how many?",
)


@dataclass(frozen=True, eq=False)
class Wording:
    """A question with the slots that fix its meaning: many layouts can be drawn for it."""

    text: str
    """The question."""
    relation: Relation
    """What it refers by."""
    slots: Mapping[str, object]
    """Side, rank, number: what the relation is told."""
    kind: str
    """Class asked about."""
    other: str
    """Class of its landmarks."""


@dataclass(frozen=True, eq=False)
class Choice:
    """An example for the selector."""

    wording: Wording
    """The question."""
    layout: Layout
    """What a detector gives."""
    scores: Boxes
    """(N,) confidence, 0..1."""
    chosen: Bools
    """(N,) bool, which are meant."""

    @property
    def chooses(self) -> bool:
        return self.wording.relation.name != "plain"


def word(rng: Generator, split: Split) -> Wording:
    """Draw a question: a relation, its slots, classes, and the words for all of them.

    Args:
        rng: where chance comes from.
        split: whose templates.
    """
    weights = np.array(
        [2.5 if r.name in ("extreme", "size", "plain", "ordinal") else 1.0 for r in RELATIONS]
    )
    relation = RELATIONS[int(rng.choice(len(RELATIONS), p=weights / weights.sum()))]
    kind, other = (_NAMES[int(i)] for i in rng.permutation(len(_NAMES))[:2])
    return word_as(rng, split, relation, kind, other)


def word_as(rng: Generator, split: Split, relation: Relation, kind: str, other: str) -> Wording:
    """Draw a question of one relation about one class.

    Args:
        rng: where chance comes from.
        split: whose templates.
        relation: what it refers by.
        kind: the class asked about.
        other: the class of its landmarks.
    """
    slots = relation.slots(rng)
    if relation.name == "plain" and rng.random() < 0.6:  # a question of any task
        level = Granularity.REGION if rng.random() < 0.5 else Granularity.PIXEL
        asked = about(rng, ANY if rng.random() < 0.1 else kind, level, split, refer=0.0)
        return Wording(asked.text, relation, slots, kind, other)
    phrase = _pick(rng, held_out(relation.phrases, split))
    phrase = _fill(rng, phrase, slots, kind, other)
    count = rng.random() < 0.12 and not phrase.startswith(("only", "just", "which", "what"))
    frame = _pick(rng, _COUNTS) if count else _pick(rng, held_out(_FRAMES, split))
    text = frame.replace("{r}", phrase)
    return Wording(
        text.lower().rstrip(".?") if rng.random() < 0.3 else text[0].upper() + text[1:],
        relation,
        slots,
        kind,
        other,
    )


def _fill(rng: Generator, phrase: str, slots: Mapping[str, object], kind: str, other: str) -> str:
    words = _BY_NAME[kind].words
    s, p = words[0] if rng.random() < 0.5 else _pick(rng, words)
    marks = _BY_NAME[other].words
    o, os = marks[0] if rng.random() < 0.6 else _pick(rng, marks)
    fills = {"s": s, "p": p, "other": o, "others": os}
    side = slots.get("side")
    if isinstance(side, str):
        fills |= {
            "side": _pick(rng, SIDE_WORDS[side][:3]),
            "most": _pick(rng, MOST[side]),
            "half": _pick(rng, HALVES[side]),
        }
        fills |= {
            "halfside": _pick(rng, HALVES[side]),
            "beside": _pick(rng, BESIDE[side]),
            "rowside": _pick(rng, HALVES[side]),
        }
        fills["line"] = (
            "column" if side in ("left", "right") else _pick(rng, ("row", "line", "row"))
        )
        if (
            "closest to the {side}" in phrase
            or "nearest to the {side}" in phrase
            or "next to the {side}" in phrase
        ):
            fills["side"] = _pick(rng, SIDE_WORDS[side])
    if isinstance(slots.get("corner"), tuple):
        down, across = (str(side) for side in slots["corner"])  # type: ignore[attr-defined]
        style = int(rng.integers(4))
        north, west = (
            {"top": "north", "bottom": "south"}[down],
            {"left": "west", "right": "east"}[across],
        )
        upper = {"top": "upper", "bottom": "lower"}[down]
        fills["corner"] = (
            f"{down} {across}",
            f"{upper} {across}",
            f"{north}-{west}",
            f"{north}{west}ern",
        )[style]
    if "rank" in slots:
        rank = int(str(slots["rank"]))
        fills |= {"nth": _pick(rng, ORDINALS[rank]), "k": str(rank)}
    if "large" in slots:
        fills["size"] = _pick(rng, LARGE if slots["large"] else SMALL)
    if "many" in slots:
        many = int(str(slots["many"]))
        fills["n"] = NUMBERS[many - 2] if rng.random() < 0.7 else str(many)
    return phrase.format(**fills)


def _pick(rng: Generator, choices: Sequence[Any]) -> Any:
    return choices[int(rng.integers(len(choices)))]


def lay(rng: Generator, wording: Wording) -> Choice | None:
    """Draw boxes for a question; None where its answer would be ambiguous.

    Args:
        rng: where chance comes from.
        wording: the question.
    """
    width = float(rng.uniform(300, 3000))
    size = (width, width * float(rng.uniform(0.5, 1.5)))
    count = int(np.exp(rng.uniform(0, np.log(30)))) + (wording.relation.name != "plain")
    targets = (
        _rows(rng, size)
        if wording.relation.name == "row" or rng.random() < 0.2
        else _scattered(rng, size, count)
    )
    if (
        wording.relation.name in ("half", "corner") and rng.random() < 0.6
    ):  # together somewhere: their order says nothing of the half
        share = rng.uniform(0.15, 0.6)
        targets = targets * share + np.tile(rng.uniform(0, 1 - share, 2) * size, 2)
    marks = wording.relation.others or (int(rng.integers(0, 3)) if rng.random() < 0.1 else 0)
    boxes = np.concatenate([targets, _scattered(rng, size, marks)]) if marks else targets
    target = np.arange(len(boxes)) < len(targets)
    labels = tuple(wording.kind if t else wording.other for t in target)
    true = Layout(size, boxes.astype(np.float32), target, labels)
    chosen = wording.relation.meant(true, wording.slots)
    if chosen is None:
        return None
    extreme = chosen.sum() in (0, target.sum()) and wording.relation.name != "plain"
    if extreme and rng.random() < (
        0.75 if chosen.any() else 0.9
    ):  # all or none of them: now and then
        return None
    sides = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    seen = boxes + rng.normal(0, 0.025, boxes.shape) * sides
    scores = rng.uniform(0.35, 1.0, len(boxes)) ** 0.5
    if rng.random() < 0.08:  # something that is none: it must not mislead
        seen = np.concatenate([seen, _scattered(rng, size, 1)])
        target, chosen = (
            np.append(target, True),
            np.append(chosen, wording.relation.name == "plain"),
        )
        labels, scores = (*labels, wording.kind), np.append(scores, rng.uniform(0.25, 0.45))
    order = rng.permutation(len(seen))
    layout = Layout(
        size, seen[order].astype(np.float32), target[order], tuple(labels[i] for i in order)
    )
    return Choice(wording, layout, scores[order].astype(np.float32), chosen[order])


def _scattered(rng: Generator, size: tuple[float, float], count: int) -> Boxes:
    """Boxes anywhere, alike or of many sizes, sometimes in a cluster."""
    longer = max(size)
    base = np.exp(rng.uniform(np.log(0.015), np.log(0.2))) * longer
    spread = rng.uniform(0.05, 0.8)
    side = (
        base * np.exp(rng.normal(0, spread, (count, 1))) * np.exp(rng.normal(0, 0.25, (count, 2)))
    )
    side = np.minimum(side, 0.6 * np.asarray(size))
    if rng.random() < 0.25:
        middle = rng.uniform(0.2, 0.8, 2) * size
        centre = middle + rng.normal(0, 0.12, (count, 2)) * longer
    else:
        centre = rng.uniform(0, 1, (count, 2)) * size
    centre = np.clip(centre, side / 2, np.asarray(size) - side / 2)
    return np.concatenate([centre - side / 2, centre + side / 2], 1).astype(np.float32)


def _rows(rng: Generator, size: tuple[float, float]) -> Boxes:
    """Two to four rows or columns of boxes alike."""
    lines, each = int(rng.integers(2, 5)), rng.integers(2, 9, 4)
    upright = rng.random() < 0.5
    along, across = (size[1], size[0]) if upright else size
    pitch = rng.uniform(0.12, 0.25) * across
    side = np.array([rng.uniform(0.4, 0.8) * along / 10, rng.uniform(0.3, 0.45) * pitch])
    first = rng.uniform(pitch / 2, max(pitch / 2 + 1, across - pitch * (lines - 0.5)))
    boxes = []
    for line in range(lines):
        n = int(each[line])
        start = rng.uniform(0.05, 0.95 - n / 10.5) * along
        for k in range(n):
            x, y = (
                start + (k + 0.5) * along / 10.5,
                first + line * pitch + rng.normal(0, 0.04) * side[1],
            )
            box = [x - side[0] / 2, y - side[1] / 2, x + side[0] / 2, y + side[1] / 2]
            boxes.append([box[1], box[0], box[3], box[2]] if upright else box)
    return np.clip(np.array(boxes, np.float32), 0, np.tile(size, 2)).astype(np.float32)


def draw(rng: Generator, wording: Wording) -> Choice | None:
    """An example for a question; None where forty layouts in a row would not do.

    Args:
        rng: where chance comes from.
        wording: the question.
    """
    for _ in range(40):
        choice = lay(rng, wording)
        if choice is not None:
            return choice
    return None
