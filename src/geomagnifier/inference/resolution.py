"""TMRA: the resolution that each question needs (paper, section 2.1).

    I' = bilinear(I, 100 x 100)                        image
         C1(I, P) (+) D(I)                             region
         C2(C1(I, P), P) (+) D(C1(I, P)) (+) D(D(I))   pixel

A view is never pasted on a full-size canvas: (+) is kept as the place of each window on its scene,
and `answer.assemble` lays fine over coarse. D is a decimated read: the raster library averages 4 x
4 pixels, or takes them from an overview that holds such means. D(I) and D(C1) are one view each:
where a quarter of the size does not fit a view, they are shrunk further, as a whole.

Models are trained on pictures whose px are square on the ground. Where those of a scene are oblong
(degrees far from the equator), views are not: `shrink` is then the mean of both axes,
`geometry.sides` has each, and the pixels of a view are as many as without it. Only a scene that
fits one view is seen larger (`finest`).

What we do beyond it: the size of the target sets the scale. It is known where the scene says how
large its pixels are on the ground (a car is 4.5 m long); else things are taken to be as large as in
the training pictures, unless a first glance says that they look smaller.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geomagnifier.errors import OptionError
from geomagnifier.geometry import Box, sides
from geomagnifier.types import (
    COARSE,
    COMPRESSION,
    Bytes,
    CropRequest,
    Granularity,
    ModelSpec,
    Plan,
    SceneInfo,
    Size,
    View,
    Window,
)

SUSPECTED = 10.0
"""Length of a target in the wide view, px: enough for the scout to suspect it."""
ENLARGED = 12.0
"""Targets shorter than this at full size are enlarged, px."""
LEGIBLE = 28.0
"""Length that enlarging brings a target to, px."""
LARGEST = 4.0
"""Enlarged at most this often: beyond it nothing is gained but pixels."""
COARSEST = 8.0
"""The wide view is shrunk at most this often: the scout was trained on that."""
TYPICAL = Size(None, 64.0)
"""Of a kind whose size is not known."""
PEEK = 192
"""Side of the first glance at a large scene, px."""
PEEK_SHRINK = 6.0
"""How often the first glance is shrunk, where the scene is large enough."""
CERTAIN = 2.0
"""Objects must look this many times smaller than in training before the estimate is believed."""
TOO_LARGE = 1.7
"""Targets known to be this many times longer than in the training pictures are looked at shrunk:
the model never saw larger ones.
"""
SHRUNK = 1024
"""Longest side that `shrink` brings a scene to, px."""
LEVELS = (2.0, 4.0, 8.0)
"""How often a scene of unknown scale is shrunk for the looks beside the one at full size."""
SMALLEST_LEVEL = 64
"""Shorter side of the smallest of them, px."""
UNSEEN = 3.0
"""Targets no longer than this cannot be seen, scene px."""
SMALLEST_TILE = 256
"""Side of the smallest views that a bound on memory may lead to, px."""


def compress(pixels: Bytes) -> Bytes:
    """D: mean of each 4 x 4 px, (H, W, 3) -> (H // 4, W // 4, 3).

    A rest of fewer than four rows or columns is left out.
    """
    height, width = pixels.shape[0] // COMPRESSION, pixels.shape[1] // COMPRESSION
    whole = pixels[: height * COMPRESSION, : width * COMPRESSION].reshape(
        height, COMPRESSION, width, COMPRESSION, 3
    )
    return np.asarray(np.rint(whole.mean((1, 3))), np.uint8)


def thumbnail(view: View, side: int) -> View:
    """The whole view as a square, bilinear, for image-level questions.

    Args:
        view: of the whole area.
        side: px.
    """
    from PIL import Image

    pixels = np.asarray(
        Image.fromarray(view.pixels).resize((side, side), Image.Resampling.BILINEAR)
    )
    window = Window(view.window.box, side, side, "thumbnail", view.window.core)
    return View(pixels, window, f"{view.key}>{side}")


def window_of(
    box: Box, shrink: float, role: str, core: Box | None = None, aspect: float = 1.0
) -> Window:
    """A window on a box, read at 1 / `shrink` of its size, at least one px each way.

    Args:
        box: scene px.
        shrink: scene px for one view px.
        role: what the window is for.
        core: the part whose objects count; None for all of the box.
        aspect: of the scene's px on the ground.
    """
    across, down = sides(shrink, aspect)
    return Window(
        box, max(1, round(box.width / across)), max(1, round(box.height / down)), role, core or box
    )


def scale_known(scene: SceneInfo, spec: ModelSpec, kinds: Sequence[str]) -> bool:
    """Whether scene and model say how long objects of all these classes are, in px.

    Args:
        scene: with its GSD, or without.
        spec: with the sizes of its classes.
        kinds: classes.
    """
    return scene.gsd is not None and all(
        k in spec.sizes and spec.sizes[k].metres is not None for k in kinds
    )


def fixed_shrink(scene: SceneInfo, spec: ModelSpec) -> float | None:
    """Scene px for one view px of all windows, where the model says at what GSD it looks.

    1 where it looks at the scene's own pixels, or the scene's GSD is not known.

    Args:
        scene: with its GSD, or without.
        spec: of the model.
    """
    if spec.resolution is None:
        return None
    return max(1 / LARGEST, spec.resolution / scene.gsd) if spec.resolution and scene.gsd else 1.0


def finest(scene: SceneInfo, spec: ModelSpec, area: Box) -> float:
    """Scene px for one view px of an area that fits a view.

    1, or less where px are oblong, so that all of their shorter side is seen.

    It is no less than the view may hold, and than leads to the smallest ground px that the model
    was trained on.

    Args:
        scene: whose px on the ground count.
        spec: with the largest view, and the ground px trained on.
        area: scene px.
    """
    if (fixed := fixed_shrink(scene, spec)) is not None:
        return fixed
    shorter = math.sqrt(min(scene.view_aspect, 1 / scene.view_aspect))
    trained = spec.gsd[0] / scene.gsd if spec.gsd is not None and scene.gsd is not None else 0.0
    return min(1.0, max(shorter, trained, math.sqrt(area.area / spec.view_pixels)))


def target_length(
    scene: SceneInfo, spec: ModelSpec, kinds: Sequence[str], smaller: float = 1.0
) -> float:
    """How long the smallest of the kinds looked for are expected to be, scene px.

    Args:
        scene: whose px on the ground count where they are known.
        spec: with the sizes of its kinds.
        kinds: what is looked for.
        smaller: how many times smaller things look at full size than in the training pictures, by a
            first glance; used where the scene does not know its px on the ground, and believed from
            `CERTAIN` on. That they look larger is not believed: in pictures of other cameras that
            guess is often wrong, and the price is objects that are missed, not time.
    """
    smaller = smaller if smaller >= CERTAIN else 1.0
    return min(
        (_length(scene, size, smaller) for size in _sizes(spec, kinds)), default=TYPICAL.pixels
    )


def untrained(
    scene: SceneInfo, spec: ModelSpec, kinds: Sequence[str], zh: bool = False
) -> str | None:
    """A warning where the GSD is known and outside the range that the model was trained on.

    None where there is nothing to warn of.

    Pixels of half the smallest size and of twice the largest one still pass.

    Args:
        scene: whose ground pixels count.
        spec: with those it was trained on, and the sizes of its classes.
        kinds: the classes looked for; those that cannot be seen are named.
        zh: in Chinese.
    """
    if scene.gsd is None or spec.gsd is None or spec.gsd[0] / 2 <= scene.gsd <= spec.gsd[1] * 2:
        return None
    small = [
        kind
        for kind in kinds
        if _sizes(spec, [kind])[0].metres is not None
        and _length(scene, spec.sizes[kind], 1.0) <= UNSEEN
    ]
    low, high = spec.gsd
    if zh:
        told = (
            f"{scene.name} 的地面像元为 {scene.gsd:.3g} 米；模型以 {low:g} 至 {high:g}"
            " 米的影像训练：结果可能有误"
        )
        return (
            f"{told}，"
            f"而且看不到这么小的目标：{'、'.join(spec.chinese.get(kind, kind) for kind in small)}"
            if small
            else told
        )
    told = (
        f"the ground pixels of {scene.name} are {scene.gsd:.3g} m; the model was trained on {low:g}"
        f" to {high:g} m: results may be wrong"
    )
    return f"{told}, and objects this small cannot be seen: {', '.join(small)}" if small else told


def _sizes(spec: ModelSpec, kinds: Sequence[str]) -> list[Size]:
    return [spec.sizes.get(kind, TYPICAL) for kind in kinds]


def _length(scene: SceneInfo, size: Size, smaller: float) -> float:
    known = scene.gsd is not None and size.metres is not None
    return size.metres / scene.gsd if known else size.pixels / smaller  # type: ignore[operator]


def closer_shrink(scene: SceneInfo, spec: ModelSpec, kinds: Sequence[str], length: float) -> float:
    """Scene px for one view px of a closer crop.

    Less than 1 where the targets are enlarged, more where all of them are known to be larger than
    any in training.

    Args:
        scene: whose GSD counts where it is known.
        spec: with the sizes of its classes.
        kinds: classes looked for.
        length: of the targets, scene px.
    """
    if (fixed := fixed_shrink(scene, spec)) is not None:
        return fixed
    if length < ENLARGED:
        return max(1 / LARGEST, min(1.0, length / LEGIBLE))
    larger = min(
        (_length(scene, size, 1.0) / size.pixels for size in _sizes(spec, kinds)), default=1.0
    )
    return larger if larger > TOO_LARGE else 1.0


def peek(area: Box, aspect: float = 1.0) -> Window:
    """The first window on a large scene: its middle, small.

    The model reads the question by it, and estimates the scale.

    Args:
        area: what is searched, scene px.
        aspect: of the scene's px on the ground.
    """
    across, down = sides(1.0, aspect)
    shrink = min(PEEK_SHRINK, max(1.0, max(area.width / across, area.height / down) / PEEK))
    wide, high = min(area.width, PEEK * shrink * across), min(area.height, PEEK * shrink * down)
    x0, y0 = (
        math.floor(area.x0 + (area.width - wide) / 2),
        math.floor(area.y0 + (area.height - high) / 2),
    )
    return window_of(
        Box(x0, y0, x0 + max(1, math.floor(wide)), y0 + max(1, math.floor(high))),
        shrink,
        "peek",
        aspect=aspect,
    )


def plan(
    granularity: Granularity,
    scene: SceneInfo,
    spec: ModelSpec,
    policy: str,
    area: Box | None = None,
    length: float = TYPICAL.pixels,
    closer: float = 1.0,
) -> Plan:
    """The windows to read first, and the scale of the crops that follow.

    An image-level question sees the whole scene within a view, for a thumbnail. The policy `paper`
    takes D(I) for a region and D(D(I)) for a pixel question, smaller where that is more than a
    view. `adaptive` takes the area as it is (or enlarged) where it fits a view; else it is scouted,
    so small that a target is just suspected. `exhaustive` takes every tile. `random` and `grid`
    begin as `paper` does; `shrink` takes all at once.

    Args:
        granularity: of the question.
        scene: its size.
        spec: sizes that the model takes.
        policy: one of `search.POLICIES`.
        area: the part to look at, scene px; None for all.
        length: of the targets, scene px, for `adaptive`.
        closer: scene px for one view px of its closer looks.
    """
    area, aspect = area or scene.box, scene.view_aspect
    fitting = max(1.0, math.sqrt(area.area / spec.view_pixels))
    if granularity is Granularity.IMAGE:
        return Plan(granularity, area, (window_of(area, fitting, "wide", aspect=aspect),))
    if policy == "shrink":
        across, down = sides(1.0, aspect)
        shrink = max(1.0, fitting, max(area.width / across, area.height / down) / SHRUNK)
        return Plan(granularity, area, (window_of(area, shrink, "wide", aspect=aspect),))
    if policy in ("paper", "random", "grid"):
        pixel = granularity is Granularity.PIXEL
        shrink = max(COMPRESSION**2 if pixel else COMPRESSION, fitting)
        return Plan(
            granularity, area, (window_of(area, shrink, "wide", aspect=aspect),), 1, aspect=aspect
        )
    if policy == "exhaustive":
        shrink = fixed_shrink(scene, spec) or 1.0
        fits = area.area / shrink**2 <= spec.view_pixels
        return Plan(
            granularity, area, cover(area, shrink, spec, "whole" if fits else "tile", aspect)
        )
    if area.area / closer**2 <= spec.view_pixels:
        return Plan(granularity, area, (window_of(area, closer, "whole", aspect=aspect),))
    wide = min(COARSEST * max(1.0, closer), max(1.0, length / SUSPECTED))
    return Plan(
        granularity,
        area,
        cover(area, wide, spec, "scout", aspect),
        closer,
        scouted=True,
        aspect=aspect,
    )


def bounded(spec: ModelSpec, memory: float, held: float = 0.0) -> ModelSpec:
    """The spec with views so small that the process takes no more than `memory` bytes.

    Args:
        spec: of the model.
        memory: the most that the process may take, bytes.
        held: what model and program hold already, bytes.

    Raises:
        OptionError: even the smallest views take more.
    """
    pixels = int((memory - held) / spec.pixel_bytes)
    if pixels < SMALLEST_TILE**2:
        least = SMALLEST_TILE**2 * spec.pixel_bytes
        raise OptionError(
            f"max_memory is {memory / 1e6:,.0f} MB; model and program hold {held / 1e6:,.0f} MB and"
            f" the smallest tile takes {least / 1e6:,.0f} MB; give at least"
            f" '{math.ceil((held + least) / 1e8) / 10:.1f} GB'"
        )
    if pixels >= max(spec.view_pixels, spec.tile**2):
        return spec
    tile = min(spec.tile, int(math.sqrt(pixels)) // 32 * 32)
    return replace(
        spec,
        view_pixels=min(spec.view_pixels, pixels),
        tile=tile,
        overlap=min(spec.overlap, tile // 4),
    )


def windows(look: CropRequest, spec: ModelSpec, aspect: float = 1.0) -> tuple[Window, ...]:
    """The windows of a crop: one where it fits a view, else tiles over its core.

    What is seen shrunk for its context, D(C1), is one window in any case.

    Args:
        look: the crop.
        spec: with the largest view, and the tile.
        aspect: of the scene's px on the ground.
    """
    if look.role in COARSE:
        return (
            window_of(
                look.box,
                max(look.shrink, math.sqrt(look.box.area / spec.view_pixels)),
                look.role,
                look.core,
                aspect,
            ),
        )
    if look.box.area / look.shrink**2 <= spec.view_pixels:
        return (window_of(look.box, look.shrink, look.role, look.core, aspect),)
    return cover(look.core, look.shrink, spec, look.role, aspect)


def cover(
    area: Box, shrink: float, spec: ModelSpec, role: str, aspect: float = 1.0
) -> tuple[Window, ...]:
    """Windows over `area` at 1 / `shrink`: one where it fits a view, else tiles that overlap.

    Cores split the overlaps halfway, so that every pixel is answered for by one tile, away from
    that tile's edge.

    Args:
        area: scene px.
        shrink: scene px for one view px.
        spec: size of a tile and of the overlap, view px.
        role: written into each window.
        aspect: of the scene's px on the ground.
    """
    if area.area / shrink**2 <= spec.view_pixels * (
        1 + 1e-9
    ):  # `shrink` may be the square root that just fits
        return (window_of(area, shrink, role, aspect=aspect),)
    across, down = sides(shrink, aspect)
    columns = _spans(area.x0, area.x1, spec.tile * across, spec.overlap * across, across)
    rows = _spans(area.y0, area.y1, spec.tile * down, spec.overlap * down, down)
    return tuple(
        window_of(Box(x0, y0, x1, y1), shrink, role, Box(cx0, cy0, cx1, cy1), aspect)
        for y0, y1, cy0, cy1 in rows
        for x0, x1, cx0, cx1 in columns
    )


def _spans(
    low: float, high: float, tile: float, overlap: float, step: float
) -> list[tuple[float, float, float, float]]:
    """Even spans of at most `tile` from low to high, in whole `step`s.

    (start, end, core start, core end).
    """
    length = high - low
    if length <= tile:
        return [(low, high, low, high)]
    count = math.ceil((length - overlap) / (tile - overlap))
    tile = min(
        tile, math.ceil((length + (count - 1) * overlap) / count / step) * step
    )  # no larger than the overlap asks for
    starts = [low + round(i * (length - tile) / (count - 1)) for i in range(count)]
    cuts = [low] + [(starts[i] + tile + starts[i + 1]) / 2 for i in range(count - 1)] + [high]
    return [
        (start, min(high, start + tile), cuts[i], cuts[i + 1]) for i, start in enumerate(starts)
    ]
