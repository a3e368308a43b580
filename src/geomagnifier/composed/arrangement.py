"""How things lie to each other: in rows, in one line, clustered or scattered.

From the centres and sides of their boxes, numpy only.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats64 = NDArray[np.float64]
Form = Literal["aligned", "clustered", "scattered", "rows", "single"]
GAP = 0.5
"""Two things are in different rows when their centres lie further apart across the rows than this
part of a thing's side.
"""
STEP = 1.0
"""Degrees between the directions that are tried."""
STRAIGHT = 0.35
"""Things are in one line when their centres stray from it by no more than this part of a thing's
side, as a root mean square.
"""
CLUSTERED = 0.75
"""Mean distance to the nearest neighbour, as a part of that of as many points strewn over the
picture at random (Clark and Evans 1954), below which they are clustered.
"""
MOST = 2000
"""Things whose distances to each other are taken; of more, evenly spaced ones."""


def lines(boxes: Floats64, columns: bool = False) -> list[NDArray[np.intp]]:
    """The rows, top to bottom, or the columns, left to right; the numbers of their boxes.

    Directions up to 45 degrees from the level (columns: from the upright) are tried. In the right
    one the centres fall into a few tight lines with wide gaps between them.

    Args:
        boxes: (N, 4) px.
        columns: columns in place of rows.
    """
    if len(boxes) == 0:
        return []
    if len(boxes) == 1:
        return [np.array([0])]
    middles, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    side = float(np.median(np.sqrt(sides.prod(1))))
    degrees = np.arange(-44.0, 44.0 + STEP / 2, STEP)
    turn = np.radians(degrees + (90 if columns else 0))
    across = (
        middles @ np.stack([-np.sin(turn), np.cos(turn)]) * (-1 if columns else 1)
    )  # (N, directions)
    order = np.argsort(across, axis=0, kind="stable")
    placed = np.take_along_axis(across, order, axis=0)
    group = np.zeros(across.shape, int)
    group[1:] = np.cumsum(np.diff(placed, axis=0) > max(GAP * side, 1.0), axis=0)
    number = group.max(0) + 1
    at = (
        group + np.concatenate([[0], np.cumsum(number)[:-1]])
    ).ravel()  # each line of each direction
    size = np.bincount(at)
    mean = np.bincount(at, placed.ravel()) / size
    stray = np.sqrt(((placed - mean[at].reshape(placed.shape)) ** 2).mean(0))
    lone = np.bincount(
        np.repeat(np.arange(len(degrees)), number), size == 1, minlength=len(degrees)
    )
    # few lines, tight ones, near the level; a line of one thing explains nothing
    best = int(((number + lone) / len(boxes) + stray / side + np.abs(degrees) / 400).argmin())
    return np.split(order[:, best], np.flatnonzero(np.diff(group[:, best])) + 1)


def is_one_line(boxes: Floats64) -> bool:
    """Whether three or more things lie in one straight line."""
    if len(boxes) < 3:
        return len(boxes) == 2
    middles, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    spread = np.linalg.svd(middles - middles.mean(0), compute_uv=False) / np.sqrt(len(boxes))
    side = float(np.median(np.sqrt(sides.prod(1))))
    return bool(spread[1] <= max(STRAIGHT * side, 0.02 * spread[0]) and spread[0] > side / 2)


def crowding(boxes: Floats64, width: float, height: float) -> float:
    """Clark and Evans' ratio of the mean distance to the nearest neighbour.

    1 for points strewn at random over an area of this size, less where they cluster.

    Args:
        boxes: (N, 4), scene px.
        width: of the area, scene px.
        height: of the area, scene px.
    """
    boxes = boxes[:: -(-len(boxes) // MOST)]
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    away = np.linalg.norm(middles[:, None] - middles[None], axis=2)
    np.fill_diagonal(away, np.inf)
    return float(away.min(1).mean() / (0.5 * np.sqrt(width * height / len(boxes))))


def form(boxes: Floats64, width: float, height: float) -> Form:
    """How the boxes are arranged, in a word; "single" for fewer than two.

    Args:
        boxes: (N, 4), scene px.
        width: of the area, scene px.
        height: of the area, scene px.
    """
    if len(boxes) < 2:
        return "single"
    if is_one_line(boxes) and len(boxes) > 2:
        return "aligned"
    if len(boxes) > 3 and in_rows(boxes):
        return "rows"
    return "clustered" if is_clustered(boxes, width, height) else "scattered"


def in_rows(boxes: Floats64) -> bool:
    """Whether nearly all of them lie in rows of two and more, or in columns."""
    for columns in (False, True):
        found = [line for line in lines(boxes, columns) if len(line) > 1]
        if sum(map(len, found)) >= 0.9 * len(boxes) and all(
            is_one_line(boxes[line]) for line in found
        ):
            return True
    return False


def is_clustered(boxes: Floats64, width: float, height: float) -> bool:
    """Whether the boxes cluster in a part of the area.

    Args:
        boxes: (N, 4), scene px.
        width: of the area, scene px.
        height: of the area, scene px.
    """
    return len(boxes) > 1 and crowding(boxes, width, height) < CLUSTERED
