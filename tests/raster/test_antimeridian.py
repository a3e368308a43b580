"""Regions on the flat map, against an equal-area one.

Over the antimeridian, in grids from 0 to 360 and round a pole.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely

from geomagnifier import masks
from geomagnifier.errors import GeomagWarning
from geomagnifier.export import vectors
from geomagnifier.raster import antimeridian, georeference, shapes
from geomagnifier.results import Region
from geomagnifier.types import SceneInfo
from made_rasters import make

WORLD = 2 * math.pi * 6_378_137
POLAR = (1000.0, 0.0, -500_000.0, 0.0, -1000.0, 500_000.0)


def scene(crs: str, transform: Any, width: int = 1000, height: int = 1000) -> SceneInfo:
    return SceneInfo("a.tif", width, height, 3, crs, transform, 1.0)


SCENES = {
    "degrees across 180": scene("EPSG:4326", (1e-3, 0, 179.5, 0, -1e-3, 60.0)),
    "0 to 360": scene("EPSG:4326", (0.36, 0, 0, 0, -0.18, 90.0)),
    "-180 to 180": scene("EPSG:4326", (0.36, 0, -180, 0, -0.18, 90.0)),
    "from 200": scene("EPSG:4326", (1e-3, 0, 200, 0, -1e-3, 10.0)),
    "from 540": scene("EPSG:4326", (1e-3, 0, 539.5, 0, -1e-3, 10.0)),
    "another datum": scene("EPSG:4269", (1e-3, 0, 179.5, 0, -1e-3, 60.0)),
    "web mercator across 180": scene("EPSG:3857", (10, 0, WORLD / 2 - 5000, 0, -10, 1_000_000)),
    "web mercator beyond 180": scene("EPSG:3857", (10, 0, WORLD / 2 + 5000, 0, -10, 1_000_000)),
    "the world in web mercator": scene(
        "EPSG:3857", (WORLD / 1000, 0, -WORLD / 2, 0, -WORLD / 1000, WORLD / 2)
    ),
    "utm across 180": scene("EPSG:32660", (100, 0, 780_000, 0, -100, 50_000)),
    "utm south across 180": scene("EPSG:32701", (100, 0, 140_000, 0, -100, 8_000_000)),
    "north pole": scene("EPSG:3413", POLAR),
    "south pole": scene("EPSG:3031", POLAR),
    "north pole, centred on a pixel": scene(
        "EPSG:3413", (1000.0, 0, -499_500.0, 0, -1000.0, 499_500.0)
    ),
    "north pole, turned": scene("EPSG:3413", (700.0, 700.0, -700_000.0, 700.0, -700.0, 0.0)),
}
STAR = shapely.Polygon(
    [
        (500 + r * math.cos(t), 500 + r * math.sin(t))
        for r, t in zip([400, 150] * 8, np.arange(16) * math.pi / 8, strict=True)
    ]
)
SHAPES = {
    "box": shapely.box(300, 250, 700, 800),
    "whole": shapely.box(0, 0, 1000, 1000),
    "corner at the middle": shapely.box(500, 500, 900, 800),
    "three quarters": shapely.box(200, 200, 800, 800).difference(shapely.box(500, 500, 900, 900)),
    "half": shapely.box(500, 200, 900, 800),
    "ring": shapely.Point(500, 500).buffer(300).difference(shapely.Point(500, 500).buffer(120)),
    "star": STAR,
    "small": shapely.box(100, 100, 104, 103),
    "two": shapely.union_all(
        [
            shapely.box(100, 450, 480, 470),
            shapely.box(490, 450, 900, 470),
            shapely.box(300, 300, 310, 310),
        ]
    ),
    "with holes": shapely.Polygon(
        shapely.box(200, 200, 800, 800).exterior,
        [shapely.box(480, 480, 530, 530).exterior, shapely.box(300, 300, 330, 340).exterior],
    ),
}


def on_the_ground(shape: Any, info: SceneInfo) -> Any:
    """Its area, of the Earth's radius, in tiny steps to an equal-area map.

    Of the place, or a cylinder where degrees stay straight.
    """
    assert info.transform is not None
    a, b, c, d, e, f = info.transform
    placed = shapely.transform(
        shapely.segmentize(shape, 2.0),
        lambda p: np.stack([a * p[:, 0] + b * p[:, 1] + c, d * p[:, 0] + e * p[:, 1] + f], 1),
    )
    if info.crs in ("EPSG:4326", "EPSG:4269"):
        moved = shapely.transform(
            placed, lambda p: np.stack([np.radians(p[:, 0]), np.sin(np.radians(p[:, 1]))], 1)
        )
    elif info.crs == "EPSG:3857":
        moved = shapely.transform(
            placed, lambda p: np.stack([p[:, 0] / 6_378_137, np.tanh(p[:, 1] / 6_378_137)], 1)
        )
    else:
        lon, lat = pyproj.Transformer.from_crs(info.crs, 4326, always_xy=True).transform(
            a * 500 + b * 500 + c, d * 500 + e * 500 + f
        )
        flat = pyproj.Transformer.from_crs(
            info.crs, f"+proj=laea +lon_0={lon} +lat_0={lat} +R=6371000", always_xy=True
        )
        moved = shapely.transform(
            placed, lambda p: np.stack(flat.transform(p[:, 0], p[:, 1]), 1) / 6_371_000
        )
    return moved.area


@pytest.mark.parametrize("what", SHAPES)
@pytest.mark.parametrize("where", SCENES)
def test_regions_lie_on_the_flat_map_and_keep_their_area(where: str, what: str) -> None:
    (found,) = shapes.longitude_latitude([SHAPES[what]], SCENES[where]) or [None]
    assert found is not None and found.is_valid and found.geom_type in ("Polygon", "MultiPolygon")
    west, south, east, north = found.bounds
    assert -180 <= west < east <= 180 and -90 <= south < north <= 90
    assert all(
        part.exterior.is_ccw and not any(hole.is_ccw for hole in part.interiors)
        for part in getattr(found, "geoms", [found])
    )
    fine = shapely.segmentize(found, 0.05)
    cylinder = shapely.transform(
        fine, lambda p: np.stack([np.radians(p[:, 0]), np.sin(np.radians(p[:, 1]))], 1)
    )
    assert cylinder.area == pytest.approx(on_the_ground(SHAPES[what], SCENES[where]), rel=0.01)


def test_the_longer_side_of_such_a_shape_has_32_parts() -> None:
    where = SCENES["web mercator across 180"]
    dense = shapes._dense(
        shapely.box(0, 0, 640, 320), where, georeference.parse_crs(str(where.crs))
    )
    assert shapes.ROUND == 32 and len(shapely.get_coordinates(dense)) == 2 * (32 + 16) + 1


def test_a_shape_that_ends_at_the_pole_or_on_the_antimeridian_keeps_its_bounds() -> None:
    for where, box, bounds in (
        ("-180 to 180", (0, 998, 10, 1000), (-180, -90, -176.4, -89.64)),
        ("-180 to 180", (990, 0, 1000, 2), (176.4, 89.64, 180, 90)),
    ):
        (found,) = shapes.longitude_latitude([shapely.box(*box)], SCENES[where]) or [None]
        assert (
            found is not None
            and found.geom_type == "Polygon"
            and found.bounds == pytest.approx(bounds)
        )


def test_a_grid_that_begins_a_hair_beyond_the_antimeridian_is_cut_there() -> None:
    hair = scene("EPSG:4326", (0.36, 0, -180 - 2e-7, 0, -0.18, 90.0))
    (found,) = shapes.longitude_latitude([shapely.box(0, 250, 100, 800)], hair) or [None]
    assert found is not None and found.bounds[0] == -180 and found.bounds[2] == 180


def test_a_shape_that_begins_at_the_antimeridian_has_no_more_points_than_one_beside_it() -> None:
    world = SCENES["the world in web mercator"]
    placed = (
        shapes.longitude_latitude(
            [shapely.box(0, 300, 100, 400), shapely.box(10, 300, 110, 400)], world
        )
        or []
    )
    assert [len(shapely.get_coordinates(shape)) for shape in placed] == [5, 5]


def test_no_side_runs_round_the_earth() -> None:
    for name in (
        "degrees across 180",
        "web mercator across 180",
        "utm across 180",
        "another datum",
    ):
        (found,) = shapes.longitude_latitude([SHAPES["box"]], SCENES[name]) or [None]
        assert found is not None and all(
            part.bounds[2] - part.bounds[0] < 2 for part in shapely.get_parts(found)
        )


def test_where_a_projection_ends_a_region_has_no_geometry_and_that_is_told(tmp_path: Path) -> None:
    # the corners of the picture are beside the Earth
    disk = "+proj=ortho +lat_0=50 +lon_0=10 +datum=WGS84"
    answer = replace(
        make("region", crs=disk, place=(14_000, 0, -7e6, 0, -14_000, 7e6), size=(1000, 1000))
    )
    regions = (Region("ice", 1, (500, 500, 510, 510)), Region("ice", 1, (0, 0, 10, 10)))
    with pytest.warns(GeomagWarning, match="1 of 2 regions .*GeoPackage"):
        vectors.write_geojson(tmp_path / "a.geojson", replace(answer, regions=regions))
    written = json.loads((tmp_path / "a.geojson").read_text())
    assert "coordinates" not in written and [
        f["geometry"] is None for f in written["features"]
    ] == [False, True]
    lon, lat = shapely.geometry.shape(written["features"][0]["geometry"]).centroid.coords[0]
    assert lon == pytest.approx(11, abs=0.1) and lat == pytest.approx(49.4, abs=0.1)


def test_a_traced_mask_round_the_pole_keeps_its_outline() -> None:
    y, x = np.mgrid[:1000, :1000]
    distance = np.hypot(x - 499.5, y - 499.5)
    mask = (distance < 300) & (distance > 100)
    region = Region("ice", 1, (0, 0, 1000, 1000), masks.encode(mask))
    (found,) = shapes.longitude_latitude([shapes.geometry(region)], SCENES["north pole"]) or [None]
    assert found is not None and found.is_valid
    inside = [
        shapely.contains_xy(found, lon, lat)
        for lat in (89.5, 88, 87.5, 86.9)
        for lon in (-179.9, -91, 0, 44, 135, 179.9)
    ]
    assert inside == [False] * 6 + [True] * 12 + [False] * 6


@pytest.mark.parametrize("count", [3, 12])
def test_points_on_the_pole_have_no_longitude(count: int) -> None:
    quarter = np.array(
        [(10, 90), *((lon, 80) for lon in np.linspace(-30, 60, count)), (10, 90)], float
    )
    found = antimeridian.cut(shapely.Polygon(quarter), continuous=False)
    assert found.equals(shapely.box(-30, 80, 60, 90)) and found.is_valid
