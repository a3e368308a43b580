"""Thresholds of a class, chosen on labelled images: presence, score of a detection, mask.

What a model finds of a class is collected once as `Evidence`, before any threshold; all thresholds
come out of these numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from geomagnifier.geometry import overlap
from geomagnifier.models.small.class_thresholds import ClassThresholds
from geomagnifier.types import Bools, Floats

STEPS = np.arange(1, 1000) / 1000
"""Thresholds that are tried for presence and score."""
MASKS = (0.3, 0.4, 0.5, 0.6, 0.7)
"""Thresholds that are tried for masks."""
EMPTY, WORTH = 0.97, 0.03
"""At least this share of the images without a class is left empty, where that costs less than this
share of those with it.
"""
MATCH = 0.5
"""IoU from which a found box is the labelled one."""
FEWEST = 8
"""Images with and images without a class that a choice of its presence threshold needs: three of
Dubai's images are free of water, and on one set of weights they alone moved its threshold to 0.97.
"""
GIVEN = 0.01
"""F1 on fully labelled sets that may be given up for more of it on the others."""
ENOUGH = 0.005
"""Land cover is there from this share of the image."""


@dataclass
class Evidence:
    """What was found of one class in labelled images."""

    presence: list[tuple[float, bool]] = field(default_factory=list)
    """(probability, is it there) of each image."""
    objects: list[tuple[float, bool, float]] = field(default_factory=list)
    """(raw score, is it right, presence of its view) of each candidate."""
    labelled: int = 0
    """Objects to be found."""
    masks: list[list[float]] = field(default_factory=list)
    """IoU at each of `MASKS`, a row for each image where the class is there."""
    complete: bool = True
    """All objects in the images are labelled."""


def matched(boxes: Floats, scores: Floats, truth: Floats) -> Bools:
    """Which boxes are right: best score first, each labelled object once, at IoU 0.5.

    Args:
        boxes: (N, 4) px.
        scores: (N,).
        truth: (M, 4) px.

    Returns:
        (N,) bool.
    """
    right = np.zeros(len(boxes), bool)
    if not len(boxes) or not len(truth):
        return right
    alike = overlap(boxes, truth)
    for i in np.argsort(-scores, kind="stable"):
        best = int(alike[i].argmax())
        if alike[i, best] >= MATCH:
            right[i] = True
            alike[:, best] = -1
    return right


def told(seen: Iterable[Evidence]) -> list[Evidence]:
    """What objects' quality and probability are judged by: sets that label all of them.

    Where there is none, the others.
    """
    labelled = [one for one in seen if one.labelled]
    return [one for one in labelled if one.complete] or labelled


def chosen(*seen: Evidence) -> ClassThresholds:
    """The thresholds that suit the evidence best, each set of images having the same weight.

    Sets whose labels are not complete are often the only ones of another camera. Of them what is
    near the labelled objects counts, and complete sets lose no more than `GIVEN` by them. The
    model's quality and probabilities are of complete ones (`told`).
    """
    presence = presence_threshold([pair for one in seen for pair in one.presence])
    sure, every = (
        [
            f1_at_steps([(s, hit) for s, hit, p in one.objects if p >= presence], one.labelled)
            for one in sets
        ]
        for sets in (told(seen), [one for one in seen if one.labelled])
    )
    mask, masks = ClassThresholds.mask, [np.mean(one.masks, 0) for one in seen if one.masks]
    if masks:
        means = np.mean(masks, 0)
        mask = max(
            MASKS,
            key=lambda t: (round(float(means[MASKS.index(t)]), 6), -abs(t - ClassThresholds.mask)),
        )
    return ClassThresholds(presence, score_of(sure, every), mask)


def quality(seen: Sequence[Evidence], at: ClassThresholds) -> float | None:
    """F1 of objects, IoU of land cover, at the chosen thresholds; None without labels.

    Args:
        seen: evidence of one class, by set.
        at: the thresholds.
    """
    step = int(np.argmin(np.abs(STEPS - at.score)))
    figures = [
        float(
            f1_at_steps([(s, hit) for s, hit, p in one.objects if p >= at.presence], one.labelled)[
                step
            ]
        )
        for one in told(seen)
    ]
    figures = figures or [
        float(np.mean(one.masks, 0)[MASKS.index(at.mask)]) for one in seen if one.masks
    ]
    return round(float(np.mean(figures)), 3) if figures else None


def presence_threshold(seen: list[tuple[float, bool]]) -> float:
    """The threshold with the best mean of "present ones kept" and "absent ones emptied".

    It is one that empties 97 % of the absent where that costs little. With fewer than eight
    examples of either sort the default stays.

    Args:
        seen: (probability, is it there).
    """
    there = np.array([p for p, truth in seen if truth])
    absent = np.array([p for p, truth in seen if not truth])
    if len(there) < FEWEST or len(absent) < FEWEST:
        return ClassThresholds.presence
    kept = (there[None] >= STEPS[:, None]).mean(1)
    emptied = (absent[None] < STEPS[:, None]).mean(1)
    balanced = (kept + emptied) / 2
    best = middle(balanced)
    quiet = np.where(emptied >= EMPTY, balanced, -1.0)
    if quiet.max() >= 0:
        other = middle(quiet)
        if kept[other] > kept[best] - WORTH:
            best = other
    return round(float(STEPS[best]), 3)


def f1_at_steps(seen: Sequence[tuple[float, bool]], labelled: int) -> NDArray[np.float64]:
    """F1 at each of `STEPS`.

    Args:
        seen: (score, is it right) of each candidate.
        labelled: objects to be found.
    """
    scores, right = np.array([s for s, _ in seen]), np.array([hit for _, hit in seen], bool)
    taken = scores[None] >= STEPS[:, None]
    return np.asarray(2 * (taken & right).sum(1) / (taken.sum(1) + max(1, labelled)), np.float64)


def score_of(
    sure: Sequence[NDArray[np.float64]], every: Sequence[NDArray[np.float64]] = ()
) -> float:
    """The score of the best F1; the default where nothing is right at any score.

    Args:
        sure: curves of `f1_at_steps` whose mean counts.
        every: where there are some, the best of their mean, of the scores at which that of `sure`
            is at most `GIVEN` below its best.
    """
    mean = np.mean(sure, 0) if sure else np.zeros(1)
    if mean.max() <= 0:
        return ClassThresholds.score
    wide = np.where(mean >= mean.max() - GIVEN, np.mean(every, 0), -1.0) if every else mean
    return round(float(STEPS[middle(wide)]), 3)


def middle(values: NDArray[np.float64]) -> int:
    """Index of the highest value.

    Of equal ones side by side it is the middle of the longest run, away from both edges.
    """
    best = np.flatnonzero(values >= values.max() - 1e-9)
    rows = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
    longest = max(rows, key=len)
    return int(longest[len(longest) // 2])
