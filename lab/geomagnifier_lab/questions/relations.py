"""Relations: ways to refer to some objects of a class, and which boxes they mean.

By size, side, order, row, place, and by what is near. The phrases are in `relation_phrases`. An
example whose answer is ambiguous is not drawn: see the margins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from geomagnifier_lab.questions.relation_phrases import (
    BETWEEN,
    BIG,
    CENTRE,
    CORNER,
    EXTRA_LARGE,
    EXTRA_SMALL,
    EXTREME,
    FARTHEST,
    HALF,
    LEFT_OF,
    N_SIDE,
    N_SIZE,
    NEAREST,
    ORDINAL,
    PLAIN,
    ROW,
    SECOND,
)

Boxes = NDArray[np.float32]
Bools = NDArray[np.bool_]

LARGER, AWAY, BORDER = 1.25, 0.022, 0.03
"""Margins: areas differ by this factor, places by this share of the scene's longer side, and
nothing lies this close to a dividing line.
"""
SIDES = {"left": (0, 1.0), "right": (0, -1.0), "top": (1, 1.0), "bottom": (1, -1.0)}
"""Side -> axis, and the sign that makes it the lowest coordinate."""


@dataclass(frozen=True, eq=False)
class Layout:
    """A scene of boxes."""

    size: tuple[float, float]
    """(W, H) px."""
    boxes: Boxes
    """(N, 4) px."""
    target: Bools
    """(N,) bool, those of the class asked about; the others are landmarks."""
    labels: tuple[str, ...]
    """Class of each box."""

    @property
    def centres(self) -> Boxes:
        return np.asarray((self.boxes[:, :2] + self.boxes[:, 2:]) / 2, np.float32)

    @property
    def areas(self) -> Boxes:
        return np.asarray(np.prod(self.boxes[:, 2:] - self.boxes[:, :2], axis=1), np.float32)


@dataclass(frozen=True)
class Relation:
    """A way to refer to some objects of a class."""

    name: str
    """Of figures by relation."""
    phrases: tuple[str, ...]
    """Ways to word it, in many registers."""
    meant: Callable[[Layout, Mapping[str, object]], Bools | None]
    """(layout, slots) -> which boxes are meant, (N,) bool; None where it cannot be told."""
    slots: Callable[[Generator], dict[str, object]] = field(default=lambda rng: {})
    """Draws the side, rank or number that it takes."""
    others: int = 0
    """Landmarks needed."""


def _only(n: int, chosen: NDArray[np.int64]) -> Bools:
    out = np.zeros(n, bool)
    out[chosen] = True
    return out


def _order(layout: Layout, side: str) -> tuple[NDArray[np.int64], Boxes]:
    """Targets from one side on, and their coordinates in shares of the longer side."""
    axis, sign = SIDES[side]
    mine = np.flatnonzero(layout.target)
    value = sign * layout.centres[mine, axis] / max(layout.size)
    order = np.argsort(value, kind="stable")
    return mine[order], value[order]


def nth_from(layout: Layout, side: str, nth: int, many: int = 1) -> Bools | None:
    """The nth target from a side, or the first few; None where it is ambiguous.

    Args:
        layout: the scene.
        side: left, right, top or bottom.
        nth: 1 is the first.
        many: how many from there on.
    """
    order, value = _order(layout, side)
    low, high = nth - 1, nth - 2 + many
    if high >= len(order) or len(order) < 2:
        return None
    if (low > 0 and value[low] - value[low - 1] < AWAY) or (
        high + 1 < len(order) and value[high + 1] - value[high] < AWAY
    ):
        return None
    return _only(len(layout.boxes), order[low : high + 1])


def by_size(layout: Layout, largest: bool, nth: int = 1, many: int = 1) -> Bools | None:
    """The nth target by area, or the first few; None where it is ambiguous.

    Args:
        layout: the scene.
        largest: the largest first, else the smallest.
        nth: 1 is the first.
        many: how many from there on.
    """
    mine = np.flatnonzero(layout.target)
    areas = layout.areas[mine] if largest else 1 / layout.areas[mine]
    order = np.argsort(-areas, kind="stable")
    mine, areas = mine[order], areas[order]
    low, high = nth - 1, nth - 2 + many
    if high >= len(mine) or len(mine) < 2:
        return None
    if (low > 0 and areas[low - 1] < LARGER * areas[low]) or (
        high + 1 < len(mine) and areas[high] < LARGER * areas[high + 1]
    ):
        return None
    return _only(len(layout.boxes), mine[low : high + 1])


def by_way(layout: Layout, way: Boxes, nearest: bool) -> Bools | None:
    """The target of least or greatest distance; None where it is ambiguous.

    Args:
        layout: the scene.
        way: (N,) distance, in shares of the longer side.
        nearest: the least, else the greatest.
    """
    mine = np.flatnonzero(layout.target)
    order = mine[np.argsort(way[mine] if nearest else -way[mine], kind="stable")]
    if len(order) < 2 or abs(way[order[1]] - way[order[0]]) < AWAY:
        return None
    return _only(len(layout.boxes), order[:1])


def to_landmark(layout: Layout) -> Boxes:
    """(N,) gap of each box to the nearest landmark, in shares of the longer side."""
    marks = layout.boxes[~layout.target]
    x = np.maximum(
        marks[None, :, 0] - layout.boxes[:, None, 2], layout.boxes[:, None, 0] - marks[None, :, 2]
    )
    y = np.maximum(
        marks[None, :, 1] - layout.boxes[:, None, 3], layout.boxes[:, None, 1] - marks[None, :, 3]
    )
    return np.asarray(
        np.hypot(np.maximum(x, 0), np.maximum(y, 0)).min(1) / max(layout.size), np.float32
    )


def to_centre(layout: Layout) -> Boxes:
    """(N,) distance of each centre to the scene's centre, in shares of the longer side."""
    return np.asarray(
        np.hypot(*(layout.centres - np.asarray(layout.size, np.float32) / 2).T) / max(layout.size),
        np.float32,
    )


