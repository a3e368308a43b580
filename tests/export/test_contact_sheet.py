"""The contact sheet, opened again: its size, the pictures in their cells, the words that fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geomagnifier.errors import OutputError
from geomagnifier.export import overlay_panel
from geomagnifier.export.contact_sheet import (
    BLANK,
    CAPTION,
    CELL,
    GAP,
    LINE,
    LINES,
    draw,
    measure,
    shortened,
    thumbnail,
    titled,
    write_sheet,
)
from geomagnifier.export.search_hit import Hit
from geomagnifier.geometry import Box

COLOURS = ((250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 0), (0, 250, 250))


@pytest.fixture
def hits(tmp_path: Path) -> list[Hit]:
    """Five plain pictures of other shapes, best first."""
    made = []
    for i, (colour, size) in enumerate(
        zip(COLOURS, [(120, 80), (30, 300), (700, 500), (8, 8), (1000, 20)], strict=True)
    ):
        path = tmp_path / f"{i}.png"
        Image.new("RGB", size, colour).save(path)
        made.append(Hit(path, 0.9 - 0.3 * i, None, *size))
    return made


def cell(sheet: np.ndarray, head: int, number: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Thumbnail and caption of a hit."""
    x, y = GAP + number % columns * (CELL + GAP), head + number // columns * (CELL + CAPTION + GAP)
    return sheet[y : y + CELL, x : x + CELL], sheet[y + CELL : y + CELL + CAPTION, x : x + CELL]


def test_every_hit_has_its_cell(hits, tmp_path):
    target = tmp_path / "new" / "sheet.png"
    write_sheet(target, "red things", hits)
    with Image.open(target) as opened:
        assert opened.format == "PNG"
        sheet = np.asarray(opened.convert("RGB")).astype(int)
    head = 2 * GAP + LINE
    assert sheet.shape == (head + 2 * (CELL + CAPTION + GAP), GAP + 4 * (CELL + GAP), 3)
    assert (sheet[:head] < 100).any()  # the words
    for number, colour in enumerate(COLOURS):
        picture, caption = cell(sheet, head, number, 4)
        assert np.abs(picture - colour).max() <= 2
        for part in (caption[:22, :40], caption[:22, -60:], caption[22:, :60]):  # rank, score, name
            assert part.min() < 160
    assert cell(sheet, head, 5, 4)[0].min() == 255  # nothing where there is no sixth
    assert [path.name for path in target.parent.iterdir()] == ["sheet.png"]


def test_a_picture_stands_at_the_head(hits):
    sheet = np.asarray(draw(hits[1].path, hits[:1])).astype(int)
    assert sheet.shape == (CELL // 2 + 2 * GAP + CELL + CAPTION + GAP, GAP + 2 * (CELL + GAP), 3)
    assert np.abs(sheet[GAP : GAP + CELL // 2, GAP : GAP + CELL // 2] - COLOURS[1]).max() <= 2
    assert sheet[GAP : GAP + CELL // 2, 2 * GAP + CELL // 2 :].min() < 100


def test_a_picture_that_is_gone_leaves_a_grey_cell(hits):
    hits[1].path.unlink()
    sheet = np.asarray(draw("anything", hits[:2]))
    assert tuple(cell(sheet, 2 * GAP + LINE, 1, 2)[0][5, 5]) == BLANK
    assert tuple(cell(sheet, 2 * GAP + LINE, 0, 2)[0][5, 5]) == COLOURS[0]


@pytest.mark.parametrize(
    "name",
    ["a" * 300 + ".png", "very " * 30 + "long.png", "снимок " * 30 + ".png", "two\nlines.png"],
)
def test_no_name_runs_over_the_edge(name, tmp_path):
    path = tmp_path / "gone" / name
    sheet = np.asarray(draw(path, [Hit(path, 0.5, None, 10, 10)]))
    assert sheet[:, -GAP:].min() == 255
    assert sheet[-GAP:].min() == 255


def test_names_are_cut_in_the_middle():
    letters = overlay_panel.font("", 13)
    assert shortened("short.png", letters, CELL) == "short.png"
    cut = shortened("flight-line-7-of-the-second-campaign-strip-0012.tif", letters, CELL)
    assert letters.getlength(cut) <= CELL
    assert cut.startswith("flight-") and cut.endswith("0012.tif") and "…" in cut
    assert shortened("anything", letters, 1) == "…"


def test_long_words_take_a_few_lines():
    assert titled("\n  one\n two ", 500) == ["one two"]
    lines = titled("boats beside a quay " * 40, 500)
    assert len(lines) == LINES and lines[-1].endswith("…")
    assert all(overlay_panel.font("", 20).getlength(line) <= 500 for line in lines)


def test_a_place_that_cannot_be_written_to(hits):
    with pytest.raises(OutputError, match=r"0\.png"):
        write_sheet(hits[0].path / "sheet.png", "red things", hits)


def test_a_tile_is_shown_not_the_whole(tmp_path):
    path = tmp_path / "two.png"
    pixels = np.zeros((400, 800, 3), np.uint8)
    pixels[:, :400], pixels[:, 400:] = COLOURS[0], COLOURS[2]
    Image.fromarray(pixels).save(path)
    assert (
        np.abs(
            np.asarray(thumbnail(path, 50, Box(420, 100, 620, 300))).astype(int) - COLOURS[2]
        ).max()
        <= 2
    )
    assert (
        np.abs(np.asarray(thumbnail(path, 50, Box(0, 0, 400, 400))).astype(int) - COLOURS[0]).max()
        <= 2
    )


def test_a_hit_is_measured_by_what_it_was_ranked_by(tmp_path):
    told = [
        measure(Hit(tmp_path, score, None, 1, 1, distance=far))
        for score, far in ((0.456, 10.0), (None, 12.3), (None, 12345.0), (None, None))
    ]
    assert told == ["0.46", "12 m", "12.3 km", ""]
