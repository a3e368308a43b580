"""An area of interest: the pixels of a scene that are searched, counted and outlined."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier.geometry import Box
from geomagnifier.masks import union

BAND = 16_000_000
"""Pixels that are drawn at a time to see which cells of a grid hold any of an area."""


@dataclass(frozen=True, eq=False)
class Area:
    """The pixels of an area of interest."""

    box: Box
    """The whole scene px that it lies in."""
    pixels: int
    """How many it has."""
    key: str
    """The same for the same pixels."""
    strips: tuple[tuple[int, int, dict[str, Any]], ...]
    """(first column, last column + 1, COCO RLE at scene size) of upright strips, from left to
    right.
    """

    def inside(self, window: Box) -> NDArray[np.bool_]:
        """The pixels of the area in a window (scene px, rounded outwards) -> (h, w) bool.

        Costs the window and the strips it meets.
        """
        x0, y0, x1, y1 = (
            math.floor(window.x0),
            math.floor(window.y0),
            math.ceil(window.x1),
            math.ceil(window.y1),
        )
        return union(
            [rle for left, right, rle in self.strips if left < x1 and right > x0],
            Box(x0, y0, x1, y1),
        )

    def contains(self, x: float, y: float) -> bool:
        """Whether the pixel at a point is one of the area.

        Args:
            x: scene px.
            y: scene px.
        """
        left, top = math.floor(x), math.floor(y)
        return self.box.contains(x, y) and bool(
            self.inside(Box(left, top, left + 1, top + 1)).any()
        )

    def meets(self, box: Box) -> bool:
        """Whether any of its pixels lies in a box (scene px)."""
        common = box.intersection(self.box)
        return common is not None and any(
            self.inside(
                Box(max(left, common.x0), common.y0, min(right, common.x1), common.y1)
            ).any()
            for left, right, _ in self.strips
            if left < common.x1 and right > common.x0
        )

    def share(self, boxes: Sequence[Box]) -> float:
        """The share of its pixels that some boxes (scene px), which may overlap, cover together.

        0 to 1.
        """
        return sum(int(part.sum()) for part in self._parts(*boxes)) / self.pixels

    def cells(self, window: Box, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """Which cells of a grid over a window hold a pixel of the area, (h, w) bool.

        Args:
            window: scene px.
            shape: (h, w), cells of one size.
        """
        found = np.zeros(shape, bool)
        across, down = window.width / shape[1], window.height / shape[0]
        many = max(1, int(BAND // (window.width * down)))
        for row in range(0, shape[0], many):
            end = min(row + many, shape[0])
            band = Box(window.x0, window.y0 + row * down, window.x1, window.y0 + end * down)
            mask = self.inside(band)
            rows = _any(mask, end - row, down, band.y0 - math.floor(band.y0))
            found[row:end] = _any(rows.T, shape[1], across, window.x0 - math.floor(window.x0)).T
        return found

    def _parts(self, *boxes: Box) -> Iterator[NDArray[np.bool_]]:
        """The pixels of the area that lie in any of some boxes, strip by strip."""
        for left, right, _ in self.strips:
            window = Box(left, self.box.y0, right, self.box.y1)
            near = [common for box in boxes if (common := box.intersection(window)) is not None]
            if not near:
                continue
            covered = np.zeros((int(window.height), right - left), bool)
            for box in near:
                rows = slice(
                    round(box.y0 - window.y0),
                    max(round(box.y1 - window.y0), round(box.y0 - window.y0) + 1),
                )
                covered[
                    rows, round(box.x0) - left : max(round(box.x1), round(box.x0) + 1) - left
                ] = True
            yield self.inside(window) & covered


def _any(mask: NDArray[np.bool_], count: int, step: float, start: float) -> NDArray[np.bool_]:
    """Whether each of `count` spans of `step` rows, from row `start` on, holds any of a mask.

    mask: (h, w).  Returns (count, w).
    """
    first = np.floor(start + np.arange(count) * step + 1e-6).astype(int).clip(0, len(mask) - 1)
    after = (
        np.ceil(start + np.arange(1, count + 1) * step - 1e-6)
        .astype(int)
        .clip(first + 1, len(mask))
    )
    padded = np.concatenate([mask, np.zeros((1, mask.shape[1]), bool)])
    return np.asarray(
        np.logical_or.reduceat(padded, np.stack([first, after], axis=1).ravel(), axis=0)[::2]
    )
