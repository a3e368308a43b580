"""Regions written batch by batch: the same files, whatever the batch, in little memory."""

from __future__ import annotations

import json
import sqlite3
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from PIL import Image

from fake import FakeModel, paint
from geomagnifier import masks
from geomagnifier.errors import OutputError
from geomagnifier.export import vectors
from geomagnifier.export.answer_json import write_json
from geomagnifier.export.write import write
from geomagnifier.geometry import Box
from geomagnifier.pipeline import ask
from geomagnifier.raster import shapes
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import Answer, Region
from made_rasters import NORTH_UP, make

LOCAL = (
    'ENGCRS["a site",EDATUM["its'
    ' corner"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'
)


def many(count: int, **about: Any) -> Answer:
    """An answer with `count` regions, every other one with a mask."""
    answer = make("pixel", size=(1000, 800), **about)
    y, x = np.mgrid[:12, :16]
    mask = ((x - 8) / 7) ** 2 + ((y - 6) / 5) ** 2 < 1
    corners = [(i * 37 % 980, i * 53 % 780) for i in range(count)]
    regions = tuple(
        Region(
            "ship",
            i / count,
            (x, y, x + 16, y + 12),
            masks.place(mask, (x, y), (800, 1000)) if i % 2 else None,
            f"number {i}",
        )
        for i, (x, y) in enumerate(corners)
    )
    return replace(answer, regions=regions)


@pytest.mark.parametrize("place", [NORTH_UP, None])
def test_batches_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Any) -> None:
    answer = many(25, crs="EPSG:32633" if place else None, place=place)
    for name, batch in (("one", 1000), ("many", 10)):
        monkeypatch.setattr(vectors, "BATCH", batch)
        vectors.write_geojson(tmp_path / f"{name}.geojson", answer)
        vectors.write_gpkg(tmp_path / f"{name}.gpkg", answer)
    assert (tmp_path / "one.geojson").read_bytes() == (tmp_path / "many.geojson").read_bytes()
    assert len(json.loads((tmp_path / "one.geojson").read_text())["features"]) == 25
    (one, _, shapes_one, fields_one), (two, _, shapes_two, fields_two) = (
        pyogrio.raw.read(tmp_path / f"{n}.gpkg", layer="regions") for n in ("one", "many")
    )
    assert one["crs"] == two["crs"] and (shapes_one == shapes_two).all() and len(shapes_one) == 25
    for name, a, b in zip(
        one["fields"], fields_one, fields_two, strict=True
    ):  # numbers without a value are NaN
        assert np.array_equal(a, b, equal_nan=a.dtype.kind == "f"), name


def test_where_a_crs_leads_nowhere_all_lies_with_the_mask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = many(3, crs=LOCAL)
    vectors.write_geojson(tmp_path / "a.geojson", answer)
    written = json.loads((tmp_path / "a.geojson").read_text())
    assert (
        written["coordinates"] == "map"
        and "CRS of the image" in written["note"]
        and "a site" in written["note"]
    )
    vectors.write_gpkg(tmp_path / "a.gpkg", answer)
    _, _, wkb, _ = pyogrio.raw.read(tmp_path / "a.gpkg", layer="regions")
    for feature, other in zip(written["features"], shapely.from_wkb(wkb), strict=True):
        assert shapely.geometry.shape(feature["geometry"]).equals(other)
    monkeypatch.setattr(vectors, "BATCH", 10)
    answer, original = many(25), shapes.longitude_latitude
    monkeypatch.setattr(
        shapes,
        "longitude_latitude",
        lambda found, scene: original(found, scene) if len(found) in (0, 10) else None,
    )
    vectors.write_geojson(tmp_path / "b.geojson", answer)
    written = json.loads((tmp_path / "b.geojson").read_text())
    assert written["coordinates"] == "map" and len(written["features"]) == 25
    assert shapely.geometry.shape(written["features"][0]["geometry"]).bounds == (
        500_000,
        4_999_994,
        500_008,
        5_000_000,
    )


def test_a_world_file_without_a_crs_puts_all_files_at_one_place(tmp_path: Path) -> None:
    for vector in ("gpkg", "geojson"):
        paths = write(make(crs=None, place=NORTH_UP), tmp_path / vector, vector=vector)
    with rasterio.open(paths["mask"]) as mask:
        assert mask.crs is None and tuple(mask.transform)[:6] == NORTH_UP
    meta, _, wkb, _ = pyogrio.raw.read(tmp_path / "gpkg/regions.gpkg", layer="regions")
    written = json.loads(paths["regions"].read_text(encoding="utf-8"))
    assert written["coordinates"] == "map" and "world file" in written["note"]
    placed = [shapely.geometry.shape(feature["geometry"]) for feature in written["features"]]
    assert all(one.equals(other) for one, other in zip(placed, shapely.from_wkb(wkb), strict=True))
    assert placed[1].bounds == (500_050, 4_999_958, 500_052, 4_999_960)
    described = pyogrio.read_info(tmp_path / "gpkg/regions.gpkg", layer="regions")
    assert described["crs"] is None and meta["crs"] is None


