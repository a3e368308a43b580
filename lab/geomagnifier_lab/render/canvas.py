"""A canvas in metres for drawn aerial images: textured ground, shapes, shadows and labels.

Shapes are polygons (N, 2) in metres with a colour in 0..255. The canvas turns them into scene
pixels, draws them enlarged three times and shrinks them (antialiasing), casts their shadow, and
keeps labels, ground cover and which pixels are taken.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Points = npt.NDArray[np.float64]
Colour = tuple[float, float, float]
Shape = tuple[Points, Colour]
View = tuple[int, int, int, int]
"""Whole pixels x0, y0, x1, y1."""

OTHER, BUILDING, WATER, VEGETATION, ROAD, LAND = range(6)
TEXTURES: dict[str, tuple[Colour, Colour, tuple[float, float, float, float]]] = {
    "grass": ((74, 94, 52), (118, 124, 74), (0.8, 0.45, 0.07, 0.0)),
    "lawn": ((72, 106, 54), (98, 128, 68), (0.5, 0.3, 0.045, 0.0)),
    "meadow": ((104, 112, 66), (150, 140, 92), (0.9, 0.5, 0.08, 0.0)),
    "crop": ((86, 112, 54), (124, 138, 70), (0.6, 0.2, 0.05, 0.0)),
    "soil": ((142, 120, 92), (178, 156, 124), (0.7, 0.5, 0.05, 0.0)),
    "dirt": ((164, 118, 82), (184, 140, 102), (0.5, 0.5, 0.03, 0.0)),
    "gravel": ((136, 130, 118), (166, 160, 146), (0.7, 0.6, 0.05, 0.0)),
    "asphalt": ((84, 86, 88), (108, 109, 108), (0.7, 0.5, 0.035, 0.0)),
    "concrete": ((138, 137, 131), (160, 158, 150), (0.8, 0.5, 0.02, 0.0)),
    "water": ((34, 58, 70), (50, 80, 90), (0.7, 0.1, 0.012, 0.045)),
    "forest": ((38, 58, 34), (62, 82, 46), (0.5, 1.0, 0.14, 0.0)),
}
"""Name -> two colours, and the weights of coarse, middle, fine noise and of ripples."""


def box(x: float, y: float, length: float, breadth: float) -> Points:
    """Rectangle (4, 2) about (x, y).

    Args:
        x: of its middle, m.
        y: of its middle, m.
        length: along x, m.
        breadth: along y, m.
    """
    a, b = length / 2, breadth / 2
    return np.array(
        [(x - a, y - b), (x + a, y - b), (x + a, y + b), (x - a, y + b)], dtype=np.float64
    )


def disc(
    x: float,
    y: float,
    radius: float,
    count: int = 28,
    start: float = 0.0,
    stop: float = 2 * math.pi,
) -> Points:
    """Circle (count, 2), or the arc from start to stop (radians).

    Args:
        x: of its middle, m.
        y: of its middle, m.
        radius: m.
        count: points.
        start: first angle, radians.
        stop: last angle, radians.
    """
    angle = np.linspace(start, stop, count, endpoint=stop - start < 2 * math.pi - 1e-6)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], 1)


def stroke(
    line: Sequence[Sequence[float]] | Points, thickness: float, colour: Colour
) -> list[Shape]:
    """A line as one quadrilateral a segment.

    Args:
        line: (N, 2) m.
        thickness: m.
        colour: red, green, blue of 0..255.
    """
    path = np.asarray(line, dtype=np.float64)
    step = np.diff(path, axis=0)
    side = (
        np.stack([-step[:, 1], step[:, 0]], 1)
        / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)[:, None]
        * thickness
        / 2
    )
    return [
        (np.array([p + s, q + s, q - s, p - s]), colour)
        for p, q, s in zip(path[:-1], path[1:], side, strict=True)
    ]


def loop(points: Points, thickness: float, colour: Colour) -> list[Shape]:
    """The closed outline of a polygon.

    Args:
        points: (N, 2) m.
        thickness: m.
        colour: red, green, blue of 0..255.
    """
    return stroke(np.concatenate([points, points[:1]]), thickness, colour)


def shade(colour: Colour, factor: float) -> Colour:
    """A colour made darker (factor below 1) or lighter.

    Args:
        colour: red, green, blue of 0..255.
        factor: below 1 darker, above 1 lighter.
    """
    return (
        min(255.0, colour[0] * factor),
        min(255.0, colour[1] * factor),
        min(255.0, colour[2] * factor),
    )


def turned(points: Points, angle: float) -> Points:
    """Points turned about the origin.

    Args:
        points: (N, 2).
        angle: radians.
    """
    c, s = math.cos(angle), math.sin(angle)
    result: Points = points @ np.array([(c, s), (-s, c)])
    return result


def mirrored(half: Sequence[tuple[float, float]]) -> Points:
    """A polygon from its one side, front to back, and the mirror image (y -> -y) of it."""
    return np.array([*half, *[(x, -y) for x, y in reversed(half) if y != 0]], dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Sprite:
    """One object as it looks from above."""

    outline: Points
    """(N, 2) m."""
    shapes: list[Shape]
    """Coloured polygons, back to front, m."""
    height: float = 0.0
    """Casts the shadow, m."""
    kind: str | None = None
    """Class of its label; None for what is not labelled."""
    cover: int | None = None
    """Land cover number it leaves; None to keep the ground's."""


