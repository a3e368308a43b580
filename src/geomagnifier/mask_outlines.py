"""Trace the outline of a mask: rings along its pixel edges.

A ring is a closed line around pixels, (x, y) in px, its first point not repeated: clockwise on the
screen around what is inside, counter-clockwise around a hole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geomagnifier.masks import columns_of

Ring: TypeAlias = tuple[tuple[float, float], ...]


class Outlines(NamedTuple):
    """Rings of several masks; those of a mask are together, the one with the largest area first."""

    points: NDArray[np.float64]
    """(P, 2) x, y of all rings, px, one ring after the other."""
    first: NDArray[np.intp]
    """(R,) number of the first point of each ring."""
    mask: NDArray[np.intp]
    """(R,) number of the mask of each ring, rising."""
    area: NDArray[np.int64]
    """(R,) twice the area of each ring, px2: positive around what is inside, else of a hole."""


def polygons(rle: dict[str, Any]) -> tuple[Ring, ...]:
    """Rings along the pixel edges of a COCO RLE, the one with the largest area first.

    Costs the runs, not the pixels.

    Pixels that touch by a corner get rings of their own.
    """
    return polygons_of([rle])[0]


def polygons_of(rles: Sequence[dict[str, Any]]) -> list[tuple[Ring, ...]]:
    """The rings of several masks of one scene, each as `polygons` has them; traced together."""
    found = outlines(rles)
    rings: list[list[Ring]] = [[] for _ in rles]
    for mask, ring in zip(found.mask, np.split(found.points, found.first)[1:], strict=True):
        rings[mask].append(tuple((x, y) for x, y in ring.tolist()))
    return [*map(tuple, rings)]


def outlines(rles: Sequence[dict[str, Any]]) -> Outlines:
    """The rings of several masks at once, each as `polygons` has them.

    All are traced together: a mask alone takes many times as long.

    Args:
        rles: COCO RLEs of one scene.
    """
    column, top, foot, owner = columns_of(rles)
    if not len(column):
        none = np.zeros(0, np.intp)
        return Outlines(np.zeros((0, 2)), none, none, np.zeros(0, np.int64))
    # Masks lie side by side on one canvas, with an empty column between two.
    begin = np.flatnonzero(np.diff(owner, prepend=-1))
    whose, west = owner[begin], column[begin]
    wide = column[np.append(begin[1:], len(column)) - 1] - west + 2
    shift = np.cumsum(wide) - wide
    masks = np.cumsum(np.diff(owner, prepend=owner[0]) != 0)
    points, spots, following = _edges(column + (shift - west)[masks], top, foot)
    order, first = _rings(spots, following)
    points = points[order]
    at = np.searchsorted(shift, points[first, 0], side="right") - 1
    points[:, 0] += np.repeat((west - shift)[at], np.diff(np.append(first, len(points))))
    area = _areas(points, first)
    sizes = np.diff(np.append(first, len(points)))
    ranked = np.lexsort((-np.abs(area), at))
    begins = np.cumsum(sizes[ranked]) - sizes[ranked]
    within = np.arange(len(points)) - np.repeat(begins - first[ranked], sizes[ranked])
    return Outlines(points[within].astype(float), begins, whose[at[ranked]], area[ranked])


def _areas(points: NDArray[np.int64], first: NDArray[np.intp]) -> NDArray[np.int64]:
    """Twice the signed areas of rings."""
    following = np.arange(1, len(points) + 1)
    following[np.append(first[1:], len(points)) - 1] = first
    x, y = points.T
    area: NDArray[np.int64] = np.add.reduceat(x * y[following] - y * x[following], first)
    return area


def _rings(
    spots: NDArray[np.int64], following: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Follow runs of pixel edges round their rings.

    Args:
        spots: (N,) corner where each run starts, as a number.
        following: (N,) number of the run that follows each.

    Returns:
        (N,) numbers of the runs, ring after ring; and the place of the first of each ring.
    """
    # Every run takes the lowest number of those that it reaches in 1, 2, 4, ... steps.
    lead, reached = np.arange(len(spots)), following
    while True:
        lower = np.minimum(lead, lead[reached])
        if (lower == lead).all():
            break
        lead, reached = lower, reached[reached]
    # In the same way its steps to the end of the ring are counted.
    ends = following == lead
    steps, reached = np.where(ends, 0, 1), np.where(ends, np.arange(len(spots)), following)
    while (more := steps[reached]).any():
        steps, reached = steps + more, reached[reached]
    order = np.lexsort((-steps, lead))
    ring = np.cumsum(np.diff(lead[order], prepend=lead[order[0]]) != 0)
    # A line that comes back to a point it has passed is cut there: no ring touches itself.
    corner = np.lexsort((spots[order], ring))
    same = (np.diff(ring[corner]) == 0) & (np.diff(spots[order][corner]) == 0)
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    touching = np.unique(ring[corner[1:][same]]).tolist()
    if not touching:
        return order, first
    stop = np.append(first[1:], len(order))
    starts = dict.fromkeys(touching, first[:0])
    for k in touching:
        path = order[first[k] : stop[k]]
        parts = _cut(path.tolist(), spots[path].tolist())
        order[first[k] : stop[k]] = [run for part in parts for run in part]
        starts[k] = first[k] + np.cumsum([0, *map(len, parts[:-1])])
    whole = np.delete(first, touching)
    return order, np.sort(np.concatenate([whole, *starts.values()]))


