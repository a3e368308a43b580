"""Shapes of regions with holes in holes, and their sizes on the ground against the geodesic."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geomagnifier import masks
from geomagnifier.raster import shapes
from geomagnifier.results import Region
from geomagnifier.types import Affine6, SceneInfo
from made_rasters import make

SIZE = (120, 160)
"""Height, width."""


def region(*boxes: tuple[int, int, int, int], size: tuple[int, int] = SIZE) -> Region:
    """Each further box turns what the one before made: land, hole, land in the hole."""
    mask = np.zeros(size, bool)
    for x0, y0, x1, y1 in boxes:
        mask[y0:y1, x0:x1] ^= True
    rows, columns = np.nonzero(mask)
    box = (float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1))
    return Region("lake", 0.9, box, masks.encode(mask))


NESTED = ((10, 10, 70, 70), (20, 20, 60, 60), (24, 24, 40, 40), (28, 28, 36, 36))
"""A lake of 60 px with an island of 40 px, on it a pond of 16 px, in which there is an islet of 8
px.
"""


def test_a_pond_on_an_island_in_a_lake_has_its_area_and_each_hole_its_shell() -> None:
    lake = region(*NESTED)
    shape = shapes.geometry(lake)
    assert shape.is_valid and shape.geom_type == "MultiPolygon"
    assert shape.area == 60**2 - 40**2 + 16**2 - 8**2 == masks.area(lake.segmentation or {})
    inner, outer = sorted(shape.geoms, key=lambda part: part.area)
    assert inner.bounds == (24, 24, 40, 40) and [
        hole.bounds for hole in map(shapely.Polygon, inner.interiors)
    ] == [(28, 28, 36, 36)]
    assert outer.bounds == (10, 10, 70, 70) and [
        hole.bounds for hole in map(shapely.Polygon, outer.interiors)
    ] == [(20, 20, 60, 60)]
    assert (
        not shape.contains(shapely.Point(22, 22))
        and shape.contains(shapely.Point(26, 26))
        and not shape.contains(shapely.Point(32, 32))
    )


def test_rings_that_touch_by_their_corners_are_one_valid_shape() -> None:
    touching = region((10, 10, 30, 30), (30, 30, 50, 50), (40, 40, 45, 45), (35, 35, 40, 40))
    shape = shapes.geometry(touching)
    assert (
        shape.is_valid
        and shape.area == masks.area(touching.segmentation or {}) == 400 + 400 - 25 - 25
    )


def test_two_lakes_of_one_region_keep_their_own_islands() -> None:
    both = region((0, 0, 40, 40), (10, 10, 20, 20), (60, 0, 100, 40), (70, 10, 95, 35))
    shape = shapes.geometry(both)
    assert sorted(part.area for part in shape.geoms) == [40**2 - 25**2, 40**2 - 10**2]


def test_areas_are_those_of_the_place_where_a_region_lies() -> None:
    """A scene over 10 degrees of latitude.

    At 60 degrees north a degree of longitude is half of one at the equator.
    """
    size, step = (1000, 200), 0.01
    scene = SceneInfo(
        "strip.tif", size[1], size[0], 3, "EPSG:4326", (step, 0, 10.0, 0, -step, 65.0), None
    )
    answer = replace(make(), scene=scene)
    square = [region((80, top, 90, top + 20), size=size) for top in (10, 480, 960)]
    told = shapes.properties(answer, square, [shapes.geometry(r) for r in square])
    earth = Geod(ellps="WGS84")
    for top, row in zip((10, 480, 960), told, strict=True):
        north, south, west, east = (
            65 - top * step,
            65 - (top + 20) * step,
            10 + 80 * step,
            10 + 90 * step,
        )
        dense = shapely.segmentize(shapely.box(west, south, east, north), 0.01)
        area, _ = earth.geometry_area_perimeter(shapely.geometry.polygon.orient(dense))
        assert row["area_m2"] == pytest.approx(area, rel=2e-3) and row["area_px"] == 200
        across, along = (
            earth.inv(west, (north + south) / 2, east, (north + south) / 2)[2],
            earth.inv(west, south, west, north)[2],
        )
        assert (row["length_m"], row["width_m"]) == (
            pytest.approx(max(across, along), rel=5e-3),
            pytest.approx(min(across, along), rel=5e-3),
        )
    assert told[2]["area_m2"] / told[0]["area_m2"] == pytest.approx(
        math.cos(math.radians(55.3)) / math.cos(math.radians(64.8)), rel=0.01
    )


def test_length_and_width_are_those_of_the_narrowest_box() -> None:
    mask = np.zeros((120, 160), bool)
    for i in range(60):  # a bar of 60 * sqrt(2) px, askew
        mask[20 + i : 24 + i, 20 + i : 24 + i] = True
    bar = Region("ship", 0.9, (20, 20, 83, 83), masks.encode(mask))
    (told,) = shapes.properties(make(), [bar], [shapes.geometry(bar)])  # 0.5 m a px
    assert told["length_m"] == pytest.approx(0.5 * 63 * math.sqrt(2), abs=0.02)
    assert told["width_m"] == pytest.approx(0.5 * 8 / math.sqrt(2), abs=0.02)
    assert told["area_m2"] == pytest.approx(0.25 * mask.sum()) and told["area_px"] == mask.sum()
    (boxed,) = shapes.properties(make(), [replace(bar, segmentation=None)], [shapely.box(*bar.box)])
    assert [boxed[name] for name in ("area_m2", "length_m", "width_m", "area_px")] == [
        None
    ] * 4 and boxed["score"] == 0.9


def test_a_picture_without_a_place_has_no_metres() -> None:
    answer = make(crs=None, place=None)
    (told,) = shapes.properties(answer, answer.regions[:1], [shapes.geometry(answer.regions[0])])
    assert (
        told["area_m2"] is told["length_m"] is told["width_m"] is None
        and told["area_px"] == 40 * 20 - 16
    )
    assert shapes.longitude_latitude([shapely.box(0, 0, 1, 1)], answer.scene) is None
    assert shapes.to_crs([shapely.box(0, 0, 1, 1)], answer.scene)[0].bounds == (0, 0, 1, 1)


def test_long_sides_are_bent_as_the_earth_is() -> None:
    """A shape as wide as the scene, 160 km.

    In degrees its southern side is no straight line, and each point is within a pixel.
    """
    scene = SceneInfo(
        "wide.tif", 1600, 1200, 3, "EPSG:32633", (100.0, 0, 500_000, 0, -100.0, 7_000_000), 100.0
    )
    (placed,) = shapes.longitude_latitude([shapely.box(0, 0, 1600, 1200)], scene) or [None]
    points = shapely.get_coordinates(placed)
    assert len(points) >= 4 * (1200 // shapes.SIDE + 1)
    assert placed is not None and placed.is_valid and placed.exterior.is_ccw
    assert all(abs(value * 1e9 - round(value * 1e9)) < 1e-3 for value in points.ravel())


def test_a_crs_that_is_no_map_knows_no_metres() -> None:
    """Geocentric coordinates: a step of a pixel leads through the Earth."""
    answer = make(crs="EPSG:4978", place=(1.0, 0, 4e6, 0, -1.0, 6e5))
    (told,) = shapes.properties(answer, answer.regions[:1], [shapes.geometry(answer.regions[0])])
    assert (
        told["area_m2"] is told["length_m"] is told["width_m"] is None
        and told["area_px"] == 40 * 20 - 16
    )


BOX = (20.0, 30.0, 60.0, 50.0)

PLACES: dict[str, tuple[str, Affine6]] = {
    "degrees": ("EPSG:4326", (1e-5, 0, 13.4, 0, -1e-5, 60.0)),
    "web mercator": ("EPSG:3857", (1.0, 0, 1_500_000, 0, -1.0, 8_400_000)),
    "utm": ("EPSG:32633", (0.5, 0, 500_000, 0, -0.5, 5_000_000)),
    "turned": ("EPSG:32633", (0.4, 0.3, 500_000, 0.3, -0.4, 5_000_000)),
    "antimeridian": ("EPSG:4326", (1e-5, 0, 179.9996, 0, -1e-5, -17.0)),
}


def outlined(box: tuple[float, float, float, float]) -> Region:
    """A region whose outline is its box."""
    x0, y0, x1, y1 = map(int, box)
    return Region(
        "ship", 1, box, masks.place(np.ones((y1 - y0, x1 - x0), bool), (x0, y0), (120, 160))
    )


@pytest.mark.parametrize("name", PLACES)
def test_sizes_are_those_of_the_geodesic(name: str) -> None:
    geod = pytest.importorskip("pyproj").Geod(ellps="WGS84")
    crs, place = PLACES[name]
    answer = replace(make(crs=crs, place=place), regions=(outlined(BOX),))
    (told,) = shapes.properties(answer, answer.regions, [shapely.box(*BOX)])
    found = shapes.longitude_latitude([shapely.box(*BOX)], answer.scene)
    assert found is not None
    assert told["area_m2"] == pytest.approx(
        sum(abs(geod.geometry_area_perimeter(part)[0]) for part in found), rel=2e-3
    )
    corners = shapes.to_crs([shapely.box(*BOX)], answer.scene)[0].exterior.coords
    if crs == "EPSG:4326":
        sides = sorted(geod.inv(*corners[i], *corners[i + 1])[2] for i in range(2))
        assert (told["width_m"], told["length_m"]) == pytest.approx(sides, rel=2e-3, abs=0.01)
    assert told["length_m"] * told["width_m"] == pytest.approx(told["area_m2"], rel=2e-3)


def test_a_slanting_thing_has_its_own_length() -> None:
    shape = shapely.affinity.rotate(shapely.box(20, 30, 60, 40), 30)
    answer = make()
    (told,) = shapes.properties(answer, answer.regions[:1], [shape])
    assert (told["length_m"], told["width_m"], told["area_m2"]) == pytest.approx(
        (20, 5, 100), abs=0.01
    )


def test_without_a_crs_the_ground_is_not_known() -> None:
    answer = make(crs=None, place=None)
    (told,) = shapes.properties(answer, answer.regions[:1], [shapely.box(*BOX)])
    assert (told["area_m2"], told["length_m"], told["width_m"], told["area_px"]) == (
        None,
        None,
        None,
        800,
    )


def test_a_box_has_no_area_of_an_object() -> None:
    answer = replace(make("region"), regions=(Region("ship", 1, BOX), outlined(BOX)))
    alone, told = shapes.properties(answer, answer.regions, [shapely.box(*BOX)] * 2)
    sizes = ("area_m2", "length_m", "width_m", "area_px")
    assert [alone[name] for name in sizes] == [None] * 4 and [told[name] for name in sizes] == [
        200,
        20,
        10,
        800,
    ]


def test_shapes_of_many_regions_are_those_of_each() -> None:
    draw = np.random.default_rng(3)
    some = [region(*NESTED), Region("ship", 0.5, (3, 4, 9, 8)), region((10, 10, 30, 30))]
    for _ in range(100):
        mask = draw.random(draw.integers(1, 12, 2)) < draw.random()
        some.append(Region("lake", 0.5, (1, 2, 3, 4), masks.place(mask, (20, 30), SIZE)))
    found = shapes.geometries(some)
    assert [shape.wkb for shape in found] == [shapes.geometry(one).wkb for one in some]
    for shape, one in zip(found, some, strict=True):
        size = masks.area(one.segmentation) if one.segmentation else 24
        assert shape.is_valid and (shape.area == size or not size)
    assert shapes.geometries([]) == []
