"""Boxes and the maps between a view and its scene.

Pure numpy; CRS and metres are the business of `io`.

Boxes are half-open, in pixels, (x0, y0, x1, y1) with y downwards, floats.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import BoxError

Array: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels, half-open.

    Raises:
        BoxError: it has no area or is not finite.
    """

    x0: float
    """Left edge, px."""
    y0: float
    """Upper edge, px."""
    x1: float
    """Right edge, px; the pixel there is outside."""
    y1: float
    """Lower edge, px; the pixel there is outside."""

    def __post_init__(self) -> None:
        if not all(np.isfinite(v) for v in (self.x0, self.y0, self.x1, self.y1)):
            raise BoxError(f"a box needs four finite numbers, not {self.tuple()}")
        if not (self.x0 < self.x1 and self.y0 < self.y1):
            raise BoxError(
                f"the box {self.tuple()} has no area; give it as x0,y0,x1,y1 with x0 < x1 and y0"
                " < y1"
            )

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def tuple(self) -> tuple[float, float, float, float]:
        return (self.x0, self.y0, self.x1, self.y1)

    def intersection(self, other: Box) -> Box | None:
        """The common part, or None where there is none."""
        x0, y0 = max(self.x0, other.x0), max(self.y0, other.y0)
        x1, y1 = min(self.x1, other.x1), min(self.y1, other.y1)
        return Box(x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None

    def contains(self, x: float, y: float) -> bool:
        return self.x0 <= x < self.x1 and self.y0 <= y < self.y1

    def grown(self, margin: float) -> Box:
        """The same box with `margin` px more on every side."""
        return Box(self.x0 - margin, self.y0 - margin, self.x1 + margin, self.y1 + margin)


@dataclass(frozen=True)
class Placement:
    """The place of a view on its scene.

    An affine map between the two, without rotation.
    """

    box: Box
    """What the view shows, scene px."""
    width: int
    """View px."""
    height: int
    """View px."""

    @property
    def scale(self) -> tuple[float, float]:
        """Scene px for one view px, (x, y)."""
        return self.box.width / self.width, self.box.height / self.height

    def to_scene(self, boxes: NDArray[np.floating]) -> Array:
        """(N, 4) view px -> (N, 4) scene px."""
        sx, sy = self.scale
        factor = np.array([sx, sy, sx, sy], np.float32)
        shift = np.array([self.box.x0, self.box.y0, self.box.x0, self.box.y0], np.float32)
        return np.asarray(np.asarray(boxes, np.float32).reshape(-1, 4) * factor + shift, np.float32)

    def to_view(self, boxes: NDArray[np.floating]) -> Array:
        """(N, 4) scene px -> (N, 4) view px."""
        sx, sy = self.scale
        factor = np.array([sx, sy, sx, sy], np.float32)
        shift = np.array([self.box.x0, self.box.y0, self.box.x0, self.box.y0], np.float32)
        return np.asarray(
            (np.asarray(boxes, np.float32).reshape(-1, 4) - shift) / factor, np.float32
        )


def sides(shrink: float, aspect: float) -> tuple[float, float]:
    """Scene px for one view px across and down, so that a view px is square on the ground.

    Their geometric mean is `shrink`.

    Args:
        shrink: scene px for one view px.
        aspect: how many times as wide as high a px of the scene is on the ground.
    """
    root = math.sqrt(aspect)
    return shrink / root, shrink * root


def overlap(a: NDArray[np.floating], b: NDArray[np.floating], over: str = "union") -> Array:
    """Pairwise overlap of boxes (N, 4) and (M, 4) -> (N, M) in [0, 1].

    Args:
        a: boxes, px.
        b: boxes, px.
        over: "union" for IoU; "smaller" for the intersection over the smaller box, which also finds
            a part inside a whole.
    """
    a, b = np.asarray(a, np.float32).reshape(-1, 4), np.asarray(b, np.float32).reshape(-1, 4)
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2)
    area_a, area_b = np.prod(a[:, 2:] - a[:, :2], axis=1), np.prod(b[:, 2:] - b[:, :2], axis=1)
    whole = (
        np.minimum(area_a[:, None], area_b[None])
        if over == "smaller"
        else area_a[:, None] + area_b[None] - common
    )
    return np.asarray(common / np.maximum(whole, 1e-9), np.float32)


def suppress(
    boxes: NDArray[np.floating], scores: NDArray[np.floating], limit: float, over: str = "union"
) -> NDArray[np.intp]:
    """Greedy non-maximum suppression: indices to keep, best first.

    Args:
        boxes: (N, 4) px.
        scores: (N,).
        limit: an overlap above this with a better box drops the box.
        over: as in `overlap`.
    """
    order = np.argsort(-np.asarray(scores), kind="stable")
    if order.size == 0:
        return order
    clash = overlap(boxes, boxes, over) > limit
    kept: list[int] = []
    blocked = np.zeros(len(order), bool)
    for i in order:
        if not blocked[i]:
            kept.append(int(i))
            blocked |= clash[i]
    return np.array(kept, np.intp)


def suppress_many(
    boxes: NDArray[np.floating],
    scores: NDArray[np.floating],
    limit: float,
    over: str = "union",
    cell: float = 512,
) -> list[int]:
    """`suppress` for a hundred thousand boxes: each is held against those kept nearby alone.

    Args:
        boxes: (N, 4) px.
        scores: (N,).
        limit: an overlap above this with a better box drops the box.
        over: as in `overlap`.
        cell: side of the squares that say what is nearby, px.
    """
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    kept: list[int] = []
    near: dict[tuple[int, int], list[int]] = {}
    for i in np.argsort(-np.asarray(scores), kind="stable").tolist():
        x0, y0, x1, y1 = (int(v // cell) for v in boxes[i].tolist())
        keys = [(x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]
        others = sorted({j for key in keys for j in near.get(key, ())})
        if not others or not (overlap(boxes[i], boxes[others], over) > limit).any():
            kept.append(i)
            for key in keys:
                near.setdefault(key, []).append(i)
    return kept


def united(boxes: Sequence[Box]) -> tuple[Box, ...]:
    """Boxes that overlap become their hull, until none overlap."""
    rest = list(boxes)
    done: list[Box] = []
    while rest:
        box = rest.pop()
        hit = next((other for other in done if box.intersection(other)), None)
        if hit is None:
            done.append(box)
        else:  # the hull may reach what its parts did not
            done.remove(hit)
            rest.append(
                Box(
                    min(box.x0, hit.x0),
                    min(box.y0, hit.y0),
                    max(box.x1, hit.x1),
                    max(box.y1, hit.y1),
                )
            )
    return tuple(sorted(done, key=Box.tuple))
