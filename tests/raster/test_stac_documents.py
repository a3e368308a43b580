"""STAC documents: hrefs as files and addresses, and items found along links."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from geomagnifier.errors import DataCorrupt
from geomagnifier.raster import stac_documents
from geomagnifier.raster.stac_documents import Found, decoded, href_path, place_of, walk


def item(name: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "geometry": None,
        "properties": {"datetime": "2024-01-31T00:00:00Z"},
        "links": [],
        "assets": {},
    }


def write(path: Path, document: Any) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document))
    return str(path)


def links(*hrefs: str | None) -> dict[str, Any]:
    rows = [{"rel": "item", "href": href} if href else {"rel": "child"} for href in hrefs]
    return {"type": "Catalog", "stac_version": "1.0.0", "id": "all", "links": rows}


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("./b%20c.tif", "/a/b c.tif"),
        ("../c.tif", "/c.tif"),
        ("file:///x/y%231.tif", "/x/y#1.tif"),
        ("file://localhost/x.tif", "/x.tif"),
        ("scene:1.tif", "/a/scene:1.tif"),
        ("https://x.org/a.tif", None),
        ("file://other/x.tif", None),
        ("http://[", None),
        ("/vsicurl/x", None),
        ("a%00b", None),
    ],
)
def test_an_href_names_a_file_of_this_machine_or_none(href: str, path: str | None) -> None:
    assert href_path(href, [Path("/a")]) == (None if path is None else Path(path))


def test_the_first_folder_with_such_a_file_counts(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    assert href_path("a.tif", [one, two]) == one / "a.tif"
    (two / "a.tif").touch()
    assert href_path("a.tif", [one, two]) == two / "a.tif"
    (one / "b%20c.tif").touch()  # written without encoding
    assert href_path("b%20c.tif", [one, two]) == one / "b%20c.tif"
    assert (decoded("a%20b?x"), decoded("http://[")) == ("a b", "")


def test_links_are_followed_once_and_in_order(tmp_path: Path) -> None:
    write(tmp_path / "one.json", item("one"))
    write(tmp_path / "sub" / "two.json", item("two"))
    write(tmp_path / "sub" / "more.json", links("./two.json", "../all.json", None))
    start = write(tmp_path / "all.json", links("./one.json", "./sub/more.json", "./none.json"))
    left_out: list[tuple[Path, str]] = []
    found = [*walk(start, left_out)]
    assert [one.name for one in found] == ["one", "two"]
    assert str(found[1].handle) == f"{tmp_path / 'sub' / 'two.json'}#two"
    reasons = sorted(reason for _, reason in left_out)
    assert len(reasons) == 2 and "1 links have no href" in reasons[1] + reasons[0]
    assert any("none.json cannot be opened" in reason for reason in reasons)


def test_items_of_one_name_are_numbered(tmp_path: Path) -> None:
    features = [item("a"), item("b"), item("a"), {"id": "wrong"}]
    start = write(tmp_path / "all.json", {"type": "FeatureCollection", "features": features})
    left_out: list[tuple[Path, str]] = []
    assert [one.name for one in walk(start, left_out)] == ["a", "b", "a~2"]
    assert len(left_out) == 1 and "feature 3 is no STAC Item" in left_out[0][1]
    assert [one.name for one in walk(start, [], "a~2")] == ["a~2"]


def test_so_many_levels_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stac_documents, "DEEP", 2)
    write(tmp_path / "item.json", item("deep"))
    for level in range(4):
        after = "./item.json" if level == 3 else f"./{level + 1}.json"
        write(tmp_path / f"{level}.json", links(after))
    left_out: list[tuple[Path, str]] = []
    assert [*walk(str(tmp_path / "0.json"), left_out)] == [] and len(left_out) == 1
    assert [one.name for one in walk(str(tmp_path / "2.json"), [])] == ["deep"]


def test_a_path_beside_an_item_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "here.tif").touch()
    found = Found(None, "https://x.org/items/a.json", str(tmp_path / "a.json"), "a", Path("a"))
    assert place_of("./here.tif", found) == tmp_path / "here.tif"
    assert place_of("./there.tif", found) == "https://x.org/items/there.tif"
    far = Found(None, None, "https://x.org/items/a.json", "a", Path("a"))
    assert place_of("../b.tif", far) == "https://x.org/b.tif"


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"type": "FeatureCollection"}'])
def test_what_is_no_stac_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(DataCorrupt, match="no STAC ItemCollection"):
        next(walk(str(path), []))
