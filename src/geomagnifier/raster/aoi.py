"""Turn an area of interest, given as a file, text, numbers or geometry, into scene pixels.

It may be in any CRS that leads to that of the scene.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier.area_of_interest import Area
from geomagnifier.errors import BoxError, OptionError
from geomagnifier.geometry import Box
from geomagnifier.masks import place
from geomagnifier.raster import georeference, vector_layer
from geomagnifier.raster.box_input import LON_LAT, PIXELS, SCENE, system_of
from geomagnifier.types import SceneInfo

STRIP = 512
"""Width of the strips in which an area is rasterised and stored, px."""
SIDES = 256
"""Parts into which the longer extent of an area is divided before it is reprojected: a line that is
straight in one CRS is curved in another.
"""
LONGEST = 10_000_000
"""Most characters of an area given as text."""
EWKT = re.compile(r"\s*SRID\s*=\s*(\d{1,6})\s*;", re.IGNORECASE)
WKT = re.compile(r"\s*(MULTI)?POLYGON\b|\s*GEOMETRYCOLLECTION\b", re.IGNORECASE)
SUFFIXES = (*vector_layer.SUFFIXES, vector_layer.JSON)
HOW = (
    "give a GeoJSON, GeoPackage, Shapefile or FlatGeobuf of polygons, WKT, or west,south,east,north"
)
NUMBERS = (
    f"numbers say not what they are in; name it: --aoi-crs {LON_LAT}, --aoi-crs {SCENE} or"
    f" --aoi-crs {PIXELS} (in Python aoi_crs)"
)


def scene_area(given: object, scene: SceneInfo, crs: str | None = None) -> Area:
    """Return the pixels of a scene whose centres lie in an area of interest.

    Args:
        given: path of a GeoJSON (.geojson, .json), GeoPackage, Shapefile or FlatGeobuf of polygons;
            WKT, or WKT with its SRID ("SRID=4326;POLYGON ..."); four numbers, west, south, east,
            north, also as text; a GeoJSON mapping; or an object with `__geo_interface__`, such as a
            shapely polygon or a GeoDataFrame.
        scene: the scene, from `open_scene`.
        crs: CRS of WKT, numbers and shapely polygons: a name such as "EPSG:4326" (longitude first),
            "scene" for the scene's own, or "px" for pixels, y down. Files and GeoDataFrames carry
            their own, and GeoJSON is in longitude and latitude.

    Raises:
        OptionError: the area is none of these; its CRS is missing, given twice or unknown; or the
            scene is not georeferenced.
        DataCorrupt: the file cannot be read, or holds no polygons.
        BoxError: the area lies outside the scene, or holds no pixel.
    """
    shape, own = _given(given)
    if own is not None and crs is not None:
        raise OptionError(
            f"the area says itself that it is in {own[:60]}; leave out --aoi-crs (aoi_crs)"
        )
    name = own or crs
    if name is None:
        raise OptionError(f"the area is given in numbers, and {NUMBERS}")
    placed = (
        shape
        if name.strip().lower() in (PIXELS, "pixel", "pixels")
        else _on_pixels(shape, name, scene)
    )
    return _drawn(placed, scene)


def _given(given: object) -> tuple[Any, str | None]:
    """Read an area into shapely polygons and the CRS it names (None where it names none)."""
    import shapely

    crs: str | None = None
    if isinstance(given, os.PathLike) or (
        isinstance(given, str) and Path(given[:4096].strip()).suffix.lower() in SUFFIXES
    ):
        return _of_file(Path(given))
    if isinstance(given, str):
        return _of_text(given)
    if isinstance(given, Box):
        given = given.tuple()
    if hasattr(given, "__geo_interface__"):
        known = getattr(given, "crs", None)
        crs = known.to_wkt() if known is not None else None
        given = given.__geo_interface__
    elif isinstance(given, Mapping):
        crs = LON_LAT
    elif isinstance(given, Sequence | np.ndarray):
        return _rectangle(given), None
    if not isinstance(given, Mapping):
        raise OptionError(f"{str(given)[:80]!r} is no area; {HOW}")
    try:
        shapes = [shapely.geometry.shape(one) for one in _geometries(given)]
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        shapely.errors.ShapelyError,
        RecursionError,
    ) as error:
        raise OptionError(f"the geometry of the area cannot be read ({error}); {HOW}") from error
    return _polygons(shapes), crs


def _of_file(path: Path) -> tuple[Any, str]:
    import shapely

    if not path.exists():
        raise OptionError(f"{path} of the area does not exist; {HOW}")
    if path.suffix.lower() not in SUFFIXES:
        raise OptionError(f"{path} is none of {', '.join(SUFFIXES)}; {HOW}")
    try:
        layer = vector_layer.read_layer(path)
    except OptionError as error:  # several layers
        raise OptionError(
            f"{str(error).partition('; name one')[0]}; export the one that is meant to a file of"
            " its own"
        ) from error
    return _polygons([shapely.geometry.shape(shape) for shape in layer.shapes]), layer.crs


def _of_text(text: str) -> tuple[Any, str | None]:
    import shapely

    if len(text) > LONGEST:
        raise OptionError(
            f"the area has {len(text)} letters; at most {LONGEST} are taken as text: give a file"
        )
    if text.lstrip().startswith("{"):
        try:
            return _given(json.loads(text))
        except (ValueError, RecursionError) as error:
            raise OptionError(
                f"the area is no GeoJSON that can be read ({error}); {HOW}"
            ) from error
    srid = EWKT.match(text)
    rest = text[srid.end() :] if srid else text
    if WKT.match(rest):
        try:
            return _polygons([shapely.from_wkt(rest)]), f"EPSG:{srid[1]}" if srid else None
        except shapely.errors.ShapelyError as error:
            raise OptionError(f"the area is no WKT that can be read ({error})") from error
    try:
        numbers = [float(part) for part in re.split(r"[\s,]+", rest.strip())]
    except ValueError:
        raise OptionError(f"{text[:80]!r} is no area; {HOW}") from None
    return _rectangle(numbers), f"EPSG:{srid[1]}" if srid else None


def _rectangle(numbers: Any) -> Any:
    import shapely

    try:
        x0, y0, x1, y1 = (float(number) for number in numbers)
    except (TypeError, ValueError):
        raise OptionError(
            f"{str(numbers)[:80]} is no area; as numbers it is west, south, east, north"
        ) from None
    low, high = min(y0, y1), max(y0, y1)
    if not all(map(math.isfinite, (x0, y0, x1, y1))) or x0 >= x1 or low >= high:
        raise BoxError(
            f"the area ({x0:g}, {y0:g}, {x1:g}, {y1:g}) has none; give it as west, south, east,"
            " north, with west < east"
        )
    return shapely.box(x0, low, x1, high)


def _geometries(value: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the geometries of a GeoJSON object."""
    if value.get("type") == "FeatureCollection":
        yield from (
            feature["geometry"] for feature in value["features"] if feature["geometry"] is not None
        )
    elif value.get("type") == "Feature":
        yield value["geometry"]
    else:
        yield value


