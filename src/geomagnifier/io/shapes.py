"""Regions as geometry: scene px -> CRS -> GeoJSON or GeoPackage."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.errors import RasterioError
from rasterio.warp import transform_geom

from geomagnifier.io import georeference
from geomagnifier.values import Answer, Region, SceneInfo

PIXEL_NOTE = "coordinates are pixels of the picture, x to the right and y down; the picture does not say where on Earth it is"


def geometry(region: Region) -> Any:
    """A shapely Polygon or MultiPolygon in scene px: the region's rings, else its box."""
    import shapely

    if not region.polygon:
        return shapely.box(*region.box)
    rings = [shapely.Polygon(ring) for ring in region.polygon]
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


def write_geojson(path: Path, answer: Answer) -> None:
    """RFC 7946: longitude and latitude where the scene has a CRS, else pixels, and a member `note` that says so."""
    import shapely

    shapes = [geometry(region) for region in answer.regions]
    places = _longitude_latitude(shapes, answer.scene)
    head: dict[str, Any] = {"type": "FeatureCollection", "name": "regions"}
    if places is None:
        head |= {"coordinates": "pixel", "note": PIXEL_NOTE}
        places = shapes
    features = [
        {"type": "Feature", "geometry": shapely.geometry.mapping(place), "properties": properties(answer, region, shape.area)}
        for region, shape, place in zip(answer.regions, shapes, places, strict=True)
    ]
    path.write_text(json.dumps(head | {"features": features}, ensure_ascii=False), encoding="utf-8")


def write_gpkg(path: Path, answer: Answer) -> None:
    """Layer `regions` in the scene's CRS, or in pixels where it has none."""
    import pyogrio
    import shapely

    shapes = [geometry(region) for region in answer.regions]
    placed = [_to_crs(shape, answer.scene) for shape in shapes]
    rows = [properties(answer, region, shape.area) for region, shape in zip(answer.regions, shapes, strict=True)]
    columns = {
        name: np.array([row[name] for row in rows], object if name in ("label", "phrase", "question") else np.float64)
        for name in ("label", "score", "phrase", "question", "area_px", "area_m2")
    }
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*'crs' was not provided.*")
        pyogrio.raw.write(
            path,
            geometry=np.array([shapely.to_wkb(_multi(shape)) for shape in placed], object),
            field_data=list(columns.values()),
            fields=list(columns),
            geometry_type="MultiPolygon",
            crs=answer.scene.crs if answer.scene.transform is not None else None,
            layer="regions",
            driver="GPKG",
            nan_as_null=True,
        )


def _multi(shape: Any) -> Any:
    import shapely

    return shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])


def _to_crs(shape: Any, scene: SceneInfo) -> Any:
    import shapely

    place = scene.transform
    if place is None:
        return shape
    return shapely.transform(shape, lambda points: np.array([georeference.to_crs(place, x, y) for x, y in points]).reshape(-1, 2))


def _longitude_latitude(shapes: list[Any], scene: SceneInfo) -> list[Any] | None:
    """The shapes on WGS 84, outer rings counter-clockwise, or None where the scene's place is not known."""
    import shapely

    if scene.crs is None or scene.transform is None:
        return None
    if not shapes:
        return []
    mapped = [shapely.geometry.mapping(_to_crs(shape, scene)) for shape in shapes]
    try:
        turned = transform_geom(georeference.parse_crs(scene.crs), georeference.parse_crs("EPSG:4326"), mapped, precision=9)
    except RasterioError:  # a local CRS that nothing leads out of
        return None
    places = [shapely.orient_polygons(shapely.geometry.shape(shape)) for shape in turned]
    return places if all(np.isfinite(place.bounds).all() for place in places) else None
