"""Blocks of land: an apron, tanks, sports grounds, houses, halls, fields, a runway.

Each function fills one plot of a canvas.
"""

from __future__ import annotations

import math

import numpy as np

from geomagnifier_lab.render import structures, vehicles
from geomagnifier_lab.render.canvas import (
    LAND,
    OTHER,
    ROAD,
    VEGETATION,
    WATER,
    Canvas,
    Shape,
    box,
    disc,
    loop,
    shade,
    stroke,
    turned,
)
from geomagnifier_lab.render.plots import Plot, grove


def apron(c: Canvas, plot: Plot) -> None:
    """Stands with airliners in a row, a terminal and service vehicles.

    Args:
        c: the canvas.
        plot: the ground to be covered, m.
    """
    c.ground(plot.points(), "concrete", ROAD)
    seams = [
        q
        for x in np.arange(plot.x0, plot.x1, 12.0)
        for q in stroke([(x, plot.y0), (x, plot.y1)], 0.25, (96, 96, 92))
    ]
    seams += [
        q
        for v in np.arange(plot.y0, plot.y1, 12.0)
        for q in stroke([(plot.x0, v), (plot.x1, v)], 0.25, (96, 96, 92))
    ]
    c.paint(seams, opacity=0.35)
    for _ in range(6):  # oil stains
        x, y = c.rng.uniform((plot.x0, plot.y0), (plot.x1, plot.y1))
        c.paint([(disc(x, y, c.rng.uniform(2, 6)), (92, 92, 90))], opacity=0.4, blur=5)
    y = plot.y0
    if plot.h > 75:
        depth = float(c.rng.uniform(16, 24))
        c.stamp(
            structures.flat_roof(c.rng, plot.w * 0.86, depth),
            plot.centre[0],
            plot.y0 + depth / 2 + 1,
        )
        y += depth + 4
    facing = -math.pi / 2
    while y < plot.y1 - 24:
        length = float(c.rng.uniform(26, min(70, max(30, plot.h * 0.55))))
        if y + length > plot.y1 - 1:
            break
        gap = length * c.rng.uniform(1.06, 1.25)
        count = int((plot.w - 6) / gap)
        first = plot.centre[0] - (count - 1) * gap / 2
        for i in range(count):
            c.paint(
                [(box(first + i * gap, y + length / 2 + 5, 0.4, length + 5), (214, 178, 70))],
                opacity=0.8,
            )
            if c.rng.random() < 0.86:
                size = length * float(c.rng.uniform(0.82, 0.98))
                c.stamp(
                    vehicles.airplane(c.rng, size),
                    first + i * gap,
                    y + 2 + size / 2,
                    facing + c.rng.normal(0, 0.03),
                )
            elif c.rng.random() < 0.7:
                c.stamp(vehicles.vehicle(c.rng), first + i * gap + 6, y + 8, c.rng.uniform(0, 6.28))
        y += length + c.rng.uniform(10, 16)


