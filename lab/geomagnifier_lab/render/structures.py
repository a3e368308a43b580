"""Tanks, sports grounds, piers, bridges, roofs and trees as they look from above.

Shapes in metres about their own origin, drawn back to front on a canvas.
"""

from __future__ import annotations

import math

import numpy as np

from geomagnifier_lab.render.canvas import (
    BUILDING,
    LAND,
    OTHER,
    ROAD,
    VEGETATION,
    Colour,
    Points,
    Shape,
    Sprite,
    box,
    disc,
    loop,
    mirrored,
    shade,
    stroke,
)

ROOFS: tuple[Colour, ...] = (
    (164, 88, 64),
    (148, 76, 60),
    (120, 98, 84),
    (112, 112, 114),
    (140, 132, 122),
    (92, 90, 94),
    (178, 122, 88),
)
"""Paints of pitched roofs."""
HARD: tuple[tuple[Colour, Colour], ...] = (
    ((64, 98, 140), (72, 122, 92)),
    ((74, 118, 86), (150, 80, 66)),
    ((150, 84, 68), (76, 114, 82)),
    ((60, 92, 136), (120, 124, 130)),
    ((86, 128, 88), (64, 98, 68)),
)
"""Paints of hard courts: the court, the run-off."""


def storage_tank(rng: np.random.Generator, radius: float, light: float) -> Sprite:
    """A tank with a cone roof or a sunken floating roof.

    Args:
        rng: where chance comes from.
        radius: m.
        light: direction of the sun, radians.
    """
    r, rim = radius, disc(0, 0, radius, 36)
    base = shade(
        ((232, 232, 226), (214, 210, 198), (196, 200, 200), (222, 206, 176))[rng.integers(4)],
        rng.uniform(0.9, 1.05),
    )
    shapes: list[Shape] = [(rim, shade(base, 0.8))]
    if rng.random() < 0.6:
        for i in range(24):
            wedge = np.array(
                [
                    (0.0, 0.0),
                    *disc(
                        0, 0, r * 0.95, 3, i * math.pi / 12 - 0.02, (i + 1) * math.pi / 12 + 0.02
                    ),
                ]
            )
            shapes.append(
                (wedge, shade(base, 0.95 + 0.08 * math.cos((i + 0.5) * math.pi / 12 - light)))
            )
        shapes += [(disc(0, 0, r * 0.1, 12), shade(base, 0.75))]
    else:  # the wall shades the roof on the sun's side
        away = (-math.cos(light) * r * 0.2, -math.sin(light) * r * 0.2)
        lit = disc(away[0] * 0.5, away[1] * 0.5, r * 0.83, 36)
        shapes += [
            (disc(0, 0, r * 0.93, 36), shade(base, 0.5)),
            (lit, shade(base, 0.93)),
            (disc(0, 0, r * 0.2, 14), shade(base, 0.82)),
        ]
        shapes += loop(lit * 0.88, r * 0.03, shade(base, 0.84))
    shapes += [*loop(rim * 0.975, max(0.05 * r, 0.4), shade(base, 1.1))]
    stair = rng.uniform(0, 2 * math.pi)
    shapes += stroke(
        disc(0, 0, r * 1.03, 8, stair, stair + 0.9), max(0.05 * r, 0.5), shade(base, 0.62)
    )
    return Sprite(rim, shapes, rng.uniform(0.5, 0.9) * min(r, 14), "storage tank", OTHER)


