"""PSC: a relevance map becomes the few windows to read at full size (paper, section 2.2).

    Score(bbox) = mean of H inside bbox;  windows of 32 x 32 cells, stride 8;  bbox1 = the best 3,
    bbox2 = the best 1 inside bbox1

The heat map is resampled to 64 x 64 cells whatever the aspect, so that a window is half the view
each way and 4096 x 2160 gives the paper's 2048 x 1080 and 1024 x 540. The best windows are
neighbours as a rule, so that three of them would hold one thing: a window that overlaps a better
one by an IoU of more than 0.3 is passed over. Policies:

adaptive    one pass where the scene fits a view; else every region proposal of a shrunk scan whose
            relevance reaches a threshold (region_proposals.py).
paper       three windows of D(I) for a region question; for a pixel question D(D(I)), then D of
            three windows, then one of it.
exhaustive  everything at full size.

For comparison with `paper`, at equal area:

random      windows as large as those of `paper`, anywhere, the same ones each time.
grid        windows as large as those of `paper`, at set places: in three corners; in the middle of
            the first.
shrink      no window: all of the area, shrunk to 1024 px.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import OptionError
from geomagnifier.geometry import Box, suppress, united
from geomagnifier.inference import region_proposals
from geomagnifier.types import COMPRESSION, CropRequest, Floats, Granularity, Plan, Window

POLICIES = ("adaptive", "paper", "exhaustive", "random", "grid", "shrink")
CROPPING = ("paper", "random", "grid")
"""Policies that open a set number of windows."""
CELLS, SIDE, STRIDE = 64, 32, 8
ACROSS = (CELLS - SIDE) // STRIDE + 1
"""Places of a window each way."""
TOP_REGION, TOP_PIXEL = 3, 1
APART = 0.3
"""The most that two windows of bbox1 overlap, as IoU."""

Heats = Sequence[tuple[Window, Floats]]


@dataclass(frozen=True)
class Search:
    """The state of a search."""

    policy: str
    """One of `POLICIES`."""
    plan: Plan
    """What is searched, and the first windows."""
    worth: float
    """Threshold of the relevance map at which `adaptive` reads a region proposal."""
    left: float | None = None
    """Pixels that may still be read, or None."""
    round: int = 0
    """Steps taken."""
    crops: tuple[Box, ...] = ()
    """Boxes read at a closer scale."""
    skipped: tuple[tuple[Box, float], ...] = ()
    """Boxes, with their relevance, that the budget did not reach."""
    closed: tuple[tuple[Box, float], ...] = ()
    """Boxes, with their relevance, below the threshold."""
    done: bool = False
    """Nothing more will be read."""
    apart: bool = True
    """Windows of bbox1 are kept apart, else united."""


def start(
    policy: str, plan: Plan, budget: float | None = None, worth: float = 0.5, apart: bool = True
) -> Search:
    """A search whose wide windows are about to be read.

    Args:
        policy: one of `POLICIES`.
        plan: with the wide windows.
        budget: pixels that may be read, or None.
        worth: threshold of the relevance map at which a region proposal is read.
        apart: windows of bbox1 are kept apart, else united.

    Raises:
        OptionError: the budget, in pixels, is too small for them.
    """
    cost = sum(w.width * w.height for w in plan.wide)
    if budget is not None and cost > budget:
        raise OptionError(
            f"the budget is too small: the downsampled views take {cost:,} px,"
            f" {max(0, budget):,.0f} are"
            " left for it"
        )
    return Search(
        policy,
        plan,
        worth,
        None if budget is None else budget - cost,
        done=plan.closer is None,
        apart=apart,
    )


def step(
    state: Search,
    heats: Heats,
    cost: Callable[[CropRequest], float] = lambda look: look.box.area / look.shrink**2,
    tiles: Callable[[CropRequest], Sequence[CropRequest]] = lambda look: (look,),
) -> tuple[tuple[CropRequest, ...], Search]:
    """Where to look next, what promises most for its price first.

    Args:
        state: of `start` or of the last step.
        heats: the windows read last with their heat maps, (h, w) in [0, 1].
        cost: pixels that a look will read; more than its area where it is read as tiles that
            overlap.
        tiles: the tiles of a look of `adaptive`, of which the budget may reach some where it does
            not reach all.

    Returns:
        looks and the new state; `done` when these are the last.
    """
    looks, state = _crop(state, heats) if state.policy in CROPPING else _adaptive(state, heats)
    kept: list[CropRequest] = []
    waiting = [(look, True) for look in looks]
    while waiting:
        look, whole = waiting.pop(0)
        price = cost(look)
        # the paper's windows have one size, and are read as a whole or not at all
        whole = whole and state.policy not in CROPPING
        if whole and state.left is not None and price > state.left:
            parts = sorted(tiles(look), key=lambda part: -relevance(part.core, heats))
            waiting = [*((part, False) for part in parts), *waiting]
            continue
        if state.left is not None and price > state.left:
            state = replace(
                state, skipped=(*state.skipped, (look.core, relevance(look.core, heats)))
            )
        else:
            kept.append(look)
            state = replace(
                state,
                left=None if state.left is None else state.left - price,
                crops=(*state.crops, look.box),
            )
    return tuple(kept), replace(state, round=state.round + 1)


def _adaptive(state: Search, heats: Heats) -> tuple[list[CropRequest], Search]:
    plan = state.plan
    assert plan.closer is not None
    looks: list[tuple[float, CropRequest]] = []
    closed: list[tuple[Box, float]] = []
    for window, heat in heats:
        opened, left = region_proposals.propose(
            window, heat, state.worth, plan.closer, plan.area, plan.aspect, plan.beside
        )
        looks += opened
        closed += left
    best_first = sorted(looks, key=lambda pair: -pair[0] / pair[1].box.area)
    by_heat = tuple(sorted(closed, key=lambda pair: -pair[1]))
    return [look for _, look in best_first], replace(state, closed=by_heat, done=True)


def _crop(state: Search, heats: Heats) -> tuple[list[CropRequest], Search]:
    """bbox1, then at pixel level bbox2 inside it.

    The windows of best score, or as large ones elsewhere.
    """
    area, pixel = state.plan.area, state.plan.granularity is Granularity.PIXEL
    if state.round == 0:
        boxes = best_boxes(window_scores(grid(area, heats)), area, TOP_REGION, state.apart)
        best_first = sorted(boxes, key=lambda box: -relevance(box, heats))
        shrink, role = (COMPRESSION, "D(C1)") if pixel else (1, "C1")
        return [
            CropRequest(box, shrink, role, box) for box in _moved(state, best_first, area)
        ], replace(state, done=not pixel)
    scored = [(box, window_scores(grid(box, heats))) for box in state.crops]
    best, scores = (
        max(scored, key=lambda pair: float(pair[1].max())) if state.policy == "paper" else scored[0]
    )
    return [
        CropRequest(box, 1, "C2", box)
        for box in _moved(state, best_boxes(scores, best, TOP_PIXEL), best)
    ], replace(state, done=True)


def _moved(state: Search, boxes: Sequence[Box], area: Box) -> list[Box]:
    """The windows of `paper`.

    For `random` and `grid` as large ones elsewhere in the area, by chance or at set places.

    Set places: the upper left, upper right and lower left corner; the middle inside the first of
        them.
    """
    if state.policy == "paper":
        return list(boxes)
    rng = np.random.default_rng([state.round, *(int(v) for v in area.tuple())])
    places = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)) if state.round == 0 else ((0.5, 0.5),)
    moved = []
    for k, box in enumerate(boxes):
        right, down = places[k] if state.policy == "grid" else rng.random(2).tolist()
        x, y = (
            round(area.x0 + right * (area.width - box.width)),
            round(area.y0 + down * (area.height - box.height)),
        )
        moved.append(Box(x, y, x + box.width, y + box.height))
    return moved


def relevance(box: Box, heats: Heats) -> float:
    """The highest relevance inside a box; 0 where no window covers it.

    Args:
        box: scene px.
        heats: windows with their relevance maps.
    """
    best = 0.0
    for window, heat in heats:
        common = window.box.intersection(box)
        if common is not None:
            rows, columns = heat.shape
            sx, sy = window.box.width / columns, window.box.height / rows
            c0, r0 = int((common.x0 - window.box.x0) / sx), int((common.y0 - window.box.y0) / sy)
            c1, r1 = (
                int(np.ceil((common.x1 - window.box.x0) / sx)),
                int(np.ceil((common.y1 - window.box.y0) / sy)),
            )
            best = max(
                best, float(heat[r0 : max(r1, r0 + 1), c0 : max(c1, c0 + 1)].max(initial=0.0))
            )
    return best


def grid(area: Box, heats: Heats) -> Floats:
    """The relevance maps of windows on one grid of (64, 64) over an area.

    Each cell has the mean of what falls into it; 0 where no window covers it.

    Args:
        area: scene px.
        heats: windows with their relevance maps, (h, w) in [0, 1].
    """
    total, count = np.zeros((CELLS, CELLS)), np.zeros((CELLS, CELLS))
    for window, heat in heats:
        common = window.core.intersection(area)
        if common is None:
            continue
        rows, columns = heat.shape
        fine_x, fine_y = (
            max(1, -(-2 * CELLS // columns)),
            max(1, -(-2 * CELLS // rows)),
        )  # several samples a cell, also of coarse maps
        dense = heat.repeat(fine_y, 0).repeat(fine_x, 1)
        x = window.box.x0 + (np.arange(dense.shape[1]) + 0.5) * window.box.width / dense.shape[1]
        y = window.box.y0 + (np.arange(dense.shape[0]) + 0.5) * window.box.height / dense.shape[0]
        in_x, in_y = (x >= common.x0) & (x < common.x1), (y >= common.y0) & (y < common.y1)
        column = ((x[in_x] - area.x0) / area.width * CELLS).astype(int)
        row = ((y[in_y] - area.y0) / area.height * CELLS).astype(int)
        cell = (row[:, None], column[None])
        np.add.at(total, cell, dense[np.ix_(in_y, in_x)])
        np.add.at(count, cell, 1)
    return np.asarray(total / np.maximum(count, 1), np.float32)


def window_scores(heat: Floats) -> NDArray[np.float64]:
    """Score of each window of 32 x 32 cells, stride 8: (64, 64) -> (5, 5) means."""
    sums = np.pad(heat.astype(np.float64).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    low = np.arange(0, CELLS - SIDE + 1, STRIDE)
    r, c = low[:, None], low[None]
    return np.asarray(
        (sums[r + SIDE, c + SIDE] - sums[r, c + SIDE] - sums[r + SIDE, c] + sums[r, c]) / SIDE**2
    )


def best_boxes(
    scores: NDArray[np.float64], area: Box, top: int, apart: bool = True
) -> tuple[Box, ...]:
    """The `top` windows of highest score (5, 5) as boxes in scene px, best first.

    Args:
        scores: of `window_scores`.
        area: that they are of.
        top: how many.
        apart: windows that overlap a better one by more than `APART` are passed over; else the best
            ones are taken, and those that overlap united into their common hull.
    """
    boxes = []
    for row, column in np.ndindex(scores.shape):
        x, y = (
            area.x0 + column * STRIDE / CELLS * area.width,
            area.y0 + row * STRIDE / CELLS * area.height,
        )
        x0, y0 = (
            min(round(x), round(area.x1) - 1),
            min(round(y), round(area.y1) - 1),
        )  # at least a pixel, also of tiny scenes
        x1, y1 = round(x + SIDE / CELLS * area.width), round(y + SIDE / CELLS * area.height)
        boxes.append(Box(x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)))
    if apart:
        kept = suppress(np.array([box.tuple() for box in boxes]), scores.ravel(), APART)[:top]
        return tuple(boxes[i] for i in kept)
    return united([boxes[i] for i in np.argsort(-scores, axis=None, kind="stable")[:top]])
