"""A user's labelled images in memory, as crops are cut from them.

Large ones in windows, read as they are for an answer.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from geomagnifier.errors import GeomagWarning
from geomagnifier.finetuning.crops import Source
from geomagnifier.finetuning.labels.base import BoxTuple, Labelled, Labels, Outlined
from geomagnifier.geometry import Box
from geomagnifier.inference import resolution
from geomagnifier.raster.scene import open_scene

WINDOW = 1024
"""Longest side of a training window, px."""
MOST = 400
"""Most training windows, 3 MB each; of more, evenly spaced ones are taken."""
REST, UNKNOWN = 254, 255
"""In a map of land cover: labelled as none of the classes; not labelled."""


def load(
    labels: Labels, covers: Collection[str], progress: Callable[[int, int], None] | None = None
) -> list[tuple[Source, Labelled, BoxTuple]]:
    """Every window of the images, with its image and where it lies there, in the labels' order.

    Args:
        labels: checked.
        covers: classes that are land cover; the others have objects.
        progress: called with (windows read, of how many).
    """
    places = [(picture, window) for picture in labels.pictures for window in _windows(picture)]
    if len(places) > MOST:
        warnings.warn(
            f"{len(places)} windows of {WINDOW} px: {MOST} of them, evenly picked, are learnt from",
            GeomagWarning,
            stacklevel=2,
        )
        places = [places[i] for i in np.linspace(0, len(places) - 1, MOST).round().astype(int)]
    found = []
    for number, (picture, window) in enumerate(places, 1):
        found.append((_source(picture, window, labels.kinds, covers), picture, window))
        if progress is not None:
            progress(number, len(places))
    return found


def _windows(picture: Labelled) -> Iterator[BoxTuple]:
    """The image as a whole, or windows of the labelled part of a large one.

    They are those with objects, and half as many without.
    """
    with open_scene(picture.path) as scene:
        width, height = scene.info.width, scene.info.height
    x0, y0, x1, y1 = picture.area or (0.0, 0.0, float(width), float(height))
    if max(width, height) <= 1.3 * WINDOW:
        yield (0.0, 0.0, float(width), float(height))
        return
    columns, rows = (max(1, -(-int(np.ceil(b - a)) // WINDOW)) for a, b in ((x0, x1), (y0, y1)))
    empty: list[BoxTuple] = []
    full = 0
    for row in range(rows):
        for column in range(columns):
            left = float(int(np.clip(x0 + column * WINDOW, 0, max(0, width - WINDOW))))
            top = float(int(np.clip(y0 + row * WINDOW, 0, max(0, height - WINDOW))))
            box = (left, top, min(left + WINDOW, float(width)), min(top + WINDOW, float(height)))
            if any(
                min(o.box[2], box[2]) > max(o.box[0], box[0])
                and min(o.box[3], box[3]) > max(o.box[1], box[1])
                for o in picture.objects
            ):
                full += 1
                yield box
            else:
                empty.append(box)
    yield from empty[: max(1, full // 2)]


def _source(
    picture: Labelled, window: BoxTuple, kinds: Sequence[str], covers: Collection[str]
) -> Source:
    with open_scene(picture.path) as scene:
        view = scene.read(resolution.window_of(Box(*window), 1.0, "whole"))
    corner = np.array(window[:2], np.float32)
    high, wide = view.pixels.shape[:2]
    objects = []
    for o in picture.objects:
        if o.kind in covers:
            continue
        x0, y0, x1, y1 = (np.array(o.box, np.float32) - np.tile(corner, 2)).tolist()
        if x1 > 1 and y1 > 1 and x0 < wide - 1 and y0 < high - 1:
            box = (max(x0, 0.0), max(y0, 0.0), min(x1, float(wide)), min(y1, float(high)))
            objects.append((o.kind, box, tuple(r - corner for r in o.rings)))
    names = tuple(k for k in kinds if k in covers)
    cover = paint(picture.objects, names, corner, (wide, high)) if names else None
    if cover is not None and view.valid is not None:
        cover[~view.valid] = UNKNOWN
    return Source(view.pixels, tuple(objects), frozenset(kinds), cover, names)


def paint(
    objects: Sequence[Outlined],
    names: Sequence[str],
    corner: NDArray[np.float32],
    size: tuple[int, int],
) -> NDArray[np.uint8]:
    """Land cover of a window: (H, W) index into `names`, `REST` elsewhere.

    Args:
        objects: labelled areas, image px.
        names: classes of land cover.
        corner: of the window, image px.
        size: width and height of the window, px.
    """
    canvas = np.full((size[1], size[0]), REST, np.uint8)
    for o in objects:
        if o.kind in names:
            canvas[outline(o.rings, o.holes, corner, size)] = names.index(o.kind)
    return canvas


def outline(
    rings: Sequence[NDArray[np.float32]],
    holes: Sequence[NDArray[np.float32]],
    corner: NDArray[np.float32],
    size: tuple[int, int],
) -> NDArray[np.bool_]:
    """(H, W) bool: inside the rings and outside of the holes.

    Args:
        rings: (N, 2) image px, each.
        holes: (N, 2) image px, each.
        corner: of the window, image px.
        size: width and height of the window, px.
    """
    stencil = Image.new("1", size)
    pen = ImageDraw.Draw(stencil)
    for parts, value in ((rings, 1), (holes, 0)):
        for ring in parts:
            pen.polygon([(float(x), float(y)) for x, y in ring - corner], fill=value)
    return np.asarray(stencil, bool)
