"""Search in a folder.

What is taken for a picture, the order of hits, and pictures that cannot be read.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from fake import FakeModel, paint
from geomagnifier.errors import SceneError, SceneNotFound, SceneUnreadable
from geomagnifier.export.image_file import write_picture
from geomagnifier.models.registry import load_model
from geomagnifier.pipeline import embed
from geomagnifier.raster.scene import open_scene
from geomagnifier.retrieval import Hits, SearchQuery
from geomagnifier.retrieval import search as search_archive
from geomagnifier_lab.render.scene import THEMES, draw_scene


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


@pytest.mark.parametrize(
    ("words", "best"),
    [("red red red", "a red.png"), ("green green", "green.JPG"), ("blue blue blue", "blue.tif")],
)
def test_words_find_their_picture(folder: Path, words: str, best: str) -> None:
    model, steps = FakeModel(), []
    found = search(
        folder, embed(words, model), model, lambda done, total: steps.append((done, total))
    )
    assert found.hits[0].path.name == best and not found.unreadable
    assert [h.score for h in found.hits] == sorted((h.score for h in found.hits), reverse=True)
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_a_picture_finds_itself_first(folder: Path) -> None:
    model = FakeModel()
    with open_scene(folder / "deep/green.JPG") as scene:
        found = search(folder, embed(scene, model), model)
    assert found.hits[0].path.name == "green.JPG" and found.hits[0].score == pytest.approx(
        1, abs=1e-3
    )


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
def test_a_truncated_picture_is_left_out_with_its_reason(folder: Path, suffix: str) -> None:
    cut = folder / f"cut.{suffix}"
    write_picture(cut, draw_scene(1, 300, 200, "town").pixels)
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    model = FakeModel()
    found = search(folder, embed("red", model), model)
    assert [hit.path.name for hit in found.hits][:1] == ["a red.png"] and len(found.hits) == 3
    ((path, reason),) = found.unreadable
    assert path == cut and cut.name in reason and "\n" not in reason


def test_a_name_that_is_not_utf8_is_left_out(folder: Path) -> None:
    try:
        os.link(os.fsencode(folder / "a red.png"), os.fsencode(folder) + b"/caf\xe9.png")
    except OSError:
        pytest.skip("this disk takes UTF-8 names only")
    model = FakeModel()
    found = search(folder, embed("red", model), model)
    assert len(found.hits) == 3
    assert [reason.split("has a name")[1] for _, reason in found.unreadable] == [
        " that is not UTF-8; rename the file"
    ]


def test_a_folder_that_may_not_be_listed_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def guarded(path):
        if Path(path).name in shut:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)  # permissions do not stop an administrator
    model, shut = FakeModel(), {"er"}
    found = search(folder, embed("blue", model), model)
    assert {hit.path.name for hit in found.hits} == {"a red.png", "green.JPG"}
    assert found.unreadable == (
        (folder / "deep/er", f"{folder / 'deep/er'} cannot be opened: Permission denied"),
    )
    shut = {folder.name}
    with pytest.raises(SceneUnreadable, match="Permission denied"):
        search(folder, embed("blue", model), model)


def test_nothing_to_search(tmp_path: Path) -> None:
    model = FakeModel()
    with pytest.raises(SceneNotFound, match="not a folder"):
        search(tmp_path / "missing", embed("red", model), model)
    with pytest.raises(SceneNotFound, match=r"holds no images; looked for \.tif"):
        search(tmp_path, embed("red", model), model)
    (tmp_path / "a.png").write_bytes(b"no png")
    with pytest.raises(SceneError, match="none of the 1 images"):
        search(tmp_path, embed("red", model), model)


def test_the_shipped_model_finds_a_picture_by_itself_and_its_theme_by_words(tmp_path: Path) -> None:
    for theme in THEMES:
        write_picture(tmp_path / f"{theme}.png", draw_scene(101, 320, 240, theme).pixels)
    model = load_model("small")
    for theme in THEMES:
        with open_scene(tmp_path / f"{theme}.png") as scene:
            first, second = search(tmp_path, embed(scene, model), model).hits[:2]
        assert (
            first.path.stem == theme
            and first.score == pytest.approx(1, abs=1e-4)
            and second.score < 0.999
        )
    assert (
        search(tmp_path, embed("many planes are parked at an airport", model), model)
        .hits[0]
        .path.stem
        == "airport"
    )
