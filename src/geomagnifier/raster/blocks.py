"""Cut a read of a raster into pieces along the blocks of its file.

So each block is decoded once, and a damaged block spoils no other.

A read shows part of the scene as a picture with rows and columns of its own px, each `step` scene
px long; a piece is some of these rows and columns.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from geomagnifier.geometry import Box

SMALLEST, THINNEST = 256, 16
"""Blocks are read together up to the area of a square of SMALLEST px; the strips of a wide scene
until they are THINNEST px high.
"""

NEAR = 0.51
"""An edge of a piece this near an edge of blocks, in px of the picture, is meant to lie on it."""


@dataclass(frozen=True)
class Span:
    """Pixels `start` to `stop` of a picture along one axis."""

    count: int
    """Pixels of the picture along this axis."""
    origin: float
    """Where the picture begins, scene px."""
    step: float
    """Length of one of its px, scene px."""
    cell: int
    """Length of the file's blocks, scene px."""
    size: int
    """Length of the scene, px."""
    start: int
    """First pixel of the picture."""
    stop: int
    """Pixel after the last."""

    @property
    def ends(self) -> tuple[float, float]:
        """Beginning and end, scene px."""
        return self.origin + self.start * self.step, self.origin + self.stop * self.step

    @property
    def extent(self) -> tuple[float, float]:
        """Beginning and end, moved to the edges of the blocks where these are near.

        Where the picture itself begins or ends they stay.
        """
        low, high = self.ends
        near_low, near_high = (round(end / self.cell) * self.cell for end in (low, high))
        if self.start > 0 and abs(near_low - low) <= NEAR * self.step:
            low = float(near_low)
        if self.stop < self.count and abs(near_high - high) <= NEAR * self.step:
            high = float(near_high)
        return (low, high) if low < high else self.ends

    def halves(self) -> tuple[Span, ...]:
        """Split the span in two at an edge of the blocks.

        A span in one block, or one px long, is returned whole.
        """
        low, high = self.extent
        first, last = math.floor(low / self.cell) + 1, math.ceil(high / self.cell) - 1
        if first > last or self.stop - self.start == 1:
            return (self,)
        edge = (first + last) // 2 * self.cell
        middle = min(max(round((edge - self.origin) / self.step), self.start + 1), self.stop - 1)
        return replace(self, stop=middle), replace(self, start=middle)

    def parted(self, margin: float) -> tuple[Span, ...]:
        """Split a span of one block into its middle and its ends.

        Pixels of the ends depend on the next blocks if they are made of what lies up to `margin`
        scene px around them.
        """
        low, high = self.extent
        cell = math.floor((low + high) / 2 / self.cell)
        # The block at the edge of the scene has no neighbour there, and so no end of that kind.
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
    """Its rows."""
    columns: Span
    """Its columns."""

    @property
    def place(self) -> tuple[slice, slice]:
        """Its rows and columns in an array (..., h, w) of the picture."""
        return slice(self.rows.start, self.rows.stop), slice(self.columns.start, self.columns.stop)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width, px of the picture."""
        return self.rows.stop - self.rows.start, self.columns.stop - self.columns.start

    @property
    def box(self) -> Box:
        """The part of the scene that it shows, scene px."""
        (top, foot), (left, right) = self.rows.ends, self.columns.ends
        return Box(left, top, right, foot)

    @property
    def blocks(self) -> Box:
        """The blocks that it is made of, scene px.

        Of a block in which the picture begins or ends, the part in the picture.
        """
        (top, foot), (left, right) = self.rows.extent, self.columns.extent
        return Box(left, top, right, foot)

    def quarters(self) -> tuple[Piece, ...]:
        """Split the piece in four, or in two where it is one block high or wide.

        A piece of one block is returned whole.
        """
        return tuple(
            Piece(*spans) for spans in itertools.product(self.rows.halves(), self.columns.halves())
        )

    def parted(self, margin: float) -> tuple[Piece, ...]:
        """Split a piece of one block into its middle, edges and corners: see `Span.parted`."""
        return tuple(
            Piece(*spans)
            for spans in itertools.product(self.rows.parted(margin), self.columns.parted(margin))
        )


def whole_piece(box: Box, height: int, width: int, blocks: tuple[int, int], scene: Box) -> Piece:
    """Return the piece that is the whole picture of a part of the scene.

    Args:
        box: the part that is shown, scene px.
        height: height of the picture, px.
        width: width of the picture, px.
        blocks: height and width of the file's blocks, px.
        scene: the whole scene, px.
    """
    across = -(-SMALLEST // blocks[1]) * blocks[1]
    enough = min(SMALLEST, max(THINNEST, SMALLEST**2 // across))
    down = -(-enough // blocks[0]) * blocks[0]
    rows = Span(height, box.y0, box.height / height, down, int(scene.y1), 0, height)
    return Piece(rows, Span(width, box.x0, box.width / width, across, int(scene.x1), 0, width))


def joined(boxes: Iterable[Box]) -> tuple[Box, ...]:
    """Join boxes that share a whole side, first side by side, then one above the other."""
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
