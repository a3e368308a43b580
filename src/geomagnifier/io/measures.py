"""Sizes of regions, gaps between them and which way they lie: in metres where the ground is known, in pixels where it is not.

A ground vector is (east, north); without a place on Earth the picture's right and up stand for them, a pixel each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier.io import georeference
from geomagnifier.io.shapes import geometry, on_the_ground
from geomagnifier.masks import area, corners
from geomagnifier.values import Region, SceneInfo

Floats64 = NDArray[np.float64]
FEW = 2000
"""Things that each other one is held against; of more, those nearby."""


@dataclass(frozen=True, eq=False)
class Sizes:
    """Of N regions, by their outlines: the sides of the narrowest box round each, and the area. (N,) each, in m and m2 or px and px2."""

    length: Floats64
    width: Floats64
    area: Floats64


def is_scaled(scene: SceneInfo) -> bool:
    """Whether metres can be told."""
    return scene.gsd is not None


def sizes(regions: Sequence[Region], scene: SceneInfo, metres: bool) -> Sizes:
    """Sizes of some regions. metres: on the ground, which must be known (`is_scaled`); else in px."""
    import shapely

    shapes = hulls(regions)
    around = shapely.area(shapes)
    pixels = np.array([around[i] if (rle := region.segmentation) is None else area(rle) for i, region in enumerate(regions)], float)
    if metres:
        ground, length, width = on_the_ground(shapes, scene)
        return Sizes(length, width, ground * pixels / np.maximum(around, 1e-9))
    width, length = _sides(shapes).T
    return Sizes(length, width, pixels)


def hulls(regions: Sequence[Region]) -> Any:
    """Convex hulls of the regions, (N,) of shapely polygons, scene px: from the runs of their masks, which is far quicker than outlines."""
    import shapely

    points, owner = [], []
    for number, region in enumerate(regions):
        if region.segmentation is None:
            x0, y0, x1, y1 = region.box
            mine = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], float)
        else:
            mine = corners(region.segmentation)
        points.append(mine)
        owner.append(np.full(len(mine), number))
    return shapely.convex_hull(shapely.multipoints(np.concatenate(points), indices=np.concatenate(owner)))


def outlines(regions: Sequence[Region]) -> list[Any]:
    """Their shapely geometries, scene px."""
    return [geometry(region) for region in regions]


def middles(regions: Sequence[Region]) -> Floats64:
    """Centres of the boxes, (N, 2) scene px."""
    boxes = np.array([region.box for region in regions], float).reshape(-1, 4)
    return np.asarray((boxes[:, :2] + boxes[:, 2:]) / 2)


def on_ground(vectors: Floats64, at: Floats64, scene: SceneInfo, metres: bool = True) -> Floats64:
    """Vectors in scene px as (east, north).

    Args:
        vectors: (N, 2) px, y down.
        at: (N, 2) px, where the scale of each is taken.
        scene: whose px they are in.
        metres: False for the same directions in px.

    Returns:
        (N, 2), in metres where these are wanted and known.
    """
    up = np.array([1.0, -1.0])
    if scene.crs is None or not len(vectors):
        return np.asarray(vectors * up)
    steps = georeference.ground_steps(georeference.parse_crs(scene.crs), scene.transform, (scene.width, scene.height), at)
    if steps is None or not np.isfinite(steps).all():
        return np.asarray(vectors * up)
    ground = np.einsum("nij,nj->ni", steps, vectors)
    if metres:
        return np.asarray(ground)
    length = np.linalg.norm(ground, axis=1, keepdims=True)
    return np.asarray(ground / np.maximum(length, 1e-12) * np.linalg.norm(vectors, axis=1, keepdims=True))


def nearest(regions: Sequence[Region], others: Sequence[Region], scene: SceneInfo, metres: bool) -> tuple[Floats64, NDArray[np.intp]]:
    """The gap from each region's outline to the nearest of some others, and which one that is; a region is not near itself.

    Returns:
        (N,) m or px, infinite where there is no other; (N,) numbers of the others, -1 where there is none.
    """
    import shapely

    gaps, index, lines = np.full(len(regions), np.inf), np.full(len(regions), -1, np.intp), np.zeros((len(regions), 2, 2))
    if not regions or not others:
        return gaps, index
    around, theirs = hulls(regions), hulls(others)
    shapes: dict[int, Any] = {}

    def outline(region: Region) -> Any:
        return shapes.setdefault(id(region), geometry(region)) if id(region) not in shapes else shapes[id(region)]

    same = {id(region): j for j, region in enumerate(others)}
    tree = shapely.STRtree(theirs)
    for i, region in enumerate(regions):
        itself = same.get(id(region), -1)
        least = shapely.distance(around[i], theirs) if len(others) <= FEW else None
        if least is None:
            near = tree.query(shapely.buffer(around[i], 2 * float(np.sqrt(shapely.area(around[i])))))
            near = near if len(near) > (itself >= 0) else tree.query_nearest(around[i])
            order, bound = near, np.zeros(len(others))
        else:
            order, bound = np.argsort(least), least
        for j in order.tolist():  # hulls are at least as near as what is in them
            if j == itself:
                continue
            if bound[j] >= gaps[i]:
                break
            line = shapely.get_coordinates(shapely.shortest_line(outline(region), outline(others[j])))
            away = float(np.linalg.norm(line[1] - line[0]))
            if away < gaps[i]:
                gaps[i], index[i] = away, j
                lines[i] = line
    if metres:
        known = index >= 0
        gaps[known] = _long(lines[known], scene, True)
    return gaps, index


def _long(lines: Floats64, scene: SceneInfo, metres: bool) -> Floats64:
    """Lengths of straight lines (N, 2, 2) in scene px."""
    vectors = lines[:, 1] - lines[:, 0]
    return np.asarray(np.linalg.norm(on_ground(vectors, lines.mean(1), scene) if metres else vectors, axis=1))


def apart(first: Region, second: Region, scene: SceneInfo, metres: bool, gap: bool) -> float:
    """Between the centres of two regions, or between their outlines."""
    import shapely

    if gap:
        a, b = outlines([first, second])
        return float(_long(shapely.get_coordinates(shapely.shortest_line(a, b))[None], scene, metres)[0])
    return float(_long(middles([first, second])[None], scene, metres)[0])


def lies_within(regions: Sequence[Region], others: Sequence[Region]) -> Floats64:
    """The share of each region that lies inside the others together, holes in these filled: (N,), 0 to 1.

    The mask of water ends where a ship lies on it, so that a ship lies in a hole of it, or at its shore.
    """
    import shapely

    if not regions or not others:
        return np.zeros(len(regions))
    filled = shapely.union_all([shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(shape))) for shape in outlines(others)])
    mine = np.array(outlines(regions), object)
    return np.asarray(shapely.area(shapely.intersection(mine, filled)) / np.maximum(shapely.area(mine), 1e-9))


def axes(regions: Sequence[Region], scene: SceneInfo) -> Floats64:
    """Headings of the long axes, degrees clockwise from north, 0 to 180: (N,)."""
    import shapely

    found = shapely.get_coordinates(shapely.oriented_envelope(hulls(regions))).reshape(-1, 5, 2)
    edges = np.diff(found[:, :3], axis=1)  # (N, 2, 2), two neighbouring sides
    longer = np.linalg.norm(edges, axis=2).argmax(1)
    ground = on_ground(edges[np.arange(len(edges)), longer], middles(regions), scene)
    return np.asarray(np.degrees(np.arctan2(ground[:, 0], ground[:, 1])) % 180)


def _sides(shapes: Any) -> Floats64:
    """The shorter and the longer side of the narrowest box round each shape, (N, 2) px."""
    import shapely

    found = shapely.get_coordinates(shapely.oriented_envelope(shapes)).reshape(-1, 5, 2)
    return np.asarray(np.sort(np.linalg.norm(np.diff(found[:, :3], axis=1), axis=2), axis=1))


def square_px(regions: Sequence[Region]) -> float:
    """Scene px that the regions cover together, each once; their boxes where they have no masks."""
    import shapely

    return float(shapely.area(shapely.union_all(outlines(regions)))) if regions else 0.0
