"""Embed the images of an archive: a vector of each image and, of a large one, of each tile.

With them goes what is known of their place and time. A tile is a square of TILE px, the size of the
images on which the model was trained to tell scene classes, or GROUND metres where that is more. No
scene has more than MOST tiles; those of a larger scene are larger, and are read from its overviews.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from os import cpu_count

import numpy as np

from geomagnifier.errors import GeomagError, SceneUnreadable
from geomagnifier.export.search_hit import Hit
from geomagnifier.geometry import Box, sides
from geomagnifier.inference import resolution
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import embed
from geomagnifier.raster.acquisition import date_of
from geomagnifier.raster.footprint import outlines
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.retrieval.discovery import Picture
from geomagnifier.types import Floats, SceneInfo, Window

TILE = 600
"""Side of a tile, px."""
GROUND = 100.0
"""Shortest side of a tile on the ground, metres, where the GSD is known."""
MOST = 256
"""Most tiles of one scene."""
OVERSIZED = 1.7
"""An image is cut into tiles where its longer side is at least this many sides of a tile."""
READ = 4
"""Most px of a tile that are read for one px that the model sees."""
SEEN = 0.1
"""Smallest share of a tile that must have data."""


@dataclass(frozen=True, eq=False)
class Vector:
    """The vector of an image or of a tile."""

    hit: Hit
    """The image or tile, as a hit without a score."""
    numbers: Floats
    """(D,) float32, of unit length."""


@dataclass(frozen=True, eq=False)
class Looked:
    """The vectors of an image, or the reason why there are none."""

    picture: Picture
    """The image."""
    vectors: tuple[Vector, ...] = ()
    """Its vectors, that of the whole image first."""
    reason: str | None = None
    """Why it could not be read, or None."""


def embed_pictures(
    pictures: Sequence[Picture], model: Model, workers: int | None = None
) -> Iterator[Looked]:
    """Embed images, and yield them in their order.

    Several are under way at a time: while one is read, another is embedded.

    Args:
        pictures: of `gather`.
        model: whose vectors they are.
        workers: threads; None for one a processor, at most four.
    """
    several = workers or min(4, cpu_count() or 1)
    waiting: list[Future[Looked]] = []
    with ThreadPoolExecutor(several) as pool:
        try:
            for picture in pictures:
                waiting.append(pool.submit(look_at, picture, model))
                if len(waiting) >= 2 * several:
                    yield waiting.pop(0).result()
            while waiting:
                yield waiting.pop(0).result()
        finally:
            for left in waiting:
                left.cancel()


def look_at(picture: Picture, model: Model) -> Looked:
    """Embed one image.

    Args:
        picture: of `gather`.
        model: whose vectors they are.
    """
    try:
        with open_scene(picture.path) as scene:
            return Looked(picture, tuple(_vectors(picture, scene, model)))
    except GeomagError as error:
        return Looked(picture, reason=str(error))


def header_of(picture: Picture) -> Looked:
    """Read where and when an image was taken, from its header alone.

    That is enough for a search by place and time. Its one vector has no numbers.
    """
    try:
        with open_scene(picture.path) as scene:
            return Looked(picture, (Vector(_hit(picture, scene), np.empty(0, np.float32)),))
    except GeomagError as error:
        return Looked(picture, reason=str(error))


def _hit(picture: Picture, scene: Scene) -> Hit:
    """Return a whole image as a hit without a score."""
    info = scene.info
    date, source = (
        (picture.date, "STAC")
        if picture.date is not None
        else date_of(scene.tags, picture.path.name)
    )
    place = outlines(info, [info.box])[0] or picture.outline
    return Hit(
        picture.path, None, None, info.width, info.height, info.gsd, info.crs, date, source, place
    )


def _vectors(picture: Picture, scene: Scene, model: Model) -> Iterator[Vector]:
    info = scene.info
    whole = embed(scene, model)  # first: an image that cannot be read as a whole is left out
    boxes = tiles(info)
    places = [place or picture.outline for place in outlines(info, boxes)]
    hit = _hit(picture, scene)
    yield Vector(hit, whole)
    for box, place in zip(boxes, places, strict=True):
        numbers = _tile(scene, box, model)
        if numbers is not None:
            yield Vector(replace(hit, tile=box, outline=place), numbers)


def tiles(info: SceneInfo) -> list[Box]:
    """Cut a scene into tiles, row by row, all of about one size and square on the ground.

    The list is empty where the scene is hardly larger than one tile.
    """
    side = max(TILE, GROUND / info.gsd if info.gsd else 0.0)
    wide, high = sides(1.0, info.view_aspect)
    if max(info.width / wide, info.height / high) < OVERSIZED * side:
        return []
    across, down = _counts(info, side * wide, side * high)
    while across * down > MOST:
        side *= 1.02
        across, down = _counts(info, side * wide, side * high)
    columns, rows = (
        [round(i * length / n) for i in range(n + 1)]
        for length, n in ((info.width, across), (info.height, down))
    )
    return [
        Box(x0, y0, x1, y1)
        for y0, y1 in itertools.pairwise(rows)
        for x0, x1 in itertools.pairwise(columns)
    ]


def _counts(info: SceneInfo, wide: float, high: float) -> tuple[int, int]:
    """Count the tiles of `wide` x `high` px across and down.

    A remainder of less than a third of a tile is divided among the others.
    """
    return max(1, math.ceil(info.width / wide - 0.3)), max(1, math.ceil(info.height / high - 0.3))


def _tile(scene: Scene, box: Box, model: Model) -> Floats | None:
    """Embed a tile; None where it has too little data, or the file is damaged there."""
    shrink = max(1.0, min(box.width, box.height) / (READ * model.spec.image_side))
    window = Window(
        box, max(1, round(box.width / shrink)), max(1, round(box.height / shrink)), "tile", box
    )
    try:
        view = scene.read(window)
    except SceneUnreadable:
        return None
    if view.valid is not None and view.valid.mean() < SEEN:
        return None
    return model.embed(resolution.thumbnail(view, model.spec.image_side))


Progress = Callable[[int, int], object]
"""Called with (images done, images in all)."""
