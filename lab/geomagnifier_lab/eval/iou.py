"""Intersection over union of masks, alone and over many questions.

The figures are those of the referring segmentation literature, under more than one name:

    gIoU   mean over questions of IoU: every question counts as much. So in LISA
           (arXiv:2308.00692), GeoPixel (arXiv:2501.13925) and SegEarth-R1 on EarthReason; "mIoU"
           in the papers on RefSegRS, RRSIS-D (RMSIN, arXiv:2312.12470) and RISBench
    oIoU   summed intersection / summed union: every pixel counts as much. "cIoU" in LISA, GeoPixel
           and SegEarth-R1; LoveDA sums likewise
    Pr@X   share of the questions with an IoU of X or more; "P@X", "precision@X"

Where truth and prediction are both empty there is no IoU, and the authors differ: 1 in LISA and
SegEarth-R1 (`empty=1.0`, ours unless said), 0 in RMSIN, whose sets have no such question
(`empty=0.0`). Such a question adds nothing to oIoU. Where only one of the two is empty, IoU is 0
everywhere. Pr@X takes X itself in, as RMSIN does; SegEarth-R1 asks for more than X.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geomagnifier.errors import PredictionError
from geomagnifier.masks import areas, intersection_over_union

Mask = NDArray[np.bool_]

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
"""X of Pr@X."""


def all_areas(predicted: Iterable[Mask], truth: Iterable[Mask]) -> NDArray[np.int64]:
    """`areas` of each question: all that the figures of many questions need.

    Masks may come one by one and are not kept.

    Args:
        predicted: (H, W) bool each.
        truth: (H, W) bool each, in the same order.

    Returns:
        (N, 2) px, intersection and union.

    Raises:
        PredictionError: a mask has another size than its truth; its index is named.
        ValueError: there are more of one than of the other.
    """
    rows = []
    for index, (found, wanted) in enumerate(zip(predicted, truth, strict=True)):
        if found.shape != wanted.shape:
            raise PredictionError(
                f"mask {index} has {found.shape} px, its picture {wanted.shape}; bring it to the"
                " size of the picture"
            )
        rows.append(areas(found, wanted))
    return np.array(rows, np.int64).reshape(-1, 2)


def ious(pairs: ArrayLike, empty: float = 1.0) -> NDArray[np.float64]:
    """IoU of each question.

    Args:
        pairs: (N, 2) intersection and union, px.
        empty: what counts where the union is empty.

    Returns:
        (N,) 0..1.

    Raises:
        ValueError: a pair has more in common than in all, or is below zero; its index is named.
    """
    common, either = _columns(pairs)
    out = np.full(len(common), float(empty))
    np.divide(common, either, out=out, where=either > 0)
    return out


def overall_iou(pairs: ArrayLike) -> float:
    """oIoU, 0..1, of (N, 2) intersections and unions, px.

    1.0 where nothing was there and nothing was found. Errors: as `ious`.
    """
    common, either = _columns(pairs)
    return float(common.sum() / either.sum()) if either.sum() > 0 else 1.0


def precision_at(values: ArrayLike, thresholds: Sequence[float] = THRESHOLDS) -> dict[str, float]:
    """Pr@X: the share of IoUs of X or more.

    Args:
        values: (N,) IoU, 0..1.
        thresholds: X.

    Returns:
        "Pr@0.5" and so on, each 0..1; 0.0 of no questions.

    Raises:
        ValueError: an IoU is not within 0..1; its index is named.

    Example:
        >>> precision_at([0.5, 0.65, 1.0], (0.5, 0.6))
        {'Pr@0.5': 1.0, 'Pr@0.6': 0.6666666666666666}
    """
    found = np.asarray(values, float).ravel()
    bad = np.flatnonzero(~((found >= 0) & (found <= 1)))
    if bad.size:
        raise ValueError(f"the IoU {bad[0]} is {found[bad[0]]}, not a number within 0..1")
    return {f"Pr@{x:g}": float(np.mean(found >= x)) if found.size else 0.0 for x in thresholds}


def referring(pairs: ArrayLike, empty: float = 1.0) -> dict[str, float]:
    """The figures of a referring segmentation table, each 0..1.

    Args:
        pairs: (N, 2) intersection and union of each question, px, of `all_areas`.
        empty: as in `ious`.

    Returns:
        "gIoU", "oIoU", and "Pr@0.5" to "Pr@0.9"; nothing of no questions.
    """
    each = ious(pairs, empty)
    return (
        {"gIoU": float(each.mean()), "oIoU": overall_iou(pairs), **precision_at(each)}
        if each.size
        else {}
    )


def _columns(pairs: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    table = np.asarray(pairs, float).reshape(-1, 2)
    bad = np.flatnonzero(
        ~((table[:, 0] >= 0) & (table[:, 0] <= table[:, 1]) & np.isfinite(table[:, 1]))
    )
    if bad.size:
        raise ValueError(
            f"question {bad[0]} has an intersection of {table[bad[0], 0]:g} px and a union of"
            f" {table[bad[0], 1]:g}"
        )
    return table[:, 0], table[:, 1]


@dataclass
class MeanIoU:
    """gIoU: the mean of IoU over questions."""

    values: list[float] = field(default_factory=list)
    """IoU of each question, in order."""

    def add(self, predicted: Mask, truth: Mask) -> None:
        """Count one question.

        Args:
            predicted: (H, W) bool.
            truth: (H, W) bool.
        """
        self.values.append(intersection_over_union(predicted, truth))

    @property
    def value(self) -> float:
        """0..1; 0.0 before the first question."""
        return float(np.mean(self.values)) if self.values else 0.0


@dataclass
class OverallIoU:
    """oIoU: pixels of all intersections over pixels of all unions."""

    intersection: int = 0
    """Summed, px."""
    union: int = 0
    """Summed, px."""

    def add(self, predicted: Mask, truth: Mask) -> None:
        """Count one question.

        Args:
            predicted: (H, W) bool.
            truth: (H, W) bool.
        """
        common, either = areas(predicted, truth)
        self.intersection += common
        self.union += either

    @property
    def value(self) -> float:
        """0..1; 1.0 where nothing was there and nothing was found."""
        return 1.0 if self.union == 0 else self.intersection / self.union
