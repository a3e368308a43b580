"""Plots of ground, and what divides and covers them: roads with their traffic, and trees."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from geomagnifier_lab.render import structures, vehicles
from geomagnifier_lab.render.canvas import (
    LAND,
    OTHER,
    ROAD,
    VEGETATION,
    Canvas,
    Points,
    Shape,
    box,
    disc,
    turned,
)


class Plot(NamedTuple):
    """A rectangle on the ground, in metres about the image's centre."""

    x0: float
    """Left, m."""
    y0: float
    """Top, m."""
    x1: float
    """Right, m."""
    y1: float
    """Bottom, m."""

    @property
    def w(self) -> float:
        return self.x1 - self.x0

    @property
    def h(self) -> float:
        return self.y1 - self.y0

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def inset(self, margin: float) -> Plot:
        return Plot(self.x0 + margin, self.y0 + margin, self.x1 - margin, self.y1 - margin)

    def grid(self, columns: int, rows: int) -> list[Plot]:
        """Equal cells, row by row.

        Args:
            columns: how many side by side.
            rows: how many one below the other.
        """
        x, y = (
            np.linspace(self.x0, self.x1, columns + 1).tolist(),
            np.linspace(self.y0, self.y1, rows + 1).tolist(),
        )
        return [Plot(x[i], y[j], x[i + 1], y[j + 1]) for j in range(rows) for i in range(columns)]

    def points(self) -> Points:
        return box(*self.centre, self.w, self.h)


Filler = Callable[[Canvas, Plot], None]


def grove(c: Canvas, plot: Plot, count: int, small: float = 1.8, large: float = 4.5) -> None:
    """Scatter trees over what is grass or soil and free.

    Args:
        c: the canvas.
        plot: the ground to be covered, m.
        count: trees tried; those that would stand on anything else are left out.
        small: least radius of a crown, m.
        large: greatest radius of a crown, m.
    """
    if plot.w <= 0 or plot.h <= 0:
        return
    drawn: list[tuple[Points, list[Shape]]] = []
    ring = np.concatenate([disc(0, 0, 1.1, 8), [(0.0, 0.0)]])
    middle = c.rng.uniform((plot.x0, plot.y0), (plot.x1, plot.y1), (max(1, count // 6), 2))
    for _ in range(count):
        near = middle[c.rng.integers(len(middle))] + c.rng.normal(
            0, 0.09 * (plot.w + plot.h) / 2, 2
        )
        x, y = (
            near if c.rng.random() < 0.6 else c.rng.uniform((plot.x0, plot.y0), (plot.x1, plot.y1))
        )
        radius = float(c.rng.uniform(small, large))
        if not (plot.x0 < x < plot.x1 and plot.y0 < y < plot.y1):
            continue
        spots = np.round(c.to_scene(ring * radius + (x, y))).astype(int)
        spots = spots[(spots >= 0).all(1) & (spots < (c.width, c.height)).all(1)]
        under = spots[:, 1], spots[:, 0]
        if (
            len(spots) == 0
            or c.taken[under].any()
            or not np.isin(c.cover[under], (VEGETATION, LAND)).all()
        ):
            continue
        drawn.append(structures.tree(c.rng, x, y, radius, c.light()))
        c.cover[under] = VEGETATION
    for crown, _ in drawn:
        c.cast(crown, 5.0)
    c.paint([shape for _, shapes in drawn for shape in shapes], blur=0.5)


def road(c: Canvas, line: list[tuple[float, float]], breadth: float, cars: float = 0.012) -> None:
    """A road with verge and lane lines; its cars are noted for `traffic`.

    Args:
        c: the canvas.
        line: corners (x, y) of its middle, m.
        breadth: of the carriageway, m.
        cars: how many a metre and lane.
    """
    for (x0, y0), (x1, y1) in pairwise(line):
        length, turn = math.hypot(x1 - x0, y1 - y0), math.atan2(y1 - y0, x1 - x0)

        def put(
            points: Points, turn: float = turn, start: tuple[float, float] = (x0, y0)
        ) -> Points:
            return turned(points, turn) + start

        c.ground(put(box(length / 2, 0, length + breadth, breadth + 3.2)), "concrete", OTHER)
        c.ground(put(box(length / 2, 0, length + breadth, breadth)), "asphalt", ROAD)
        dashes = [
            (put(box(x, 0, 3.0, 0.25)), (226, 224, 214)) for x in np.arange(5, length - 4, 8.0)
        ]
        if breadth > 8:
            dashes += [
                (put(box(length / 2, side * (breadth / 2 - 0.6), length - 4, 0.2)), (208, 206, 198))
                for side in (-1, 1)
            ]
        c.paint(dashes, opacity=0.75)
        for side in (-1, 1):
            x = c.rng.uniform(4, max(length - 4, 5), int(c.rng.poisson(cars * length)))
            c.lanes.append(
                (
                    put(np.stack([x, np.full(len(x), side * breadth * 0.24)], 1)),
                    turn + (0 if side > 0 else math.pi),
                )
            )


def traffic(c: Canvas) -> None:
    """Draw the cars of all roads.

    Only when every road is there, so that no car is paved over.
    """
    for places, turn in c.lanes:
        for x, y in places.tolist():
            c.stamp(vehicles.vehicle(c.rng), x, y, turn, clear=0.8)


def split(c: Canvas, plot: Plot, target: float, breadth: float = 9.0) -> list[Plot]:
    """Divide a plot by roads until its parts are about `target` square metres.

    Args:
        c: the canvas, on which the roads are drawn.
        plot: to be divided, m.
        target: area of a part, square metres.
        breadth: of the first road, m; those that branch off are narrower.

    Returns:
        the parts, without the roads.
    """
    if plot.w * plot.h < 1.6 * target or max(plot.w, plot.h) < 60:
        return [plot]
    cut = c.rng.uniform(0.42, 0.58)
    narrow = max(6.5, breadth - 1.5)
    if plot.w > plot.h:
        x = plot.x0 + cut * plot.w
        road(c, [(x, plot.y0), (x, plot.y1)], breadth)
        parts = plot._replace(x1=x - breadth / 2 - 1.6), plot._replace(x0=x + breadth / 2 + 1.6)
        return [leaf for part in parts for leaf in split(c, part, target, narrow)]
    y = plot.y0 + cut * plot.h
    road(c, [(plot.x0, y), (plot.x1, y)], breadth)
    parts = plot._replace(y1=y - breadth / 2 - 1.6), plot._replace(y0=y + breadth / 2 + 1.6)
    return [leaf for part in parts for leaf in split(c, part, target, narrow)]
