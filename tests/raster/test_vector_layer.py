"""Polygons of a GIS file on the pixels of a scene, and files that are refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from geomagnifier.errors import DataCorrupt, OptionError
from geomagnifier.raster.vector_layer import read_layer
from geomagnifier.types import SceneInfo

SCENE = SceneInfo("a.tif", 100, 80, 3, "EPSG:32633", (0.5, 0, 500_000, 0, -0.5, 5_000_000), 0.5)
SQUARE = [[500_010, 4_999_980], [500_020, 4_999_980], [500_020, 4_999_990], [500_010, 4_999_990]]


def write(path: Path, features: list[object], **members: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **members}))
    return path


def feature(coordinates: object, shape: str = "Polygon", **properties: object) -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": {"type": shape, "coordinates": coordinates},
        "properties": properties,
    }


UTM = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}


def test_a_polygon_lands_on_its_pixels_and_others_are_left_out(tmp_path: Path) -> None:
    ring = [*SQUARE, SQUARE[0]]
    features: list[object] = [
        feature([ring], use="barn"),
        feature([500_000, 5_000_000], "Point", use="tree"),
        feature([ring]),
        "no feature",
    ]
    layer = read_layer(write(tmp_path / "a.geojson", features, crs=UTM), "use")
    assert layer.names == ("barn",) and layer.numbers == (1,)
    assert [number for number, _ in layer.left_out] == [2, 3, 4]
    ((outer, holes),) = layer.on(SCENE)
    assert not holes and np.abs(outer[0] - [[20, 40], [40, 40], [40, 20], [20, 20]]).max() < 1e-3


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    named = write(tmp_path / "a.geojson", [feature([[*SQUARE, SQUARE[0]]], use="barn")], crs=UTM)
    with pytest.raises(DataCorrupt, match="no column 'kind'; it has use"):
        read_layer(named, "kind")
    with pytest.raises(OptionError, match="no layer 'roofs'; it has a"):
        read_layer(named, None, "roofs")
    link = {"type": "link", "properties": {"href": "http://example.org/crs"}}
    with pytest.raises(DataCorrupt, match="as an address, which is not followed"):
        read_layer(write(tmp_path / "b.geojson", [], crs=link))
    (tmp_path / "c.gpkg").write_text("<GDALTileIndexDataset>")
    with pytest.raises(DataCorrupt, match="is not what its name says"):
        read_layer(tmp_path / "c.gpkg")
