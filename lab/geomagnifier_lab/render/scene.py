"""Drawn aerial images with exact labels: the layout of a scene.

An image of 0.5 m/px is divided into blocks by roads; each block is filled by one of the functions
of `blocks` (an apron, tanks, houses, ...). The same seed gives the same bytes. Used for the
project's own images, in tests, and as a small share of training batches.

    python -m geomagnifier_lab.render.scene harbour.tif --theme harbour --seed 7
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from geomagnifier_lab.render.blocks import (
    apron,
    courts,
    diamonds,
    fields,
    halls,
    houses,
    park,
    parking,
    runway,
    tanks,
    track,
    yard,
)
from geomagnifier_lab.render.canvas import VEGETATION, Canvas, area, clipped, turned
from geomagnifier_lab.render.plots import Filler, Plot, road, split, traffic
from geomagnifier_lab.render.waterside import river, waterfront

KINDS = (
    "airplane",
    "ship",
    "storage tank",
    "baseball diamond",
    "tennis court",
    "basketball court",
    "ground track field",
    "harbor",
    "bridge",
    "vehicle",
)
"""Classes of the labelled objects, those of NWPU VHR-10."""
COVER = ("other", "building", "water", "vegetation", "road", "land")
THEMES = ("airport", "harbour", "tank farm", "sports ground", "town", "mixed")
METRES_PER_PIXEL = 0.5


@dataclass(frozen=True, eq=False)
class DrawnObject:
    """A labelled object of a drawn scene."""

    kind: str
    """Its class, one of KINDS."""
    polygon: npt.NDArray[np.float32]
    """(N, 2) float32 scene px (x, y), cut at the picture's edge."""


@dataclass(frozen=True, eq=False)
class DrawnScene:
    """A drawn image with its labels."""

    pixels: npt.NDArray[np.uint8]
    """(H, W, 3) uint8."""
    objects: tuple[DrawnObject, ...]
    """In the order drawn."""
    cover: npt.NDArray[np.uint8]
    """(H, W) uint8, an index into COVER."""
    metres_per_pixel: float = METRES_PER_PIXEL
    """Smaller in a close view of a town."""


def fill(c: Canvas, plots: list[Plot], must: list[Filler], pool: list[Filler]) -> None:
    """Give the most visible plots the required fillers, and each other plot one from the pool.

    Args:
        c: the canvas.
        plots: to be filled.
        must: fillers that the theme requires.
        pool: fillers to draw from.
    """
    traffic(c)
    seen = sorted(
        plots, key=lambda p: area(clipped(c.to_scene(p.points()), c.width, c.height)), reverse=True
    )
    wanted = [*must, *(pool[c.rng.integers(len(pool))] for _ in plots)]
    for plot, filler in zip(seen, wanted, strict=False):
        if min(plot.w, plot.h) > 14:
            filler(c, plot.inset(1.0))


def compose(c: Canvas, theme: str) -> None:
    """Lay out one image.

    Args:
        c: the canvas.
        theme: one of THEMES.
    """
    corner = turned(np.array([(c.width, c.height), (c.width, -c.height)]) / (2 * c.scale), -c.angle)
    hx, hy = (np.abs(corner).max(0) + 4).tolist()
    plot = Plot(-hx, -hy, hx, hy)
    c.ground(plot.points(), "grass", VEGETATION)
    target = float(min(17000.0, max(plot.w * plot.h / 9, 2500)))
    if theme in ("harbour", "mixed"):
        coast(c, plot, theme == "mixed", target)
    elif theme == "airport":
        rest = runway(c, plot) if hy > 120 else plot
        parts = split(c, rest._replace(y1=rest.y1 - 4), max(target, 22000.0))
        fill(c, parts, [apron] * max(1, round(len(parts) * 0.6)), [parking, halls, park, fields])
    elif theme == "tank farm":
        parts = split(c, plot, target)
        fill(
            c,
            parts,
            [tanks] * max(1, round(len(parts) * 0.6)),
            [tanks, halls, park, fields, parking],
        )
    elif theme == "sports ground":
        fill(
            c,
            split(c, plot, target * 1.2),
            [track, diamonds, courts, diamonds, courts],
            [park, parking, track, courts, houses],
        )
    elif theme == "town":
        low = -hy
        if c.scale < 3 and c.rng.random() < 0.5:
            low = -hy + 110
            road(c, [(-hx, low + 5), (hx, low + 5)], 9)
            river(c, plot._replace(y1=low - 2))
            low += 11
        fill(
            c,
            split(c, plot._replace(y0=low), target),
            [parking, houses],
            [houses, houses, houses, halls, parking, park, courts],
        )