@dataclass(eq=False)
class Canvas:
    """An image while it is drawn.

    Positions are metres about the image's centre, turned by `angle`.
    """

    rng: np.random.Generator
    """Where chance comes from."""
    width: int
    """Of the image, px."""
    height: int
    """Of the image, px."""
    scale: float
    """Pixels per metre."""
    angle: float
    """From ground to image, radians."""
    labels: list[tuple[str, npt.NDArray[np.float32]]] = field(default_factory=list)
    """Class and outline (N, 2) px of each labelled object, in the order drawn."""
    lanes: list[tuple[Points, float]] = field(default_factory=list)
    """Places (N, 2) m for cars that all face one way, and that way in radians."""

    def __post_init__(self) -> None:
        rng, size = self.rng, (self.width, self.height)
        self.pixels = np.zeros((self.height, self.width, 3), np.float32)
        self.cover = np.zeros((self.height, self.width), np.uint8)
        self.taken = np.zeros((self.height, self.width), bool)
        sun = rng.uniform(0, 2 * math.pi)
        self.sun = np.array([math.cos(sun), math.sin(sun)])  # towards the sun, scene px
        self.shadow = rng.uniform(0.35, 0.9)  # metres of shadow a metre of height
        self.gains = {
            name: rng.uniform(0.96, 1.04, 3) * rng.uniform(0.88, 1.1) for name in TEXTURES
        }

        def noise(cell: float, stretch: float = 1.0) -> npt.NDArray[np.float32]:
            shape = (int(self.height / cell) + 3, int(self.width / cell / stretch) + 3)
            grid = Image.fromarray(rng.standard_normal(shape, dtype=np.float32)).resize(
                size, Image.Resampling.BICUBIC
            )
            values = np.asarray(grid, np.float32)
            return np.asarray(values / max(float(values[::4, ::4].std()), 1e-6), np.float32)

        k = max(self.scale / 2, 0.5)
        n16, n6 = noise(16 * k), noise(6 * k)
        white = rng.standard_normal((self.height, self.width), dtype=np.float32)
        coarse, fine = (
            0.7 * noise(110 * k) + 0.6 * noise(40 * k) + 0.3 * n16,
            0.8 * noise(2.2 * k) + 0.5 * white,
        )
        self.noise = (coarse, 0.6 * n16 + 0.8 * n6, fine, noise(3 * k, 3.0))

    def to_scene(self, points: Points) -> Points:
        return turned(points, self.angle) * self.scale + (self.width / 2, self.height / 2)

    def light(self, turn: float = 0.0) -> float:
        """Direction of the sun as seen from a sprite turned by `turn`, radians."""
        return math.atan2(self.sun[1], self.sun[0]) - self.angle - turn

    def window(self, points: Points, pad: int = 2) -> View | None:
        """Whole pixels (x0, y0, x1, y1) around points, or None outside the image.

        Args:
            points: (N, 2) px.
            pad: margin, px.
        """
        x0, y0 = np.maximum(np.floor(points.min(0)).astype(int) - pad, 0).tolist()
        x1, y1 = np.minimum(
            np.ceil(points.max(0)).astype(int) + pad, (self.width, self.height)
        ).tolist()
        return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None

    def mask(
        self, polygons: Sequence[Points], view: View, blur: float = 0.0, wide: float = 0.0
    ) -> npt.NDArray[np.float32]:
        """Coverage (h, w) in 0..1 of polygons in a window.

        Args:
            polygons: each (N, 2) scene px.
            view: the window, px.
            blur: of the borders, px.
            wide: by how much the polygons are widened, px.
        """
        x0, y0, x1, y1 = view
        tile = Image.new("L", ((x1 - x0) * 2, (y1 - y0) * 2))
        pen = ImageDraw.Draw(tile)
        for polygon in polygons:
            path = ((polygon - (x0, y0)) * 2).ravel().tolist()
            pen.polygon(path, fill=255)
            if wide > 0:
                pen.line([*path, *path[:4]], fill=255, width=max(1, round(4 * wide)), joint="curve")
        tile = tile.reduce(2)
        covered = np.asarray(
            tile.filter(ImageFilter.GaussianBlur(blur)) if blur else tile, np.float32
        )
        return covered * np.float32(1 / 255)

    def ground(
        self,
        points: Points,
        texture: str,
        cover: int,
        blur: float = 0.0,
        stripe: tuple[float, float, float] | None = None,
    ) -> None:
        """Fill a polygon with a texture and note its land cover.

        Args:
            points: (N, 2) m.
            texture: one of `TEXTURES`.
            cover: land cover number, of `OTHER` to `LAND`.
            blur: of the border, px.
            stripe: period (m), strength and direction (radians) of bands.
        """
        place = self.to_scene(points)
        view = self.window(place)
        if view is None:
            return
        x0, y0, x1, y1 = view
        here = np.s_[y0:y1, x0:x1]
        first, second, weights = TEXTURES[texture]
        blend = np.clip(
            0.5 + 0.3 * (weights[0] * self.noise[0][here] + weights[1] * self.noise[1][here]), 0, 1
        )
        gain = 1 + weights[2] * self.noise[2][here] + weights[3] * self.noise[3][here]
        if stripe is not None:
            a = stripe[2] + self.angle
            ramp = np.arange(x0, x1)[None] * math.cos(a) + np.arange(y0, y1)[:, None] * math.sin(a)
            gain += stripe[1] * np.tanh(
                3 * np.sin(ramp * (2 * math.pi / stripe[0] / self.scale))
            ).astype(np.float32)
        jitter = self.gains[texture] * self.rng.uniform(0.95, 1.05)
        low, high = (
            np.asarray(c * jitter, np.float32) for c in (np.array(first), np.array(second))
        )
        filled = (low + (high - low) * blend[..., None]) * gain[..., None]
        mask = self.mask([place], view, blur)
        self.pixels[here] += mask[..., None] * (filled - self.pixels[here])
        self.cover[here][mask > 0.5] = cover

    def paint(self, shapes: Sequence[Shape], opacity: float = 1.0, blur: float = 0.0) -> None:
        """Draw coloured shapes.

        Args:
            shapes: back to front, m.
            opacity: 0..1.
            blur: px.
        """
        if not shapes:
            return
        places = [self.to_scene(points) for points, _ in shapes]
        view = self.window(np.concatenate(places), 2 + int(2 * blur))
        if view is None:
            return
        x0, y0, x1, y1 = view
        tile = Image.new("RGBA", ((x1 - x0) * 3, (y1 - y0) * 3))
        pen = ImageDraw.Draw(tile)
        for place, (_, (red, green, blue)) in zip(places, shapes, strict=True):
            pen.polygon(
                ((place - (x0, y0)) * 3).ravel().tolist(),
                fill=(int(red), int(green), int(blue), 255),
            )
        tile = tile.reduce(3)
        layer = np.asarray(
            tile.filter(ImageFilter.GaussianBlur(blur)) if blur else tile, np.float32
        )
        here = np.s_[y0:y1, x0:x1]
        self.pixels[here] += layer[..., 3:] * (opacity / 255) * (layer[..., :3] - self.pixels[here])

    def cast(self, outline: Points, height: float) -> None:
        """Darken the ground that the shadow of an outline sweeps.

        Args:
            outline: (N, 2) m.
            height: m.
        """
        start = self.to_scene(outline)
        reach = -self.sun * self.shadow * height * self.scale
        view = self.window(np.concatenate([start, start + reach]), 3)
        if view is None:
            return
        after = np.roll(start, -1, 0)
        sweep = (
            [np.array([p, q, q + reach, p + reach]) for p, q in zip(start, after, strict=True)]
            if len(start) < 40
            else []
        )
        mask = self.mask([start, start + reach, start + reach / 2, *sweep], view, 0.7)[..., None]
        here = np.s_[view[1] : view[3], view[0] : view[2]]
        self.pixels[here] *= 1 - mask * np.array([0.56, 0.53, 0.46], np.float32)

    def room(
        self, sprite: Sprite, x: float, y: float, turn: float = 0.0, clear: float = 0.0
    ) -> bool:
        """Whether a sprite fits at a place: free of other sprites, and in view.

        Of a labelled sprite at least six tenths must lie in the image.

        Args:
            sprite: to be placed.
            x: of its origin, m.
            y: of its origin, m.
            turn: its rotation, radians.
            clear: distance kept from everything else, m.
        """
        place = self.to_scene(turned(sprite.outline, turn) + (x, y))
        wide = clear * self.scale
        view = self.window(place, 2 + int(wide))
        if view is None:
            return False
        here = np.s_[view[1] : view[3], view[0] : view[2]]
        if bool((self.taken[here] & (self.mask([place], view, wide=wide) > 0.3)).any()):
            return False
        return sprite.kind is None or area(clipped(place, self.width, self.height)) >= 0.6 * area(
            place
        )

    def stamp(
        self, sprite: Sprite, x: float, y: float, turn: float = 0.0, clear: float = 0.0
    ) -> bool:
        """Put a sprite at a place; where there is no room, nothing is drawn.

        Args:
            sprite: to be placed.
            x: of its origin, m.
            y: of its origin, m.
            turn: its rotation, radians.
            clear: distance kept from everything else, m.

        Returns:
            whether it was drawn.
        """
        outline = turned(sprite.outline, turn) + (x, y)
        place = self.to_scene(outline)
        view = self.window(place)
        if view is None or not self.room(sprite, x, y, turn, clear):
            return False
        here = np.s_[view[1] : view[3], view[0] : view[2]]
        mask = self.mask([place], view)
        if sprite.kind is not None:
            self.labels.append(
                (sprite.kind, clipped(place, self.width, self.height).astype(np.float32))
            )
        self.taken[here] |= mask > 0.3
        if sprite.height:
            self.cast(outline, sprite.height)
        self.paint([(turned(points, turn) + (x, y), colour) for points, colour in sprite.shapes])
        if sprite.cover is not None:
            self.cover[here][mask > 0.5] = sprite.cover
        return True


def area(polygon: Points) -> float:
    """Area of a simple polygon (N, 2)."""
    x, y = polygon[:, 0], polygon[:, 1]
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def clipped(polygon: Points, width: int, height: int) -> Points:
    """The part of a polygon inside the image (Sutherland and Hodgman).

    Args:
        polygon: (N, 2) px.
        width: of the image, px.
        height: of the image, px.
    """
    for axis, limit, sign in (
        (0, 0.0, 1.0),
        (0, float(width), -1.0),
        (1, 0.0, 1.0),
        (1, float(height), -1.0),
    ):
        depth = (polygon[:, axis] - limit) * sign
        kept: list[Points] = []
        for i in range(len(polygon)):
            j = (i + 1) % len(polygon)
            if depth[i] >= 0:
                kept.append(polygon[i])
            if (depth[i] >= 0) != (depth[j] >= 0):
                kept.append(
                    polygon[i] + (polygon[j] - polygon[i]) * (depth[i] / (depth[i] - depth[j]))
                )
        if not kept:
            return np.zeros((0, 2))
        polygon = np.array(kept)
    return np.clip(polygon, 0, (width, height))