def baseball_diamond(rng: np.random.Generator, outfield: float) -> tuple[Sprite, Points]:
    """The infield, which is what is labelled, and its outfield.

    Args:
        rng: where chance comes from.
        outfield: its radius, m.

    Returns:
        the infield with home plate at the origin, facing +x, and the fan (N, 2) m of the outfield.
    """
    q, side = math.pi / 4, min(27.4, outfield * 0.3)
    dirt: Colour = shade(
        ((178, 128, 88), (166, 110, 78), (196, 154, 112))[rng.integers(3)], rng.uniform(0.92, 1.06)
    )
    green: Colour = shade((86, 118, 60), rng.uniform(0.88, 1.08))
    mound, reach = side * 0.67, side * 1.08
    arc = disc(mound, 0, reach, 25, -1.9, 1.9)
    skin = np.concatenate([[(-side * 0.12, side * 0.08), (-side * 0.12, -side * 0.08)], arc])
    base = np.array([(0, 0), (side, -side), (2 * side, 0), (side, side)]) / math.sqrt(2)
    inner = (base - (side / math.sqrt(2), 0)) * 0.8 + (side / math.sqrt(2), 0)
    shapes: list[Shape] = [(skin, dirt), (disc(0, 0, side * 0.17), dirt)]
    if rng.random() < 0.75:
        shapes.append((inner, green))
    shapes += [(disc(mound, 0, side * 0.1), dirt)]
    for s in (-1, 1):
        shapes += stroke(
            [(0, 0), (outfield * math.cos(q), s * outfield * math.sin(q))], 0.35, (228, 224, 214)
        )
    shapes += [(box(x, y, 0.9, 0.9), (240, 240, 236)) for x, y in base]
    fan = np.array(
        [
            (-side * 0.5, side * 0.2),
            (-side * 0.5, -side * 0.2),
            *disc(0, 0, outfield, 25, -q - 0.07, q + 0.07),
        ]
    )
    return Sprite(skin, shapes, 0.0, "baseball diamond", LAND), fan


def tennis_court(inner: Colour, outer: Colour) -> Sprite:
    """A court of 23.8 x 11 m with its lines and run-off.

    Args:
        inner: colour of the court.
        outer: colour of the run-off.
    """
    a, b, white = 23.77, 10.97, (236, 238, 236)
    shapes: list[Shape] = [
        (box(0, 0, 34, 16.6), outer),
        (box(0, 0, a + 0.8, b + 0.8), inner),
        *loop(box(0, 0, a, b), 0.3, white),
    ]
    shapes += [s for y in (-4.115, 4.115) for s in stroke([(-a / 2, y), (a / 2, y)], 0.28, white)]
    shapes += [s for x in (-6.4, 6.4) for s in stroke([(x, -4.115), (x, 4.115)], 0.28, white)]
    shapes += [
        *stroke([(-6.4, 0), (6.4, 0)], 0.28, white),
        *stroke([(0, -6.2), (0, 6.2)], 0.34, (44, 48, 48)),
    ]
    return Sprite(box(0, 0, a + 0.8, b + 0.8), shapes, 0.0, "tennis court", ROAD)


def basketball_court(inner: Colour, outer: Colour) -> Sprite:
    """A court of 28 x 15 m with circle and keys.

    Args:
        inner: colour of the court.
        outer: colour of run-off, keys and circle.
    """
    a, b, white = 28.0, 15.0, (232, 230, 222)
    shapes: list[Shape] = [
        (box(0, 0, a + 4, b + 4), outer),
        (box(0, 0, a + 0.6, b + 0.6), inner),
        *loop(box(0, 0, a, b), 0.32, white),
    ]
    shapes += [
        (disc(0, 0, 1.9), outer),
        *loop(disc(0, 0, 1.9), 0.3, white),
        *stroke([(0, -b / 2), (0, b / 2)], 0.3, white),
    ]
    for s in (-1, 1):
        hoop = s * (a / 2 - 1.6)
        shapes += [
            (box(s * (a / 2 - 2.9), 0, 5.8, 4.9), outer),
            *loop(box(s * (a / 2 - 2.9), 0, 5.8, 4.9), 0.28, white),
        ]
        arc = disc(
            hoop,
            0,
            6.75,
            19,
            *((math.pi / 2, 1.5 * math.pi) if s > 0 else (-math.pi / 2, math.pi / 2)),
        )
        shapes += [
            *stroke(arc, 0.28, white),
            *stroke([(s * (a / 2 - 0.6), -0.9), (s * (a / 2 - 0.6), 0.9)], 0.5, (245, 245, 245)),
        ]
    return Sprite(box(0, 0, a + 0.6, b + 0.6), shapes, 0.0, "basketball court", ROAD)


def oval(straight: float, radius: float) -> Points:
    """Two straights and two half circles, m.

    Args:
        straight: length of a straight, m.
        radius: of the half circles, m.
    """
    right = disc(straight / 2, 0, radius, 24, -math.pi / 2, math.pi / 2)
    return np.concatenate([right, -right])


