"""Regions as geometry: rings in scene px, put on the scene's CRS or on longitude and latitude, many at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.warp import transform_geom

from geomagnifier.io import georeference
from geomagnifier.values import Answer, Region, SceneInfo


def geometry(region: Region) -> Any:
    """A shapely Polygon or MultiPolygon in scene px: the region's rings, else its box."""
    import shapely

    rings = [shapely.Polygon(ring) for ring in region.polygon]
    if not rings:
        return shapely.box(*region.box)
    if len(rings) == 1:
        return rings[0]
    outward = rings[0].exterior.is_ccw  # the first ring is an outer one; those that turn the other way are holes
    shells = sorted((ring for ring in rings if ring.exterior.is_ccw == outward), key=lambda ring: ring.area)
    inner: list[list[Any]] = [[] for _ in shells]
    for hole in rings:
        if hole.exterior.is_ccw != outward:
            around = next((i for i, shell in enumerate(shells) if shell.covers(hole)), None)
            if around is not None:
                inner[around].append(hole.exterior)
    parts = [shapely.Polygon(shell.exterior, holes) for shell, holes in zip(shells, inner, strict=True)]
    whole = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return whole if whole.is_valid else shapely.make_valid(whole, method="structure")


def properties(answer: Answer, regions: Sequence[Region], shapes: Sequence[Any]) -> list[dict[str, Any]]:
    """Fields of some regions, the same in every format; what a person looks for comes first.

    Areas and sides are those on the ground, whatever the CRS: the scale is taken at each region. length_m, width_m: sides of the
    narrowest box round the region, however it is turned. All three are None where the ground is not known.

    Args:
        answer: that the regions belong to.
        regions: some of the answer's.
        shapes: their geometries, scene px.
    """
    area, (square, length, width) = _areas(shapes), _on_the_ground(shapes, answer.scene)
    return [
        {
            "label": region.label,
            "score": _number(region.score, 6),
            "area_m2": _number(square[i], 3),
            "length_m": _number(length[i], 2),
            "width_m": _number(width[i], 2),
            "area_px": _number(area[i], 3),
            "phrase": region.phrase,
            "question": answer.question,
        }
        for i, region in enumerate(regions)
    ]


def _areas(shapes: Sequence[Any]) -> NDArray[np.float64]:
    import shapely

    return np.asarray(shapely.area(np.array(shapes, object)), float)


def _on_the_ground(shapes: Sequence[Any], scene: SceneInfo) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Area in m2, length and width in m, (N,) each; NaN where they are not known."""
    import shapely

    unknown = np.full(len(shapes), np.nan)
    if scene.crs is None or not len(shapes):
        return unknown, unknown, unknown
    found = np.array(shapes, object)
    bounds = shapely.bounds(found)  # (N, 4)
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    steps = georeference.ground_steps(georeference.parse_crs(scene.crs), scene.transform, (scene.width, scene.height), middle)
    if steps is None:
        return unknown, unknown, unknown
    known = np.isfinite(np.linalg.det(steps)) & (np.abs(np.linalg.det(steps)) > 0)  # 0: a CRS that is no map, such as a geocentric one
    points, owner = shapely.get_coordinates(shapely.convex_hull(found), return_index=True)
    metres = np.einsum("nij,nj->ni", np.where(known[:, None, None], steps, 0)[owner], points - middle[owner])
    corners = shapely.get_coordinates(shapely.oriented_envelope(shapely.multipoints(metres, indices=owner))[known]).reshape(-1, 5, 2)
    sides = np.sort(np.linalg.norm(np.diff(corners[:, :3], axis=1), axis=2), axis=1)  # (N, 2), the shorter one first
    length, width = unknown.copy(), unknown.copy()
    width[known], length[known] = sides.T
    return _areas(shapes) * np.abs(np.linalg.det(steps)), length, width


def _number(value: float, digits: int) -> float | None:
    return round(float(value), digits) if math.isfinite(value) else None


def to_crs(shapes: Sequence[Any], scene: SceneInfo) -> Any:
    """Shapes in scene px on the scene's CRS, (N,) of objects; as they are where it has no place."""
    import shapely

    place, found = scene.transform, np.array(shapes, object)
    if place is None:
        return found
    return shapely.transform(found, lambda points: np.stack(georeference.to_crs(place, points[:, 0], points[:, 1]), axis=1))


def upright(shapes: Sequence[Any]) -> Any:
    """Shapes in scene px with y up, (N,) of objects: where QGIS shows a picture without a place."""
    import shapely

    return shapely.transform(np.array(shapes, object), lambda points: points * (1, -1))


def longitude_latitude(shapes: Sequence[Any], scene: SceneInfo) -> list[Any] | None:
    """Shapes in scene px on WGS 84, outer rings counter-clockwise, cut at the antimeridian; None where that cannot be said."""
    import shapely

    if scene.crs is None or scene.transform is None:
        return None
    mapped = [shapely.geometry.mapping(shape) for shape in to_crs(shapes, scene)]
    try:
        turned = transform_geom(georeference.parse_crs(scene.crs), georeference.parse_crs("EPSG:4326"), mapped, precision=9)
    except Exception:  # a local CRS that nothing leads out of: rasterio has many names for "cannot"
        return None
    places = [shapely.orient_polygons(shapely.geometry.shape(shape)) for shape in turned]
    return places if all(np.isfinite(place.bounds).all() for place in places) else None
