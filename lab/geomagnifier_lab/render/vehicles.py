"""Airplanes, ships and road vehicles as they look from above.

Shapes in metres about their own origin, front to +x, drawn back to front on a canvas.
"""

from __future__ import annotations

import numpy as np

from geomagnifier_lab.render.canvas import (
    Colour,
    Points,
    Shape,
    Sprite,
    box,
    disc,
    mirrored,
    shade,
    stroke,
)

CARS: tuple[Colour, ...] = (
    (232, 232, 230),
    (240, 240, 240),
    (222, 224, 226),
    (182, 186, 190),
    (168, 172, 176),
    (120, 124, 128),
    (92, 96, 102),
    (52, 54, 58),
    (34, 36, 40),
    (44, 46, 50),
    (134, 44, 42),
    (58, 78, 116),
    (150, 142, 122),
    (74, 84, 80),
)
"""Paints of cars, light and grey ones the most frequent."""
FREIGHT: tuple[Colour, ...] = (
    (156, 62, 48),
    (52, 92, 140),
    (70, 120, 84),
    (196, 188, 176),
    (190, 128, 56),
    (96, 100, 108),
)
"""Paints of containers."""


def airplane(rng: np.random.Generator, length: float) -> Sprite:
    """An airliner, nose to +x.

    Args:
        rng: where chance comes from.
        length: from nose to tail, m.
    """
    n, w, span = length, length * rng.uniform(0.046, 0.056), length * rng.uniform(0.44, 0.52)
    sweep, chord = n * rng.uniform(0.2, 0.3), n * rng.uniform(0.2, 0.26)
    front = n * rng.uniform(0.1, 0.16)
    tip = front - sweep
    wing = [
        (front, w),
        (tip, span),
        (tip - chord * 0.28, span),
        (front - chord, span * 0.36),
        (front - chord * 1.05, w),
    ]
    tail = [
        (-0.37 * n, w * 0.6),
        (-0.455 * n, 0.17 * n),
        (-0.495 * n, 0.17 * n),
        (-0.46 * n, w * 0.3),
    ]
    nose = [(0.5 * n, 0.0), (0.485 * n, w * 0.5), (0.45 * n, w * 0.85), (0.4 * n, w)]
    body = mirrored(
        [*nose, (-0.22 * n, w), (-0.4 * n, w * 0.5), (-0.5 * n, w * 0.12), (-0.51 * n, 0.0)]
    )
    white: Colour = shade((238, 239, 240), rng.uniform(0.9, 1.05))
    livery: Colour = (
        shade((30 + 180 * rng.random(), 30 + 150 * rng.random(), 30 + 180 * rng.random()), 1)
        if rng.random() < 0.6
        else shade(white, 0.85)
    )
    metal = shade(white, rng.uniform(0.8, 0.93))
    shapes: list[Shape] = []
    for y in [0.34, 0.62] if n > 52 and rng.random() < 0.5 else [0.36]:
        for side in (-1, 1):
            x = front - sweep * y + 0.01 * n
            shapes.append((box(x, side * span * y, 0.1 * n, 0.036 * n), shade(metal, 0.78)))
            shapes.append((box(x + 0.045 * n, side * span * y, 0.02 * n, 0.034 * n), (70, 72, 78)))
    for side in (-1, 1):
        plane = np.array(wing) * (1, side)
        shapes += [
            (plane, metal),
            *stroke(plane[1:3], 0.012 * n, livery),
            *stroke(plane[2:5], 0.014 * n, shade(metal, 0.84)),
        ]
        shapes.append((np.array(tail) * (1, side), metal))
    shapes += [
        (body, white),
        (body * (0.98, 0.42) + (0, w * 0.5), shade(white, 0.9)),
        (body * (0.9, 0.3), shade(white, 1.06)),
    ]
    shapes += [
        (box(0.462 * n, 0, 0.014 * n, w * 0.95), (50, 54, 62)),
        *stroke([(-0.36 * n, 0), (-0.52 * n, 0)], 0.018 * n, livery),
    ]
    return Sprite(mirrored([*nose, *wing, *tail, (-0.51 * n, 0.0)]), shapes, 0.1 * n, "airplane")


def hull(length: float, breadth: float, blunt: float = 0.3) -> Points:
    """A ship's outline with a pointed bow, m.

    Args:
        length: m.
        breadth: m.
        blunt: share of the length over which the bow narrows.
    """
    a, b = length / 2, breadth / 2
    bow = [
        (a, 0.0),
        (a - blunt * length * 0.25, b * 0.5),
        (a - blunt * length * 0.55, b * 0.85),
        (a - blunt * length, b),
    ]
    return mirrored([*bow, (-a * 0.86, b), (-a, b * 0.75)])


