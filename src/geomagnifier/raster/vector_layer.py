"""Read polygons from a GIS file, and put them on the pixels of a scene.

A file is read by the one format that its name says and its first bytes confirm. GDAL by itself asks
all of its formats, some of which are text that only points elsewhere; and it fetches the CRS of a
GeoJSON that is given as an address, so GeoJSON is read here.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import DataCorrupt, OptionError
from geomagnifier.raster.dataset import FAILURES
from geomagnifier.raster.georeference import parse_crs
from geomagnifier.text_files import read_json
from geomagnifier.types import SceneInfo

Ring = NDArray[np.float32]
Rings = tuple[tuple[Ring, ...], tuple[Ring, ...]]
"""Outer rings and holes, (N, 2) px."""
Shape = dict[str, Any]
"""A geometry of GeoJSON."""

FORMATS = {
    ".gpkg": ("GPKG", b"SQLite format 3\0"),
    ".shp": ("ESRI Shapefile", b"\0\0\x27\x0a"),
    ".fgb": ("FlatGeobuf", b"fgb\x03"),
}
"""Suffix -> GDAL's format, and the first bytes of its files."""
GEOJSON, JSON = ".geojson", ".json"
SUFFIXES = (".gpkg", GEOJSON, ".shp", ".fgb")
"""Suffixes of vector labels. `JSON` is COCO there, and GeoJSON where polygons alone are read."""
BESIDE = (".dbf", ".shx", ".prj", ".cpg")
"""Suffixes of the other files of a Shapefile."""
AREAS = ("Polygon", "MultiPolygon")
"""Geometry types with an area."""
INDEX = re.compile(
    r"create virtual table (if not exists )?"
    r"""("[^"]*"|\[[^]]*\]|`[^`]*`|'[^']*'|\w+) using rtree\b"""
)
"""The one virtual table that a GeoPackage needs: its spatial index."""
MISREAD = "!;"
"""Characters at which pyogrio cuts a name, as that of an archive: it would open another file."""


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer of polygons."""

    names: tuple[object, ...]
    """Value of the class column for each polygon, or the layer's name."""
    numbers: tuple[int, ...]
    """Number of the feature of each polygon, from 1."""
    shapes: tuple[Shape, ...]
    """Their GeoJSON geometries, in `crs`."""
    crs: str
    """CRS of the layer."""
    left_out: tuple[tuple[int, str], ...] = ()
    """Numbers of the features that are no polygons or have no class, each with the reason."""

    def on(self, scene: SceneInfo) -> list[Rings]:
        """Put each polygon on the pixels of a georeferenced scene.

        Its rings are empty where it cannot be put there.
        """
        from rasterio.warp import transform_geom

        assert scene.crs is not None
        assert scene.transform is not None
        a, b, c, d, e, f = scene.transform
        back = np.linalg.inv(np.array([[a, b], [d, e]]))
        try:
            placed = transform_geom(self.crs, scene.crs, list(self.shapes)) if self.shapes else []
        except FAILURES:  # one of them lies where the other CRS does not reach
            placed = [_alone(transform_geom, self.crs, scene.crs, shape) for shape in self.shapes]
        found: list[Rings] = []
        for shape in placed:
            parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
            rings = [
                [
                    np.asarray((np.array(ring)[:, :2] - (c, f)) @ back.T, np.float32)[:-1]
                    for ring in part
                ]
                for part in parts
                if part
            ]
            sound = [
                part for part in rings if all(len(r) > 2 and np.isfinite(r).all() for r in part)
            ]
            found.append(
                (
                    tuple(part[0] for part in sound),
                    tuple(hole for part in sound for hole in part[1:]),
                )
            )
        return found


def _alone(transform: Callable[..., Any], source: str, target: str, shape: Shape) -> Shape:
    try:
        moved: Shape = transform(source, target, shape)
    except FAILURES:
        return {"type": "MultiPolygon", "coordinates": []}
    return moved


