"""STAC: what is written is valid, and is read again."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import pystac
import pytest
import shapely

from geomagnifier.errors import LibraryMissing, install
from geomagnifier.export.search_hit import Hit
from geomagnifier.export.stac import ItemAnswer, write_items
from geomagnifier.geometry import Box
from geomagnifier.raster.stac_items import read_items

SUFFIXES = (".tif", ".jpg")

ODD = [
    "my scene.tif",
    "a#1.tif",
    "50%.tif",
    "a%20b.tif",
    "a?b.tif",
    "a:b.tif",
    "Müller 船.tif",
    "a+b&c.tif",
    "b.c/d e.tif",
]


@pytest.mark.parametrize("name", ODD)
def test_a_name_is_written_as_a_uri_reference_and_read_back(tmp_path, name):
    (tmp_path / "x" / name).parent.mkdir(parents=True)
    (tmp_path / "x" / name).write_bytes(b"x")
    write_items(tmp_path / "items.json", [Hit(tmp_path / "x" / name, 0.5, None, 100, 90)])
    (item,) = pystac.ItemCollection.from_file(str(tmp_path / "items.json")).items
    href = item.assets["image"].href
    assert (
        urlsplit(href).fragment == urlsplit(href).query == urlsplit(href).scheme == ""
        and href.isascii()
        and " " not in href
    )
    assert unquote(href) == f"x/{name}"
    assert [picture.path for picture in read_items(tmp_path / "items.json", SUFFIXES)[0]] == [
        tmp_path / "x" / name
    ]


def test_what_is_written_is_stac(tmp_path):
    (tmp_path / "pictures").mkdir()
    for name in ("pictures/a.tif", "b.jpg"):
        (tmp_path / name).write_bytes(b"x")
    outline = shapely.to_wkb(shapely.box(11, 48, 12, 49))
    hits = [
        Hit(
            tmp_path / "pictures/a.tif",
            0.5,
            Box(0, 0, 60, 60),
            100,
            90,
            0.5,
            "EPSG:32632",
            datetime(2024, 1, 31),
            "name",
            outline,
        ),
        Hit(tmp_path / "b.jpg", 0.25, None, 100, 90),
        Hit(tmp_path / "again/a.tif", 0.1, None, 100, 90),
    ]
    files = {"answer": tmp_path / "out/1/answer.json"}
    answers = [
        ItemAnswer(
            "How long are the ships?",
            "The mean length of the 3 ships is 51.5 m.",
            3,
            files,
            51.5,
            "m",
        ),
        None,
    ]
    write_items(tmp_path / "items.json", hits, answers)
    told = json.loads((tmp_path / "items.json").read_text())
    assert told["type"] == "FeatureCollection" and [
        feature["id"] for feature in told["features"]
    ] == ["a", "b", "a-2"]
    for feature in told["features"]:  # what the specification asks of an item
        assert (
            feature["type"] == "Feature"
            and feature["stac_version"]
            and {"geometry", "properties", "links", "assets"} <= set(feature)
        )
        assert feature["properties"]["datetime"].endswith("Z") and ("bbox" in feature) == (
            feature["geometry"] is not None
        )
    first, second, _ = pystac.ItemCollection.from_dict(told).items
    assert first.bbox == [11, 48, 12, 49] and first.datetime == datetime(2024, 1, 31, tzinfo=UTC)
    assert (
        first.properties["geomag:question"] == "How long are the ships?"
        and first.properties["geomag:count"] == 3
    )
    assert (first.properties["geomag:value"], first.properties["geomag:unit"]) == (51.5, "m")
    assert first.properties["geomag:tile"] == [0, 0, 60, 60] and first.properties["gsd"] == 0.5
    assert (
        first.assets["image"].href == "pictures/a.tif"
        and first.assets["answer"].href == "out/1/answer.json"
    )
    assert (
        second.geometry is None
        and second.properties["geomag:date_from"] == "file"
        and "geomag:text" not in second.properties
    )
    pictures, left_out = read_items(tmp_path / "items.json", SUFFIXES)
    assert [picture.path for picture in pictures][:2] == [
        hits[0].path,
        hits[1].path,
    ] and not left_out


def test_without_the_library_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pystac", None)
    with pytest.raises(LibraryMissing, match=re.escape(install("archive"))):
        write_items(tmp_path / "items.json", [])
