"""What is taken for an image: every folder once, and hidden names left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from fake import FakeModel, paint
from geomagnifier.errors import GeomagWarning, SceneNotFound
from geomagnifier.pipeline import embed
from geomagnifier.retrieval import Hits, SearchQuery, gather, pictures_in
from geomagnifier.retrieval import search as search_archive


def search(folder, vector, model, progress=None) -> Hits:
    return search_archive(folder, SearchQuery(vector), model, progress=progress)


COLOURS = {"a red.png": (250, 0, 0), "deep/green.JPG": (0, 250, 0), "deep/er/blue.tif": (0, 0, 250)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, colour in COLOURS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(paint(120, 80, (0, 0, 120, 80), colour=colour)).save(
            tmp_path / name, format=None
        )
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    return tmp_path


def test_pictures_of_all_folders_once(folder: Path) -> None:
    assert [p.relative_to(folder).as_posix() for p in pictures_in(folder)] == [
        "a red.png",
        "deep/er/blue.tif",
        "deep/green.JPG",
    ]


def test_hidden_pictures_are_left_out_and_counted(folder: Path) -> None:
    for name in ("._a red.png", ".thumbnails/one.jpg", "deep/.old/er/two.tif"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"\0\5\x16\7")
    assert len(pictures_in(folder)) == 3 and gather(folder).hidden == 3
    model = FakeModel()
    with pytest.warns(
        GeomagWarning,
        match=(
            r"^3 hidden pictures in .* skipped \(their names, or those of their folders, begin"
            r" with a dot\)$"
        ),
    ):
        found = search(folder, embed("red", model), model)
    assert len(found.hits) == found.pictures == 3 and not found.unreadable
    assert len(pictures_in(folder / "deep" / ".old")) == 1, (
        "a hidden folder that is named itself is meant"
    )
    (folder / "other" / ".in").mkdir(parents=True)
    (folder / "other" / ".in" / "one.jpg").write_bytes(b"x")
    with pytest.raises(SceneNotFound, match="nothing but 1 hidden ones"):
        pictures_in(folder / "other")


def test_items_on_the_network_are_listed_by_their_document(tmp_path, monkeypatch):
    item = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "a/1",
        "geometry": None,
        "links": [],
        "properties": {"datetime": "2024-05-01T00:00:00Z"},
        "assets": {name: {"href": f"https://example.org/{name}.tif"} for name in ("visual", "red")},
    }
    path = tmp_path / "items.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [item]}))
    monkeypatch.delenv("GEOMAG_ALLOW", raising=False)
    with pytest.raises(SceneNotFound, match="set GEOMAG_ALLOW=network"):
        gather(path)
    monkeypatch.setenv("GEOMAG_ALLOW", "network")
    (picture,) = gather(path).pictures
    assert (str(picture.path), picture.file) == (f"{path}#a%2F1", path)
    (picture,) = gather(path, "red").pictures
    assert str(picture.path) == f"{path}#a%2F1/red"
    with pytest.raises(SceneNotFound, match="has no asset 'nir'; it has visual"):
        gather(path, "nir")
    with pytest.raises(SceneNotFound, match="save it first"):
        gather("https://example.org/items.json")