def coast(c: Canvas, plot: Plot, mixed: bool, target: float) -> None:
    """Open sea with a harbour, or an inlet with a bridge and all sorts of blocks behind the quay.

    Args:
        c: the canvas.
        plot: the whole ground, m.
        mixed: an inlet in place of the open sea.
        target: area of a block, square metres.
    """
    deep = (0.34 if mixed else c.rng.uniform(0.45, 0.62)) * plot.h
    quay = plot.y0 + deep
    road(c, [(plot.x0, quay + 9), (plot.x1, quay + 9)], 9)
    parts = split(
        c,
        plot._replace(y0=quay + 17),
        min(target, plot.w * (plot.h - deep) / 7) if mixed else target,
    )
    waterfront(c, plot._replace(y1=quay), 0.24 * deep if mixed else 0.0)
    if mixed:
        fill(c, parts, [apron, track, tanks, diamonds, courts, parking], [houses, park])
    else:
        fill(c, parts, [yard, halls], [yard, halls, tanks, parking, houses, park])


def camera(c: Canvas) -> npt.NDArray[np.uint8]:
    """The image as the sensor gives it: haze, tint, gamma, blur, noise, compression."""
    rng = c.rng
    tint, haze = rng.normal(1, 0.025, 3), rng.uniform(0, 22)
    light = (
        np.clip(c.pixels * (rng.uniform(0.88, 1.14) * tint) * (1 - haze / 255) + haze, 0, 255) / 255
    )
    picture = Image.fromarray((light ** rng.uniform(0.85, 1.15) * 255).astype(np.uint8))
    picture = picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.25, 0.75))))
    grain = rng.standard_normal((c.height, c.width, 1), dtype=np.float32) * rng.uniform(1.0, 3.5)
    noisy = np.clip(np.asarray(picture, np.float32) + grain, 0, 255).astype(np.uint8)
    memory = BytesIO()
    Image.fromarray(noisy).save(memory, "JPEG", quality=int(rng.integers(72, 96)))
    return np.array(Image.open(memory).convert("RGB"))


NEEDED = {
    "airport": ("airplane",),
    "harbour": ("harbor", "ship"),
    "tank farm": ("storage tank",),
    "sports ground": ("ground track field", "baseball diamond", "tennis court"),
    "town": ("vehicle",),
    "mixed": KINDS,
}
"""Theme -> classes that a scene of it must show."""


def draw_scene(
    seed: int, width: int = 1000, height: int = 700, theme: str | None = None
) -> DrawnScene:
    """Draw an image (height, width, 3) with its labels.

    Args:
        seed: the same seed, size and theme give the same bytes.
        width: px.
        height: px.
        theme: one of THEMES; None chooses one by the seed.

    Raises:
        ValueError: there is no such theme.

    Example:
        >>> draw_scene(7, theme="harbour").pixels.shape
        (700, 1000, 3)
    """
    if theme is not None and theme not in THEMES:
        raise ValueError(f"theme is {theme!r}; choose one of {', '.join(THEMES)}")
    theme = theme or THEMES[int(np.random.default_rng(seed).integers(len(THEMES)))]
    for attempt in range(
        5 if width * height >= 500_000 else 2
    ):  # until what the theme promises is there (a small picture may have no room for all)
        rng = np.random.default_rng((seed, THEMES.index(theme), attempt))
        close = theme == "town" and rng.random() < 0.2
        metres = float(rng.uniform(0.12, 0.2)) if close else METRES_PER_PIXEL
        spread = 0.05 if theme == "mixed" else 0.2
        canvas = Canvas(
            rng, width, height, 1 / metres, float(rng.choice([0, math.pi]) + rng.normal(0, spread))
        )
        compose(canvas, theme)
        if {kind for kind, _ in canvas.labels} >= set(NEEDED[theme]):
            break
    objects = tuple(DrawnObject(kind, polygon) for kind, polygon in canvas.labels)
    return DrawnScene(camera(canvas), objects, canvas.cover, metres)


def main(arguments: list[str] | None = None) -> None:
    """Write a drawn picture as a GeoTIFF in EPSG:32633."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--theme", choices=THEMES)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    from geomagnifier.export.write import write_picture

    scene = draw_scene(chosen.seed, theme=chosen.theme)
    step = scene.metres_per_pixel
    write_picture(
        chosen.out,
        scene.pixels,
        crs="EPSG:32633",
        transform=(step, 0.0, 500000.0, 0.0, -step, 5200000.0),
    )
    print(f"{chosen.out}: {len(scene.objects)} objects")


if __name__ == "__main__":
    main()
