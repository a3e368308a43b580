"""Outlines on the Earth.

Against pyproj and geodesics, over the antimeridian, round a pole, and where nothing can be said.
"""

from __future__ import annotations

import warnings

import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from rasterio.control import GroundControlPoint
from rasterio.errors import NotGeoreferencedWarning

from geomagnifier.errors import GeomagWarning
from geomagnifier.geometry import Box
from geomagnifier.raster import footprint
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import SceneInfo

UTM = (10.0, 0.0, 690_000.0, 0.0, -10.0, 5_340_000.0)


def scene(crs="EPSG:32632", transform=UTM, width=1000, height=800) -> SceneInfo:
    return SceneInfo("a", width, height, 3, crs, transform, 10.0)


def outline(info: SceneInfo, box: Box | None = None) -> bytes:
    (found,) = footprint.outlines(info, [box or info.box])
    assert found is not None
    return found


def test_corners_are_those_of_pyproj():
    turn = pyproj.Transformer.from_crs(32632, 4326, always_xy=True)
    box = Box(100, 200, 700, 500)
    shape = shapely.from_wkb(outline(scene(), box))
    for x, y in ((100, 200), (700, 200), (700, 500), (100, 500)):
        assert (
            shape.boundary.distance(
                shapely.Point(turn.transform(690_000 + 10 * x, 5_340_000 - 10 * y))
            )
            < 2e-7
        )
    assert shape.exterior.is_ccw


def test_a_turned_scene_is_not_its_bounds():
    turned = outline(scene(transform=(7.0, 7.0, 690_000.0, 7.0, -7.0, 5_340_000.0)))
    west, south, east, north = footprint.bounds(turned)
    assert shapely.from_wkb(turned).area < 0.6 * (east - west) * (north - south)
    assert not footprint.meet([turned], (west, north - 1e-4, west + 1e-4, north))[0]
    assert footprint.meet([turned], (west, south, east, north))[0]


def test_across_the_antimeridian():
    crossing = outline(scene("EPSG:32660", (10.0, 0.0, 830_000.0, 0.0, -10.0, 1000.0)))
    assert shapely.from_wkb(crossing).geom_type == "MultiPolygon"
    west, south, east, north = footprint.bounds(crossing)
    assert 179 < west <= 180 and -180 <= east < -179 and south < north
    assert abs(abs(footprint.middle((west, south, east, north))[0]) - 180) < 0.1
    assert footprint.meet([crossing, None], (179.9, -1, -179.9, 1)).tolist() == [True, False]
    assert (
        footprint.meet([crossing], (179.9, -1, 180, 1))[0]
        and footprint.meet([crossing], (-180, -1, -179.9, 1))[0]
    )
    assert not footprint.meet([crossing], (-179, -1, 179, 1))[0]
    assert footprint.distances([crossing], -179.99, 0)[0] == 0


def test_a_pole_inside_reaches_round_the_earth():
    side = (1000.0, 0.0, -500_000.0, 0.0, -1000.0, 500_000.0)
    west, south, east, north = footprint.bounds(outline(scene("EPSG:3413", side, 1000, 1000)))
    assert (west, east, north) == (-180, 180, 90) and 83 < south < 85.6
    assert footprint.bounds(outline(scene("EPSG:3031", side, 1000, 1000)))[1] == -90


def test_the_whole_earth_is_not_a_pole():
    assert footprint.bounds(
        outline(scene("EPSG:4326", (0.36, 0.0, -180.0, 0.0, -0.18, 90.0), 1000, 1000))
    ) == (-180, -90, 180, 90)


@pytest.mark.parametrize(
    "info",
    [
        scene(None),
        scene(transform=None),
        scene('LOCAL_CS["here",UNIT["metre",1]]'),
        scene(transform=(1e9, 0.0, 0.0, 0.0, -1e9, 0.0)),
    ],
    ids=["no CRS", "no transform", "a local CRS", "beyond the Earth"],
)
def test_nothing_where_nothing_can_be_said(info):
    assert footprint.outlines(info, [info.box, info.box]) == [None, None]


