"""Writing answers and pictures, and reading them back with other tools."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from rasterio.warp import transform

from geomagnifier import masks
from geomagnifier.errors import OptionError, OutputError
from geomagnifier.export import vectors
from geomagnifier.export import write as write_module
from geomagnifier.export.write import write
from geomagnifier.geometry import Box
from geomagnifier.results import Region
from geomagnifier.types import Affine6
from made_rasters import NORTH_UP, TURNED, make


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_everything_is_written_and_nothing_else(tmp_path: Path) -> None:
    paths = write(make(), tmp_path / "new" / "out")
    assert names(tmp_path / "new" / "out") == [
        "answer.json",
        "mask.qml",
        "mask.tif",
        "overlay.png",
        "regions.geojson",
        "regions.qml",
    ]
    assert {key: path.name for key, path in paths.items()} == {
        "answer": "answer.json",
        "regions": "regions.geojson",
        "regions_style": "regions.qml",
        "mask": "mask.tif",
        "mask_style": "mask.qml",
        "overlay": "overlay.png",
    }
    assert "mask" not in write(make("region"), tmp_path / "region")
    assert names(tmp_path / "region") == [
        "answer.json",
        "overlay.png",
        "regions.geojson",
        "regions.qml",
    ]


def test_geojson_is_on_longitude_and_latitude(tmp_path: Path) -> None:
    found = json.loads(write(make(), tmp_path)["regions"].read_text(encoding="utf-8"))
    assert found["type"] == "FeatureCollection"
    assert "crs" not in found
    first, second = found["features"]
    shape = shapely.geometry.shape(first["geometry"])
    assert shape.geom_type == "Polygon"
    assert len(shape.interiors) == 1
    assert shape.exterior.is_ccw
    x, y = transform("EPSG:4326", "EPSG:32633", *zip(*shape.exterior.coords, strict=True))
    assert min(x) == pytest.approx(500_008, abs=0.01)
    assert max(y) == pytest.approx(5_000_000 - 12, abs=0.01)
    assert 14.9 < shape.centroid.x < 15.1
    assert 45 < shape.centroid.y < 45.3
    assert first["properties"] == {
        "label": "ship",
        "score": 0.9,
        "area_m2": 196,
        "length_m": 20,
        "width_m": 10,
        "area_px": 784,
        "phrase": "the big ship",
        "question": "Segment every ship.",
        "value": None,
        "unit": None,
        "value_word": None,
    }
    assert second["properties"]["area_px"] is None  # it has no outline


def test_geojson_without_place_is_in_pixels_and_says_so(tmp_path: Path) -> None:
    found = json.loads(
        write(make(crs=None, place=None), tmp_path)["regions"].read_text(encoding="utf-8")
    )
    assert found["coordinates"] == "pixel"
    assert "y down" in found["note"]
    assert shapely.geometry.shape(found["features"][1]["geometry"]).bounds == (100, 80, 104, 84)
    assert found["features"][0]["properties"]["area_m2"] is None


@pytest.mark.parametrize("place", [NORTH_UP, TURNED, None])
def test_geopackage_is_in_the_crs_of_the_scene(tmp_path: Path, place: Affine6 | None) -> None:
    path = write(make(crs="EPSG:32633" if place else None, place=place), tmp_path, vector="gpkg")[
        "regions"
    ]
    assert pyogrio.list_layers(path)[:, 0].tolist() == ["regions", "layer_styles"]
    meta, _, wkb, columns = pyogrio.raw.read(path, layer="regions")
    fields = dict(zip(meta["fields"], columns, strict=True))
    shapes = shapely.from_wkb(wkb)
    a, b, c, d, e, f = place or (1, 0, 0, 0, -1, 0)  # where QGIS shows a picture without a place
    corners = {
        (a * x + b * y + c, d * x + e * y + f)
        for x, y in ((100, 80), (104, 80), (104, 84), (100, 84))
    }
    assert {tuple(point) for point in shapely.get_coordinates(shapes[1])} == corners
    assert meta["crs"] == ("EPSG:32633" if place else None)
    assert fields["label"].tolist() == ["ship", "boat"]
    assert fields["area_px"][0] == 784 and np.isnan(
        fields["area_px"][1]
    )  # one of them has no outline


@pytest.mark.parametrize("vector", ["geojson", "gpkg"])
def test_no_regions_is_an_empty_layer(tmp_path: Path, vector: str) -> None:
    info = pyogrio.read_info(
        write(make("image"), tmp_path, vector=vector)["regions"], layer="regions"
    )
    assert info["features"] == 0
    if vector == "gpkg":
        assert info["fields"].tolist() == list(vectors.FIELDS) and info["crs"] == "EPSG:32633"


def test_many_parts_and_holes_keep_their_area() -> None:
    from geomagnifier.raster.shapes import geometry

    generator = np.random.default_rng(5)
    for _ in range(50):
        mask = generator.random((9, 9)) < 0.6
        shape = geometry(Region("x", 1, (0, 0, 9, 9), masks.encode(mask)))
        assert shape.is_valid
        assert shape.area == mask.sum()


def test_out_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="file, not a folder"):
        write(make(), tmp_path / "out")
    with pytest.raises(OutputError, match="cannot be written"):
        write(make(), tmp_path / "out" / "deeper")
    assert (tmp_path / "out").read_text() == "mine"


def test_out_is_not_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geomagnifier.atomic.os.access", lambda *_: False)
    with pytest.raises(OutputError, match="not writable"):
        write(make(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def refused(*_: object, **__: object) -> None:
    raise rasterio.errors.RasterioIOError("write failed: No space left on device")


@pytest.mark.parametrize("failure", [full, refused])
@pytest.mark.parametrize("part", ["mask_cog.write_mask", "_save"])
def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, failure: Callable[..., Any]
) -> None:
    before = {path: path.read_bytes() for path in write(make(), tmp_path / "old").values()}
    monkeypatch.setattr(f"{write_module.__name__}.{part}", failure)
    for folder in ("old", "new"):
        with pytest.raises(OutputError, match="disk is full"):
            write(make(text="other"), tmp_path / folder)
    assert {path: path.read_bytes() for path in before} == before
    assert len(names(tmp_path / "old")) == len(before)
    assert not (tmp_path / "new").exists()


def test_an_unfinished_answer_is_written_beside_a_finished_one(tmp_path: Path) -> None:
    heat = np.zeros((6, 8), np.float32)
    trace = replace(make().trace, heat=heat, broken=(Box(0, 0, 64, 32),))
    part = replace(make(text="So far."), complete=False, stopped=True, trace=trace)
    paths = write(part, tmp_path)
    assert {key: path.name for key, path in paths.items()} == {
        "answer": "answer.partial.json",
        "regions": "regions.partial.geojson",
        "overlay": "overlay.partial.png",
        "regions_style": "regions.partial.qml",
        "mask": "mask.partial.tif",
        "mask_style": "mask.partial.qml",
        "heat": "heat.partial.png",
    }
    written = json.loads(paths["answer"].read_text(encoding="utf-8"))
    assert (written["complete"], written["broken"]) == (False, [[0, 0, 64, 32]])
    with rasterio.open(paths["mask"]) as dataset:
        assert (
            dataset.tags()["GEOMAG_COMPLETE"] == "no"
            and dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        )
    write(part, tmp_path, vector="gpkg")
    (tmp_path / "mine.partial.txt").write_text("not ours")
    paths = write(make(), tmp_path)
    assert names(tmp_path) == [
        *(
            "answer.json",
            "mask.qml",
            "mask.tif",
            "mine.partial.txt",
            "overlay.png",
            "regions.geojson",
            "regions.qml",
        )
    ]
    written = json.loads(paths["answer"].read_text(encoding="utf-8"))
    assert (written["complete"], written["broken"]) == (True, [])
    with rasterio.open(paths["mask"]) as dataset:
        assert dataset.tags()["GEOMAG_COMPLETE"] == "yes"
    write(part, tmp_path)
    assert "answer.json" in names(tmp_path) and "answer.partial.json" in names(tmp_path)


def test_an_answer_of_a_damaged_file_has_its_usual_names_and_is_not_complete(
    tmp_path: Path,
) -> None:
    paths = write(
        replace(make(), complete=False, trace=replace(make().trace, broken=(Box(0, 0, 64, 32),))),
        tmp_path,
    )
    assert paths["answer"].name == "answer.json"
    assert json.loads(paths["answer"].read_text(encoding="utf-8"))["complete"] is False
    with rasterio.open(paths["mask"]) as dataset:
        assert dataset.tags()["GEOMAG_COMPLETE"] == "no"


def test_what_an_earlier_answer_had_and_this_one_has_not_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heat = np.zeros((6, 8), np.float32)
    for stopped in (False, True):
        full_one = replace(
            make(), complete=not stopped, stopped=stopped, trace=replace(make().trace, heat=heat)
        )
        write(full_one, tmp_path)
        before = names(tmp_path)
        plain = replace(make("region"), complete=not stopped, stopped=stopped)
        with monkeypatch.context() as patch:
            patch.setattr(write_module, "_save", full)
            with pytest.raises(OutputError):
                write(plain, tmp_path)
        assert names(tmp_path) == before  # only when all else is in place
        write(plain, tmp_path)
        mark = ".partial" if stopped else ""
        assert {f"mask{mark}.tif", f"mask{mark}.qml", f"heat{mark}.png"} == set(before) - set(
            names(tmp_path)
        )


def test_an_unknown_vector_format(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="geojson or gpkg"):
        write(make(), tmp_path / "out", vector="shp")
    assert not (tmp_path / "out").exists()
