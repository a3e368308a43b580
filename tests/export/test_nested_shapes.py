"""Shapes of regions with holes in holes, and their sizes on the ground wherever in the scene they lie."""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Geod

from geomagnifier import masks
from geomagnifier.errors import OutputError
from geomagnifier.export import vectors
from geomagnifier.export.write import write
from geomagnifier.geometry import Box
from geomagnifier.raster import shapes
from geomagnifier.results import Region
from geomagnifier.types import SceneInfo
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


def test_a_geopackage_of_which_rows_are_lost_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite does not always say that a disk is full: here the last batch does not arrive."""
    answer = make()
    many = replace(answer, regions=answer.regions * 3)
    monkeypatch.setattr(vectors, "BATCH", 2)
    whole, batches = pyogrio.raw.write, []

    def losing(path: Path, **how: object) -> None:
        batches.append(len(how["geometry"]))  # type: ignore[arg-type]
        if len(batches) < 3:
            whole(path, **how)

    monkeypatch.setattr(pyogrio.raw, "write", losing)
    with pytest.raises(OSError, match="it holds 4 of 6 regions: ok"):
        vectors.write_gpkg(tmp_path / "regions.gpkg", many)
    assert batches == [2, 2, 2]
    batches.clear()
    with pytest.raises(OutputError):
        write(many, tmp_path / "out", vector="gpkg")
    monkeypatch.setattr(pyogrio.raw, "write", whole)
    vectors.write_gpkg(tmp_path / "whole.gpkg", many)
    with closing(sqlite3.connect(tmp_path / "whole.gpkg")) as base:
        assert base.execute("SELECT count(*) FROM regions").fetchone() == (6,)
        assert base.execute("SELECT count(*) FROM regions WHERE area_m2 IS NULL").fetchone() == (3,)


def test_batches_of_more_than_a_thousand_regions_are_one_file(tmp_path: Path) -> None:
    assert vectors.BATCH == 1000
    answer = make()
    many = replace(
        answer, regions=tuple(replace(answer.regions[1], score=i / 3000) for i in range(2100))
    )
    written = write(many, tmp_path / "out")
    features = pyogrio.raw.read(written["regions"])[3]
    assert len(features[0]) == 2100 and sorted(features[1].tolist())[-1] == pytest.approx(
        2099 / 3000, abs=1e-6
    )
    assert Box(0, 0, *reversed(SIZE)).area == 19_200


def test_a_crs_that_is_no_map_knows_no_metres() -> None:
    """Geocentric coordinates: a step of a pixel leads through the Earth."""
    answer = make(crs="EPSG:4978", place=(1.0, 0, 4e6, 0, -1.0, 6e5))
    (told,) = shapes.properties(answer, answer.regions[:1], [shapes.geometry(answer.regions[0])])
    assert (
        told["area_m2"] is told["length_m"] is told["width_m"] is None
        and told["area_px"] == 40 * 20 - 16
    )