def ground_track_field(rng: np.random.Generator, scale: float) -> tuple[Sprite, Points]:
    """A running track and the grass inside it.

    Args:
        rng: where chance comes from.
        scale: 1 for a track of 177 x 93 m.

    Returns:
        the track, and the rectangle (4, 2) m of grass.
    """
    straight, radius, lanes = 84.4 * scale, 46.0 * scale, int(rng.integers(6, 9))
    lane = 1.22 * scale
    red: Colour = ((162, 78, 62), (178, 96, 74), (146, 66, 60), (92, 112, 150))[
        rng.choice(4, p=[0.4, 0.3, 0.2, 0.1])
    ]
    red = shade(red, rng.uniform(0.92, 1.08))
    shapes: list[Shape] = [(oval(straight, radius), red)]
    for i in range(lanes + 1):
        shapes += loop(oval(straight, radius - i * lane), 0.22, shade(red, 1.22))
    inner = radius - (lanes + 0.3) * lane
    shapes += [(oval(straight, inner), shade(red, 1.04) if rng.random() < 0.5 else (98, 122, 70))]
    shapes += stroke([(straight / 2, inner), (straight / 2, radius)], 0.5, (240, 240, 240))
    return Sprite(oval(straight, radius), shapes, 0.0, "ground track field", VEGETATION), box(
        0, 0, straight * 1.22, inner * 1.62
    )


def pier(rng: np.random.Generator, length: float, finger: float, gap: float) -> Sprite:
    """A pier from the quay at the origin out to +x, perhaps with fingers.

    Args:
        rng: where chance comes from.
        length: m.
        finger: length of a finger, m; 0 for none.
        gap: from one finger to the next, m.
    """
    half = rng.uniform(1.1, 1.8) if finger else rng.uniform(3.5, 7.0)
    side = [(0.0, half)]
    x = gap
    while finger and x < length - 1:
        side += [
            (x - 0.5, half),
            (x - 0.5, half + finger),
            (x + 0.5, half + finger),
            (x + 0.5, half),
        ]
        x += gap
    outline = mirrored([*side, (length, half)][::-1])
    tone = shade(
        ((188, 184, 174), (170, 158, 140), (150, 148, 142))[rng.integers(3)],
        rng.uniform(0.92, 1.06),
    )
    shapes: list[Shape] = [
        (outline, tone),
        *stroke([(0, 0), (length - 1, 0)], half * 0.9, shade(tone, 0.94)),
    ]
    if not finger:
        shapes += [*loop(outline * (0.99, 0.9), 0.6, shade(tone, 1.1))]
        shapes += [
            (box(v, 0, 7, half * 0.8), shade(tone, 0.7)) for v in np.arange(12, length - 8, 26)
        ]
    return Sprite(outline, shapes, 1.6, "harbor", OTHER)


def bridge(rng: np.random.Generator, length: float, breadth: float) -> Sprite:
    """The deck of a road bridge along x over the water.

    Args:
        rng: where chance comes from.
        length: along x, m.
        breadth: m.
    """
    b = breadth / 2
    deck = shade((142, 140, 136), rng.uniform(0.9, 1.1))
    shapes: list[Shape] = [
        (box(0, 0, length, breadth), shade(deck, 1.2)),
        (box(0, 0, length + 1, breadth - 2.4), shade(deck, 0.72)),
    ]
    shapes += [
        s
        for y in (-b + 0.3, b - 0.3)
        for s in stroke([(-length / 2, y), (length / 2, y)], 0.5, shade(deck, 1.4))
    ]
    shapes += [
        s
        for x in np.arange(-length / 2 + 2, length / 2 - 3, 8)
        for s in stroke([(x, 0), (x + 4, 0)], 0.3, (226, 224, 214))
    ]
    shapes += [
        s
        for x in np.linspace(-0.5, 0.5, 5)[1:-1] * length
        for s in stroke([(x, -b + 0.6), (x, b - 0.6)], 0.4, shade(deck, 0.58))
    ]
    return Sprite(box(0, 0, length, breadth), shapes, rng.uniform(6, 9), "bridge", ROAD)