def _polygons(shapes: Sequence[Any]) -> Any:
    """Unite the polygons among some shapes.

    Raises:
        OptionError: none of them is a polygon with an area.
    """
    import shapely

    parts = shapely.get_parts(
        shapely.get_parts(np.array([shapely.force_2d(shape) for shape in shapes], object))
    )
    areas = [
        part
        for part in shapely.make_valid(parts, method="structure")
        if part.geom_type in vector_layer.AREAS and part.area > 0
    ]
    if not areas:
        raise OptionError(f"the area holds no polygon; {HOW}")
    return shapely.union_all(areas)


def _on_pixels(shape: Any, name: str, scene: SceneInfo) -> Any:
    """Reproject polygons to scene pixels; parts that the projection does not reach are dropped."""
    import shapely

    system = system_of(name.strip(), scene, "area")
    assert scene.transform is not None
    own = georeference.parse_crs(scene.crs) if scene.crs is not None else None
    x0, y0, x1, y1 = shape.bounds
    shape = shapely.segmentize(shape, max(x1 - x0, y1 - y0) / SIDES)
    a, b, c, d, e, f = scene.transform
    back = np.linalg.inv(np.array([[a, b], [d, e]]))
    turn = georeference.turn(own) if own is not None else None
    middle, _ = georeference.to_crs(scene.transform, scene.width / 2, scene.height / 2)

    def moved(points: Any) -> Any:
        x, y = points[:, 0].copy(), points[:, 1].copy()
        if own is not None and system is not None and system != own:
            x, y = georeference.convert(system, own, x, y)
        if turn is not None and np.isfinite(x).all():
            # Move whole turns to where the scene counts its longitudes: 200 in place of -160.
            x = np.unwrap(x, period=turn)
            x = x + turn * round((middle - (x.min() + x.max()) / 2) / turn)
        return np.stack([x - c, y - f], axis=1) @ back.T

    try:
        parts = [shapely.transform(part, moved) for part in shapely.get_parts(shape)]
    except Exception as error:
        # Local engineering CRSs, other planets: rasterio raises many types for "cannot".
        raise OptionError(
            f"nothing leads from {name[:60]} to the CRS of {scene.name}; give the area in another"
        ) from error
    sound = [part for part in parts if np.isfinite(shapely.get_coordinates(part)).all()]
    if not sound:
        raise BoxError(
            f"the area in {name[:60]} lies where the CRS of {scene.name} does not reach; give the"
            " one that is meant"
        )
    return shapely.union_all(shapely.make_valid(np.array(sound, object), method="structure"))


