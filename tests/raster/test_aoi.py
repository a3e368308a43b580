"""An area of interest in any form and CRS lands on the pixels that it means.

What is none is refused in words.
"""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

import geomagnifier as gm
import geomagnifier.area_of_interest
from geomagnifier.errors import BoxError, DataCorrupt, OptionError
from geomagnifier.geometry import Box
from geomagnifier.raster.aoi import scene_area
from geomagnifier.types import SceneInfo

PLACE = (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_200_000.0)
SCENE = SceneInfo("s.tif", 1300, 200, 3, "EPSG:32633", PLACE, 0.5)
PIXELS = shapely.Polygon([(200.3, 20.2), (1000.6, 20.2), (200.3, 180.9)])
TRIANGLE = shapely.transform(PIXELS, lambda points: points * (0.5, -0.5) + (500_000, 5_200_000))


def drawn(shape: shapely.Polygon = PIXELS) -> np.ndarray:
    x, y = np.meshgrid(np.arange(1300) + 0.5, np.arange(200) + 0.5)
    return np.asarray(shapely.contains_xy(shape, x, y))


def inside(given: object, crs: str | None = None, scene: SceneInfo = SCENE) -> np.ndarray:
    area = scene_area(given, scene, crs)
    mask = area.inside(scene.box)
    assert area.pixels == mask.sum()
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    assert area.box.tuple() == (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    return mask


def agree(one: np.ndarray, other: np.ndarray) -> None:
    assert (one ^ other).sum() <= 0.001 * other.sum()


@pytest.fixture
def frame() -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame({"name": ["a"]}, geometry=[TRIANGLE], crs="EPSG:32633")


@pytest.mark.parametrize("crs", ["EPSG:32633", "EPSG:4326", "EPSG:3857", "EPSG:32632"])
@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.json", "a.shp", "a.fgb"])
def test_a_file_in_any_crs_lands_on_the_same_pixels(
    frame: geopandas.GeoDataFrame, tmp_path: Path, name: str, crs: str
) -> None:
    frame.to_crs("EPSG:4326" if "json" in name else crs).to_file(
        tmp_path / name, driver="GeoJSON" if "json" in name else None
    )
    agree(inside(tmp_path / name), drawn())
    agree(inside(str(tmp_path / name)), drawn())


def test_a_geojson_of_a_geometry_alone_is_read(
    frame: geopandas.GeoDataFrame, tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_text(
        json.dumps(frame.to_crs("EPSG:4326").geometry[0].__geo_interface__)
    )
    agree(inside(tmp_path / "a.json"), drawn())


def test_text_numbers_and_geometries_land_on_the_same_pixels(frame: geopandas.GeoDataFrame) -> None:
    degrees = frame.to_crs("EPSG:4326")
    for given, crs in (
        (frame, None),
        (degrees, None),
        (degrees.geometry, None),
        (TRIANGLE, "EPSG:32633"),
        (TRIANGLE, "scene"),
        (PIXELS, "px"),
        (TRIANGLE.wkt, "EPSG:32633"),
        (f"SRID=32633;{TRIANGLE.wkt}", None),
        (degrees.geometry[0].wkt, "EPSG:4326"),
        (json.loads(degrees.to_json()), None),
        (dict(degrees.geometry[0].__geo_interface__), None),
        (degrees.to_json(), None),
        (json.loads(degrees.to_json())["features"][0], None),
    ):
        agree(inside(given, crs), drawn())
    box = drawn(shapely.box(200, 20, 1000, 180))
    for numbers in (
        "500100,5199910,500500,5199990",
        "500100 5199990 500500 5199910",
        (500_100, 5_199_910, 500_500, 5_199_990),
    ):
        agree(inside(numbers, "EPSG:32633"), box)
    agree(inside("SRID=32633;500100,5199910,500500,5199990"), box)
    agree(inside(gm.Box(200, 20, 1000, 180), "px"), box)


def test_several_polygons_and_holes_count_once() -> None:
    ring = shapely.Polygon(PIXELS.exterior, [shapely.box(250, 40, 300, 80).exterior])
    agree(inside(ring, "px"), drawn(ring))
    two = shapely.MultiPolygon([shapely.box(10, 10, 60, 60), shapely.box(700, 100, 900, 150)])
    agree(inside(two, "px"), drawn(two))
    overlapping = {
        "type": "GeometryCollection",
        "geometries": [
            shapely.box(10, 10, 60, 60).__geo_interface__,
            shapely.box(40, 40, 90, 90).__geo_interface__,
        ],
    }
    area = scene_area(shapely.geometry.shape(overlapping), SCENE, "px")
    assert area.pixels == 50 * 50 * 2 - 20 * 20


def test_an_area_across_the_antimeridian_lies_on_a_scene_there() -> None:
    east = SceneInfo(
        "e.tif", 1300, 200, 3, "EPSG:4326", (0.001, 0.0, 179.5, 0.0, -0.001, 10.0), 111.0
    )
    agree(
        inside("-179.9,9.9,-179.8,9.95", "EPSG:4326", east), drawn(shapely.box(600, 50, 700, 100))
    )


def test_an_area_is_read_by_windows_and_knows_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    area, whole = scene_area(PIXELS, SCENE, "px"), drawn()
    for window in (
        Box(0, 0, 300, 50),
        Box(500, 10, 1030, 190),
        Box(1100, 0, 1300, 200),
        Box(199, 19, 201, 21),
    ):
        x0, y0, x1, y1 = map(int, window.tuple())
        assert (
            np.array_equal(area.inside(window), whole[y0:y1, x0:x1])
            and area.meets(window) == whole[y0:y1, x0:x1].any()
        )
    assert (
        area.contains(210.5, 30.5) and not area.contains(990.5, 150.5) and not area.contains(5, 5)
    )
    left = whole[:, :600].sum() / whole.sum()
    assert area.share([Box(0, 0, 600, 200)]) == pytest.approx(left)
    assert area.share(
        [Box(0, 0, 600, 200), Box(300, 0, 600, 200), Box(1200, 0, 1300, 200)]
    ) == pytest.approx(left)
    assert area.share([]) == 0 and area.share([SCENE.box]) == 1
    cells = area.cells(Box(100, 0, 1100, 200), (8, 40))
    assert np.array_equal(cells, whole[:, 100:1100].reshape(8, 25, 40, 25).any((1, 3)))
    monkeypatch.setattr(geomagnifier.area_of_interest, "BAND", 1)
    assert np.array_equal(area.cells(Box(100, 0, 1100, 200), (8, 40)), cells)
    odd = area.cells(Box(199.5, 10.25, 1040, 190), (7, 11))
    for row, column in np.ndindex(7, 11):
        x, y = 199.5 + column * 840.5 / 11, 10.25 + row * 179.75 / 7
        assert (
            odd[row, column]
            == whole[
                int(y) : int(np.ceil(y + 179.75 / 7)), int(x) : int(np.ceil(x + 840.5 / 11))
            ].any()
        )
    assert (
        scene_area(PIXELS, SCENE, "px").key
        == area.key
        != scene_area(TRIANGLE.buffer(1), SCENE, "scene").key
    )


@pytest.mark.parametrize(
    ("given", "crs", "told"),
    [
        (
            "500100,5199910,500500,5199990",
            None,
            "given in numbers, and numbers say not what they are in",
        ),
        (TRIANGLE.wkt, None, "--aoi-crs EPSG:4326"),
        (TRIANGLE, None, "aoi_crs"),
        (f"SRID=32633;{TRIANGLE.wkt}", "EPSG:4326", "says itself that it is in EPSG:32633"),
        ("1,2,3", "EPSG:4326", "west, south, east, north"),
        ("POLYGON ((1 2, 3", "EPSG:4326", "no WKT that can be read"),
        ("POINT (1 2)", "EPSG:4326", "is no area"),
        ("LINESTRING (1 2, 3 4)", "EPSG:4326", "is no area"),
        ('{"type": "Polygon"', None, "no GeoJSON that can be read"),
        ("[1, 2, 3, 4]", "EPSG:4326", "is no area"),
        ("zones.kml", "EPSG:4326", "is no area; give a GeoJSON"),
        (Path("zones.kml"), None, "does not exist"),
        ("harbour", "EPSG:4326", "'harbour' is no area; give a GeoJSON"),
        ("gone.geojson", None, "does not exist"),
        (Path("gone.gpkg"), None, "does not exist"),
        (7, "EPSG:4326", "is no area"),
        ({"type": "Polygon"}, None, "cannot be read"),
        ({"type": "Point", "coordinates": [1, 2]}, None, "holds no polygon"),
        (TRIANGLE.wkt, "EPSG:99999999", "is not a coordinate reference system"),
    ],
)
def test_what_is_no_area_is_refused(given: object, crs: str | None, told: str) -> None:
    with pytest.raises(OptionError) as raised:
        scene_area(given, SCENE, crs)
    assert told in str(raised.value)


def test_an_area_without_a_pixel_is_refused(tmp_path: Path) -> None:
    for given, crs, told in (
        (TRIANGLE, "EPSG:32632", "is its CRS the right one"),
        ("10,10,11,11", "EPSG:4326", "lies outside the scene, which is 1300 x 200 px"),
        (shapely.box(3.6, 3.6, 4.4, 4.4), "px", "the middle of none lies in it"),
        ("5,5,5,9", "px", "give it as west, south, east, north"),
    ):
        with pytest.raises(BoxError) as raised:
            scene_area(given, SCENE, crs)
        assert told in str(raised.value)
    (tmp_path / "a.geojson").write_text("{}")
    with pytest.raises(DataCorrupt, match="no list of features"):
        scene_area(tmp_path / "a.geojson", SCENE)


def test_a_scene_without_a_place_takes_pixels_alone() -> None:
    nowhere = SceneInfo("n.png", 1300, 200, 3)
    agree(inside(PIXELS, "px", nowhere), drawn())
    with pytest.raises(
        OptionError, match=r"n\.png does not say where it lies.*give the area in pixels"
    ):
        scene_area(TRIANGLE, nowhere, "EPSG:32633")


def test_a_geopackage_of_several_layers_is_refused_in_words(
    frame: geopandas.GeoDataFrame, tmp_path: Path
) -> None:
    for layer in ("one", "two"):
        frame.to_file(tmp_path / "a.gpkg", layer=layer)
    with pytest.raises(
        OptionError, match="in several layers: one, two; export the one that is meant"
    ):
        scene_area(tmp_path / "a.gpkg", SCENE)
