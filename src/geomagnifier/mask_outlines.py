"""Trace the outline of a mask: rings along its pixel edges.

A ring is a closed line around pixels, (x, y) in px, its first point not repeated: clockwise on the
screen around what is inside, counter-clockwise around a hole.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geomagnifier.masks import columns

Ring: TypeAlias = tuple[tuple[float, float], ...]


def polygons(rle: dict[str, Any]) -> tuple[Ring, ...]:
    """Rings along the pixel edges of a COCO RLE, the one with the largest area first.

    Costs the runs, not the pixels.

    Pixels that touch by a corner get rings of their own.
    """
    points, spots, following = _edges(*columns(rle))
    links = following.tolist()
    left, found = [True] * len(links), []
    for first in range(len(links)):
        path: list[int] = []
        # A line that comes back to a point it has passed is cut there: no ring touches itself.
        depth: dict[int, int] = {}
        at = first
        while left[at]:
            left[at] = False
            if (again := depth.get(spots[at])) is not None:
                found.append(path[again:])
                for run in path[again:]:
                    del depth[spots[run]]
                del path[again:]
            depth[spots[at]] = len(path)
            path.append(at)
            at = links[at]
        if path:
            found.append(path)
    rings = [points[path] for path in found]
    if len(rings) > 1:
        rings.sort(
            key=lambda ring: (
                -abs(
                    int(ring[:, 0] @ np.roll(ring[:, 1], -1) - ring[:, 1] @ np.roll(ring[:, 0], -1))
                )
            )
        )
    return tuple(tuple((x, y) for x, y in ring.astype(float).tolist()) for ring in rings)


def _edges(
    column: NDArray[np.int64], top: NDArray[np.int64], foot: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[int], NDArray[np.int64]]:
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
        spots.tolist(),
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
