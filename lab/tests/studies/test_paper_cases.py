"""Drawn case studies.

Targets have the length that was asked for, answers are judged by what was drawn.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import pytest

from fake import RED, FakeModel
from geomagnifier.errors import OptionError
from geomagnifier_lab.studies import paper_cases, paper_drawn, paper_gallery
from geomagnifier_lab.studies.paper_drawn import Drawn, coast, tennis_courts, tiny_targets

SIZE = {"width": 640, "height": 360}


@pytest.mark.parametrize("long", [48, 12])
def test_targets_are_as_long_as_asked_for_and_where_they_belong(long: int) -> None:
    ground = coast(1, **SIZE)
    before = ground.pixels.copy()
    drawn = tiny_targets(ground, 1, long, 2)
    assert [kind for kind, _ in drawn.things] == ["airplane", "ship", "ship"]
    for kind, outline in drawn.things:
        far = np.linalg.norm(outline[:, None] - outline[None], axis=2).max()
        assert far == pytest.approx(long, rel=0.12), kind
        assert (outline[:, 0].mean() > SIZE["width"] / 2) == (kind == "ship")
    assert drawn.metres == pytest.approx(60 / long)
    assert np.array_equal(ground.pixels, before)
    assert np.array_equal(tiny_targets(ground, 1, long, 2).pixels, drawn.pixels)
    assert not (drawn.truth("ship") & drawn.truth("airplane")).any()
    assert drawn.truth("ship", "airplane").sum() > drawn.truth("ship").sum() > 0


def test_colours_are_those_of_the_words() -> None:
    drawn = tiny_targets(coast(1, **SIZE), 1, 60, 1)
    ship, plane = (
        drawn.pixels[drawn.truth(kind)].astype(float).mean(0) for kind in ("ship", "airplane")
    )
    assert ship.min() > 150 and plane[0] > plane[1] > 1.3 * plane[2]


def test_no_room_is_told() -> None:
    with pytest.raises(OptionError, match="no room"):
        tiny_targets(coast(1, **SIZE), 1, 200, 40)


@pytest.mark.parametrize("rows", [1, 2])
def test_courts_stand_in_rows(rows: int) -> None:
    drawn = tennis_courts(0, rows, **SIZE)
    boxes = drawn.boxes("tennis court")
    assert len(boxes) == 6 * rows
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    assert len(set(np.rint(middles))) == rows and (np.diff(boxes[:6, 0]) > 0).all()
    covered = drawn.truth("tennis court").sum()
    assert covered == pytest.approx((boxes[:, 2:] - boxes[:, :2]).prod(1).sum(), rel=0.05)


def test_answers_are_judged_by_kind() -> None:
    pixels = np.full((200, 300, 3), 120, np.uint8)
    pixels[40:80, 40:80] = pixels[120:140, 200:240] = RED
    ship = np.array([(40, 40), (80, 40), (80, 80), (40, 80)], np.float32)
    plane = np.array([(200, 120), (240, 120), (240, 140), (200, 140)], np.float32)
    drawn = Drawn(pixels, (("ship", ship), ("airplane", plane)), 1.0)
    row = paper_cases.judged(
        drawn, paper_cases.answered(drawn, "Segment all ships.", FakeModel(), "adaptive")
    )
    assert (
        row["ships"] == 1 and row["airplanes"] == 0 and row["false"] == 1
    )  # the airplane is red: taken for a ship
    assert row["ship IoU"] == pytest.approx(1600 / 2400, abs=0.03) and row["airplane IoU"] == 0
    assert row["share"] == 1.25 and "2 ships" in row["text"]  # at full size, and at half of it


def test_the_studies_ask_everything_and_keep_cut_outs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_drawn, "coast", functools.partial(coast, **SIZE))
    monkeypatch.setattr(paper_drawn, "tennis_courts", functools.partial(tennis_courts, **SIZE))
    told: list[int] = []
    rows = paper_cases.tiny(FakeModel(), 0, tmp_path, lambda: told.append(1), (32, 16))
    assert len(rows["case 1"]) == 2 * 2 * 5 and len(rows["case 2"]) == 2 and len(told) == 22
    assert {row["search"] for row in rows["case 1"]} == set(paper_cases.SEARCHES)
    courts = paper_cases.courts(FakeModel(), 0, tmp_path, lambda: told.append(1))
    assert len(courts) == 2 * len(paper_cases.ROWS) and len(told) == 32
    few = paper_cases.courts(FakeModel(), 0, asked=paper_cases.ROWS[:2])
    assert [row["question"] for row in few] == 2 * [*paper_cases.ROWS[:2]]
    meant = {(row["rows"], row["question"]): row.get("meant") for row in courts}
    assert (
        meant[1, paper_cases.ROWS[3]] == 0
        and meant[2, paper_cases.ROWS[3]] == 6
        and meant[2, paper_cases.ROWS[1]] == 12
    )
    assert meant[1, paper_cases.ROWS[4]] is None
    pytest.importorskip("matplotlib")
    paper_gallery.draw(tmp_path, tmp_path / "sheet.png")
    assert (tmp_path / "sheet.png").stat().st_size > 10_000


def test_titles_of_cut_outs() -> None:
    assert paper_gallery.title("ship", "case1-0-yellow-08-ship-0") == "ship, 8 px"
    assert paper_gallery.title("courts", "courts-0-2-3-tenniscourt-0") == "2 rows: the second row"
    assert paper_gallery.title("courts", "courts-0-1-1-tenniscourt-0") == "1 row: all courts"
