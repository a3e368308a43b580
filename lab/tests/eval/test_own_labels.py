"""A user's own labels become cases, whatever their form."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from eval import own_set
from rasterio import Affine
from rasterio import open as raster

from geomagnifier.errors import OptionError
from geomagnifier_lab.datasets.benchmarks.checks import picture_size
from geomagnifier_lab.eval.own_labels import read_own, within_areas
from geomagnifier_lab.eval.predictions import Header, Predictions


@pytest.mark.parametrize("form", ["coco", "yolo"])
def test_coco_and_yolo_are_the_same_cases(form: str, tmp_path: Path) -> None:
    own = read_own(own_set.coco(tmp_path) if form == "coco" else own_set.yolo(tmp_path))
    assert own.benchmark.classes == own_set.CLASSES
    found = {
        case.id: [(t.label, tuple(round(v) for v in t.box)) for t in case.things]
        for case in own.cases
    }
    assert found == own_set.LABELS
    assert own.cameras == (own_set.CAMERAS if form == "coco" else {})


def test_cameras_of_a_table(tmp_path: Path) -> None:
    source, table = own_set.coco(tmp_path, cameras=False), tmp_path / "cameras.csv"
    table.write_text("file_name,camera\nimages/a.png,phone\nother.png,none\n")
    assert read_own(source, cameras=table).cameras == {"a.png": "phone"}
    table.write_text("name,kind\n")
    with pytest.raises(OptionError, match="name, kind"):
        read_own(source, cameras=table)


def test_outlines_over_a_scene_count_where_it_is_labelled(tmp_path: Path) -> None:
    # of 16 bits, which Pillow cannot read
    pixels = np.full((3, 80, 100), 900, np.uint16)
    place = {"crs": "EPSG:32633", "transform": Affine(1, 0, 500000, 0, -1, 5000000)}
    with raster(
        tmp_path / "s.tif",
        "w",
        driver="GTiff",
        width=100,
        height=80,
        count=3,
        dtype="uint16",
        **place,
    ) as file:
        file.write(pixels)
    squares = [(10, 10), (60, 30)]
    features = [
        {
            "type": "Feature",
            "properties": {"what": "ship"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        [500000 + x + a, 5000000 - y - b]
                        for a, b in ((0, 0), (16, 0), (16, 16), (0, 16), (0, 0))
                    ]
                ],
            },
        }
        for x, y in squares
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}
    layer = tmp_path / "own.geojson"
    layer.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))
    own = read_own(layer, tmp_path / "s.tif", column="what")
    (case,) = own.cases
    assert [tuple(map(round, t.box)) for t in case.things] == [(10, 10, 26, 26), (60, 30, 76, 46)]
    assert tuple(map(round, own.areas["s.tif"])) == (10, 10, 76, 46)
    assert picture_size(case.image) == (100, 80)
    said = {
        "id": "s.tif",
        "boxes": [[10, 10, 26, 26], [80, 60, 96, 76]],
        "scores": [0.9, 0.8],
        "names": ["ship", "ship"],
    }
    header = Header("own", "all", "m", "", 1)
    cut = within_areas(Predictions(header, {"s.tif": 0}, lambda _: said), own.areas)
    assert cut["s.tif"]["boxes"] == [[10, 10, 26, 26]]
    assert cut["s.tif"]["names"] == ["ship"] and cut["s.tif"]["scores"] == [0.9]
