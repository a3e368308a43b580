"""regions.geojson and regions.gpkg, written a thousand regions at a time: memory does not grow with their number."""

from __future__ import annotations

import json
import sqlite3
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier.io import shapes, style
from geomagnifier.values import Answer, Region

BATCH = 1000
"""Regions held as shapes at a time; also one transaction of a GeoPackage."""

PIXEL_NOTE = "coordinates are pixels of the picture, x to the right and y down; the picture does not say where on Earth it is"
UPRIGHT_NOTE = (
    "coordinates are pixels of the picture, x to the right and y up from 0 at its top; the picture does not say where on Earth it is"
)
TEXTS = ("label", "phrase", "question")
FIELDS = ("label", "score", "area_m2", "length_m", "width_m", "area_px", "phrase", "question")
LAYER = "regions"


def write_geojson(path: Path, answer: Answer) -> None:
    """RFC 7946: longitude and latitude where the scene has a CRS, else pixels, and a member `note` that says so."""
    head: dict[str, Any] = {"type": "FeatureCollection", "name": "regions"}
    on_earth = answer.scene.crs is not None and answer.scene.transform is not None
    if on_earth and _write_features(path, head, answer, lambda found: shapes.longitude_latitude(found, answer.scene)):
        return
    _write_features(path, head | {"coordinates": "pixel", "note": PIXEL_NOTE}, answer, lambda found: found)


def _write_features(path: Path, head: dict[str, Any], answer: Answer, place: Callable[[list[Any]], list[Any] | None]) -> bool:
    """Write all features; False where `place` cannot say where some of them are."""
    import shapely

    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [')
        before = "\n"
        for regions, found in _batches(answer):
            places = place(found)
            if places is None:
                return False
            told = shapes.properties(answer, regions, found)
            for properties, written in zip(told, shapely.to_geojson(places), strict=True):
                fields = json.dumps(properties, ensure_ascii=False)
                file.write(f'{before}{{"type": "Feature", "geometry": {written}, "properties": {fields}}}')
                before = ",\n"
        file.write("]}\n")
    return True


def write_gpkg(path: Path, answer: Answer) -> None:
    """Layer `regions` in the scene's CRS, with the style that QGIS shows it in.

    Where the scene has no place, x and y are those at which QGIS and GDAL put such a picture: pixels, y up from 0 at the top.

    Raises:
        OSError: it is not whole on the disk; SQLite does not always say so when it closes the file.
    """
    import pyogrio
    import shapely

    place = answer.scene.crs if answer.scene.transform is not None else None
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*'crs' was not provided.*")
        for number, (regions, found) in enumerate(_batches(answer) if answer.regions else [((), [])]):
            rows = shapes.properties(answer, regions, found)
            columns = [np.array([row[name] for row in rows], object if name in TEXTS else np.float64) for name in FIELDS]
            placed = shapes.to_crs(found, answer.scene) if place else shapes.upright(found)
            pyogrio.raw.write(
                path,
                geometry=np.array([shapely.to_wkb(_multi(shape)) for shape in placed], object),
                field_data=columns,
                fields=list(FIELDS),
                geometry_type="MultiPolygon",
                crs=place,
                layer=LAYER,
                driver="GPKG",
                dataset_options={"VERSION": "1.2"} if number == 0 else None,  # that of QGIS 3.22, which warns of later ones
                layer_options={"IDENTIFIER": LAYER, "DESCRIPTION": _description(answer, place)} if number == 0 else None,
                nan_as_null=True,
                append=number > 0,
            )
    style.add_to_geopackage(path, LAYER, style.regions_qml(answer))
    with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)) as database:
        (sound,), (count,) = (database.execute(f"{words}").fetchone() for words in ("PRAGMA quick_check", "SELECT count(*) FROM regions"))
    if sound != "ok" or count != len(answer.regions):
        raise OSError(f"it holds {count} of {len(answer.regions)} regions: {sound}")


def _description(answer: Answer, place: str | None) -> str:
    """What a GIS shows under the layer's properties."""
    told = f"{answer.question} ({answer.scene.name})"
    return told if place else f"{told}; {UPRIGHT_NOTE}"


def _batches(answer: Answer) -> Iterator[tuple[Sequence[Region], list[Any]]]:
    """Regions with their shapes, scene px."""
    for start in range(0, len(answer.regions), BATCH):
        regions = answer.regions[start : start + BATCH]
        yield regions, [shapes.geometry(region) for region in regions]


def _multi(shape: Any) -> Any:
    import shapely

    return shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])
