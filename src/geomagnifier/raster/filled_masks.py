"""Find the points inside masks with their holes filled, from run lengths alone.

A hole is background that a mask encloses: mask pixels are 4-connected, background pixels
8-connected. Strips are the vertical runs of the masks: (N, 4) x0, y0, x1, y1 in whole scene px, one
px wide, sorted by mask, column and row, as `masks.runs` returns them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats64 = NDArray[np.float64]


def holes(strips: Floats64, owner: NDArray[np.intp]) -> Floats64:
    """Return the strips of the holes of some masks.

    Args:
        strips: (N, 4) strips of the masks.
        owner: (N,) number of the mask of each strip, rising.

    Returns:
        (M, 4) strips of their holes.
    """
    if not len(strips):
        return strips
    x, top, foot = (
        strips[:, 0].astype(np.int64),
        strips[:, 1].astype(np.int64),
        strips[:, 3].astype(np.int64),
    )
    column = owner * (int(x.max()) + 3) + x  # columns of different masks are no neighbours
    # Strips with another one below in the same column: the background between the two is a gap,
    # the only place where a hole can be.
    above = np.flatnonzero(column[1:] == column[:-1])
    at, start, stop = column[above], foot[above], top[above + 1]
    if not len(above):
        return strips[:0]
    begin = np.flatnonzero(np.diff(column, prepend=-1))
    columns, first, last = column[begin], top[begin], foot[np.append(begin[1:], len(column)) - 1]
    open_ = np.zeros(len(at), bool)
    # A gap is open where the next column has no mask beside it, or the mask ends beside it.
    for side in (-1, 1):
        k = np.minimum(np.searchsorted(columns, at + side), len(columns) - 1)
        open_ |= (columns[k] != at + side) | (start <= first[k]) | (stop >= last[k])
    open_ = _spread(open_, at, start, stop)
    shut = above[~open_]
    return np.stack(
        [strips[shut, 0], strips[shut, 3], strips[shut, 2], strips[shut + 1, 1]], axis=1
    )


def _spread(
    marked: NDArray[np.bool_],
    at: NDArray[np.int64],
    start: NDArray[np.int64],
    stop: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Return which gaps are connected with a marked one.

    Args:
        marked: (G,) bool.
        at: (G,) column of each gap, rising.
        start: (G,) first row of each gap.
        stop: (G,) row below each gap.
    """
    tall = int(stop.max()) + 2
    # The first and the last gap in the next column that touch each; corners count.
    low = np.searchsorted(at * tall + stop, (at + 1) * tall + start)
    high = np.searchsorted(at * tall + start, (at + 1) * tall + stop, side="right")
    count = np.maximum(high - low, 0)
    left = np.repeat(np.arange(len(at)), count)
    right = np.arange(len(left)) - np.repeat(np.cumsum(count) - count - low, count)
    # Connected components: every gap takes the lowest name among its neighbours, and then that of
    # the gap it is named after, until nothing changes.
    name = np.arange(len(at))
    while True:
        before = name.copy()
        least = np.minimum(name[left], name[right])
        np.minimum.at(name, left, least)
        np.minimum.at(name, right, least)
        name = name[name]
        if (name == before).all():
            return np.asarray(np.isin(name, name[marked]))


def covered(points: Floats64, strips: Floats64) -> NDArray[np.bool_]:
    """Return which points lie in one of some strips.

    Args:
        points: (P, 2) scene px.
        strips: (N, 4), in any order.

    Returns:
        (P,) bool.
    """
    if not len(strips):
        return np.zeros(len(points), bool)
    # Strips and points on one line, column after column: a point is inside where any strip that
    # begins before it reaches it.
    tall = float(max(strips[:, 3].max(), points[:, 1].max(initial=0))) + 1
    starts = strips[:, 0] * tall + strips[:, 1]
    order = np.argsort(starts, kind="stable")
    starts, reach = (
        starts[order],
        np.maximum.accumulate((strips[:, 0] * tall + strips[:, 3])[order]),
    )
    at = np.floor(points[:, 0]) * tall + points[:, 1]
    last = np.searchsorted(starts, at, side="right") - 1
    return np.asarray((last >= 0) & (reach[last] >= at))
