"""STAC: which image of an item is taken, from where, and what is left out and why."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pystac
import pytest
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

from geomagnifier.errors import DataCorrupt, GeomagWarning, SceneUnreadable
from geomagnifier.raster import footprint, stac_documents
from geomagnifier.raster.scene import open_scene
from geomagnifier.raster.stac_items import read_items
from geomagnifier.types import Window
from web_files import serving

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
        and "no asset that is a picture" in reasons[2]
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
    monkeypatch.setattr(stac_documents, "DEEP", 3)
    pictures, [(_, why)] = read_items(tmp_path / "0.json", SUFFIXES)
    assert not pictures and "at most" in why and "4.json" in why


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


def noise(*shape: int, dtype: str = "uint8", high: int = 256):
    return np.random.default_rng(0).integers(0, high, shape).astype(dtype)


def save(path: Path, bands, **profile) -> Path:
    profile = PLACE | {"driver": "GTiff"} | profile
    count, height, width = bands.shape
    size = {"count": count, "height": height, "width": width, "dtype": bands.dtype}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", **size, **profile) as dataset:
            dataset.write(bands)
    return path


PLACE = {"crs": "EPSG:32633", "transform": Affine(0.5, 0, 500_000, 0, -0.5, 5_000_000)}
BARE = {"crs": None, "transform": Affine.identity()}


def stac_item(name: str, assets: dict, **properties) -> dict:
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "geometry": SQUARE,
        "bbox": [11, 48, 12, 49],
        "properties": {"datetime": "2024-01-31T00:00:00Z", **properties},
        "links": [],
        "assets": assets,
    }


@pytest.fixture
def web(tmp_path):
    with serving(tmp_path / "web", tmp_path / "log") as found:
        yield found


@pytest.fixture
def allowed(monkeypatch):
    monkeypatch.setenv("GEOMAG_ALLOW", "network")


def test_an_item_is_a_scene_by_role_and_name(tmp_path):
    save(tmp_path / "b2.tif", noise(1, 8, 9))
    save(tmp_path / "rgb.tif", noise(3, 20, 30))
    assets = {
        "b2": {"href": "b2.tif", "roles": ["data"]},
        "tci": {"href": "./rgb.tif", "roles": ["visual"]},
        "meta": {"href": "m.xml", "roles": ["metadata"]},
    }
    path = tmp_path / "item.json"
    path.write_text(json.dumps(stac_item("S2 1/A", assets)))
    with open_scene(path) as scene:
        assert (scene.info.name, scene.info.bands) == ("S2 1/A/tci", 3)
    for named in ("#/b2", "#S2%201%2FA/b2"):
        with open_scene(f"{path}{named}") as scene:
            assert (scene.info.name, scene.info.width) == ("S2 1/A/b2", 9)
    with pytest.raises(SceneUnreadable, match=r"no asset 'b9'; it has b2 \(data\), tci \(visual\)"):
        open_scene(f"{path}#/b9")
    with pytest.raises(SceneUnreadable, match="holds no item 'B'"):
        open_scene(f"{path}#B")


def test_an_item_without_an_image_lists_its_assets(tmp_path):
    path = tmp_path / "item.json"
    path.write_text(json.dumps(stac_item("one", {"m": {"href": "m.xml", "roles": ["metadata"]}})))
    with pytest.raises(SceneUnreadable, match=r"no asset that is an image; it has m \(metadata\)$"):
        open_scene(path)


def test_assets_of_one_role_are_told(tmp_path):
    save(tmp_path / "a.tif", noise(3, 8, 9))
    assets = {name: {"href": "a.tif", "roles": ["data"]} for name in ("red", "nir")}
    path = tmp_path / "item.json"
    path.write_text(json.dumps(stac_item("one", assets)))
    with pytest.warns(GeomagWarning, match=r"one/red is read, .* \(nir\); --asset chooses another"):
        open_scene(path).close()


def test_metadata_is_used_where_the_file_says_nothing(tmp_path):
    save(tmp_path / "bare.tif", noise(1, 20, 30, dtype="int16", high=900), **BARE)
    given = {
        "href": "bare.tif",
        "proj:shape": [20, 30],
        "proj:transform": [10, 0, 500_000, 0, -10, 5_000_000, 0, 0, 1],
        "raster:bands": [{"nodata": 7, "scale": 0.1, "offset": -2, "unit": "m"}],
    }
    path = tmp_path / "item.json"
    path.write_text(json.dumps(stac_item("one", {"data": given}, **{"proj:epsg": 32633})))
    with open_scene(path) as scene:
        assert scene.info.crs == "EPSG:32633" and scene.info.gsd == pytest.approx(10, rel=1e-3)
        layout = scene.layout
        assert (layout.nodata, layout.scale, layout.offset) == ((7.0,), (0.1,), (-2.0,))
        assert layout.units == ("m",) and layout.stated_by == "the STAC item one"
        box = scene.info.box
        valid = scene.read(Window(box, 30, 20, "test", box)).valid
        with rasterio.open(tmp_path / "bare.tif") as file:
            assert valid is not None and np.array_equal(valid, file.read(1) != 7)


def test_the_file_counts_before_the_metadata(tmp_path):
    save(tmp_path / "a.tif", noise(1, 20, 30), nodata=3, **PLACE)
    given = {"href": "a.tif", "proj:transform": [9, 0, 0, 0, -9, 0], "nodata": 7}
    path = tmp_path / "item.json"
    path.write_text(json.dumps(stac_item("one", {"data": given}, **{"proj:code": "EPSG:4326"})))
    with open_scene(path) as scene:
        assert scene.info.crs == "EPSG:32633" and scene.info.gsd == pytest.approx(0.5, rel=1e-3)
        assert scene.layout.nodata == (3.0,)


def test_metadata_of_another_size_is_not_used(tmp_path):
    save(tmp_path / "bare.tif", noise(1, 20, 30), **BARE)
    given = {"href": "bare.tif", "proj:shape": [40, 60], "proj:bbox": [0, 0, 600, 400]}
    path = tmp_path / "item.json"
    path.write_text(json.dumps(stac_item("one", {"data": given}, **{"proj:code": "EPSG:32633"})))
    with pytest.warns(GeomagWarning, match="an image of 60 x 40 px lies, and one/data has 30 x 20"):
        scene = open_scene(path)
    assert scene.info.transform is None
    scene.close()


def test_bounds_stand_for_a_transform(tmp_path):
    save(tmp_path / "bare.tif", noise(1, 20, 30), **BARE)
    given = {"href": "bare.tif", "proj:shape": [20, 30], "proj:bbox": [0, 0, 600, 400]}
    path = tmp_path / "item.json"
    path.write_text(json.dumps(stac_item("one", {"data": given}, **{"proj:code": "EPSG:32633"})))
    with open_scene(path) as scene:
        assert scene.info.transform == (20, 0, 0, 0, -20, 400)


def test_several_items_are_listed(tmp_path):
    save(tmp_path / "a.tif", noise(1, 8, 9))
    save(tmp_path / "b.tif", noise(1, 8, 11))
    features = [
        stac_item(name, {"image": {"href": href}})
        for name, href in (("x", "a.tif"), ("x", "b.tif"), ("y", "b.tif"))
    ]
    path = tmp_path / "search.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with pytest.raises(SceneUnreadable, match=r"several items \(x, x~2, y\); ask one of them as "):
        open_scene(path)
    with open_scene(f"{path}#x~2") as scene:
        assert scene.info.width == 11


def test_a_catalog_on_the_network(tmp_path, web, allowed):
    save(web.folder / "a.tif", noise(3, 64, 80), tiled=True, blockxsize=16, blockysize=16)
    (web.folder / "items").mkdir()
    (web.folder / "items/one.json").write_text(
        json.dumps(stac_item("one", {"image": {"href": "../a.tif", "roles": ["data"]}}))
    )
    links = (("item", "./items/one.json"), ("item", "gone.json"))
    catalog_file(web.folder / "catalog.json", *links)
    with open_scene(f"{web.address}/catalog.json#one") as scene:
        assert (scene.info.name, scene.info.width) == ("one/image", 80)
    assert "/items/one.json" in web.asked() and "/a.tif" in web.asked()
    with pytest.raises(SceneUnreadable, match=r"/none.json was answered with HTTP status 404"):
        open_scene(f"{web.address}/none.json")


def test_a_search_result_with_images_on_the_network(tmp_path, web, monkeypatch):
    save(web.folder / "a.tif", noise(3, 64, 80))
    image = {"href": f"{web.address}/a.tif", "roles": ["visual"]}
    path = tmp_path / "search.json"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": [stac_item("one", {"image": image})]})
    )
    monkeypatch.delenv("GEOMAG_ALLOW", raising=False)
    pictures, [(_, why)] = read_items(path, SUFFIXES)
    assert not pictures and "set GEOMAG_ALLOW=network" in why
    with pytest.raises(SceneUnreadable, match="set GEOMAG_ALLOW=network"):
        open_scene(path)
    assert web.asked() == []
    monkeypatch.setenv("GEOMAG_ALLOW", "network")
    (picture,), left_out = read_items(path, SUFFIXES)
    assert str(picture.path) == f"{path}#one" and picture.file == path and not left_out
    with open_scene(picture.path) as scene:
        assert scene.info.width == 80


def test_a_downloaded_catalog_leads_to_where_it_was_published(tmp_path, web, allowed):
    item = stac_item("one", {"image": {"href": "https://example.org/a.tif"}})
    (web.folder / "one.json").write_text(json.dumps(item))
    path = catalog_file(
        tmp_path / "catalog.json", ("item", "./one.json"), ("self", f"{web.address}/catalog.json")
    )
    (picture,), left_out = read_items(path, SUFFIXES)
    assert str(picture.path) == f"{path}#one" and not left_out


def test_the_network_leads_to_no_file_of_this_machine(tmp_path, web, allowed):
    save(tmp_path / "secret.tif", noise(3, 8, 9))
    secret = (tmp_path / "secret.tif").as_uri()
    (web.folder / "item.json").write_text(json.dumps(stac_item("one", {"image": {"href": secret}})))
    with pytest.raises(SceneUnreadable, match=r"lies at file:.* cannot be opened"):
        open_scene(f"{web.address}/item.json")
    catalog_file(web.folder / "catalog.json", ("item", (tmp_path / "x.json").as_uri()))
    with pytest.raises(SceneUnreadable, match=r"holds no items; .*file:.*; download it first"):
        open_scene(f"{web.address}/catalog.json")
