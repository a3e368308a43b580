"""Blocks with water: a waterfront with piers and ships, and a river with bridges."""

from __future__ import annotations

import math

import numpy as np

from geomagnifier_lab.render import structures, vehicles
from geomagnifier_lab.render.canvas import (
    LAND,
    OTHER,
    VEGETATION,
    WATER,
    Canvas,
    box,
    mirrored,
    turned,
)
from geomagnifier_lab.render.plots import Plot, grove, road


def waterfront(c: Canvas, plot: Plot, far: float) -> None:
    """Water with piers and ships along its lower edge, and a wooded bank at the upper one.

    Args:
        c: the canvas.
        plot: the ground to be covered, m.
        far: depth of the bank, m; 0 for the open sea.
    """
    c.ground(plot.points(), "water", WATER)
    if far > 0:
        along = np.linspace(plot.x0, plot.x1, 50)
        bank = (
            plot.y0
            + far
            + 5 * np.sin(along / c.rng.uniform(25, 50) + c.rng.uniform(0, 6))
            + c.rng.normal(0, 0.7, 50)
        )
        shore = np.concatenate(
            [np.stack([along, bank], 1), [(plot.x1, plot.y0), (plot.x0, plot.y0)]]
        )
        c.ground(shore + (0, 3), "soil", LAND, blur=2)
        c.ground(shore, "grass", VEGETATION, blur=1)
        grove(c, plot._replace(y1=plot.y0 + far + 5), int(plot.w * far / 60))
    c.ground(box(plot.centre[0], plot.y1, plot.w, 7), "concrete", OTHER)
    if far > 0:
        crossing(
            c,
            plot.x1 * float(c.rng.choice([-0.72, -0.4, 0.1, 0.45, 0.72])),
            plot.y0 + far,
            plot.y1 - 2,
            plot.y0,
            plot.y1 + 4,
        )
    room = plot.h - far
    moorings(c, plot, room)
    if room < 40:
        return
    for _ in range(int(plot.w * room / 5000) + 2):  # ships under way or at anchor
        size = float(min(c.rng.choice([8, 14, 45, 80]) * c.rng.uniform(0.8, 1.3), room * 0.8))
        px, py = (
            c.rng.uniform(plot.x0, plot.x1),
            c.rng.uniform(plot.y0 + far + 12, plot.y1 - 0.64 * room),
        )
        turn = c.rng.normal(0, 0.25) + c.rng.choice([0, math.pi])
        boat = vehicles.ship(c.rng, size)
        if not c.room(boat, px, py, turn, clear=6):
            continue
        if c.rng.random() < 0.6:
            foam = turned(
                mirrored(
                    [(0.45, 0.02), (-0.5, 0.1), (-1.6, 0.3), (-2.2, 0.36), (-1.6, 0.1), (-1.0, 0.0)]
                )
                * size,
                turn,
            ) + (px, py)
            view = c.window(c.to_scene(foam))
            if view is not None and (c.cover[view[1] : view[3], view[0] : view[2]] == WATER).all():
                c.paint([(foam, (206, 218, 220))], opacity=0.38, blur=2 + size / 20)
        c.stamp(boat, px, py, turn)