def test_distances_are_those_of_geodesics():
    square = shapely.to_wkb(shapely.box(11.0, 48.0, 11.1, 48.1))
    geod = pyproj.Geod(ellps="WGS84")
    for place, nearest in (
        ((10.5, 48.0), (11.0, 48.0)),
        ((11.3, 48.3), (11.1, 48.1)),
        ((-60.0, -20.0), (11.0, 48.0)),
    ):
        expected = geod.inv(*place, *nearest)[2]
        assert footprint.distances([square], *place)[0] == pytest.approx(expected, rel=0.002)
    assert footprint.distances([square, None], 11.05, 48.05).tolist() == [0, np.inf]
    assert footprint.distances([None], 0, 0).tolist() == [np.inf] and footprint.distances(
        [], 0, 0
    ).shape == (0,)


@pytest.mark.parametrize(
    "place", [(0, 0), (179.99, 10), (-179.99, -60), (20, 89.5), (20, -89.99), (100, 70)]
)
@pytest.mark.parametrize("metres", [10.0, 10_000, 3_000_000, 30_000_000])
def test_the_box_around_a_circle_holds_it(place, metres):
    box = footprint.around(*place, metres)
    geod = pyproj.Geod(ellps="WGS84")
    for bearing in range(0, 360, 15):
        longitude, latitude, _ = geod.fwd(*place, bearing, metres)
        assert footprint.meet([shapely.to_wkb(shapely.Point(longitude, latitude))], box)[0]


def test_geojson_there_and_back():
    wkb = outline(scene())
    assert shapely.equals(
        shapely.from_wkb(footprint.from_geojson(footprint.geojson(wkb))), shapely.from_wkb(wkb)
    )
    assert (
        footprint.from_geojson({"type": "Polygon"}) is None
        and footprint.from_geojson({"type": "Polygon", "coordinates": []}) is None
    )


def test_grids_that_reach_half_a_pixel_beyond_the_poles_are_the_whole_earth():
    found = footprint.bounds(
        outline(scene("EPSG:4326", (2.5, 0.0, -1.25, 0.0, -2.5, 91.25), 144, 73))
    )
    assert found == (-180, -90, 180, 90)
    assert footprint.outlines(
        scene("EPSG:4326", (2.5, 0.0, -1.25, 0.0, -2.5, 191.25), 144, 73), [Box(0, 0, 9, 9)]
    ) == [None]


def test_longitudes_beyond_180_are_brought_back():
    assert footprint.bounds(outline(scene("EPSG:4326", (1e-3, 0.0, 200.0, 0.0, -1e-3, 10.0)))) == (
        -160,
        9.2,
        -159,
        10,
    )


def test_control_points_that_are_not_used_are_told(tmp_path):
    points = [
        GroundControlPoint(row, column, 11 + column / 100, 48 - row / 100)
        for row in (0, 40)
        for column in (0, 50)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            tmp_path / "a.tif", "w", driver="GTiff", width=50, height=40, count=3, dtype="uint8"
        ) as dataset:
            dataset.gcps = points, "EPSG:4326"
    with (
        pytest.warns(GeomagWarning, match="control points.*in pixels"),
        open_scene(tmp_path / "a.tif") as opened,
    ):
        assert opened.info.transform is None and opened.info.crs is None


def test_bounds_round_a_pole_reach_all_longitudes() -> None:
    import shapely

    halves = shapely.MultiPolygon([shapely.box(-180, 80, 0, 90), shapely.box(0, 80, 180, 90)])
    assert footprint.bounds(shapely.to_wkb(halves)) == (-180, 80, 180, 90)
    across = shapely.MultiPolygon([shapely.box(-180, 10, -170, 20), shapely.box(175, 10, 180, 20)])
    assert footprint.bounds(shapely.to_wkb(across)) == (175, 10, -170, 20)
