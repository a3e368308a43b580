"""Intersection over union of masks, alone and over many questions.

The two means are those of the referring segmentation literature (LISA, arXiv:2308.00692; LoveDA sums over a whole set likewise):

    gIoU = mean over questions of IoU                         every question counts as much
    oIoU = summed intersection / summed union (also "cIoU")   every pixel counts as much
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def intersection_over_union(predicted: Mask, truth: Mask) -> float:
    """IoU of two (H, W) bool masks, 0..1. Two empty masks agree: 1.0, as LISA scores a question about nothing.

    Raises:
        ValueError: the masks differ in size.

    Example:
        >>> intersection_over_union(np.array([[True, True]]), np.array([[True, False]]))
        0.5
    """
    common, either = areas(predicted, truth)
    return 1.0 if either == 0 else common / either


def areas(predicted: Mask, truth: Mask) -> tuple[int, int]:
    """Pixels of the intersection and of the union of two (H, W) bool masks.

    Raises:
        ValueError: the masks differ in size.
    """
    if predicted.shape != truth.shape:
        raise ValueError(f"masks of {predicted.shape} and {truth.shape} px cannot be compared; bring both to the size of the scene")
    return int(np.count_nonzero(predicted & truth)), int(np.count_nonzero(predicted | truth))


@dataclass
class MeanIoU:
    """gIoU: the mean of IoU over questions. values: IoU of each, in order."""

    values: list[float] = field(default_factory=list)

    def add(self, predicted: Mask, truth: Mask) -> None:
        """Count one question: two (H, W) bool masks."""
        self.values.append(intersection_over_union(predicted, truth))

    @property
    def value(self) -> float:
        """0..1; 0.0 before the first question."""
        return float(np.mean(self.values)) if self.values else 0.0


@dataclass
class OverallIoU:
    """oIoU: pixels of all intersections over pixels of all unions."""

    intersection: int = 0
    union: int = 0

    def add(self, predicted: Mask, truth: Mask) -> None:
        """Count one question: two (H, W) bool masks."""
        common, either = areas(predicted, truth)
        self.intersection += common
        self.union += either

    @property
    def value(self) -> float:
        """0..1; 1.0 where nothing was there and nothing was found."""
        return 1.0 if self.union == 0 else self.intersection / self.union