def read_layer(path: Path, field: str | None = None, layer: str | None = None) -> Layer:
    """Read a layer of polygons.

    Args:
        path: GeoPackage, GeoJSON, Shapefile or FlatGeobuf.
        field: column of classes; None where all polygons are of one class, named as the layer.
        layer: name of the layer; None for the only one that holds polygons.

    Raises:
        DataCorrupt: it cannot be read, is of another format than its name says, or has no polygons,
            no CRS or no such column.
        OptionError: no such layer, or several to choose from.
    """
    if path.suffix.lower() in (GEOJSON, JSON):
        return _of_geojson(path, field, layer)
    return _of_gdal(path, field, layer)


def _of_geojson(path: Path, field: str | None, layer: str | None) -> Layer:
    """Read GeoJSON (RFC 7946, or its form of 2008 with a CRS).

    Its layer is called by the member "name", else like the file.
    """
    import shapely

    whole = read_json(path)
    if isinstance(whole, dict) and whole.get("type") in (*AREAS, "GeometryCollection"):
        whole = {"type": "Feature", "geometry": whole}
    features = (
        [whole]
        if isinstance(whole, dict) and whole.get("type") == "Feature"
        else whole.get("features")
        if isinstance(whole, dict)
        else None
    )
    if not isinstance(whole, dict) or not isinstance(features, list):
        raise DataCorrupt(f"{path} is JSON, but no GeoJSON: it has no list of features")
    name = whole.get("name")
    name = name if isinstance(name, str) and name else path.stem
    if layer is not None and layer not in (name, path.stem):
        raise OptionError(f"{path} has no layer {layer!r}; it has {name}")
    member = whole.get("crs")
    crs = "EPSG:4326"
    if member is not None:
        given = (
            member.get("properties", {}).get("name")
            if isinstance(member, dict) and isinstance(member.get("properties"), dict)
            else None
        )
        if not isinstance(given, str) or member.get("type") != "name":
            raise DataCorrupt(
                f"{path} gives its reference system as an address, which is not followed; give its"
                ' name: {"type": "name", ...}'
            )
        crs = _crs(path, given)
    columns = list(
        dict.fromkeys(
            key
            for f in features
            if isinstance(f, dict) and isinstance(f.get("properties"), dict)
            for key in f["properties"]
        )
    )
    _check_column(path, field, columns)
    shapes, classes = [], []
    for feature in features:
        shape: object = "it is no feature"
        class_name: object = None
        if isinstance(feature, dict):
            properties = feature.get("properties")
            class_name = (
                name
                if field is None
                else properties.get(field)
                if isinstance(properties, dict)
                else None
            )
            try:
                shape = (
                    None
                    if feature.get("geometry") is None
                    else shapely.geometry.shape(feature["geometry"])
                )
            except (
                ValueError,
                TypeError,
                KeyError,
                IndexError,
                AttributeError,
                shapely.errors.ShapelyError,
                RecursionError,
            ) as error:
                shape = f"its geometry cannot be read ({error})"
        shapes.append(shape)
        classes.append(class_name)
    return _layer(path, field, shapes, classes, crs)


def _of_gdal(path: Path, field: str | None, layer: str | None) -> Layer:
    """Read the other formats, each by the one driver that its name says."""
    import pyogrio
    import shapely

    driver, magic = FORMATS[path.suffix.lower()]
    path = path.absolute()
    if marks := [mark for mark in MISREAD if mark in str(path)]:
        raise DataCorrupt(
            f"{path} has {' and '.join(marks)} in its name; rename the file or folder"
        )
    beside = (
        [path.with_suffix(end) for end in (*BESIDE, *map(str.upper, BESIDE))]
        if driver == "ESRI Shapefile"
        else []
    )
    if odd := [one for one in (path, *beside) if one.exists() and not one.is_file()]:
        raise DataCorrupt(f"{odd[0]} is no ordinary file; move it away")
    try:
        with path.open("rb") as file:
            if not file.read(16).startswith(magic):
                raise DataCorrupt(
                    f"{path} is not what its name says: it does not begin as a file of {driver}"
                    " does; write it again"
                )
        if driver == "GPKG":
            _check_tables(path)
        layers = [(str(name), str(geometry)) for name, geometry in pyogrio.list_layers(path)]
        name = _chosen(path, layers, layer)
        info = pyogrio.read_info(path, layer=name)
        if info["driver"] != driver:
            raise DataCorrupt(
                f"{path} is not what its name says: it would be read as {info['driver']}, not as"
                f" {driver}"
            )
        meta, _, geometry, values = pyogrio.raw.read(path, layer=name)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        IndexError,
        ValueError,
        OSError,
        sqlite3.Error,
    ) as error:
        raise DataCorrupt(f"{path} cannot be read ({' '.join(str(error).split())})") from error
    if meta["crs"] is None:
        raise DataCorrupt(f"{path} has no CRS; set it in a GIS (Assign projection)")
    columns = [str(f) for f in meta["fields"]]
    _check_column(path, field, columns)
    shapes = [
        None if wkb is None else shapely.from_wkb(wkb, on_invalid="ignore") for wkb in geometry
    ]
    classes = [name] * len(shapes) if field is None else list(values[columns.index(field)])
    return _layer(path, field, shapes, classes, _crs(path, str(meta["crs"])))


