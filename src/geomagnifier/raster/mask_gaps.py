"""Find the shortest line between two masks from their strips, without their outlines.

Strips are those of `measures.pieces`: (K, 4) x0, y0, x1, y1 in scene px, in the order of their
columns.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geomagnifier.raster.shapes import geometry
from geomagnifier.results import Region

Floats64 = NDArray[np.float64]
FEW = 2000
"""Most boxes that are all compared; of more, those nearby are found with a tree."""
PAIRS = 250_000
"""Most pairs of strips that are compared at once; of masks with more, outlines are used."""


class NearbyBoxes:
    """Finds boxes near another one: all of them where they are few, else those within a reach.

    Args:
        boxes: (M, 4) x0, y0, x1, y1, scene px.
    """

    def __init__(self, boxes: Floats64) -> None:
        import shapely

        self.number, self.reach = len(boxes), np.inf  # reach: of the last boxes of `about`, px
        self._tree = shapely.STRtree(shapely.box(*boxes.T)) if len(boxes) > FEW else None

    def within(self, box: Floats64, reach: float) -> NDArray[np.intp]:
        """Return the numbers of the boxes that may be within a reach of another one.

        Args:
            box: (4,) scene px.
            reach: px.
        """
        import shapely

        if self._tree is None:
            return np.arange(self.number)
        return np.asarray(self._tree.query(shapely.box(*box), "dwithin", reach), np.intp)

    def about(self, box: Floats64) -> Iterator[NDArray[np.intp]]:
        """Yield the numbers of the boxes within `reach` of another one, which doubles each time."""
        import shapely

        if self._tree is None:
            yield np.arange(self.number)
            return
        self.reach = float(max(box[2] - box[0], box[3] - box[1], 1.0))
        while True:
            found = self._tree.query(shapely.box(*box), "dwithin", self.reach)
            yield found
            if len(found) == self.number:
                return
            self.reach *= 2


def bounds_of(strips: Floats64) -> Floats64:
    """Return the box round some strips, (4,)."""
    return np.concatenate([strips[:, :2].min(0), strips[:, 2:].max(0)])


def box_gaps(box: Floats64, boxes: Floats64) -> Floats64:
    """Return the gap from one box to each of some others.

    Args:
        box: (4,) scene px.
        boxes: (M, 4) scene px.

    Returns:
        (M,) px, 0 where they meet.
    """
    steps = np.maximum(np.maximum(box[:2] - boxes[:, 2:], boxes[:, :2] - box[2:]), 0)
    return np.asarray(np.hypot(steps[:, 0], steps[:, 1]))


def gap_bound(first: Floats64, second: Floats64) -> float:
    """Return an upper bound on the gap between two regions, px.

    From a strip of the first to the nearest of the second, and twice on from there.

    Args:
        first: (K, 4) strips of the one.
        second: (L, 4) strips of the other.
    """
    strip = first[len(first) // 2]
    for strips in (second, first, second):
        gaps = box_gaps(strip, strips)
        strip = strips[k := int(gaps.argmin())]
    return float(gaps[k])


def shortest_line(first: Floats64, second: Floats64, region: Region, other: Region) -> Floats64:
    """Return the shortest line between two regions.

    Args:
        first: (K, 4) strips of the one, in the order of their columns.
        second: (L, 4) strips of the other, in the order of their columns.
        region: the one, whose outline is used where there are too many pairs of strips.
        other: the other.

    Returns:
        (2, 2) its ends, scene px; a point twice where they meet.
    """
    # A bound that costs little leaves few strips of either that can be part of the answer.
    most = gap_bound(first, second) + 1e-9
    first = first[box_gaps(bounds_of(second), first) <= most]
    second = second[box_gaps(bounds_of(first), second) <= most]
    low = np.searchsorted(second[:, 0], first[:, 0] - most - (second[:, 2] - second[:, 0]).max())
    # For each strip of the first, the strips of the second in columns near enough.
    count = np.searchsorted(second[:, 0], first[:, 2] + most, side="right") - low
    if count.sum() > PAIRS:
        import shapely

        return np.asarray(
            shapely.get_coordinates(shapely.shortest_line(geometry(region), geometry(other)))
        )
    i = np.repeat(np.arange(len(first)), count)
    j = np.arange(len(i)) - np.repeat(np.cumsum(count) - count - low, count)
    k = int(
        (np.maximum(np.maximum(first[i, :2] - second[j, 2:], second[j, :2] - first[i, 2:]), 0) ** 2)
        .sum(1)
        .argmin()
    )
    a, b = first[i[k]], second[j[k]]
    # Along an axis on which the two strips overlap, low <= high: the line is straight across, in
    # the middle of the overlap. Else it goes from the end of the one to the start of the other.
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
    middle = (low + high) / 2
    ahead = a[:2] > b[:2]
    return np.stack(
        [
            np.where(low <= high, middle, np.where(ahead, low, high)),
            np.where(low <= high, middle, np.where(ahead, high, low)),
        ]
    )