def in_part(layout: Layout, sides: tuple[str, ...], share: float = 0.5) -> Bools | None:
    """Targets in a half, a quarter, or a strip along a side; None where it is ambiguous.

    All or none of them may be.

    Args:
        layout: the scene.
        sides: one for a half or strip, two for a quarter.
        share: of the scene, from each side.
    """
    inside = layout.target.copy()
    for side in sides:
        axis, sign = SIDES[side]
        place = layout.centres[:, axis] / layout.size[axis]
        depth = place if sign > 0 else 1 - place
        if (np.abs(depth[layout.target] - share) < BORDER).any():
            return None
        inside &= depth < share
    return inside


def beside(layout: Layout, side: str) -> Bools | None:
    """Targets on one side of the only landmark; None where it is ambiguous.

    Args:
        layout: the scene.
        side: left, right, top or bottom.
    """
    mark = layout.boxes[~layout.target][0]
    axis, sign = SIDES[side]
    edge = mark[axis] if sign > 0 else mark[axis + 2]
    ahead = sign * (edge - layout.centres[:, axis]) / max(layout.size)
    if (np.abs(ahead[layout.target]) < BORDER).any():
        return None
    return np.asarray(layout.target & (ahead > 0))


def between(layout: Layout) -> Bools | None:
    """Targets near the line between two landmarks; None where it is ambiguous."""
    a, b = layout.centres[~layout.target][:2]
    way = b - a
    length = float(np.hypot(*way))
    if length < 0.3 * max(layout.size):
        return None
    along = (layout.centres - a) @ way / length**2
    off = np.abs((layout.centres - a) @ np.array([-way[1], way[0]]) / length) / length
    inside = layout.target & (along > 0.15) & (along < 0.85) & (off < 0.2)
    unsure = layout.target & ~inside & (along > 0) & (along < 1) & (off < 0.35)
    return None if unsure.any() else np.asarray(inside)