def _drawn(shape: Any, scene: SceneInfo) -> Area:
    """Rasterise polygons (scene px): a pixel belongs to the area where its centre does."""
    from affine import Affine
    from rasterio.features import geometry_mask

    reach = shape.intersection(_box_of(scene))
    if reach.is_empty or reach.area <= 0:
        reached = "from ({:.6g}, {:.6g}) to ({:.6g}, {:.6g}) px".format(*shape.bounds)
        raise BoxError(
            f"the area lies outside the scene, which is {scene.width} x {scene.height} px; it"
            f" reaches {reached}: is its CRS the right one?"
        )
    x0, y0, x1, y1 = (math.floor(v) if k < 2 else math.ceil(v) for k, v in enumerate(reach.bounds))
    # Strip by strip, so that memory does not grow with the width of the area. The digest of the
    # strips names the area: a journal of a search belongs to it.
    strips, digest = [], blake2b(f"{scene.width} {scene.height}".encode(), digest_size=12)
    pixels, low, high, columns = 0, y1, y0, [x1, x0]
    for left in range(x0, x1, STRIP):
        right = min(left + STRIP, x1)
        mask = geometry_mask(
            [reach], (y1 - y0, right - left), Affine.translation(left, y0), invert=True
        )
        if not mask.any():
            continue
        rle = place(mask, (left, y0), (scene.height, scene.width))
        strips.append((left, right, rle))
        digest.update(f"{left} {rle['counts']}".encode())
        rows, across = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        pixels, low, high = (
            pixels + int(mask.sum()),
            min(low, y0 + int(rows[0])),
            max(high, y0 + int(rows[-1]) + 1),
        )
        columns = [
            min(columns[0], left + int(across[0])),
            max(columns[1], left + int(across[-1]) + 1),
        ]
    if not strips:
        raise BoxError(
            f"the area holds no pixel of {scene.name}: the middle of none lies in it; make it"
            " larger"
        )
    return Area(Box(columns[0], low, columns[1], high), pixels, digest.hexdigest(), tuple(strips))


def _box_of(scene: SceneInfo) -> Any:
    import shapely

    return shapely.box(0, 0, scene.width, scene.height)