def ship(rng: np.random.Generator, length: float) -> Sprite:
    """A boat or ship, bow to +x: a motor boat under 20 m, else a freighter or tanker.

    Args:
        rng: where chance comes from.
        length: m.
    """
    n, b = length, length * (rng.uniform(0.28, 0.34) if length < 20 else rng.uniform(0.15, 0.2))
    outer = hull(n, b)
    if n < 20:
        white = shade((236, 236, 232), rng.uniform(0.88, 1.06))
        deck = white if rng.random() < 0.6 else (176, 140, 100)
        shapes: list[Shape] = [
            (outer, white),
            (outer * 0.8, deck),
            (box(-0.28 * n, 0, 0.26 * n, b * 0.62), shade(deck, 0.72)),
        ]
        shapes += [
            (hull(0.34 * n, b * 0.66) + (0.03 * n, 0), (48, 60, 74)),
            (box(-0.04 * n, 0, 0.22 * n, b * 0.56), shade(white, 1.04)),
        ]
        if rng.random() < 0.3:
            shapes += stroke([(0.3 * n, 0), (-0.35 * n, 0)], 0.035 * n, (220, 220, 220))
        return Sprite(outer, shapes, 1.6, "ship")
    side: Colour = ((60, 62, 70), (120, 44, 38), (40, 70, 60), (206, 206, 202))[rng.integers(4)]
    deck = ((128, 66, 52), (104, 116, 104), (150, 142, 130), (176, 172, 164))[rng.integers(4)]
    shapes = [(outer, side), (outer * (0.97, 0.84), deck)]
    style = rng.integers(3)
    if style == 0:  # containers in bays
        bays = max(3, int(n * 0.66 / 8))
        for i in range(bays):
            for j in range(4):
                if rng.random() < 0.88:
                    x, y = 0.34 * n - (i + 0.5) * 0.64 * n / bays, (j - 1.5) * b * 0.2
                    shapes.append(
                        (
                            box(x, y, 0.64 * n / bays * 0.88, b * 0.19),
                            FREIGHT[rng.integers(len(FREIGHT))],
                        )
                    )
    elif style == 1:  # tanker: pipes and hatches
        shapes += stroke([(0.4 * n, 0), (-0.3 * n, 0)], b * 0.09, (196, 190, 176))
        for x in np.linspace(0.32, -0.26, 6):
            shapes += [
                *stroke([(x * n, -b * 0.36), (x * n, b * 0.36)], 0.008 * n, shade(deck, 0.7))
            ]
            shapes += [
                (disc((x - 0.04) * n, s * b * 0.22, b * 0.06, 10), shade(deck, 1.35))
                for s in (-1, 1)
            ]
    else:  # holds
        for x in np.linspace(0.3, -0.2, 4):
            shapes += [
                (box(x * n, 0, 0.1 * n, b * 0.56), shade(deck, 0.62)),
                (box(x * n, 0, 0.085 * n, b * 0.46), shade(deck, 1.25)),
            ]
    shapes += [
        (box(-0.39 * n, b * 0.06, 0.12 * n, b * 0.78), shade(side, 0.6)),
        (box(-0.385 * n, 0, 0.11 * n, b * 0.74), (232, 232, 228)),
    ]
    shapes += [
        (box(-0.36 * n, 0, 0.03 * n, b * 0.9), (214, 214, 210)),
        (box(-0.415 * n, 0, 0.035 * n, b * 0.24), FREIGHT[rng.integers(3)]),
    ]
    return Sprite(outer, shapes, 0.06 * n, "ship")


def vehicle(rng: np.random.Generator, lorries: float = 0.08) -> Sprite:
    """A car or lorry, front to +x.

    Args:
        rng: where chance comes from.
        lorries: the share of lorries, 0..1.
    """
    paint = shade(CARS[rng.integers(len(CARS))], rng.uniform(0.9, 1.06))
    glass: Colour = (38, 44, 52)
    lorry = rng.random() < lorries
    n, b = (rng.uniform(7, 12), 2.5) if lorry else (rng.uniform(4.1, 5.0), rng.uniform(1.8, 2.0))
    c = min(0.5, b * 0.25)
    body = mirrored(
        [(n / 2, b / 2 - c), (n / 2 - c, b / 2), (-n / 2 + c, b / 2), (-n / 2, b / 2 - c)]
    )
    shapes: list[Shape] = [(body, paint)]
    if lorry:
        shapes += [
            (box(-0.9, 0, n - 2.2, b), (226, 226, 222)),
            (box(n / 2 - 0.7, 0, 0.5, b * 0.85), glass),
        ]
    else:
        shapes += [
            (box(-0.05 * n, 0, 0.56 * n, b * 0.86), glass),
            (box(-0.07 * n, 0, 0.34 * n, b * 0.8), shade(paint, 1.08)),
        ]
        shapes += [
            s
            for side in (-1, 1)
            for s in stroke(
                [(n * 0.47, side * b * 0.3), (n * 0.22, side * b * 0.34)], 0.1, shade(paint, 0.8)
            )
        ]
    return Sprite(body, shapes, 2.4 if lorry else 1.4, "vehicle")