def rows(layout: Layout, axis: int) -> list[NDArray[np.int64]] | None:
    """Targets in rows or columns, first to last.

    None where they do not fall into clear ones.

    Args:
        layout: the scene.
        axis: 1 for rows, 0 for columns.
    """
    mine = np.flatnonzero(layout.target)
    order = mine[np.argsort(layout.centres[mine, axis], kind="stable")]
    value = layout.centres[order, axis]
    thick = float(np.median(layout.boxes[mine, axis + 2] - layout.boxes[mine, axis]))
    breaks = np.flatnonzero(np.diff(value) > 1.2 * thick)
    groups = np.split(order, breaks + 1)
    clear = all(np.ptp(layout.centres[g, axis]) < 0.5 * thick and len(g) >= 2 for g in groups)
    return groups if clear and 2 <= len(groups) <= 4 else None


def row(layout: Layout, side: str, nth: int = 1) -> Bools | None:
    """The nth row or column from a side; None where there is none.

    Args:
        layout: the scene.
        side: left, right, top or bottom.
        nth: 1 is the first.
    """
    axis, sign = SIDES[side]
    groups = rows(layout, axis)
    if groups is None or nth > len(groups):
        return None
    return _only(len(layout.boxes), groups[nth - 1] if sign > 0 else groups[-nth])


def _any_side(rng: Generator) -> dict[str, object]:
    return {"side": tuple(SIDES)[int(rng.integers(4))]}


def _corner(rng: Generator) -> dict[str, object]:
    return {
        "corner": (("top", "bottom")[int(rng.integers(2))], ("left", "right")[int(rng.integers(2))])
    }


def _nth(rng: Generator) -> dict[str, object]:
    return _any_side(rng) | {"rank": int(rng.choice([2, 2, 2, 3, 3, 4, 5]))}


def _size(rng: Generator) -> dict[str, object]:
    return {"large": bool(rng.random() < 0.5)}


def _many(rng: Generator) -> dict[str, object]:
    return _any_side(rng) | _size(rng) | {"many": int(rng.integers(2, 5))}


RELATIONS: tuple[Relation, ...] = (
    Relation("extreme", EXTREME, lambda x, s: nth_from(x, str(s["side"]), 1), _any_side),
    Relation("size", BIG, lambda x, s: by_size(x, bool(s["large"])), _size),
    Relation(
        "large", (*EXTRA_LARGE, *BIG), lambda x, s: by_size(x, True), lambda rng: {"large": True}
    ),
    Relation(
        "small", (*EXTRA_SMALL, *BIG), lambda x, s: by_size(x, False), lambda rng: {"large": False}
    ),
    Relation("second", SECOND, lambda x, s: by_size(x, bool(s["large"]), 2), _size),
    Relation(
        "ordinal", ORDINAL, lambda x, s: nth_from(x, str(s["side"]), int(str(s["rank"]))), _nth
    ),
    Relation("centre", CENTRE, lambda x, s: by_way(x, to_centre(x), True)),
    Relation("half", HALF, lambda x, s: in_part(x, (str(s["side"]),)), _any_side),
    Relation("corner", CORNER, lambda x, s: in_part(x, s["corner"]), _corner),  # type: ignore[arg-type]
    Relation("nearest", NEAREST, lambda x, s: by_way(x, to_landmark(x), True), others=1),
    Relation("farthest", FARTHEST, lambda x, s: by_way(x, to_landmark(x), False), others=1),
    Relation("beside", LEFT_OF, lambda x, s: beside(x, str(s["side"])), _any_side, others=1),
    Relation("between", BETWEEN, lambda x, s: between(x), others=2),
    Relation(
        "several by size",
        N_SIZE,
        lambda x, s: by_size(x, bool(s["large"]), 1, int(str(s["many"]))),
        _many,
    ),
    Relation(
        "several from a side",
        N_SIDE,
        lambda x, s: nth_from(x, str(s["side"]), 1, int(str(s["many"]))),
        _many,
    ),
    Relation("row", ROW, lambda x, s: row(x, str(s["side"])), _any_side),
    Relation("plain", PLAIN, lambda x, s: x.target.copy()),
)