def _cut(path: list[int], spots: list[int]) -> list[list[int]]:
    """Cut a line where it comes back to a point that it has passed."""
    found: list[list[int]] = []
    left: list[int] = []
    passed: list[int] = []
    depth: dict[int, int] = {}
    for run, spot in zip(path, spots, strict=True):
        if (again := depth.get(spot)) is not None:
            found.append(left[again:])
            for one in passed[again:]:
                del depth[one]
            del left[again:], passed[again:]
        depth[spot] = len(left)
        left.append(run)
        passed.append(spot)
    return [*found, left]


def _edges(
    column: NDArray[np.int64], top: NDArray[np.int64], foot: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Straight runs of pixel edges of `columns`, inside on their right hand.

    Returns:
        Where each starts, (N, 2) of (x, y) and as numbers of corners; and which one follows, (N,).
    """
    stride = int(column.max(initial=0)) + 2
    above, under = _level(column, top), _level(column, foot)
    left, right = _upright(column, top, foot)
    corners = [
        line * stride + across for line, across in ((above[0], above[1:]), (under[0], under[1:]))
    ]
    walls = [ends * stride + line for line, ends in ((left[0], left[1:]), (right[0], right[1:]))]
    # tops run right, right sides down, feet left, left sides up
    sides = (corners[0], walls[1], corners[1][::-1], walls[0][::-1])
    starts, stops = [side[0] for side in sides], [side[1] for side in sides]
    offsets = np.cumsum([0, *map(len, starts)])
    begun = list(zip(starts, offsets.tolist(), strict=False))
    following = [
        _next(stops[k], own=begun[(k + 1) % 4], other=begun[(k + 3) % 4]) for k in range(4)
    ]
    spots = np.concatenate(starts)
    return (
        np.stack((spots % stride, spots // stride), axis=1),
        spots,
        np.concatenate(following),
    )


def _level(column: NDArray[np.int64], row: NDArray[np.int64]) -> NDArray[np.int64]:
    """Edges of one px each, side by side, as lines: (3, N) of row, first and last corner."""
    order = np.lexsort((column, row))
    row, column = row[order], column[order]
    new = np.append(True, (row[1:] != row[:-1]) | (column[1:] != column[:-1] + 1))[: len(row)]
    return np.stack((row[new], column[new], column[np.append(new[1:], True)[: len(row)]] + 1))


def _upright(
    column: NDArray[np.int64], top: NDArray[np.int64], foot: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Left and right sides of runs where the next column has none.

    (3, N) of x, upper and lower corner, each.
    """
    tall = int(foot.max(initial=0)) + 1
    # Down each line between two columns: 1 where there is a run to its right, 2 to its left, 3
    # both.
    keys = np.concatenate([x * tall + y for x in (column, column + 1) for y in (top, foot)])
    changes = np.repeat(np.array([1, -1, 2, -2]), len(column))
    order = np.argsort(keys, kind="stable")
    keys, sides = keys[order], np.cumsum(changes[order])
    last = np.append(keys[1:] != keys[:-1], True)[: len(keys)]
    keys, sides = keys[last], sides[last]
    changed = np.flatnonzero(np.diff(sides, prepend=0))
    keys, sides = keys[changed], sides[changed]
    found = [np.flatnonzero(sides == side) for side in (1, 2)]
    left, right = (
        np.stack((keys[at] // tall, keys[at] % tall, keys[at + 1] % tall)) for at in found
    )
    return left, right


def _next(
    stops: NDArray[np.int64],
    own: tuple[NDArray[np.int64], int],
    other: tuple[NDArray[np.int64], int],
) -> NDArray[np.int64]:
    """The run that goes on from each stop.

    Round the same pixel where it can (so corners that touch stay apart), else the other.
    """
    found = np.full(len(stops), -1, np.int64)
    for starts, offset in (other, own):
        if len(starts):
            order = np.argsort(starts, kind="stable")
            at = np.minimum(np.searchsorted(starts, stops, sorter=order), len(starts) - 1)
            hit = starts[order[at]] == stops
            found[hit] = order[at][hit] + offset
    return found
