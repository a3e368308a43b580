"""Footprints of hits as a layer that a GIS opens."""

from __future__ import annotations

import json
from pathlib import Path

import pyogrio
import shapely

from geomagnifier.export.hit_layer import write_layer
from geomagnifier.export.search_hit import Hit

SQUARE = shapely.to_wkb(shapely.box(11, 48, 12, 49))


def hits(folder: Path) -> list[Hit]:
    return [
        Hit(folder / "a.png", 0.75, None, 800, 400, 0.5, "EPSG:32632", outline=SQUARE),
        Hit(folder / "gone.tif", 0.5, None, 100, 90),
    ]


def test_the_layer_opens_in_a_gis(tmp_path: Path) -> None:
    assert write_layer(tmp_path / "hits.geojson", "boats", hits(tmp_path)) == 1
    told = json.loads((tmp_path / "hits.geojson").read_text())
    assert told["query"] == "boats" and told["features"][1]["geometry"] is None
    info, _, shapes, fields = pyogrio.raw.read(tmp_path / "hits.geojson")
    columns = dict(zip(info["fields"], fields, strict=True))
    assert "4326" in info["crs"] or "CRS84" in info["crs"]
    assert shapely.from_wkb(shapes[0]).bounds == (11, 48, 12, 49) and columns["rank"].tolist() == [
        1,
        2,
    ]
    assert columns["score"].tolist() == [0.75, 0.5] and columns["path"][0].endswith(".png")
