"""STAC: which picture of an item is taken, what is left out and why, and that what is written is valid and read again."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pystac
import pytest
import shapely

from geomagnifier.errors import DataCorrupt, LibraryMissing
from geomagnifier.geometry import Box
from geomagnifier.io import footprint
from geomagnifier.io.hit import Hit
from geomagnifier.io.stac import ItemAnswer, read_items, write_items

SUFFIXES = (".tif", ".jpg")
SQUARE = {"type": "Polygon", "coordinates": [[[11, 48], [12, 48], [12, 49], [11, 49], [11, 48]]]}


def collection(path: Path, **assets: dict[str, dict]) -> Path:
    """One item of each name, with these assets."""
    items = []
    for name, given in assets.items():
        item = pystac.Item(name, SQUARE, [11, 48, 12, 49], datetime(2024, 1, 31, 12, tzinfo=UTC), {})
        for key, told in given.items():
            item.add_asset(key, pystac.Asset(told["href"], roles=told.get("roles")))
        items.append(item)
    path.write_text(json.dumps(pystac.ItemCollection(items).to_dict()))
    return path


def test_one_picture_of_each_item(tmp_path):
    path = collection(
        tmp_path / "items.json",
        roles={
            "thumb": {"href": "t.jpg", "roles": ["thumbnail"]},
            "b2": {"href": "b2.tif", "roles": ["data"]},
            "rgb": {"href": "./sub/rgb.tif", "roles": ["visual"]},
            "meta": {"href": "m.json", "roles": ["metadata"]},
        },
        only_thumb={"thumb": {"href": "only.jpg", "roles": ["thumbnail"]}},
        file_url={"image": {"href": (tmp_path / "with space.tif").as_uri()}},
        remote={"image": {"href": "https://example.com/a.tif"}},
        bucket={"image": {"href": "s3://bucket/a.tif"}},
        none={"meta": {"href": "m.json"}},
    )
    pictures, left_out = read_items(path, SUFFIXES)
    assert [picture.path for picture in pictures] == [tmp_path / "sub/rgb.tif", tmp_path / "only.jpg", tmp_path / "with space.tif"]
    assert pictures[0].date == datetime(2024, 1, 31, 12) and footprint.bounds(pictures[0].outline) == (11, 48, 12, 49)
    reasons = [reason for _, reason in left_out]
    assert (
        "https://example.com/a.tif; download it first" in reasons[0]
        and "s3://" in reasons[1]
        and "no asset that is a picture" in reasons[2]
    )


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"type": "FeatureCollection", "features": [{"type": "Feature"}]}', "\0"])
def test_what_is_no_collection(tmp_path, text):
    path = tmp_path / "items.json"
    path.write_text(text)
    with pytest.raises(DataCorrupt, match="no STAC ItemCollection"):
        read_items(path, SUFFIXES)


def test_what_is_written_is_stac(tmp_path):
    (tmp_path / "pictures").mkdir()
    for name in ("pictures/a.tif", "b.jpg"):
        (tmp_path / name).write_bytes(b"x")
    outline = shapely.to_wkb(shapely.box(11, 48, 12, 49))
    hits = [
        Hit(tmp_path / "pictures/a.tif", 0.5, Box(0, 0, 60, 60), 100, 90, 0.5, "EPSG:32632", datetime(2024, 1, 31), "name", outline),
        Hit(tmp_path / "b.jpg", 0.25, None, 100, 90),
        Hit(tmp_path / "again/a.tif", 0.1, None, 100, 90),
    ]
    answers = [ItemAnswer("How many ships?", "There are 3 ships.", 3, {"answer": tmp_path / "out/1/answer.json"}), None]
    write_items(tmp_path / "items.json", hits, answers)
    told = json.loads((tmp_path / "items.json").read_text())
    assert told["type"] == "FeatureCollection" and [feature["id"] for feature in told["features"]] == ["a", "b", "a-2"]
    for feature in told["features"]:  # what the specification asks of an item
        assert feature["type"] == "Feature" and feature["stac_version"] and {"geometry", "properties", "links", "assets"} <= set(feature)
        assert feature["properties"]["datetime"].endswith("Z") and ("bbox" in feature) == (feature["geometry"] is not None)
    first, second, _ = pystac.ItemCollection.from_dict(told).items
    assert first.bbox == [11, 48, 12, 49] and first.datetime == datetime(2024, 1, 31, tzinfo=UTC)
    assert first.properties["geomag:question"] == "How many ships?" and first.properties["geomag:count"] == 3
    assert first.properties["geomag:tile"] == [0, 0, 60, 60] and first.properties["gsd"] == 0.5
    assert first.assets["image"].href == "pictures/a.tif" and first.assets["answer"].href == "out/1/answer.json"
    assert second.geometry is None and second.properties["geomag:date_from"] == "file" and "geomag:text" not in second.properties
    pictures, left_out = read_items(tmp_path / "items.json", SUFFIXES)
    assert [picture.path for picture in pictures][:2] == [hits[0].path, hits[1].path] and not left_out


def test_without_the_library_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pystac", None)
    with pytest.raises(LibraryMissing, match=r"geomagnifier\[archive\]"):
        write_items(tmp_path / "items.json", [])
