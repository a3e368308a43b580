"""TMRA: how large a picture each question needs (paper, section 2.1).

    I' = bilinear(I, 100 x 100)                        image
         C1(I, P) (+) D(I)                             region
         C2(C1(I, P), P) (+) D(C1(I, P)) (+) D(D(I))   pixel

A view is never pasted on a full-size canvas: (+) is kept as the place of each window on its scene, and `answer.assemble` lays fine
over coarse. D is a decimated read: the raster library averages 4 x 4 pixels, or takes them from an overview.
"""

from __future__ import annotations

import math

import numpy as np

from geomagnifier.geometry import Box
from geomagnifier.values import COMPRESSION, Bytes, Granularity, Look, ModelSpec, Plan, SceneInfo, View, Window


def compress(pixels: Bytes) -> Bytes:
    """D: mean of each 4 x 4 px, (H, W, 3) -> (H // 4, W // 4, 3); a rest of fewer than four rows or columns is left out."""
    height, width = pixels.shape[0] // COMPRESSION, pixels.shape[1] // COMPRESSION
    whole = pixels[: height * COMPRESSION, : width * COMPRESSION].reshape(height, COMPRESSION, width, COMPRESSION, 3)
    return np.asarray(np.rint(whole.mean((1, 3))), np.uint8)


def thumbnail(view: View, side: int) -> View:
    """The whole view as a square of `side` px, bilinear, for image-level questions."""
    from PIL import Image

    pixels = np.asarray(Image.fromarray(view.pixels).resize((side, side), Image.Resampling.BILINEAR))
    window = Window(view.window.box, side, side, "thumbnail", view.window.core)
    return View(pixels, window, f"{view.key}>{side}")


def window_of(box: Box, shrink: float, role: str, core: Box | None = None) -> Window:
    """A window on `box` read at 1 / `shrink` of its size, at least one px each way."""
    return Window(box, max(1, round(box.width / shrink)), max(1, round(box.height / shrink)), role, core or box)


def plan(granularity: Granularity, scene: SceneInfo, spec: ModelSpec, policy: str, area: Box | None = None) -> Plan:
    """What is read first, and what may be opened after it.

    An image-level question sees the whole scene within a view, for a thumbnail. The policy `paper` takes D(I) for a region and
    D(D(I)) for a pixel question. `adaptive` takes the area as it is where it fits a view, else at a quarter of its size, or less
    shrunk where that fits. `exhaustive` takes every tile. `random` and `grid` begin as `paper` does; `shrink` takes all at once.

    Args:
        granularity: of the question.
        scene: its size.
        spec: sizes that the model takes.
        policy: one of `search.POLICIES`.
        area: the part to look at, scene px; None for all.
    """
    area = area or scene.box
    fitting = max(1.0, math.sqrt(area.area / spec.view_pixels))
    if granularity is Granularity.IMAGE:
        return Plan(granularity, area, (window_of(area, fitting, "wide"),))
    if policy == "shrink":
        return Plan(granularity, area, (window_of(area, fitting, "wide"),))
    if policy in ("paper", "random", "grid"):
        shrink = COMPRESSION**2 if granularity is Granularity.PIXEL else COMPRESSION
        return Plan(granularity, area, cover(area, shrink, spec, "wide"))
    if policy == "exhaustive" or fitting == 1:
        return Plan(granularity, area, cover(area, 1, spec, "whole" if fitting == 1 else "tile"))
    return Plan(granularity, area, cover(area, min(COMPRESSION, fitting), spec, "wide"), cover(area, 1, spec, "tile"))


def windows(look: Look, spec: ModelSpec) -> tuple[Window, ...]:
    """The windows of a look: one of its size where that fits a view, else tiles over its core."""
    if look.box.area / look.shrink**2 <= spec.view_pixels:
        return (window_of(look.box, look.shrink, look.role, look.core),)
    return cover(look.core, look.shrink, spec, look.role)


def cover(area: Box, shrink: float, spec: ModelSpec, role: str) -> tuple[Window, ...]:
    """Windows over `area` at 1 / `shrink`: one where it fits a view, else tiles that overlap.

    Cores split the overlaps halfway, so that every pixel is answered for by one tile, away from that tile's edge.

    Args:
        area: scene px.
        shrink: scene px for one view px.
        spec: size of a tile and of the overlap, view px.
        role: written into each window.
    """
    if area.area / shrink**2 <= spec.view_pixels * (1 + 1e-9):  # `shrink` may be the square root that just fits
        return (window_of(area, shrink, role),)
    columns = _spans(area.x0, area.x1, spec.tile * shrink, spec.overlap * shrink, shrink)
    rows = _spans(area.y0, area.y1, spec.tile * shrink, spec.overlap * shrink, shrink)
    return tuple(
        window_of(Box(x0, y0, x1, y1), shrink, role, Box(cx0, cy0, cx1, cy1)) for y0, y1, cy0, cy1 in rows for x0, x1, cx0, cx1 in columns
    )


def _spans(low: float, high: float, tile: float, overlap: float, step: float) -> list[tuple[float, float, float, float]]:
    """Even spans of at most `tile` from low to high, in whole `step`s: (start, end, core start, core end)."""
    length = high - low
    if length <= tile:
        return [(low, high, low, high)]
    count = math.ceil((length - overlap) / (tile - overlap))
    tile = min(tile, math.ceil((length + (count - 1) * overlap) / count / step) * step)  # no larger than the overlap asks for
    starts = [low + round(i * (length - tile) / (count - 1)) for i in range(count)]
    cuts = [low] + [(starts[i] + tile + starts[i + 1]) / 2 for i in range(count - 1)] + [high]
    return [(start, min(high, start + tile), cuts[i], cuts[i + 1]) for i, start in enumerate(starts)]
