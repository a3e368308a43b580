"""Search in a folder: what is taken for a picture, the order of hits, and pictures that cannot be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fake import FakeModel, paint
from geomagnifier.errors import SceneError, SceneNotFound
from geomagnifier.io.scene import open_scene
from geomagnifier.io.sheet import CELL, draw, shortened, write_sheet
from geomagnifier.pipeline import embed
from geomagnifier.retrieval import pictures_in, search

COLOURS = {"a red.png": (250, 0, 0), "deep/green.JPG": (0, 250, 0), "deep/er/blue.tif": (0, 0, 250)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, colour in COLOURS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(paint(120, 80, (0, 0, 120, 80), colour=colour)).save(tmp_path / name, format=None)
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    return tmp_path


def test_pictures_of_all_folders_once(folder: Path) -> None:
    assert [p.relative_to(folder).as_posix() for p in pictures_in(folder)] == ["a red.png", "deep/er/blue.tif", "deep/green.JPG"]


@pytest.mark.parametrize(("words", "best"), [("red red red", "a red.png"), ("green green", "green.JPG"), ("blue blue blue", "blue.tif")])
def test_words_find_their_picture(folder: Path, words: str, best: str) -> None:
    model, steps = FakeModel(), []
    found = search(folder, embed(words, model), model, lambda done, total: steps.append((done, total)))
    assert found.hits[0].path.name == best and not found.unreadable
    assert [h.score for h in found.hits] == sorted((h.score for h in found.hits), reverse=True)
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_a_picture_finds_itself_first(folder: Path) -> None:
    model = FakeModel()
    with open_scene(folder / "deep/green.JPG") as scene:
        found = search(folder, embed(scene, model), model)
    assert found.hits[0].path.name == "green.JPG" and found.hits[0].score == pytest.approx(1, abs=1e-3)


def test_a_broken_picture_is_left_out_with_its_reason(folder: Path) -> None:
    whole = (folder / "a red.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[:20])
    model = FakeModel()
    found = search(folder, embed("red", model), model)
    assert len(found.hits) == 3
    ((path, reason),) = found.unreadable
    assert path.name == "cut.png" and "cut.png" in reason


def test_nothing_to_search(tmp_path: Path) -> None:
    model = FakeModel()
    with pytest.raises(SceneNotFound, match="not a folder"):
        search(tmp_path / "missing", embed("red", model), model)
    with pytest.raises(SceneNotFound, match=r"holds no pictures; looked for \.tif"):
        search(tmp_path, embed("red", model), model)
    (tmp_path / "a.png").write_bytes(b"no png")
    with pytest.raises(SceneError, match="none of the 1 pictures"):
        search(tmp_path, embed("red", model), model)


def test_the_contact_sheet_shows_the_pictures_in_order(folder: Path) -> None:
    hits = [(path, 0.9 - 0.1 * i) for i, path in enumerate(pictures_in(folder))]
    write_sheet(folder / "out" / "sheet.png", "red things", hits)
    with Image.open(folder / "out" / "sheet.png") as opened:
        sheet = np.asarray(opened.convert("RGB")).astype(int)
    strong = [(sheet[..., k] > 150) & (np.delete(sheet, k, 2).max(2) < 100) for k in (0, 2, 1)]
    middles = [float(np.nonzero(mask)[1].mean()) for mask in strong]
    assert all(mask.sum() > 0.9 * CELL**2 for mask in strong) and middles == sorted(middles)


def test_the_sheet_of_a_picture_and_long_names(folder: Path) -> None:
    long = folder / f"{'very ' * 30}long.png"
    Image.fromarray(paint(50, 400)).save(long)
    sheet = draw(folder / "a red.png", [(long, 0.5)])
    assert sheet.width > 2 * CELL and np.asarray(sheet)[20:100, 20:100, 0].mean() > 240
    letters = __import__("PIL.ImageFont", fromlist=["load_default"]).load_default(size=13)
    short = shortened(long.name, letters, CELL)
    assert letters.getlength(short) <= CELL and short.startswith("very") and short.endswith(".png") and "…" in short
