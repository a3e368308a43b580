"""`geomag index` and `geomag search`, over an index and over a folder."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pystac
import pytest

from command_line import geomag
from geomagnifier.export.image_file import write_picture
from geomagnifier_lab.render.scene import draw_scene


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    """An archive and its index.

    A harbour of 2024 near 11.56 E, 48.13 N, an airport of 2023 20 km east of it, an image without
    georeference, and half a file.
    """
    folder = tmp_path_factory.mktemp("archive") / "scenes"
    folder.mkdir()
    for number, (name, theme) in enumerate(
        (("harbour_20240131", "harbour"), ("airport_20230131", "airport"))
    ):
        place = (0.5, 0.0, 690_000.0 + 20_000 * number, 0.0, -0.5, 5_334_000.0)
        write_picture(
            folder / f"{name}.tif", draw_scene(number, 500, 400, theme).pixels, "EPSG:32632", place
        )
    write_picture(folder / "town.png", draw_scene(3, 500, 400, "town").pixels)
    (folder / "cut.png").write_bytes((folder / "town.png").read_bytes()[:9000])
    return folder


@pytest.fixture(scope="module")
def made(scenes):
    return scenes.parent / "index"


@pytest.fixture
def index(scenes, made, monkeypatch, capfd):
    if not made.exists():
        code, out, err = geomag(monkeypatch, capfd, "index", scenes, "--to", made)
        assert code == 0 and out.splitlines() == [
            "4 images: 4 new or changed, 0 unchanged, 0 removed",
            str(made),
        ]
        assert (
            "geomag: skipped" in err and "cut.png" in err
        )  # after a line of progress, where that took long
    return made


def test_index_again_as_json(scenes, index, monkeypatch, capfd):
    code, out, err = geomag(monkeypatch, capfd, "index", scenes, "--to", index, "--json")
    told = json.loads(out)
    assert code == 0 and not err and (told["pictures"], told["read"], told["removed"]) == (4, 0, 0)
    assert told["unreadable"][0]["path"].endswith("cut.png")


def test_words_place_and_time(index, monkeypatch, capfd):
    code, out, _ = geomag(
        monkeypatch, capfd, "search", index, "a harbor with many boats", "--top", 1
    )
    assert code == 0 and out.split()[1].endswith("harbour_20240131.tif")
    code, out, _ = geomag(
        monkeypatch, capfd, "search", index, "--near", "11.56,48.13", "--within", "40 km"
    )
    assert [line.split("/")[-1] for line in out.splitlines()] == [
        "harbour_20240131.tif",
        "airport_20230131.tif",
    ]
    assert out.splitlines()[1].split()[1] == "km"
    code, out, _ = geomag(
        monkeypatch,
        capfd,
        "search",
        index,
        "boats",
        "--bbox",
        "11,48,12,49",
        "--before",
        "2024",
        "--json",
    )
    (hit,) = json.loads(out)["hits"]
    assert (
        hit["path"].endswith("airport_20230131.tif")
        and hit["date"] == "2023-01-31T00:00:00Z"
        and hit["date_from"] == "name"
    )
    code, out, err = geomag(monkeypatch, capfd, "search", index, "boats", "--near", "-122.4,37.8")
    assert code == 0 and not out and "none of 3 images matches" in err


def test_every_output(index, tmp_path, monkeypatch, capfd):
    for name, start in (
        ("a.png", b"\x89PNG"),
        ("a.html", b"<!doctype html>"),
        ("a.geojson", b'{"type": "FeatureCollection"'),
    ):
        code, out, err = geomag(
            monkeypatch, capfd, "search", index, "boats", "--out", tmp_path / name
        )
        assert (
            code == 0
            and out.splitlines()[-1] == str(tmp_path / name)
            and (tmp_path / name).read_bytes().startswith(start)
        )
    assert "1 of 3 images have no georeferencing" in err


def test_answers_as_stac_items_that_are_searched_again(index, tmp_path, monkeypatch, capfd):
    items = tmp_path / "items.json"
    words = (
        "a harbor with many boats",
        "--top",
        1,
        "--ask",
        "How many ships are there?",
        "--out",
        items,
    )
    code, out, _ = geomag(monkeypatch, capfd, "search", index, *words)
    (item,) = pystac.ItemCollection.from_file(str(items)).items
    assert (
        code == 0 and item.properties["geomag:text"] in out and item.properties["geomag:count"] > 0
    )
    answer = json.loads((tmp_path / item.assets["answer"].href).read_text())
    assert (
        answer["text"] == item.properties["geomag:text"]
        and len(answer["regions"]) == item.properties["geomag:count"]
    )
    assert (
        item.properties["geomag:value"] == answer["value"] == len(answer["regions"])
        and "geomag:unit" not in item.properties
    )
    words = ("boats", "--top", 1, "--ask", "How long are the ships?", "--out", items, "--json")
    code, out, _ = geomag(monkeypatch, capfd, "search", index, *words)
    (item,) = pystac.ItemCollection.from_file(str(items)).items
    (hit,) = json.loads(out)["hits"]
    assert code == 0 and hit["unit"] == item.properties["geomag:unit"] == "m"
    assert (
        hit["value"]
        == item.properties["geomag:value"]
        == json.loads((tmp_path / item.assets["answer"].href).read_text())["value"]
        > 0
    )
    code, out, _ = geomag(monkeypatch, capfd, "search", items, "boats")
    assert code == 0 and out.strip().endswith("harbour_20240131.tif")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "WORDS or --image"),
        (("--within", "3 km"), "WORDS or --image"),
        (("boats", "--within", "3 km"), "--within is the distance from --near"),
        (("boats", "--near", "48"), "LON,LAT"),
        (("boats", "--near", "48,190"), "not on the Earth"),
        (("boats", "--near", "11,48", "--within", "far"), "no amount"),
        (("boats", "--bbox", "1,2,3"), "W,S,E,N"),
        (("boats", "--bbox", "11,49,12,48"), "no box in degrees"),
        (("boats", "--after", "yesterday"), "2024-05-31"),
        (("boats", "--after", "2024-13"), "2024-05-31"),
        (("boats", "--after", "2024", "--before", "2023"), "exchange the two dates"),
        (("boats", "--out", "a.pdf"), "not a.pdf; name it for example a.png"),
        (("boats", "--ask", "How many?"), "--out items.json"),
        (("boats", "--ask", " ", "--out", "a.json"), "--ask is empty"),
        (("boats", "--top", "0"), "at least 1"),
    ],
)
def test_what_was_wrong(index, words, message, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    code, out, err = geomag(monkeypatch, capfd, "search", index, *words)
    assert code == 2 and not out and message in err and len(err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_an_index_that_is_not_complete_says_so(index, monkeypatch, capfd):
    manifest = index / "geomag-index.json"
    before = manifest.read_text()
    manifest.write_text(json.dumps({**json.loads(before), "complete": False}))
    try:
        code, out, err = geomag(monkeypatch, capfd, "search", index, "boats", "--json")
    finally:
        manifest.write_text(before)
    assert code == 0 and json.loads(out)["complete"] is False and "is not complete" in err


def test_search_by_a_picture_prints_json_and_nothing_else(
    photos, harbour, tmp_path, monkeypatch, capfd
):
    sheet = tmp_path / "sheet.png"
    code, out, err = geomag(
        monkeypatch, capfd, "search", photos, "--image", harbour[0], "--out", sheet, "--json"
    )
    found = json.loads(out)
    assert code == 0 and not err and sheet.read_bytes()[:4] == b"\x89PNG"
    assert set(found) == {"query", "hits", "unreadable", "complete"} and found["query"] == str(
        harbour[0]
    )
    assert [hit["path"] for hit in found["hits"]] == [
        str(photos / "mixed.tif"),
        str(photos / "deep/airport.tif"),
    ]
    assert found["hits"][0]["score"] > 0.99 > found["hits"][1]["score"]
    (left,) = found["unreadable"]
    assert left["path"] == str(photos / "cut.jpg") and "cut.jpg" in left["reason"]


def test_search_by_words_lists_score_and_path_and_writes_nothing(photos, monkeypatch, capfd):
    before = set(photos.rglob("*"))
    code, out, err = geomag(
        monkeypatch, capfd, "search", photos, "an airport with planes", "--top", 1
    )
    (line,) = out.splitlines()
    score, path = line.split(maxsplit=1)
    assert code == 0 and path == str(photos / "deep/airport.tif") and -1 <= float(score) <= 1
    assert len(err.splitlines()) == 1 and err.startswith("geomag: skipped") and "cut.jpg" in err
    assert set(photos.rglob("*")) == before


def test_search_prints_json_of_any_file_name(photos, tmp_path, monkeypatch, capfd):
    shutil.copy(photos / "mixed.tif", tmp_path / "港口.tif")
    try:
        (tmp_path / "caf\udce9.png").write_bytes(b"x")
    except OSError:
        pytest.skip("this disk takes UTF-8 names only")
    code, out, _ = geomag(monkeypatch, capfd, "search", tmp_path, "boats", "--json")
    found = json.loads(out)
    assert code == 0 and Path(found["hits"][0]["path"]).name == "港口.tif"
    assert found["unreadable"][0]["path"].endswith("caf\\udce9.png")


def test_help_of_search_shows_both_ways():
    shown = subprocess.run(
        [sys.executable, "-m", "geomagnifier", "search", "--help"],
        capture_output=True,
        text=True,
        timeout=600,
    ).stdout
    assert "Examples" in shown and "--image quay.jpg" in shown and "--out sheet.png" in shown
