"""Hot cells of a scouted view become the looks of `adaptive`.

Close around what is suspected, and never dearer than looking everywhere.

    hot cells -> warm ones beside them -> pieces that hang together -> boxes with some ground around
    them -> boxes joined wherever one look costs less than two

What is not opened is told with the highest heat that it holds.

Small objects lie in groups: the boats of a marina are far below the threshold each, but next to a
ship. Where the scale is known, a low threshold near what is hot finds them; it opens nothing where
nothing is hot, and is not used where it would cost much more, as in a city.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from geomagnifier.geometry import Box, sides
from geomagnifier.mask_components import components
from geomagnifier.types import CropRequest, Floats, Window

GROUND = 24.0
"""View px of ground around what is suspected: an object is known by what lies about it."""
STEP = 64.0
"""Sides of a crop are multiples of this, view px: crops of one size share a batch."""
FIXED = 96.0
"""A look costs as much as if each of its sides were this much longer, view px: tokens are read and
masks drawn whatever its size.
"""
MANY = 256
"""More spots than this in one view are joined by blocks first: comparing all of them would take
longer than looking.
"""
WARM, BESIDE = 0.09, 32.0
"""Heat from which a cell is opened where it is no farther than `BESIDE` view px from an opened one.
98 in 100 objects of the small model's validation images reach it.
"""
MORE = 1.5
"""The most that this may cost, in times of what it costs without."""
FAINT = 0.25
"""Spots of less heat than asked for, but more than this share of it, are told one by one as not
looked at.
"""

Boxes = NDArray[np.float64]
Sides = NDArray[np.float64]
"""(2,): across and down."""


def propose(
    window: Window,
    heat: Floats,
    worth: float,
    shrink: float,
    area: Box,
    aspect: float = 1.0,
    beside: bool = False,
) -> tuple[list[tuple[float, CropRequest]], list[tuple[Box, float]]]:
    """Where to look closer in a scouted window.

    Args:
        window: that was scouted; only its core counts.
        heat: (h, w) in [0, 1], evenly over the window.
        worth: heat from which a cell is worth a closer look.
        shrink: scene px for one view px of the looks.
        area: what is searched, scene px.
        aspect: of the scene's px on the ground.
        beside: fainter cells beside those are opened, too, where that costs little.

    Returns:
        looks with the number of things each may show (the heat of its spots, summed), and what
        stays closed with its highest heat.
    """
    inside = _core_of(window, heat)
    px = np.array(sides(shrink, aspect))
    looks = _looks(window, inside >= worth, inside, shrink, px, area)
    if beside and looks:
        reach = max(1, round(BESIDE * heat.shape[1] / window.width))
        cells = _with_warm(inside >= worth, inside >= min(worth, WARM), reach)
        more = _looks(window, cells, inside, shrink, px, area)
        if _cost(more, px) <= MORE * _cost(looks, px):
            looks = more
    for _, look in looks:
        _shut(window, inside, look.box.tuple())
    faint, heats = _spots(window, (inside < worth) & (inside >= FAINT * worth), inside)
    closed = [
        (Box(*box), float(best)) for box, best in zip(faint.tolist(), heats.tolist(), strict=True)
    ]
    rest = float(inside[inside < FAINT * worth].max(initial=0.0))
    return looks, [*closed, (window.core, rest)]


def _looks(
    window: Window,
    cells: NDArray[np.bool_],
    heat: Floats,
    shrink: float,
    px: Sides,
    area: Box,
) -> list[tuple[float, CropRequest]]:
    """Looks over some cells, each with the heat of its spots, summed."""
    hot, gains = _spots(window, cells, heat)
    if not len(hot):
        return []
    grown = _grown(hot, GROUND * px, area)
    looks: list[tuple[float, CropRequest]] = []
    for group in _joined(grown, px):
        hull = _rounded(_hull(grown[group]), STEP * px, area)
        core = _hull(_grown(hot[group], GROUND * px / 2, area))
        look = CropRequest(Box(*hull), shrink, "closer", Box(*core))
        looks.append((float(gains[group].sum()), look))
    return looks


def _cost(looks: list[tuple[float, CropRequest]], px: Sides) -> float:
    """What looks cost together, view px."""
    return float(_price(np.array([look.box.tuple() for _, look in looks]), px).sum())


def _with_warm(hot: NDArray[np.bool_], warm: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Hot cells, and warm ones from one to the next no farther than `reach` cells.

    Hysteresis, as of the edges of Canny.
    """
    if not hot.any():
        return hot
    while True:
        sums = np.pad(hot, ((reach + 1, reach), (reach + 1, reach))).astype(np.int64)
        sums = sums.cumsum(0).cumsum(1)
        far = 2 * reach + 1
        near = sums[far:, far:] - sums[:-far, far:] - sums[far:, :-far] + sums[:-far, :-far] > 0
        more = hot | (warm & near)
        if np.array_equal(more, hot):
            return hot
        hot = more


def _core_of(window: Window, heat: Floats) -> Floats:
    """The relevance map with -1 outside the window's core, which a neighbour answers for."""
    rows, columns = heat.shape
    sx, sy = window.box.width / columns, window.box.height / rows
    x, y = (
        window.box.x0 + (np.arange(columns) + 0.5) * sx,
        window.box.y0 + (np.arange(rows) + 0.5) * sy,
    )
    core = window.core
    mine = ((y >= core.y0) & (y < core.y1))[:, None] & ((x >= core.x0) & (x < core.x1))[None]
    return np.asarray(np.where(mine, heat, -1.0), np.float32)


