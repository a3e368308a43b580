"""Write regions.geojson and regions.gpkg, a thousand regions at a time.

So memory does not grow with their number.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier.errors import GeomagWarning, OptionError
from geomagnifier.export import oriented_boxes as oriented
from geomagnifier.export import qgis_style
from geomagnifier.raster import georeference, shapes
from geomagnifier.results import Answer, Region
from geomagnifier.types import SceneInfo

BATCH = 1000
"""Regions that are held as shapes at a time; also one transaction of a GeoPackage."""

PIXEL_NOTE = (
    "coordinates are pixels of the image, x to the right and y down; the image has no"
    " georeferencing"
)
UPRIGHT_NOTE = (
    "coordinates are pixels of the image, x to the right and y up from 0 at its top; the image"
    " has no georeferencing"
)
MAP_NOTE = (
    "coordinates are those of the image's transform or world file, as in mask.tif; the image"
    " does not name their CRS"
)
LOCAL_NOTE = (
    "coordinates are in the CRS of the image, as in mask.tif; it cannot be converted to"
    " longitude and latitude: "
)
TEXTS = ("label", "phrase", "question", "unit", "value_word")
"""Fields that are text."""
FIELDS = (
    "label",
    "score",
    "area_m2",
    "length_m",
    "width_m",
    "area_px",
    "phrase",
    "question",
    "value",
    "unit",
    "value_word",
)
HEADING = "heading_deg"
"""One more field, where oriented boxes are written."""
LAYER = "regions"


@dataclass(frozen=True)
class Form:
    """The form in which regions are written."""

    crs: str | None = None
    """CRS of the regions, None for the usual one of the format."""
    oriented: bool = False
    """Whether they are written as their oriented boxes, with headings."""

    def check(self, scene: SceneInfo, vector: str) -> None:
        """Check that the regions of a scene can be written in this form.

        Args:
            scene: whose regions they are.
            vector: "geojson" or "gpkg".

        Raises:
            OptionError: they cannot.
        """
        if self.crs is None:
            return
        shapes.in_crs([], scene, self.crs)
        if vector == "geojson" and georeference.parse_crs(self.crs).to_epsg() is None:
            raise OptionError(
                f"GeoJSON names a CRS by its EPSG code, and {self.crs[:60]!r} has none; write a"
                " GeoPackage (vector='gpkg')"
            )


def write_geojson(path: Path, answer: Answer, form: Form = Form()) -> None:
    """Write regions as GeoJSON (RFC 7946).

    Coordinates are longitude and latitude within -180 to 180, cut at the antimeridian, where the
    scene has a CRS that leads there. Else they are those of mask.tif: of the scene's transform
    ("coordinates": "map"), or pixels where there is none ("pixel"); a member `note` says so. A
    region that the projection does not reach has no geometry, with a warning. For another CRS,
    which RFC 7946 does not allow, a member `crs` names it, as in the form of 2008 that GDAL and
    QGIS read.

    Args:
        path: of the file.
        answer: whose regions they are.
        form: their CRS, and whether they are oriented boxes.

    Raises:
        OptionError: the scene's regions cannot be written so.
    """
    scene, crs = answer.scene, form.crs
    form.check(scene, "geojson")
    head: dict[str, Any] = {"type": "FeatureCollection", "name": "regions"}
    if crs is not None:
        code = georeference.parse_crs(crs).to_epsg()
        named = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{code}"}}
        _write_features(
            path,
            head | ({} if code == 4326 else {"crs": named}),
            answer,
            lambda found: shapes.in_crs(found, scene, crs),
            form,
        )
        return
    if _write_features(
        path, head, answer, lambda found: shapes.longitude_latitude(found, scene), form
    ):
        return
    _write_features(
        path, head | elsewhere(scene), answer, lambda found: list(shapes.to_crs(found, scene)), form
    )


def elsewhere(scene: SceneInfo) -> dict[str, Any]:
    """Return the members of a GeoJSON file whose coordinates are not longitude and latitude.

    They say what the coordinates are.
    """
    if scene.transform is None:
        return {"coordinates": "pixel", "note": PIXEL_NOTE}
    return {"coordinates": "map", "note": MAP_NOTE if scene.crs is None else LOCAL_NOTE + scene.crs}


def _write_features(
    path: Path,
    head: dict[str, Any],
    answer: Answer,
    place: Callable[[list[Any]], list[Any] | None],
    form: Form,
) -> bool:
    """Write all features; False where `place` cannot georeference them."""
    import shapely

    lost = 0
    if place([]) is None:
        return False
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [')
        before = "\n"
        for regions, found in _batches(answer):
            places = place(oriented.polygons(regions) if form.oriented else found)
            if places is None:
                return False
            lost += places.count(None)
            attributes = _properties(answer, regions, found, form)
            for properties, written in zip(attributes, shapely.to_geojson(places), strict=True):
                fields = json.dumps(properties, ensure_ascii=False)
                file.write(
                    f'{before}{{"type": "Feature", "geometry": {written or "null"}, "properties":'
                    f" {fields}}}"
                )
                before = ",\n"
        file.write("]}\n")
    if lost:
        warnings.warn(
            f"{lost} of {len(answer.regions)} regions lie where the CRS of {answer.scene.name} has"
            " no longitude and latitude; they have no geometry in GeoJSON: write a GeoPackage"
            " (vector='gpkg', --vector gpkg), which keeps the scene's CRS",
            GeomagWarning,
            stacklevel=4,
        )
    return True


def _properties(
    answer: Answer, regions: Sequence[Region], found: Sequence[Any], form: Form
) -> list[dict[str, Any]]:
    """Return `shapes.properties` with the headings of oriented boxes."""
    attributes = shapes.properties(answer, regions, found)
    if form.oriented:
        headings = oriented.headings(regions, answer.scene).tolist()
        for row, degrees in zip(attributes, headings, strict=True):
            row[HEADING] = round(degrees, 2) if degrees == degrees else None
    return attributes


def write_gpkg(path: Path, answer: Answer, form: Form = Form()) -> None:
    """Write regions as the layer `regions` of a GeoPackage, with its QGIS style.

    The layer is in the scene's CRS or that of `form`. Of a scene with a transform (a world file)
    and no CRS the coordinates are those of the transform, and the layer's CRS is undefined. Where
    the scene has no transform, x and y are pixels, y up from 0 at the top: there QGIS shows such an
    image.

    Args:
        path: of the file.
        answer: whose regions they are.
        form: their CRS, and whether they are oriented boxes.

    Raises:
        OptionError: the scene's regions cannot be written so.
        OSError: it is not whole on the disk; SQLite does not always raise when it closes the file.
    """
    import pyogrio
    import shapely

    form.check(answer.scene, "gpkg")
    place = form.crs or (answer.scene.crs if answer.scene.transform is not None else None)
    fields = (*FIELDS, HEADING) if form.oriented else FIELDS
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*'crs' was not provided.*")
        for number, (regions, found) in enumerate(
            _batches(answer) if answer.regions else [((), [])]
        ):
            rows = _properties(answer, regions, found, form)
            columns = [
                np.array([row[name] for row in rows], object if name in TEXTS else np.float64)
                for name in fields
            ]
            placed = _placed(
                oriented.polygons(regions) if form.oriented else found, answer.scene, form
            )
            pyogrio.raw.write(
                path,
                geometry=shapely.to_wkb(_multi(placed)),
                field_data=columns,
                fields=list(fields),
                geometry_type="MultiPolygon",
                crs=place,
                layer=LAYER,
                driver="GPKG",
                # The version of QGIS 3.22, which warns of later ones.
                dataset_options={"VERSION": "1.2"} if number == 0 else None,
                layer_options=(
                    {"IDENTIFIER": LAYER, "DESCRIPTION": _description(answer)}
                    if number == 0
                    else None
                ),
                nan_as_null=True,
                append=number > 0,
            )
    qgis_style.add_to_geopackage(path, LAYER, qgis_style.regions_qml(answer))
    with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)) as database:
        (sound,), (count,) = (
            database.execute(f"{words}").fetchone()
            for words in ("PRAGMA quick_check", "SELECT count(*) FROM regions")
        )
    if sound != "ok" or count != len(answer.regions):
        raise OSError(f"it holds {count} of {len(answer.regions)} regions: {sound}")


def _placed(found: list[Any], scene: SceneInfo, form: Form) -> Any:
    """Convert shapes (scene px) to the coordinates of the GeoPackage.

    There is a warning of those that its CRS does not reach.
    """
    if form.crs is None:
        return shapes.upright(found) if scene.transform is None else shapes.to_crs(found, scene)
    placed = shapes.in_crs(found, scene, form.crs)
    if lost := placed.count(None):
        warnings.warn(
            f"{lost} of {len(placed)} regions of {scene.name} lie where {form.crs[:60]} does not"
            " reach; they have no geometry",
            GeomagWarning,
            stacklevel=4,
        )
    return placed


def _description(answer: Answer) -> str:
    """Return the text that a GIS shows under the layer's properties."""
    asked, scene = f"{answer.question} ({answer.scene.name})", answer.scene
    if scene.transform is None:
        return f"{asked}; {UPRIGHT_NOTE}"
    return asked if scene.crs else f"{asked}; {MAP_NOTE}"


def _batches(answer: Answer) -> Iterator[tuple[Sequence[Region], list[Any]]]:
    """Yield regions with their shapes (scene px), a thousand at a time.

    While one thousand is written, the next is traced by a thread.
    """
    parts = [answer.regions[i : i + BATCH] for i in range(0, len(answer.regions), BATCH)]
    with ThreadPoolExecutor(1) as tracer:
        coming = [tracer.submit(shapes.geometries, regions) for regions in parts[:1]]
        for regions, after in itertools.zip_longest(parts, parts[1:]):
            found = coming.pop().result()
            if after is not None:
                coming.append(tracer.submit(shapes.geometries, after))
            yield regions, found


def _multi(placed: Sequence[Any]) -> Any:
    """Return polygons as MultiPolygons of one part, (N,); a shape that is missing stays None."""
    import shapely

    found = np.array(placed, object)
    single = np.flatnonzero(shapely.get_type_id(found) == shapely.GeometryType.POLYGON)
    if len(single):
        found[single] = shapely.multipolygons(found[single], indices=np.arange(len(single)))
    return found