def moorings(c: Canvas, plot: Plot, room: float) -> None:
    """Piers out from the lower edge of a plot, and the ships that lie at them.

    Args:
        c: the canvas.
        plot: the water, m.
        room: length of open water before the quay, m.
    """
    x = plot.x0 + 20.0
    while x < plot.x1 - 30:
        small = c.rng.random() < 0.55
        length = float(min(c.rng.uniform(45, 85) if small else c.rng.uniform(70, 130), room * 0.62))
        if small:
            finger, gap = float(c.rng.uniform(7.5, 12)), float(c.rng.uniform(8.5, 11))
            half = finger + 4
            if c.stamp(
                structures.pier(c.rng, length, finger, gap),
                x + half,
                plot.y1 - 3,
                -math.pi / 2,
                clear=1,
            ):
                for y in np.arange(1.5 * gap, length - gap * 0.4, gap):
                    for side in (-1, 1):
                        for lane in (-0.24, 0.24):
                            if c.rng.random() < 0.72:
                                boat = vehicles.ship(c.rng, finger * c.rng.uniform(0.86, 1.08))
                                turn = 0.0 if side > 0 else math.pi
                                c.stamp(
                                    boat,
                                    x + half + side * (2.4 + finger * 0.52),
                                    plot.y1 - 3 - y + lane * gap,
                                    turn,
                                )
            x += 2 * half + c.rng.uniform(8, 18)
        else:
            x += 22
            if c.stamp(structures.pier(c.rng, length, 0, 0), x, plot.y1 - 3, -math.pi / 2, clear=1):
                for side in (-1, 1):
                    size = length * float(c.rng.uniform(0.55, 0.86))
                    if c.rng.random() < 0.8:
                        away = x + side * (8.2 + size * 0.1)
                        c.stamp(
                            vehicles.ship(c.rng, size),
                            away,
                            plot.y1 - 6 - length * 0.52,
                            side * math.pi / 2,
                            clear=0.5,
                        )
            x += c.rng.uniform(30, 42)


def crossing(c: Canvas, x: float, y0: float, y1: float, top: float, low: float) -> None:
    """A road across the water on a bridge.

    Args:
        c: the canvas.
        x: where it runs, along y, m.
        y0: where the bridge begins, m.
        y1: where it ends, m.
        top: where the road begins, m.
        low: where it ends, m.
    """
    breadth = float(c.rng.uniform(11, 17))
    sprite = structures.bridge(c.rng, y1 - y0, breadth)
    if not c.room(sprite, x, (y0 + y1) / 2, math.pi / 2):
        return
    for part in ((top, y0), (y1, low)):
        if part[1] - part[0] > 4:
            road(c, [(x, part[0] + 2), (x, part[1] - 2)], breadth - 3)
    if c.stamp(sprite, x, (y0 + y1) / 2, math.pi / 2):
        room = np.array(c.to_scene(box(x, (y0 + y1) / 2, breadth, y1 - y0)))
        view = c.window(room)
        if view is not None:
            c.taken[view[1] : view[3], view[0] : view[2]] &= c.mask([room], view) < 0.3
            for y in np.arange(y0 + 6, y1 - 6, 7.5):
                side = c.rng.choice([-1, 1])
                if c.rng.random() < 0.4:
                    c.stamp(
                        vehicles.vehicle(c.rng), x + side * breadth * 0.2, y, -side * math.pi / 2
                    )
            c.taken[view[1] : view[3], view[0] : view[2]] |= c.mask([room], view) > 0.3


def river(c: Canvas, plot: Plot) -> None:
    """A winding river along a plot, with up to two bridges.

    Args:
        c: the canvas.
        plot: the ground to be covered, m.
    """
    c.ground(plot.points(), "grass", VEGETATION)
    x = np.linspace(plot.x0, plot.x1, 60)
    bend = 6 * np.sin(x / c.rng.uniform(30, 60) + c.rng.uniform(0, 6)) + 3 * np.sin(
        x / c.rng.uniform(12, 25)
    )
    for half, texture, cover in ((28.0, "soil", LAND), (25.0, "water", WATER)):
        above, below = (
            np.stack([x, plot.centre[1] + bend - half], 1),
            np.stack([x, plot.centre[1] + bend + half], 1),
        )
        c.ground(np.concatenate([above, below[::-1]]), texture, cover, blur=1.5)
    for place in c.rng.permutation(np.linspace(-0.7, 0.7, 6))[:2] * plot.x1:
        middle = plot.centre[1] + float(np.interp(place, x, bend))
        crossing(c, float(place), middle - 29, middle + 29, plot.y0, plot.y1 + 6)
    grove(c, plot, int(plot.w * plot.h / 130))