def tanks(c: Canvas, plot: Plot) -> None:
    """A grid of storage tanks with bunds and pipes.

    Args:
        c: the canvas.
        plot: the ground to be covered, m.
    """
    c.ground(plot.points(), ("gravel", "soil", "meadow")[c.rng.integers(3)], LAND)
    inner = plot.inset(6)
    columns, rows = max(1, round(inner.w / 80)), max(1, round(inner.h / 70))
    wide, tall = inner.w / columns, inner.h / rows
    for i in range(columns * rows):
        x, y = inner.x0 + (i % columns) * wide, inner.y0 + (i // columns) * tall
        bund = Plot(x, y, x + wide, y + tall).inset(4)
        c.ground(bund.points(), ("concrete", "gravel", "soil")[c.rng.integers(3)], LAND)
        c.paint(loop(bund.points(), 1.3, (196, 190, 178)))
        radius = float(c.rng.uniform(7, max(8, min(20, (min(bund.w, bund.h) - 4) / 2.55))))
        nx, ny = int((bund.w - 4) / (2.5 * radius)), int((bund.h - 4) / (2.5 * radius))
        for k in range(nx * ny):
            tx, ty = bund.x0 + (k % nx + 0.5) * bund.w / nx, bund.y0 + (k // nx + 0.5) * bund.h / ny
            c.paint(stroke([(tx, ty), (tx, bund.y1 + 3)], 0.7, (120, 116, 110)))
            if nx * ny < 4 or c.rng.random() < 0.93:
                c.stamp(
                    structures.storage_tank(c.rng, radius * c.rng.uniform(0.92, 1.05), c.light()),
                    tx,
                    ty,
                )
        c.paint(
            [
                q
                for k in range(3)
                for q in stroke(
                    [(x, y + tall - 3 + k), (x + wide, y + tall - 3 + k)], 0.45, (206, 200, 190)
                )
            ]
        )


def track(c: Canvas, plot: Plot) -> None:
    """A ground track field with its infield.

    Args:
        c: the canvas.
        plot: the ground to be covered, m.
    """
    park(c, plot, trees=False)
    turn = 0.0 if plot.w >= plot.h else math.pi / 2
    scale = min(1.0, max(plot.w, plot.h) / 188, min(plot.w, plot.h) / 98) * c.rng.uniform(0.9, 0.99)
    x, y = plot.centre
    sprite, green = structures.ground_track_field(c.rng, scale)
    if c.stamp(sprite, x, y, turn):
        field = turned(green, turn) + (x, y)
        c.ground(field, "lawn", VEGETATION, stripe=(10.0, 0.05, turn))
        a, b = 100 * scale * 0.98, 60 * scale
        pitch = [
            box(0, 0, a, b),
            box(-a * 0.42, 0, a * 0.16, b * 0.6),
            box(a * 0.42, 0, a * 0.16, b * 0.6),
            disc(0, 0, 9 * scale),
        ]
        lines = [q for shape in pitch for q in loop(shape, 0.3, (230, 234, 226))]
        lines += stroke([(0, -b / 2), (0, b / 2)], 0.3, (230, 234, 226))
        c.paint([(turned(points, turn) + (x, y), colour) for points, colour in lines], opacity=0.85)
        stand = 46 * scale + 5
        if stand + 4 < min(plot.w, plot.h) / 2:
            px, py = turned(np.array([(0.0, stand)]), turn)[0]
            c.stamp(structures.flat_roof(c.rng, 60 * scale, 7), x + px, y + py, turn)
    grove(c, plot, int(plot.w * plot.h / 150))


def diamonds(c: Canvas, plot: Plot) -> None:
    """Baseball diamonds with their outfields.

    Args:
        c: the canvas.
        plot: the ground to be covered, m.
    """
    park(c, plot, trees=False)
    count = 2 if max(plot.w, plot.h) > 1.7 * min(plot.w, plot.h) else 1
    for i in range(count):
        part = Plot(
            plot.x0 + i * plot.w / count, plot.y0, plot.x0 + (i + 1) * plot.w / count, plot.y1
        )
        if plot.h > plot.w:
            part = Plot(
                plot.x0, plot.y0 + i * plot.h / count, plot.x1, plot.y0 + (i + 1) * plot.h / count
            )
        side = min(part.w, part.h, 115.0) * 0.93
        quarter = int(c.rng.integers(4))
        turn = quarter * math.pi / 2 + math.pi / 4
        x, y = np.array(part.centre) - turned(np.array([(side * 0.64, 0.0)]), turn)[0]
        sprite, fan = structures.baseball_diamond(c.rng, side * 0.97)
        rim = turned(fan * 1.03, turn) + (x, y)
        c.ground(rim, "dirt", LAND)
        c.ground(
            turned(fan * 0.97, turn) + (x, y),
            "lawn",
            VEGETATION,
            stripe=(9.0, 0.05, turn + math.pi / 4),
        )
        c.stamp(sprite, float(x), float(y), turn)
        window = c.window(c.to_scene(rim))
        if window is not None:  # keep trees off the outfield
            x0, y0, x1, y1 = window
            c.taken[y0:y1, x0:x1] |= c.mask([c.to_scene(rim)], window) > 0.5
    grove(c, plot, int(plot.w * plot.h / 150))


def courts(c: Canvas, plot: Plot) -> None:
    """Tennis and basketball courts side by side.

    Args:
        c: the canvas.
        plot: the ground to be covered, m.
    """
    park(c, plot, trees=False)
    use = plot.inset(5)
    left, right = use._replace(x1=use.x0 + use.w * 0.56), use._replace(x0=use.x0 + use.w * 0.62)
    for share, sprite, size in (
        (left, structures.tennis_court, (17.2, 35.5)),
        (right, structures.basketball_court, (20.5, 33.5)),
    ):
        inner, outer = structures.HARD[c.rng.integers(len(structures.HARD))]
        nx, ny = min(5, int(share.w / size[0])), min(3, int(share.h / (size[1] + 4)))
        if nx * ny == 0 and share.h >= size[0] and share.w >= size[1]:
            nx, ny, size = 1, 1, (size[1], size[0])
        turn = math.pi / 2 if size[1] > size[0] else 0.0
        for j in range(ny):
            cy = share.y0 + (j + 0.5) * (size[1] + 4)
            c.ground(
                box(share.x0 + nx * size[0] / 2, cy, nx * size[0] + 3, size[1] + 2), "asphalt", ROAD
            )
            for i in range(nx):
                c.stamp(sprite(inner, outer), share.x0 + (i + 0.5) * size[0], cy, turn)
    grove(c, plot, int(plot.w * plot.h / 110))


def houses(c: Canvas, plot: Plot) -> None:
    """House lots along streets.

    Args:
        c: the canvas.
        plot: the ground to be covered, m.
    """
    c.ground(plot.points(), ("grass", "lawn", "meadow")[c.rng.integers(3)], VEGETATION)
    wide, deep = c.rng.uniform(19, 25), c.rng.uniform(26, 34)
    nx, ny = max(1, int(plot.w / wide)), max(1, int(plot.h / deep))
    for i, cell in enumerate(plot.grid(nx, ny)):
        x, y = cell.centre + c.rng.normal(0, 1.2, 2)
        up = -1 if i // nx < (ny + 1) // 2 else 1
        if c.rng.random() < 0.06:
            continue
        gate = cell.x0 + 3.0
        if i // nx in (0, ny - 1):
            kerb = plot.y0 if up < 0 else plot.y1
            c.ground(box(gate, (y + kerb) / 2, 3.2, abs(kerb - y)), "concrete", ROAD)
            if c.rng.random() < 0.6:
                c.stamp(vehicles.vehicle(c.rng, 0), gate, y + up * cell.h * 0.26, up * math.pi / 2)
        across = c.rng.random() < 0.3
        turn = (math.pi / 2 if across else 0.0) + c.rng.normal(0, 0.02)
        a, b = c.rng.uniform(10, min(15, wide - 7)), c.rng.uniform(7.5, 10)
        c.stamp(structures.gable(c.rng, a, b, c.light(turn)), x + 2, y, turn)
        if c.rng.random() < 0.4 and not across:
            wing = turn + math.pi / 2
            c.stamp(
                structures.gable(c.rng, 6, 5.5, c.light(wing)),
                x + 2 + c.rng.uniform(-3, 3),
                y - up * (b / 2 + 3.05),
                wing,
            )
        if c.rng.random() < 0.15:
            pool = box(x + 3, y - up * (b / 2 + 5.5), 7.6, 4.2)
            c.ground(pool, "concrete", OTHER)
            c.paint([(pool * 0.9 + pool.mean(0) * 0.1, (96, 168, 184))])
        c.paint(loop(cell.points(), 0.3, (96, 92, 72)), opacity=0.4)
    grove(c, plot, nx * ny * 5, 1.2, 3.6)


def parking(c: Canvas, plot: Plot) -> None:
    """Rows of parked vehicles.

    Args:
        c: the canvas.
        plot: the ground to be covered, m.
    """
    c.ground(plot.points(), "lawn", VEGETATION)
    inner = plot.inset(2.5)
    lot = inner._replace(x1=inner.x0 + min(inner.w, 84.0), y1=inner.y0 + min(inner.h, 56.0))
    c.ground(lot.points(), "asphalt", ROAD)
    full = c.rng.uniform(0.35, 0.85)
    lines: list[Shape] = []
    cars: list[tuple[float, float, float]] = []
    for y in np.arange(lot.y0 + 1, lot.y1 - 10.4, 17.0):
        x0 = lot.x0 + 4
        count = int((lot.w - 8) / 2.6)
        lines += stroke([(x0, y + 5.2), (x0 + count * 2.6, y + 5.2)], 0.16, (216, 214, 206))
        lines += [
            q
            for i in range(count + 1)
            for q in stroke([(x0 + i * 2.6, y), (x0 + i * 2.6, y + 10.4)], 0.16, (216, 214, 206))
        ]
        cars += [
            (x0 + (i + 0.5) * 2.6, y + 2.6 + 5.2 * k, math.pi / 2)
            for i in range(count)
            for k in (0, 1)
            if c.rng.random() < full
        ]
    c.paint(lines, opacity=0.8)
    for x, y, turn in cars:
        c.stamp(
            vehicles.vehicle(c.rng, 0.01),
            x + c.rng.normal(0, 0.12),
            y + c.rng.normal(0, 0.3),
            turn + (math.pi if c.rng.random() < 0.5 else 0),
        )
    if inner.w - lot.w > 24:
        halls(c, inner._replace(x0=lot.x1 + 4))
    if inner.h - lot.h > 24:
        halls(c, inner._replace(x1=lot.x1, y0=lot.y1 + 4))
    grove(c, plot, int((plot.w + plot.h) / 4), 1.4, 2.6)


def halls(c: Canvas, plot: Plot) -> None:
    """Halls, blocks of flats, and stacked containers.

    Args:
        c: the canvas.
        plot: the ground to be covered, m.
    """
    c.ground(plot.points(), ("asphalt", "concrete")[c.rng.integers(2)], ROAD)
    nx, ny = max(1, round(plot.w / 52)), max(1, round(plot.h / 42))
    for cell in plot.grid(nx, ny):
        a, b = cell.w * c.rng.uniform(0.55, 0.84), cell.h * c.rng.uniform(0.5, 0.78)
        if c.rng.random() < 0.84:
            c.stamp(structures.flat_roof(c.rng, a, b), *cell.centre)
        for x in np.arange(cell.x0 + 4, cell.x1 - 4, 7.0):
            if c.rng.random() < 0.25:
                c.stamp(
                    vehicles.vehicle(c.rng),
                    x,
                    cell.y1 - 3,
                    c.rng.choice([0, math.pi / 2]),
                    clear=0.5,
                )


def yard(c: Canvas, plot: Plot) -> None:
    """Containers in stacks on concrete.

    Args:
        c: the canvas.
        plot: the ground to be covered, m.
    """
    c.ground(plot.points(), "concrete", ROAD)
    inner = plot.inset(5)
    for y in np.arange(inner.y0, inner.y1 - 13, 22.0):
        stack: list[Shape] = []
        for x in np.arange(inner.x0, inner.x1 - 7, 6.6):
            if c.rng.random() < 0.8:
                rows = int(c.rng.integers(2, 5))
                c.cast(box(x + 3.1, y + rows * 1.3, 6.1, rows * 2.6), c.rng.uniform(2.6, 7))
                for k in range(rows):
                    stack.append(
                        (
                            box(x + 3.1, y + (k + 0.5) * 2.6, 6.1, 2.4),
                            shade(vehicles.FREIGHT[c.rng.integers(6)], c.rng.uniform(0.85, 1.15)),
                        )
                    )
        c.paint(stack)
        for x in np.arange(inner.x0 + 4, inner.x1 - 6, 13.0):
            if c.rng.random() < 0.3:
                c.stamp(vehicles.vehicle(c.rng), x, y + 16, 0.0, clear=0.3)


def park(c: Canvas, plot: Plot, trees: bool = True) -> None:
    """Grass with paths and, perhaps, trees.

    Args:
        c: the canvas.
        plot: the ground to be covered, m.
        trees: draw a path, perhaps a pond, and trees.
    """
    c.ground(plot.points(), ("grass", "lawn", "meadow")[c.rng.integers(3)], VEGETATION)
    if trees:
        bend = plot.centre[1] + plot.h * 0.3 * np.sin(np.linspace(0, c.rng.uniform(2, 6), 24))
        c.paint(
            stroke(np.stack([np.linspace(plot.x0, plot.x1, 24), bend], 1), 2.2, (186, 172, 146)),
            opacity=0.85,
        )
        if plot.w > 60 and plot.h > 60 and c.rng.random() < 0.5:
            wave = (
                1
                + 0.16 * np.sin(np.arange(40) * (math.pi / 10) + c.rng.uniform(0, 6))
                + 0.1 * np.sin(np.arange(40) * (math.pi / 20) * 3)
            )
            pond = disc(0, 0, 1, 40) * wave[:, None] * (plot.w * 0.16, plot.h * 0.15) + (
                plot.x0 + plot.w * 0.3,
                plot.centre[1],
            )
            c.ground(pond, "water", WATER, blur=1)
        grove(c, plot, int(plot.w * plot.h / 45))


def fields(c: Canvas, plot: Plot) -> None:
    """Farmland in strips.

    Args:
        c: the canvas.
        plot: the ground to be covered, m.
    """
    y = plot.y0
    angle = float(c.rng.choice([0, math.pi / 2]))
    while y < plot.y1 - 1:
        deep = float(c.rng.uniform(30, 70))
        name = str(c.rng.choice(["crop", "meadow", "soil", "crop", "grass"]))
        strip = Plot(plot.x0, y, plot.x1, min(plot.y1, y + deep))
        stripe = (float(c.rng.uniform(2.5, 6)), float(c.rng.uniform(0.02, 0.07)), angle)
        c.ground(strip.points(), name, LAND if name == "soil" else VEGETATION, stripe=stripe)
        y += deep
    grove(c, plot, int(plot.w * plot.h / 700))


def runway(c: Canvas, plot: Plot) -> Plot:
    """Runway and taxiway along the bottom of a plot.

    Args:
        c: the canvas.
        plot: the ground to be covered, m.

    Returns:
        what is left of the plot above them.
    """
    c.ground(plot.points(), ("grass", "meadow")[c.rng.integers(2)], VEGETATION)
    y, white = plot.y1 - 48, (232, 232, 226)
    c.ground(box(plot.centre[0], y, plot.w, 50), "asphalt", ROAD)
    lines = [(box(x, y, 26, 0.9), white) for x in np.arange(plot.x0, plot.x1, 50)]
    lines += [(box(plot.centre[0], y + side * 23, plot.w, 0.8), white) for side in (-1, 1)]
    start = plot.x0 + plot.w * c.rng.uniform(0.12, 0.3)
    lines += [
        (box(start, y + k * 3.6 + np.sign(k) * 1.5, 28, 1.8), white) for k in range(-5, 6) if k
    ]
    c.paint(lines, opacity=0.9)
    c.paint(
        [(box(start + 80, y + side * 4, 150, 3.5), (50, 50, 52)) for side in (-1, 1)],
        opacity=0.5,
        blur=3,
    )
    taxi = y - 62
    c.ground(box(plot.centre[0], taxi, plot.w, 22), "concrete", ROAD)
    for x in (start + 20, start + 190):
        c.ground(
            np.array([(x - 11, y - 24), (x + 11, y - 24), (x + 41, taxi), (x + 11, taxi)]),
            "concrete",
            ROAD,
        )
        c.paint(stroke([(x, y - 24), (x + 26, taxi)], 0.5, (214, 178, 70)))
    c.paint(stroke([(plot.x0, taxi), (plot.x1, taxi)], 0.5, (214, 178, 70)))
    c.stamp(
        vehicles.airplane(c.rng, c.rng.uniform(34, 60)),
        plot.centre[0] + c.rng.uniform(-150, 150),
        taxi,
        c.rng.choice([0, math.pi]),
    )
    return plot._replace(y1=taxi - 13)
