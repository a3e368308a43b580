"""Drawn scenes of 4096 x 2160 px for the paper's case studies, with exact labels.

They show a coast with tiny targets, and tennis courts in rows. The paper's images are not
published. Ours show what its words say: white ships on the right, a yellow airplane on the left.
Drawn scenes of this project are 6 % of the training crops, so that they favour the model a little.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geomagnifier.errors import OptionError
from geomagnifier.masks import decode
from geomagnifier.types import Bools, Bytes, Floats
from geomagnifier_lab.eval.boxes import Size, run_lengths
from geomagnifier_lab.render import structures, vehicles
from geomagnifier_lab.render.canvas import (
    LAND,
    ROAD,
    VEGETATION,
    WATER,
    Canvas,
    Colour,
    Sprite,
    box,
)
from geomagnifier_lab.render.scene import camera

WIDTH, HEIGHT = 4096, 2160
METRES = 60.0
"""Length of a ship and of an airplane, m; on the scene that is `long` px."""
COURT = (19.0, 42.0)
"""From one tennis court to the next in a row, and from row to row, m."""
COURT_METRES = 0.5
"""Pixel size of the scenes with courts, m."""
TRIES = 200
Paint = Callable[[Colour], Colour]


@dataclass(frozen=True, eq=False)
class Drawn:
    """A drawn scene with its labels."""

    pixels: Bytes
    """(H, W, 3) uint8."""
    things: tuple[tuple[str, Floats], ...]
    """Objects: each one's class and its outline (N, 2) px."""
    metres: float
    """Pixel size on the ground, m."""

    def truth(self, *kinds: str) -> Bools:
        """The mask of some classes, (H, W) bool."""
        size = Size(*self.pixels.shape[:2])
        return decode(
            run_lengths([outline for kind, outline in self.things if kind in kinds], size)
        )

    def boxes(self, kind: str) -> Floats:
        """The boxes of a class, (N, 4) px."""
        rows = [
            np.concatenate([outline.min(0), outline.max(0)])
            for name, outline in self.things
            if name == kind
        ]
        return np.asarray(rows, np.float32).reshape(-1, 4)


def white(colour: Colour) -> Colour:
    """Nearly white, with its shades kept."""
    red, green, blue = (255 - 0.3 * (255 - v) for v in colour)
    return red, green, blue


def yellow(colour: Colour) -> Colour:
    """As if seen through a yellow glass."""
    return colour[0], 0.82 * colour[1], 0.25 * colour[2]


def plain(colour: Colour) -> Colour:
    """As it is: airplanes are white and grey."""
    return colour


def coast(seed: int, width: int = WIDTH, height: int = HEIGHT) -> Canvas:
    """Draw land with fields on the left and the sea on the right, without any targets.

    A pixel of the canvas is one metre.

    Args:
        seed: of the shore and the fields.
        width: px.
        height: px.
    """
    canvas = Canvas(np.random.default_rng([seed, 1]), width, height, 1.0, 0.0)
    rng, hx, hy = canvas.rng, width / 2, height / 2
    canvas.ground(box(0, 0, width + 8, height + 8), "water", WATER)
    along = np.linspace(-hy - 4, hy + 4, 60)
    bend = 0.06 * hx * np.sin(3 * along / hy + rng.uniform(0, 6)) + rng.normal(0, 0.002 * hx, 60)
    shore = np.concatenate([np.stack([bend, along], 1), [(-hx - 9, hy + 9), (-hx - 9, -hy - 9)]])
    canvas.ground(shore + (0.004 * hx, 0), "soil", LAND, blur=2)
    canvas.ground(shore, "grass", VEGETATION, blur=1)
    for _ in range(14):
        x, y, wide, high = rng.uniform(
            (-hx, -hy, 0.08 * hx, 0.1 * hy), (-0.15 * hx, hy, 0.2 * hx, 0.3 * hy)
        ).tolist()
        canvas.ground(
            box(x, y, wide, high), ("crop", "meadow", "soil", "forest")[rng.integers(4)], VEGETATION
        )
    return canvas


def tiny_targets(
    ground: Canvas, seed: int, long: float, ships: int, colour: Paint = yellow
) -> Drawn:
    """Draw white ships at sea and an airplane on an apron, each `long` px from end to end.

    Args:
        ground: of `coast`; it is not changed.
        seed: of the places. The same seed puts targets of every size at the same places.
        long: px.
        ships: how many.
        colour: of the airplane.
    """
    canvas = copy.deepcopy(ground)
    canvas.rng = np.random.default_rng([seed, 2])
    rng, hx, hy, factor = canvas.rng, canvas.width / 2, canvas.height / 2, long / METRES
    x, y, turn = rng.uniform(
        (-0.8 * hx, -0.7 * hy, 0), (-0.25 * hx, 0.7 * hy, 2 * math.pi)
    ).tolist()
    canvas.ground(box(x, y, 6 * long, 3 * long), "concrete", ROAD)
    canvas.stamp(_shrunk(vehicles.airplane(rng, METRES), factor, colour), x, y, turn)
    for _ in range(ships):
        _put(
            canvas,
            _shrunk(vehicles.ship(rng, METRES), factor, white),
            (0.25 * hx, -0.8 * hy),
            (0.9 * hx, 0.8 * hy),
        )
    return Drawn(camera(canvas), tuple(canvas.labels), METRES / long)


def tennis_courts(
    seed: int, rows: int, across: int = 6, width: int = WIDTH, height: int = HEIGHT
) -> Drawn:
    """Draw tennis courts in rows on a lawn, side by side as clubs build them.

    Args:
        seed: of the place and the colours.
        rows: of courts.
        across: courts in a row.
        width: px.
        height: px.
    """
    canvas = Canvas(np.random.default_rng([seed, 3]), width, height, 1 / COURT_METRES, 0.0)
    rng, hx, hy = canvas.rng, width * COURT_METRES / 2, height * COURT_METRES / 2
    canvas.ground(box(0, 0, 2 * hx + 8, 2 * hy + 8), "lawn", VEGETATION)
    step_x, step_y = COURT
    room_x, room_y = hx - across * step_x / 2, hy - rows * step_y / 2
    x, y = (rng.uniform(-0.6, 0.6, 2) * (room_x, room_y)).tolist()
    canvas.ground(box(x, y, across * step_x + 6, rows * step_y), "asphalt", ROAD)
    inner, outer = structures.HARD[int(rng.integers(len(structures.HARD)))]
    for k in range(rows * across):
        column, row = k % across - (across - 1) / 2, k // across - (rows - 1) / 2
        canvas.stamp(
            structures.tennis_court(inner, outer),
            x + column * step_x,
            y + row * step_y,
            math.pi / 2,
        )
    return Drawn(camera(canvas), tuple(canvas.labels), COURT_METRES)


def _shrunk(sprite: Sprite, factor: float, paint: Paint) -> Sprite:
    shapes = [(points * factor, paint(colour)) for points, colour in sprite.shapes]
    return Sprite(
        sprite.outline * factor, shapes, sprite.height * factor, sprite.kind, sprite.cover
    )


def _put(
    canvas: Canvas, sprite: Sprite, low: tuple[float, float], high: tuple[float, float]
) -> None:
    for _ in range(TRIES):
        x, y = canvas.rng.uniform(low, high).tolist()
        if canvas.stamp(sprite, x, y, float(canvas.rng.uniform(0, 2 * math.pi)), clear=20):
            return
    raise OptionError(
        f"a picture of {canvas.width} x {canvas.height} px has no room for what is to be drawn"
    )
