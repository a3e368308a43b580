"""A picture as vectors.

One of the whole and, of a large one, one of each tile, with what is known of their place and time.

A tile is a square of TILE px, the size of the pictures that the model learnt scenes from, or GROUND
metres where that is more. No scene has more than MOST tiles; those of a larger one are larger, and
are read from its overviews.
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
"""The least side of a tile on the ground, where that is known, metres."""
MOST = 256
"""Tiles of one scene."""
OVERSIZED = 1.7
"""A picture is cut into tiles where its longer side is this many times that of a tile."""
READ = 4
"""A tile is read at up to this many px for one that the model sees."""
SEEN = 0.1
"""Share of a tile that must have data."""


@dataclass(frozen=True, eq=False)
class Vector:
    """TODO summary."""

    hit: Hit
    """What was looked at, without a score."""
    numbers: Floats
    """(D,) float32, unit length."""


@dataclass(frozen=True, eq=False)
class Looked:
    """What became of a picture.

    Its vectors, that of the whole first, or the reason why there are none.
    """

    picture: Picture
    vectors: tuple[Vector, ...] = ()
    reason: str | None = None


def look(pictures: Sequence[Picture], model: Model, workers: int | None = None) -> Iterator[Looked]:
    """The vectors of pictures, in their order.

    As many at a time as there are processors: while one is read, another is embedded.
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
    """The vectors of one picture."""
    try:
        with open_scene(picture.path) as scene:
            return Looked(picture, tuple(_vectors(picture, scene, model)))
    except GeomagError as error:
        return Looked(picture, reason=str(error))


def header_of(picture: Picture) -> Looked:
    """Where and when a picture was taken, by its header alone.

    Enough for a search by place and time. Its one vector has no numbers.
    """
    try:
        with open_scene(picture.path) as scene:
            return Looked(picture, (Vector(_hit(picture, scene), np.empty(0, np.float32)),))
    except GeomagError as error:
        return Looked(picture, reason=str(error))


def _hit(picture: Picture, scene: Scene) -> Hit:
    """The whole of a picture."""
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
    whole = embed(scene, model)  # first: what cannot be read as a whole is left out
    boxes = tiles(info)
    places = [place or picture.outline for place in outlines(info, boxes)]
    hit = _hit(picture, scene)
    yield Vector(hit, whole)
    for box, place in zip(boxes, places, strict=True):
        numbers = _tile(scene, box, model)
        if numbers is not None:
            yield Vector(replace(hit, tile=box, outline=place), numbers)


def tiles(info: SceneInfo) -> list[Box]:
    """The tiles of a scene, row by row, all of about one size and square on the ground.

    None where the whole is hardly more than one.
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
    """Tiles of `wide` x `high` px across and down.

    A rest of less than a third of one is shared out.
    """
    return max(1, math.ceil(info.width / wide - 0.3)), max(1, math.ceil(info.height / high - 0.3))


def _tile(scene: Scene, box: Box, model: Model) -> Floats | None:
    """None where there is nothing to be seen, or the file is damaged."""
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
"""Called with (pictures done, pictures in all)."""
