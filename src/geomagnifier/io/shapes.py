"""Regions as geometry: rings in scene px, put on the scene's CRS or on longitude and latitude, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
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


def properties(answer: Answer, region: Region, area: float) -> dict[str, Any]:
    """Fields of a region, the same in both formats. area: px."""
    gsd = answer.scene.gsd
    return {
        "label": region.label,
        "score": round(float(region.score), 6),
        "phrase": region.phrase,
        "question": answer.question,
        "area_px": round(float(area), 3),
        "area_m2": round(float(area) * gsd * gsd, 3) if gsd else None,
    }


def to_crs(shapes: Sequence[Any], scene: SceneInfo) -> Any:
    """Shapes in scene px on the scene's CRS, (N,) of objects; as they are where it has no place."""
    import shapely

    place, found = scene.transform, np.array(shapes, object)
    if place is None:
        return found
    return shapely.transform(found, lambda points: np.stack(georeference.to_crs(place, points[:, 0], points[:, 1]), axis=1))


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
