"""STAC: which image of an item is taken, what is left out and why, and what is written.

That is valid, and is read again.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pystac
import pytest
import shapely

from geomagnifier.errors import DataCorrupt, LibraryMissing, install
from geomagnifier.export import stac
from geomagnifier.export.search_hit import Hit
from geomagnifier.export.stac import ItemAnswer, read_items, write_items
from geomagnifier.geometry import Box
from geomagnifier.raster import footprint

SUFFIXES = (".tif", ".jpg")
SQUARE = {"type": "Polygon", "coordinates": [[[11, 48], [12, 48], [12, 49], [11, 49], [11, 48]]]}


def collection(path: Path, **assets: dict[str, dict]) -> Path:
    """One item of each name, with these assets."""
    items = []
    for name, given in assets.items():
        item = pystac.Item(
            name, SQUARE, [11, 48, 12, 49], datetime(2024, 1, 31, 12, tzinfo=UTC), {}
        )
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
    assert [picture.path for picture in pictures] == [
        tmp_path / "sub/rgb.tif",
        tmp_path / "only.jpg",
        tmp_path / "with space.tif",
    ]
    assert pictures[0].date == datetime(2024, 1, 31, 12) and footprint.bounds(
        pictures[0].outline
    ) == (11, 48, 12, 49)
    reasons = [reason for _, reason in left_out]
    assert (
        "https://example.com/a.tif; download it first" in reasons[0]
        and "s3://" in reasons[1]
        and "no image asset" in reasons[2]
    )


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[1]", '{"type": "FeatureCollection", "features": [{"type": "Feature"}]}', "\0"],
)
def test_what_is_no_collection(tmp_path, text):
    path = tmp_path / "items.json"
    path.write_text(text)
    with pytest.raises(DataCorrupt, match="no STAC ItemCollection"):
        read_items(path, SUFFIXES)


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


@pytest.mark.parametrize(
    ("href", "name"),
    [
        ("./my%20scene.tif", "my scene.tif"),
        ("my scene.tif", "my scene.tif"),
        ("./a%2520b.tif", "a%20b.tif"),
        ("a%20b.tif", "a%20b.tif"),  # written without encoding: there is no such file as "a b.tif"
        ("a#1.tif", "a#1.tif"),
        ("sub/../b%C3%BC.tif", "bü.tif"),
        ("c%2Etif", "c.tif"),
        ("scene:1.tif", "scene:1.tif"),
    ],
)
def test_an_href_is_a_uri_reference(tmp_path, href, name):
    (tmp_path / name).write_bytes(b"x")
    path = collection(tmp_path / "items.json", one={"image": {"href": href}})
    (picture,), left_out = read_items(path, SUFFIXES)
    assert picture.path == tmp_path / name and not left_out


def test_the_encoded_name_comes_first(tmp_path):
    for name in ("a b.tif", "a%20b.tif"):
        (tmp_path / name).write_bytes(b"x")
    (picture,), _ = read_items(
        collection(tmp_path / "items.json", one={"image": {"href": "a%20b.tif"}}), SUFFIXES
    )
    assert picture.path == tmp_path / "a b.tif"


@pytest.mark.parametrize(
    "href",
    [
        "file:///{0}/a%20b.tif",
        "file://localhost/{0}/a%20b.tif",
        "file:/{0}/a%20b.tif",
        "/{0}/a%20b.tif",
    ],
)
def test_absolute_hrefs(tmp_path, href):
    path = collection(
        tmp_path / "items.json", one={"image": {"href": href.format(str(tmp_path).lstrip("/"))}}
    )
    assert [picture.path for picture in read_items(path, SUFFIXES)[0]] == [tmp_path / "a b.tif"]


@pytest.mark.parametrize(
    "href",
    [
        "https://a.org/a.tif",
        "s3://a/a.tif",
        "//a.org/a.tif",
        "file://a.org/a.tif",
        "/vsicurl/a.tif",
        "%2Fvsicurl%2Fa.tif",
        "x/../../../../../../../../../vsis3/a.tif",
        "http://[a.tif",
        "a%00b.tif",
    ],
)
def test_what_is_elsewhere_is_left_out(tmp_path, href):
    pictures, [(_, why)] = read_items(
        collection(tmp_path / "items.json", one={"image": {"href": href}}), SUFFIXES
    )
    assert not pictures and "download it first" in why


def item_file(path: Path, href: str, own: str | None = None, name: str = "one") -> Path:
    """An Item with one picture, as JSON of its own."""
    item = pystac.Item(name, SQUARE, [11, 48, 12, 49], datetime(2024, 1, 31, 12, tzinfo=UTC), {})
    item.add_asset("image", pystac.Asset(href, roles=["data"]))
    told = item.to_dict(include_self_link=False)
    told["links"] += [{"rel": "self", "href": own}] if own else []
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told))
    return path


def catalog_file(path: Path, *links: tuple[str, str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {"type": "Catalog", "stac_version": "1.0.0", "id": path.stem, "description": "x"}
    path.write_text(
        json.dumps(told | {"links": [{"rel": rel, "href": href} for rel, href in links]})
    )
    return path


def test_relative_hrefs_start_at_the_items_own_place(tmp_path):
    item = json.loads(item_file(tmp_path / "one.json", "./a.tif", "./sub/one.json").read_text())
    (tmp_path / "all.json").write_text(
        json.dumps({"type": "FeatureCollection", "features": [item]})
    )
    for name in ("one.json", "all.json"):  # a picture that is not there is told where it is opened
        assert [picture.path for picture in read_items(tmp_path / name, SUFFIXES)[0]] == [
            tmp_path / "sub/a.tif"
        ]
    (tmp_path / "a.tif").write_bytes(b"x")  # the folder was moved
    assert [picture.path for picture in read_items(tmp_path / "all.json", SUFFIXES)[0]] == [
        tmp_path / "a.tif"
    ]


def test_an_item_from_elsewhere_may_lie_beside_its_picture(tmp_path):
    path = item_file(tmp_path / "one.json", "./a.tif", "https://a.org/items/one.json")
    pictures, [(_, why)] = read_items(path, SUFFIXES)
    assert not pictures and "https://a.org/items/a.tif; download it first" in why
    (tmp_path / "a.tif").write_bytes(b"x")
    assert [picture.path for picture in read_items(path, SUFFIXES)[0]] == [tmp_path / "a.tif"]


def test_an_item_alone(tmp_path):
    (picture,), left_out = read_items(item_file(tmp_path / "one.json", "./a.tif"), SUFFIXES)
    assert (
        picture.path == tmp_path / "a.tif"
        and picture.date == datetime(2024, 1, 31, 12)
        and not left_out
    )


def test_a_catalog_is_followed_and_ends(tmp_path):
    item_file(tmp_path / "items/one 1/one.json", "./a.tif")
    item_file(tmp_path / "items/two.json", "../b.tif")
    catalog_file(
        tmp_path / "sub/child.json",
        ("item", "../items/two.json"),
        ("child", "../catalog.json"),
        ("child", "./child.json"),
    )
    (tmp_path / "broken.json").write_text("{")
    links = [
        ("item", "./items/one%201/one.json"),
        ("child", "sub/child.json"),
        ("item", "./items/one%201/one.json"),
        ("self", "catalog.json"),
    ]
    links += [
        ("item", "https://a.org/three.json"),
        ("item", "gone.json"),
        ("child", "broken.json"),
        ("item", "items"),
        ("root", "x.json"),
    ]
    pictures, left_out = read_items(catalog_file(tmp_path / "catalog.json", *links), SUFFIXES)
    assert [picture.path for picture in pictures] == [
        tmp_path / "items/one 1/a.tif",
        tmp_path / "b.tif",
    ]
    told = " ".join(why for _, why in left_out)
    assert (
        len(left_out) == 4
        and "https://a.org/three.json; download it first" in told
        and "gone.json cannot be opened" in told
    )
    assert "broken.json is no STAC" in told


def test_a_catalog_made_by_pystac(tmp_path):
    made = pystac.Catalog("all", "x")
    part = pystac.Collection(
        "part",
        "x",
        pystac.Extent(
            pystac.SpatialExtent([[11, 48, 12, 49]]), pystac.TemporalExtent([[None, None]])
        ),
    )
    made.add_child(part)
    for number in range(3):
        item = pystac.Item(
            f"i{number}", SQUARE, [11, 48, 12, 49], datetime(2024, 1, 31, tzinfo=UTC), {}
        )
        item.add_asset("image", pystac.Asset("./image.tif", roles=["visual"]))
        part.add_item(item)
    made.normalize_and_save(str(tmp_path), pystac.CatalogType.SELF_CONTAINED)
    pictures, left_out = read_items(tmp_path / "catalog.json", SUFFIXES)
    assert [picture.path for picture in pictures] == [
        tmp_path / f"part/i{number}/image.tif" for number in range(3)
    ] and not left_out


def test_a_deep_catalog_is_not_followed_without_end(tmp_path, monkeypatch):
    for level in range(6):
        catalog_file(tmp_path / f"{level}.json", ("child", f"{level + 1}.json"))
    item_file(tmp_path / "6.json", "a.tif")
    assert len(read_items(tmp_path / "0.json", SUFFIXES)[0]) == 1
    monkeypatch.setattr(stac, "DEEP", 3)
    pictures, [(_, why)] = read_items(tmp_path / "0.json", SUFFIXES)
    assert not pictures and "at most" in why and "4.json" in why


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


def test_what_is_wrong_in_one_item_or_link_leaves_out_that_one(tmp_path):
    path = collection(tmp_path / "items.json", good={"image": {"href": "a.tif"}})
    told = json.loads(path.read_text())
    told["features"] += [{"type": "Feature"}, None]
    path.write_text(json.dumps(told), encoding="utf-8-sig")
    pictures, left_out = read_items(path, SUFFIXES)
    assert [picture.path.name for picture in pictures] == ["a.tif"]
    assert [reason.split(": ")[1][:25] for _, reason in left_out] == [
        "feature 1 is no STAC Item",
        "feature 2 is no STAC Item",
    ]
    links = [{"rel": "item", "href": "items.json"}, {"rel": "item", "href": None}, {"rel": "child"}]
    (tmp_path / "catalog.json").write_text(
        json.dumps({"type": "Catalog", "id": "c", "stac_version": "1.0.0", "links": links})
    )
    pictures, left_out = read_items(tmp_path / "catalog.json", SUFFIXES)
    assert [picture.path.name for picture in pictures] == [
        "a.tif"
    ] and "2 links have no href" in left_out[0][1]