def gable(rng: np.random.Generator, length: float, breadth: float, light: float) -> Sprite:
    """A house with a pitched or hipped roof, ridge along x.

    Args:
        rng: where chance comes from.
        length: along the ridge, m.
        breadth: m.
        light: direction of the sun, radians.
    """
    a, b = length / 2, breadth / 2
    roof = shade(ROOFS[rng.integers(len(ROOFS))], rng.uniform(0.85, 1.1))
    hip = b * rng.uniform(0.7, 1.0) if rng.random() < 0.5 else 0.0
    up = 0.26 * math.sin(light)
    shapes: list[Shape] = [(box(0, 0, length, breadth), roof)]
    for s in (-1, 1):
        shapes.append(
            (
                np.array([(-a, s * b), (a, s * b), (a - hip, 0), (hip - a, 0)]),
                shade(roof, 1 + s * up),
            )
        )
        if hip:
            shapes.append(
                (
                    np.array([(s * a, -b), (s * a, b), (s * (a - hip), 0)]),
                    shade(roof, 1 + s * 0.22 * math.cos(light)),
                )
            )
    shapes += stroke([(hip - a, 0), (a - hip, 0)], 0.35, shade(roof, 1.18))
    if rng.random() < 0.5:
        shapes += [(box(a * 0.35, b * 0.3, 1.0, 1.0), (96, 72, 64))]
    return Sprite(box(0, 0, length, breadth), shapes, rng.uniform(5, 8), None, BUILDING)


def flat_roof(rng: np.random.Generator, length: float, breadth: float) -> Sprite:
    """A flat roof with a parapet and machines, or the ribbed roof of a hall.

    Args:
        rng: where chance comes from.
        length: along x, m.
        breadth: m.
    """
    paints = (
        (196, 194, 188),
        (150, 150, 150),
        (168, 158, 144),
        (112, 116, 122),
        (214, 214, 212),
        (120, 136, 152),
    )
    tone = shade(paints[rng.integers(len(paints))], rng.uniform(0.88, 1.06))
    whole = box(0, 0, length, breadth)
    shapes: list[Shape] = [(whole, tone)]
    if rng.random() < 0.5:
        shapes += [
            (box(x, 0, 0.5, breadth), shade(tone, 0.92))
            for x in np.arange(-length / 2 + 3, length / 2 - 1, 6)
        ]
        if rng.random() < 0.6:
            shapes += [
                (box(0, breadth / 4, length, breadth / 2), shade(tone, 0.9)),
                (box(0, 0, length, 0.6), shade(tone, 1.1)),
            ]
    for _ in range(int(length * breadth / 260) + 1):
        x, y = rng.uniform(-0.4, 0.4) * length, rng.uniform(-0.38, 0.38) * breadth
        w, d = rng.uniform(1.5, 4, 2)
        shapes += [
            (box(x + 0.5, y + 0.5, w, d), shade(tone, 0.6)),
            (box(x, y, w, d), shade(tone, 1.16)),
        ]
    return Sprite(
        whole,
        [*shapes, *loop(whole * 0.985, 0.6, shade(tone, 1.14))],
        rng.uniform(6, 13),
        None,
        BUILDING,
    )


def tree(
    rng: np.random.Generator, x: float, y: float, radius: float, light: float
) -> tuple[Points, list[Shape]]:
    """Outline and lobes of a crown, metres on the canvas.

    Args:
        rng: where chance comes from.
        x: of its middle, m.
        y: of its middle, m.
        radius: of the crown, m.
        light: direction of the sun, radians.
    """
    tone = shade(
        ((46, 66, 36), (58, 78, 42), (50, 72, 46), (70, 84, 48))[rng.integers(4)],
        rng.uniform(0.85, 1.1),
    )
    crown = disc(x, y, radius, 13) + rng.normal(0, 0.09 * radius, (13, 2))
    shapes: list[Shape] = [(crown, shade(tone, 0.82))]
    towards = np.array([math.cos(light), math.sin(light)])
    for lift in (1.0, 1.18, 1.36):
        for _ in range(3):
            cx, cy = (
                np.array([x, y])
                + rng.normal(0, 0.32 * radius, 2)
                + towards * radius * 0.9 * (lift - 0.95)
            )
            shapes.append(
                (
                    disc(cx, cy, radius * rng.uniform(0.2, 0.42), 7),
                    shade(tone, lift * rng.uniform(0.95, 1.05)),
                )
            )
    return crown, shapes
