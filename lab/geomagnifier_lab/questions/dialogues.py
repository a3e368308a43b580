"""Dialogues of two and three turns about labelled images, with the boxes that each turn means.

A first question asks for a class; what follows refers back to it: it chooses among what was found,
asks for masks of the same objects, takes one of them as landmark, or asks the same of another
class. A fresh question in between must be taken as one. What is meant follows from the labels, with
the margins of `relations`: a turn with an ambiguous answer is not drawn.

Slots: {size} largest, smallest; {most} leftmost; {n} two, three; {half} left, upper; {beside} left
of, above; {s}, {p} a class. "val" phrasings are for measuring only; the parser of follow-ups was
written with those of "train" at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from geomagnifier.language.classes import KINDS, entries
from geomagnifier_lab.datasets.sample import ObjectSample
from geomagnifier_lab.questions.questions import Split
from geomagnifier_lab.questions.referring_samples import BESIDE, HALVES
from geomagnifier_lab.questions.relation_phrases import MOST, NUMBERS
from geomagnifier_lab.questions.relations import (
    Bools,
    Layout,
    beside,
    by_size,
    by_way,
    in_part,
    nth_from,
    to_landmark,
)

TRIES = 12
"""Draws of a turn before another sort is tried."""
_PLURAL = {kind.name: kind.plural for kind in KINDS}


@dataclass(frozen=True, eq=False)
class Turn:
    """One turn of a dialogue."""

    text: str
    """The question."""
    sort: str
    """See SORTS, or "first"."""
    meant: tuple[int, ...]
    """Indices of the labelled objects."""
    pixel: bool = False
    """Masks are asked for."""


@dataclass(frozen=True, eq=False)
class Dialogue:
    """A labelled image, and what is asked about it in turn."""

    sample: ObjectSample
    """The labelled image."""
    turns: tuple[Turn, ...]
    """Two or three."""


FIRST = {
    "train": entries("Find the {p}. | Detect all {p}. | Where are the {p}? | Show me every {s}."),
    "val": entries(
        "Please locate any {p} you can see. | Box each {s}. | I'm looking for {p}. | list the {p}"
        " with their positions"
    ),
}
BY_SIZE = {
    "train": entries("""
        and the {size} of them? | Which one is the {size}? | the {size} one
        only the {size} of those | now the {size} one please | What about the {size}?
        Show me the {size} of these. | and which of them is the {size}?
    """),
    "val": entries("""
        Of these, which is {size}? | I only care about the {size} one.
        narrow it down to the {size} | ok, {size} one? | Can you single out the {size} among them?
        keep just the {size} | pick the {size} | And which is the {size}, then?
    """),
}
BY_SIDE = {
    "train": entries("""
        and the {most} of them? | Which of those is the {most}? | the {most} one | only the {most}
        Show just the {most} one. | and the {n} {most}? | the {n} {most} ones
        What about the {n} {most} of them?
    """),
    "val": entries("""
        Which one lies {most}? | drop all but the {most} | I meant the {most} one.
        the {most} among these, please | Keep the {n} {most} of these.
        Just give me the {n} {most} ones. | narrow that to the {n} {most} | {n} {most} of those
    """),
}
BY_HALF = {
    "train": entries("""
        only those in the {half} half | and the ones in the {half} half?
        Which of them are in the {half} half? | just the ones on the {half} side
        those in the {half} half of the image | Which are in the {half} half?
    """),
    "val": entries("""
        Restrict that to the {half} half. | Leave out everything that isn't in the {half} half.
        how about just the {half} half | I want the ones in the {half} half of the scene.
        which of these sit in the {half} half? | {half} half only
    """),
}
BY_MARK = {
    "train": entries("""
        only those near the {s} | Which of them is closest to the {s}?
        and the one nearest to the {s}? | the one next to the {s}
    """),
    "val": entries("""
        Which one of these lies nearest the {s}? | keep the one closest to the {s}
        the one beside the {s}, please | And of those, the nearest to the {s}?
        I need the one right by the {s}.
    """),
}
CLOSER = {
    "train": entries("""
        segment those | Outline them. | Now segment them. | Give me their masks. | mask those please
        Draw their exact shape. | Segment each of them. | and their outlines?
    """),
    "val": entries("""
        Could I get pixel masks for these? | Trace each one. | turn them into polygons
        Cut those out for me. | same again, but as masks | Let's have the precise contours of them.
        masks? | Now colour them in, pixel by pixel.
    """),
}
AGAIN = {
    "train": entries(
        "How many are there? | Where are they? | count them | How many of them are there? | How"
        " many is that?"
    ),
    "val": entries(
        "What's the total? | and how many is that in all? | Put a number on it. | Where exactly do"
        " they lie? | box them again"
    ),
}
BESIDE_IT = {
    "train": entries(
        "what is {beside} it? | What lies {beside} it? | Is there anything {beside} it? | show"
        " everything {beside} it"
    ),
    "val": entries(
        "Tell me what you see {beside} that one. | Any objects {beside} it? | {beside} it, what is"
        " there? | what else is {beside} it"
    ),
}
KIND_BESIDE_IT = {
    "train": entries(
        "any {p} {beside} it? | Find the {p} {beside} it. | How many {p} are {beside} it? | and the"
        " {p} {beside} it?"
    ),
    "val": entries("""
        Show me {p} {beside} that one. | Do you see {p} {beside} it? | Now look for {p} {beside} it.
        I'd like the {p} that are {beside} it. | {p} {beside} it?
    """),
}
SWAP = {
    "train": entries(
        "and the {p}? | What about {p}? | and {p}? | How about the {p}? | the same for the {p} |"
        " and what about the {p}?"
    ),
    "val": entries(
        "now do the {p} | {p} too, please | ditto for {p} | And are there any {p}? | repeat that"
        " with {p} | {p} as well?"
    ),
}
FRESH = {
    "train": entries(
        "Find the {p}. | Where are the {p}? | How many {p} are there? | Are there {p}? If so, mark"
        " them."
    ),
    "val": entries("""
        Draw a rectangle around every {s} in the picture.
        Tell me how many {p} this photo contains. | Does it contain {p}? Show where.
        Look for {p} in the image and box them. | I want to know where each {s} is.
    """),
}


def _layout(
    sample: ObjectSample, size: tuple[float, float], target: Bools, marks: Bools
) -> tuple[Layout, np.ndarray]:
    """Targets and landmarks alone, and their indices in the sample."""
    kept = np.flatnonzero(target | marks)
    boxes = np.array([sample.objects[i].box for i in kept], np.float32)
    return Layout(size, boxes, target[kept], tuple(sample.objects[i].kind for i in kept)), kept


@dataclass(frozen=True, eq=False)
class _Now:
    """The state of a dialogue."""

    sample: ObjectSample
    size: tuple[float, float]
    kind: str
    current: Bools
    """What the last answer holds, of one kind."""
    level: bool = False

    def of(self, kind: str) -> Bools:
        return np.array([o.kind == kind for o in self.sample.objects], bool)


Drawn = tuple[str, Bools, bool, str] | None
"""Words, what is meant, whether masks are wanted, the class; None where nothing suits."""


def _choose(rng: Generator, split: Split, now: _Now) -> Drawn:
    if now.current.sum() < 2:
        return None
    side = ("left", "right", "top", "bottom")[int(rng.integers(4))]
    way, none = int(rng.integers(4)), np.zeros_like(now.current)
    slots: dict[str, str] = {}
    if way == 3:
        marks = [
            k
            for k in sorted({o.kind for o in now.sample.objects})
            if k != now.kind and now.of(k).sum() == 1
        ]
        if not marks:
            return None
        mark = marks[int(rng.integers(len(marks)))]
        layout, kept = _layout(now.sample, now.size, now.current, now.of(mark))
        chosen, table, slots["s"] = by_way(layout, to_landmark(layout), True), BY_MARK, mark
    else:
        layout, kept = _layout(now.sample, now.size, now.current, none)
        text = _pick(rng, (BY_SIZE, BY_SIDE, BY_HALF)[way][split])
        if way == 0:
            large = bool(rng.random() < 0.5)
            slots["size"] = ("largest", "biggest")[int(rng.integers(2))] if large else "smallest"
            chosen = by_size(layout, large)
        elif way == 1:
            many = int(rng.integers(2, 4)) if "{n}" in text else 1
            slots |= {"n": NUMBERS[many - 2], "most": MOST[side][int(rng.integers(2))]}
            chosen = nth_from(layout, side, 1, many)
        else:
            slots["half"] = HALVES[side][0]
            chosen = in_part(layout, (side,))
        if chosen is None or not 0 < chosen.sum() < now.current.sum():
            return None
        return text.format(**slots), _spread(chosen, kept, len(none)), now.level, now.kind
    return (
        None
        if chosen is None
        else (
            _pick(rng, table[split]).format(**slots),
            _spread(chosen, kept, len(none)),
            now.level,
            now.kind,
        )
    )


def _closer(rng: Generator, split: Split, now: _Now) -> Drawn:
    if rng.random() < 0.6:
        return _pick(rng, CLOSER[split]), now.current, True, now.kind
    return _pick(rng, AGAIN[split]), now.current, False, now.kind


def _landmark(rng: Generator, split: Split, now: _Now) -> Drawn:
    if now.current.sum() != 1:
        return None
    side = ("left", "right", "top", "bottom")[int(rng.integers(4))]
    kinds = sorted({o.kind for o in now.sample.objects} - {now.kind})
    kind = kinds[int(rng.integers(len(kinds)))] if kinds and rng.random() < 0.6 else ""
    target = now.of(kind) if kind else ~now.current
    if not target.any():
        return None
    layout, kept = _layout(now.sample, now.size, target, now.current)
    chosen = beside(layout, side)
    if chosen is None or not chosen.any():
        return None
    table = KIND_BESIDE_IT if kind else BESIDE_IT
    text = _pick(rng, table[split]).format(
        beside=BESIDE[side][int(rng.integers(2))], p=_PLURAL.get(kind, "")
    )
    return text, _spread(chosen, kept, len(target)), False, kind


def _swap(rng: Generator, split: Split, now: _Now) -> Drawn:
    return _other(rng, now, SWAP[split], now.level)


def _fresh(rng: Generator, split: Split, now: _Now) -> Drawn:
    return _other(rng, now, FRESH[split], False)


def _other(rng: Generator, now: _Now, table: Sequence[str], level: bool) -> Drawn:
    kinds = sorted({o.kind for o in now.sample.objects} - {now.kind})
    if not kinds:
        return None
    kind = kinds[int(rng.integers(len(kinds)))]
    return _pick(rng, table).format(s=kind, p=_PLURAL[kind]), now.of(kind), level, kind


SORTS: Mapping[str, Callable[[Generator, Split, _Now], Drawn]] = {
    "choose": _choose,
    "closer": _closer,
    "landmark": _landmark,
    "swap": _swap,
    "fresh": _fresh,
}
"""Sorts of follow-ups."""


def dialogues(
    samples: Sequence[tuple[ObjectSample, tuple[float, float]]],
    count: int,
    split: Split = "val",
    seed: int = 7,
) -> list[Dialogue]:
    """Draw dialogues, their sorts of follow-ups balanced.

    Args:
        samples: labelled images with their width and height, px.
        count: how many; fewer where the images do not give so many.
        split: whose phrasings.
        seed: the same gives the same dialogues.
    """
    rng, out = np.random.default_rng(seed), list[Dialogue]()
    drawn = dict.fromkeys(SORTS, 0)
    order = (
        [samples[int(i)] for _ in range(20) for i in rng.permutation(len(samples))]
        if samples
        else []
    )
    for sample, size in order:
        if len(out) == count:
            break
        dialogue = _dialogue(
            rng, split, sample, size, sorted(SORTS, key=lambda s: drawn[s]), 2 + len(out) % 2
        )
        if dialogue is None:
            continue
        out.append(dialogue)
        for turn in dialogue.turns[1:]:
            drawn[turn.sort] += 1
    return out


def _dialogue(
    rng: Generator,
    split: Split,
    sample: ObjectSample,
    size: tuple[float, float],
    wanted: Sequence[str],
    length: int,
) -> Dialogue | None:
    """One dialogue of so many turns, whose second or third is of the sort most wanted.

    None where the image does not give it.
    """
    kinds = sorted({o.kind for o in sample.objects})
    if not kinds:
        return None
    kind = kinds[int(rng.integers(len(kinds)))]
    start = np.array([o.kind == kind for o in sample.objects], bool)
    turns = [
        Turn(_pick(rng, FIRST[split]).format(s=kind, p=_PLURAL[kind]), "first", _indices(start))
    ]
    now = _Now(sample, size, kind, start)
    plan = (
        ["choose", "landmark"]
        if wanted[0] == "landmark" and start.sum() > 1 and length == 3
        else [wanted[0], wanted[1]][: length - 1]
    )
    for sort in plan:
        for _ in range(TRIES):
            step = SORTS[sort](rng, split, now)
            if step is not None:
                break
        else:
            return None
        text, meant, pixel, of = step
        turns.append(Turn(text, sort, _indices(meant), pixel))
        now = _Now(sample, size, of, meant, pixel)
    return Dialogue(sample, tuple(turns))


def _pick(rng: Generator, table: Sequence[str]) -> str:
    return table[int(rng.integers(len(table)))]


def _spread(chosen: Bools, kept: np.ndarray, count: int) -> Bools:
    out = np.zeros(count, bool)
    out[kept[chosen]] = True
    return out


def _indices(mask: Bools) -> tuple[int, ...]:
    return tuple(int(i) for i in np.flatnonzero(mask))
