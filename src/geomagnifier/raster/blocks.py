"""A picture of a raster cut into pieces along the blocks of its file.

Each block is decoded once, and a damaged one spoils itself only.

A picture shows some of the scene in rows and columns of its own px, each `step` scene px long; a
piece is some of these rows and columns.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from geomagnifier.geometry import Box

SMALLEST, THINNEST = 256, 16
"""Blocks are taken together up to the area of a square of SMALLEST px; the strips of a wide scene
until they are THINNEST px high.
"""

NEAR = 0.51
"""An edge of a piece this near to an edge of blocks, in px of the picture, is meant to lie on it."""


@dataclass(frozen=True)
class Span:
    """Pixels `start` to `stop` of a picture along one axis, of `count`."""

    count: int
    origin: float
    """Where the picture begins."""
    step: float
    """Length of one of its px."""
    cell: int
    """Length of the file's blocks."""
    size: int
    """Length of the scene. All in scene px."""
    start: int
    stop: int

    @property
    def ends(self) -> tuple[float, float]:
        """Where it begins and ends, scene px."""
        return self.origin + self.start * self.step, self.origin + self.stop * self.step

    @property
    def extent(self) -> tuple[float, float]:
        """`ends`, moved to the edges of the blocks where these are near.

        Where the picture begins and ends they stay.
        """
        low, high = self.ends
        near_low, near_high = (round(end / self.cell) * self.cell for end in (low, high))
        if self.start > 0 and abs(near_low - low) <= NEAR * self.step:
            low = float(near_low)
        if self.stop < self.count and abs(near_high - high) <= NEAR * self.step:
            high = float(near_high)
        return (low, high) if low < high else self.ends

    def halves(self) -> tuple[Span, ...]:
        """Two spans that meet near an edge of the blocks.

        The span alone where it lies in one block or is one px long.
        """
        low, high = self.extent
        first, last = math.floor(low / self.cell) + 1, math.ceil(high / self.cell) - 1
        if first > last or self.stop - self.start == 1:
            return (self,)
        edge = (first + last) // 2 * self.cell
        middle = min(max(round((edge - self.origin) / self.step), self.start + 1), self.stop - 1)
        return replace(self, stop=middle), replace(self, start=middle)

    def parted(self, margin: float) -> tuple[Span, ...]:
        """A span of one block as its middle and its ends, whose pixels reach into the next blocks if they look `margin` scene px around."""
        low, high = self.extent
        cell = math.floor((low + high) / 2 / self.cell)
        first = (
            math.ceil((cell * self.cell + margin - self.origin) / self.step - 1e-9)
            if cell > 0
            else self.start
        )
        last = math.floor(((cell + 1) * self.cell - margin - self.origin) / self.step + 1e-9)
        if (cell + 1) * self.cell >= self.size:
            last = self.stop
        cuts = sorted(
            {
                self.start,
                self.stop,
                *(min(max(cut, self.start), self.stop) for cut in (first, last)),
            }
        )
        return tuple(
            replace(self, start=start, stop=stop) for start, stop in itertools.pairwise(cuts)
        )


@dataclass(frozen=True)
class Piece:
    """Some rows and columns of a picture."""

    rows: Span
    columns: Span

    @property
    def place(self) -> tuple[slice, slice]:
        """Where it lies in an array (..., h, w) of the picture."""
        return slice(self.rows.start, self.rows.stop), slice(self.columns.start, self.columns.stop)

    @property
    def shape(self) -> tuple[int, int]:
        """(h, w), px of the picture."""
        return self.rows.stop - self.rows.start, self.columns.stop - self.columns.start

    @property
    def box(self) -> Box:
        """What it shows, scene px."""
        (top, foot), (left, right) = self.rows.ends, self.columns.ends
        return Box(left, top, right, foot)

    @property
    def blocks(self) -> Box:
        """The blocks it is made of, scene px.

        Where the picture begins or ends within one, the part of it in the picture.
        """
        (top, foot), (left, right) = self.rows.extent, self.columns.extent
        return Box(left, top, right, foot)

    def quarters(self) -> tuple[Piece, ...]:
        """Its quarters, or halves where it is one block high or wide.

        The piece alone where it is one block.
        """
        return tuple(
            Piece(*spans) for spans in itertools.product(self.rows.halves(), self.columns.halves())
        )

    def parted(self, margin: float) -> tuple[Piece, ...]:
        """A piece of one block as its middle, its edges and its corners: see `Span.parted`."""
        return tuple(
            Piece(*spans)
            for spans in itertools.product(self.rows.parted(margin), self.columns.parted(margin))
        )


def picture(box: Box, height: int, width: int, blocks: tuple[int, int], scene: Box) -> Piece:
    """All of a picture of `box` (scene px), `height` x `width` px. blocks.

    (h, w) of the file's blocks, px.
    """
    across = -(-SMALLEST // blocks[1]) * blocks[1]
    enough = min(SMALLEST, max(THINNEST, SMALLEST**2 // across))
    down = -(-enough // blocks[0]) * blocks[0]
    rows = Span(height, box.y0, box.height / height, down, int(scene.y1), 0, height)
    return Piece(rows, Span(width, box.x0, box.width / width, across, int(scene.x1), 0, width))


def joined(boxes: Iterable[Box]) -> tuple[Box, ...]:
    """Boxes that share a whole side become one.

    First those side by side, then those one above the other.
    """
    found = [box.tuple() for box in boxes]
    for upright in (0, 1):  # the axis along which neighbours are looked for
        along, across = (upright, upright + 2), (1 - upright, 3 - upright)
        rows: list[tuple[float, float, float, float]] = []
        for box in sorted(found, key=lambda box: (box[across[0]], box[across[1]], box[along[0]])):
            last = rows[-1] if rows else None
            if (
                last
                and all(last[side] == box[side] for side in across)
                and last[along[1]] == box[along[0]]
            ):
                rows[-1] = (*last[:2], *box[2:])
            else:
                rows.append(box)
        found = rows
    return tuple(Box(*box) for box in found)
