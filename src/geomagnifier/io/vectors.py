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

from geomagnifier.errors import GeomagWarning
from geomagnifier.io import shapes, style
from geomagnifier.values import Answer, Region, SceneInfo

BATCH = 1000
"""Regions held as shapes at a time; also one transaction of a GeoPackage."""

PIXEL_NOTE = "coordinates are pixels of the picture, x to the right and y down; the picture does not say where on Earth it is"
UPRIGHT_NOTE = (
    "coordinates are pixels of the picture, x to the right and y up from 0 at its top; the picture does not say where on Earth it is"
)
MAP_NOTE = "coordinates are those of the picture's transform or world file, as in mask.tif; the picture does not name their CRS"
LOCAL_NOTE = "coordinates are those of the picture's own CRS, as in mask.tif; it cannot be converted to longitude and latitude: "
TEXTS = ("label", "phrase", "question", "unit", "value_word")
FIELDS = ("label", "score", "area_m2", "length_m", "width_m", "area_px", "phrase", "question", "value", "unit", "value_word")
LAYER = "regions"


def write_geojson(path: Path, answer: Answer) -> None:
    """RFC 7946: longitude and latitude where the scene has a CRS that leads there, within -180 to 180 and cut at the antimeridian.

    Else the coordinates are those of mask.tif: of the scene's transform ("coordinates": "map"), or pixels where there is none ("pixel");
    a member `note` says so. A region that the projection cannot bring to the Earth has no geometry, and is warned of.
    """
    scene = answer.scene
    head: dict[str, Any] = {"type": "FeatureCollection", "name": "regions"}
    if _write_features(path, head, answer, lambda found: shapes.longitude_latitude(found, scene)):
        return
    _write_features(path, head | elsewhere(scene), answer, lambda found: list(shapes.to_crs(found, scene)))


def elsewhere(scene: SceneInfo) -> dict[str, Any]:
    """Members of a GeoJSON file that say what its coordinates are where they are not longitude and latitude."""
    if scene.transform is None:
        return {"coordinates": "pixel", "note": PIXEL_NOTE}
    return {"coordinates": "map", "note": MAP_NOTE if scene.crs is None else LOCAL_NOTE + scene.crs}


def _write_features(path: Path, head: dict[str, Any], answer: Answer, place: Callable[[list[Any]], list[Any] | None]) -> bool:
    """Write all features; False where `place` cannot say where they are."""
    import shapely

    lost = 0
    if place([]) is None:
        return False
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [')
        before = "\n"
        for regions, found in _batches(answer):
            places = place(found)
            if places is None:
                return False
            lost += places.count(None)
            told = shapes.properties(answer, regions, found)
            for properties, written in zip(told, shapely.to_geojson(places), strict=True):
                fields = json.dumps(properties, ensure_ascii=False)
                file.write(f'{before}{{"type": "Feature", "geometry": {written or "null"}, "properties": {fields}}}')
                before = ",\n"
        file.write("]}\n")
    if lost:
        warnings.warn(
            f"{lost} of {len(answer.regions)} regions lie where the CRS of {answer.scene.name} has no longitude and latitude; they have no "
            "geometry in GeoJSON: write a GeoPackage (vector='gpkg', --vector gpkg), which keeps the scene's CRS",
            GeomagWarning,
            stacklevel=4,
        )
    return True


def write_gpkg(path: Path, answer: Answer) -> None:
    """Layer `regions` in the scene's CRS, with the style that QGIS shows it in. It lies where QGIS shows the scene and mask.tif.

    Coordinates of a scene with a transform (a world file) and no CRS are those of the transform, and the layer's CRS is undefined. Where
    the scene has no transform, x and y are pixels, y up from 0 at the top: there QGIS shows such a picture.

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
            placed = shapes.upright(found) if answer.scene.transform is None else shapes.to_crs(found, answer.scene)
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
                layer_options={"IDENTIFIER": LAYER, "DESCRIPTION": _description(answer)} if number == 0 else None,
                nan_as_null=True,
                append=number > 0,
            )
    style.add_to_geopackage(path, LAYER, style.regions_qml(answer))
    with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)) as database:
        (sound,), (count,) = (database.execute(f"{words}").fetchone() for words in ("PRAGMA quick_check", "SELECT count(*) FROM regions"))
    if sound != "ok" or count != len(answer.regions):
        raise OSError(f"it holds {count} of {len(answer.regions)} regions: {sound}")


def _description(answer: Answer) -> str:
    """What a GIS shows under the layer's properties."""
    told, scene = f"{answer.question} ({answer.scene.name})", answer.scene
    if scene.transform is None:
        return f"{told}; {UPRIGHT_NOTE}"
    return told if scene.crs else f"{told}; {MAP_NOTE}"


def _batches(answer: Answer) -> Iterator[tuple[Sequence[Region], list[Any]]]:
    """Regions with their shapes, scene px."""
    for start in range(0, len(answer.regions), BATCH):
        regions = answer.regions[start : start + BATCH]
        yield regions, [shapes.geometry(region) for region in regions]


def _multi(shape: Any) -> Any:
    import shapely

    return shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])