def _check_tables(path: Path) -> None:
    """Refuse a GeoPackage with views or virtual tables, which run SQL of their own when read."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as base:
        rows = base.execute(
            "SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view')"
        ).fetchall()
    for name, table_type, text in rows:
        words = " ".join(str(text or "").lower().split())
        if table_type == "view" or (words.startswith("create virtual") and not INDEX.match(words)):
            raise DataCorrupt(
                f"{path} has a view or virtual table, {str(name)[:60]!r}; export the layer to a"
                " file of its own in a GIS"
            )


def _chosen(path: Path, layers: Sequence[tuple[str, str]], layer: str | None) -> str:
    """Return the layer that is asked for, or the only one that can hold polygons.

    Where none can it is the first, whose geometry is refused later.
    """
    if layer is not None:
        if layer not in [name for name, _ in layers]:
            raise OptionError(
                f"{path} has no layer {layer!r}; it has {', '.join(name for name, _ in layers)}"
            )
        return layer
    fitting = [
        name
        for name, geometry in layers
        if any(word in geometry for word in ("Polygon", "Surface", "Unknown"))
    ]
    if len(fitting) > 1:
        raise OptionError(
            f"{path} has polygons in several layers: {', '.join(fitting)}; name one: --layer"
            f" {fitting[0]}"
        )
    return fitting[0] if fitting else layers[0][0]


def _crs(path: Path, text: str) -> str:
    """Return the name of a CRS after a check that it is one and opens no other file."""
    try:
        parse_crs(text)
    except OptionError as error:
        raise DataCorrupt(f"{path}: {error}") from error
    return text


def _check_column(path: Path, field: str | None, columns: Sequence[str]) -> None:
    if field is not None and field not in columns:
        raise DataCorrupt(f"{path} has no column {field!r}; it has {', '.join(columns) or 'none'}")


def _layer(
    path: Path, field: str | None, shapes: Sequence[Any], classes: Sequence[object], crs: str
) -> Layer:
    """Make a layer of the polygons that have a class.

    Args:
        path: of the file, for messages.
        field: column of classes, for messages.
        shapes: shapely geometries, None for nothing, or text that says why there is none.
        classes: the class of each, or None.
        crs: of the layer.
    """
    import shapely

    kept, left = [], []
    other = set[str]()
    for number, (shape, class_name) in enumerate(zip(shapes, classes, strict=True), 1):
        if isinstance(shape, str):
            left.append((number, shape))
        elif shape is None or shape.is_empty:
            left.append((number, "it has no geometry"))
        elif shape.geom_type not in AREAS:
            other.add(shape.geom_type)
            left.append((number, f"it is a {shape.geom_type}, no polygon"))
        elif class_name is None or class_name != class_name:  # NaN: nothing in a column of numbers
            left.append((number, f"it has no {field!r}"))
        else:
            kept.append((class_name, number, shapely.geometry.mapping(shapely.force_2d(shape))))
    if not kept and other:
        raise DataCorrupt(
            f"{path} holds {', '.join(sorted(other))}; polygons are needed: draw the outlines, or"
            " make some of points and lines in a GIS (Buffer)"
        )
    if not kept:
        why = f" (feature {left[0][0]}: {left[0][1]})" if left else ""
        raise DataCorrupt(
            f"{path} holds no polygons{'' if field is None else f' with a {field!r}'}{why}"
        )
    names, numbers, geometries = zip(*kept, strict=True)
    return Layer(names, numbers, geometries, crs, tuple(left))