def _shut(window: Window, heat: Floats, box: tuple[float, float, float, float]) -> None:
    """Set the relevance inside a box that will be read to -1."""
    rows, columns = heat.shape
    sx, sy = window.box.width / columns, window.box.height / rows
    c0, c1 = (round((x - window.box.x0) / sx) for x in (box[0], box[2]))
    r0, r1 = (round((y - window.box.y0) / sy) for y in (box[1], box[3]))
    heat[max(0, r0) : max(0, r1), max(0, c0) : max(0, c1)] = -1.0


def _spots(
    window: Window, cells: NDArray[np.bool_], heat: Floats
) -> tuple[Boxes, NDArray[np.float64]]:
    """Pieces of cells that hang together, corners included.

    (N, 4) scene px, and the highest heat of each (N,).
    """
    rows, columns = cells.shape
    sx, sy = window.box.width / columns, window.box.height / rows
    # cells that touch by a corner hang together too: every cell takes its right, lower and lower
    # right neighbour in
    wide = np.pad(cells, ((1, 1), (1, 1)))
    joined = wide[1:, 1:] | wide[:-1, 1:] | wide[1:, :-1] | wide[:-1, :-1]
    boxes, best = [], []
    for left, top, piece in components(joined):
        right, bottom = left + piece.shape[1] - 1, top + piece.shape[0] - 1
        boxes.append((left, top, right, bottom))
        best.append(
            float(
                heat[top:bottom, left:right][piece[:-1, :-1] & cells[top:bottom, left:right]].max(
                    initial=0.0
                )
            )
        )
    corner, scale = np.array([window.box.x0, window.box.y0] * 2), np.array([sx, sy] * 2)
    return np.array(boxes, np.float64).reshape(-1, 4) * scale + corner, np.array(best)


def _grown(boxes: Boxes, margin: Sides, area: Box) -> Boxes:
    """Boxes with ground around them, in whole px, cut to the area."""
    low = np.maximum(np.floor(boxes[:, :2] - margin), (area.x0, area.y0))
    high = np.minimum(np.ceil(boxes[:, 2:] + margin), (area.x1, area.y1))
    return np.concatenate([low, high], 1)


def _hull(boxes: Boxes) -> tuple[float, float, float, float]:
    x0, y0 = boxes[:, :2].min(0).tolist()
    x1, y1 = boxes[:, 2:].max(0).tolist()
    return x0, y0, x1, y1


def _rounded(
    box: tuple[float, float, float, float], step: Sides, area: Box
) -> tuple[float, float, float, float]:
    """The box with sides of whole steps, grown on both sides alike where the area allows it."""
    ends = []
    for low, high, least, most, whole in (
        (box[0], box[2], area.x0, area.x1, step[0]),
        (box[1], box[3], area.y0, area.y1, step[1]),
    ):
        side = min(math.ceil((high - low) / whole - 1e-9) * float(whole), most - least)
        start = min(max(math.floor(low - (side - (high - low)) / 2), least), most - side)
        ends.append((start, start + side))
    (x0, x1), (y0, y1) = ends
    return x0, y0, x1, y1


def _price(boxes: Boxes, shrink: Sides) -> NDArray[np.float64]:
    """What looks at boxes (..., 4) cost, view px."""
    sides = (boxes[..., 2:] - boxes[..., :2]) / shrink + FIXED
    return np.asarray(sides.prod(-1))


def _joined(boxes: Boxes, shrink: Sides) -> list[list[int]]:
    """Which boxes share a look.

    The pair that saves most is joined, again and again, until joining saves nothing.
    """
    groups = [[i] for i in range(len(boxes))]
    if len(boxes) > MANY:
        block = np.floor((boxes[:, :2] + boxes[:, 2:]) / 2 / (512 * shrink)).astype(int)
        members: dict[tuple[int, ...], list[int]] = {}
        for i, key in enumerate(map(tuple, block.tolist())):
            members.setdefault(key, []).append(i)
        groups = list(members.values())
    hulls = np.array([_hull(boxes[group]) for group in groups])
    saving = np.array([_savings(hulls, i, shrink) for i in range(len(groups))])
    alive = np.ones(len(groups), bool)
    while True:
        i, j = divmod(int(saving.argmax()), len(groups))
        if not saving[i, j] >= 0:
            return [group for group, lives in zip(groups, alive, strict=True) if lives]
        groups[i] += groups[j]
        hulls[i] = _hull(hulls[[i, j]])
        alive[j] = False
        saving[j], saving[:, j] = -np.inf, -np.inf
        row = np.where(alive, _savings(hulls, i, shrink), -np.inf)
        saving[i], saving[:, i] = row, row


def _savings(hulls: Boxes, i: int, shrink: Sides) -> NDArray[np.float64]:
    """What is saved by joining hull i with each of the hulls (N,).

    Nothing to be had from itself.
    """
    both = np.concatenate(
        [np.minimum(hulls[i, :2], hulls[:, :2]), np.maximum(hulls[i, 2:], hulls[:, 2:])], 1
    )
    saved = _price(hulls[i], shrink) + _price(hulls, shrink) - _price(both, shrink)
    saved[i] = -np.inf
    return np.asarray(saved)