def test_a_png_with_a_world_file_has_a_place_and_no_crs(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((120, 160, 3), np.uint8)).save(tmp_path / "a.png")
    (tmp_path / "a.pgw").write_text("0.5\n0\n0\n-0.5\n500000.25\n4999999.75\n")
    with open_scene(tmp_path / "a.png") as scene:
        assert scene.info.crs is None and scene.info.transform == NORTH_UP
    bounds = [500_008, 4_999_958, 500_052, 4_999_988]
    write(replace(make(), scene=scene.info), tmp_path / "out", vector="gpkg")
    assert pyogrio.read_info(tmp_path / "out/regions.gpkg", layer="regions")[
        "total_bounds"
    ] == pytest.approx(bounds)


def test_a_picture_without_a_place_has_its_mask_where_its_geopackage_is(tmp_path: Path) -> None:
    paths = write(make(crs=None, place=None), tmp_path, vector="gpkg")
    bounds = pyogrio.read_info(paths["regions"], layer="regions")["total_bounds"]
    with rasterio.open(paths["mask"]) as mask:
        assert tuple(mask.bounds) == (0, -120, 160, 0) and tuple(bounds) == (16, -84, 104, -24)
        assert mask.read(1)[24:44, 16:56].any()


def test_geometry_is_cut_at_the_antimeridian(tmp_path: Path) -> None:
    answer = many(1, crs="EPSG:32660", place=(100, 0, 820_000, 0, -100, 100_000))
    wide = replace(answer, regions=(Region("ship", 1, (0, 0, 600, 100)),))
    vectors.write_geojson(tmp_path / "a.geojson", wide)
    shape = shapely.geometry.shape(
        json.loads((tmp_path / "a.geojson").read_text())["features"][0]["geometry"]
    )
    assert shape.geom_type == "MultiPolygon" and all(
        part.bounds[2] - part.bounds[0] < 2 for part in shape.geoms
    )


@pytest.mark.parametrize(
    ("write", "name"),
    [(write_json, "a.json"), (vectors.write_geojson, "a.geojson"), (vectors.write_gpkg, "a.gpkg")],
)
def test_memory_does_not_grow_with_the_regions(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    write: Callable[[Path, Answer], None],
    name: str,
) -> None:
    monkeypatch.setattr(vectors, "BATCH", 20)
    peaks = []
    for count in (40, 40, 600):  # once for what is imported
        answer = many(count)
        (tmp_path / name).unlink(missing_ok=True)
        tracemalloc.start()
        write(tmp_path / name, answer)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert (
        peaks[2] < peaks[1] + 560 * 500
    )  # Python keeps some freed tuples at hand; a region held as a shape takes many kB


def test_numbers_of_a_region_have_as_many_digits_as_can_mean_something() -> None:
    """Pixels of 12.3456789 cm: 124 px are 1.89 m2, and more or less by the map's scale."""
    answer = many(
        2, crs="EPSG:32633", place=(0.123456789, 0.0, 400_000.0, 0.0, -0.123456789, 5_000_000.0)
    )
    found = [shapes.geometry(region) for region in answer.regions]
    (square, length, width), fields = (
        shapes.on_the_ground(found, answer.scene),
        shapes.properties(answer, answer.regions, found)[1],
    )
    for name, value, digits in (
        ("area_m2", square[1], 3),
        ("length_m", length[1], 2),
        ("width_m", width[1], 2),
    ):
        assert fields[name] == round(float(value), digits) != round(float(value), digits + 1)
    assert fields["score"] == 0.5 and fields["area_px"] == masks.area(
        answer.regions[1].segmentation or {}
    )
    third = replace(answer, regions=(replace(answer.regions[0], score=1 / 3),))
    assert shapes.properties(third, third.regions, found[:1])[0]["score"] == 0.333333


def test_without_a_place_a_geopackage_says_that_it_is_in_pixels(tmp_path: Path) -> None:
    vectors.write_gpkg(tmp_path / "a.gpkg", make(crs=None, place=None))
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as database:
        ((described,),) = database.execute(
            "SELECT description FROM gpkg_contents WHERE table_name = 'regions'"
        )
    assert "y up from 0" in described


SIZE = (120, 160)
"""Height, width."""


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


@pytest.mark.parametrize("batch", [1000, 1])
def test_version_name_and_description(
    batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "BATCH", batch)
    with open_scene(
        paint(300, 200, (10, 10, 50, 30), (100, 100, 140, 120), (200, 20, 240, 50))
    ) as scene:
        answer = ask(scene, "Find every ship.", FakeModel())
    vectors.write_gpkg(tmp_path / "regions.gpkg", answer)
    with closing(sqlite3.connect(tmp_path / "regions.gpkg")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (10200,)
        told = database.execute(
            "SELECT identifier, description FROM gpkg_contents WHERE table_name = 'regions'"
        ).fetchone()
        assert told[0] == "regions" and told[1].startswith("Find every ship.")
        assert database.execute("SELECT count(*) FROM regions").fetchone() == (3,)
