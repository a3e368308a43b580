"""How large views may be, and what of a scene they must show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fake import FakeModel
from geomagnifier.area_of_interest import Area
from geomagnifier.errors import OptionError
from geomagnifier.geometry import Box
from geomagnifier.inference import view_limits
from geomagnifier.inference.resume import Journal
from geomagnifier.inference.view_limits import (
    MARGIN,
    RESERVED,
    area_of,
    as_before,
    asked_about,
    bounded,
    heat_within,
)
from geomagnifier.masks import place
from geomagnifier.types import Granularity, Query, SceneInfo, View, Window

SCENE = SceneInfo("made", 5000, 4000, 3)
SPEC = FakeModel().spec


def resident() -> float:
    """Memory that this process holds, B, as if nothing else ran in it."""
    return 5e8


PART = place(np.ones((1000, 1000), bool), (1000, 1000), (4000, 5000))
AREA = Area(Box(1000, 1000, 2000, 2000), 1_000_000, "made", ((1000, 2000, PART),))


@pytest.mark.parametrize(
    ("box", "searched"),
    [
        (None, Box(0, 0, 5000, 4000)),
        (Box(1000.5, 1000, 1100, 1200.5), Box(680, 680, 1420, 1521)),
        (Box(0, 3900, 100, 4000), Box(0, 3580, 420, 4000)),
    ],
)
def test_the_surroundings_of_a_box_are_searched_to_whole_pixels(
    box: Box | None, searched: Box
) -> None:
    assert MARGIN == 320
    assert area_of(SCENE, Query("ships", box), SPEC, Granularity.REGION) == searched


def test_a_scene_of_one_view_is_searched_as_a_whole() -> None:
    small = SceneInfo("made", 1000, 1100, 3)  # 1.1 Mpx
    asked = Query("ships", Box(10, 10, 20, 20))
    assert area_of(small, asked, SPEC, Granularity.REGION) == small.box
    less = replace(SPEC, view_pixels=1_099_999)
    assert area_of(small, asked, less, Granularity.REGION) == Box(0, 0, 340, 340)


def test_views_are_as_large_as_the_memory_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    # What other tests left in this process comes and goes while this one runs.
    monkeypatch.setattr(view_limits, "resident", resident)
    monkeypatch.setattr(view_limits, "give_back", lambda: None)
    model = FakeModel()
    held, view = resident() + RESERVED, SPEC.view_pixels * SPEC.pixel_bytes
    assert bounded(model, held + view + 1e9).view_pixels == SPEC.view_pixels
    assert model.remembered[-1] == pytest.approx(1e9, abs=5e7)
    less = bounded(model, held + view / 2)
    assert model.remembered[-1] == 0 and 0.3 < less.view_pixels / SPEC.view_pixels < 0.7
    with pytest.raises(OptionError):
        bounded(model, 1e6)


def test_an_area_of_interest_is_searched_where_it_lies() -> None:
    asked = Query("ships", area=AREA)
    assert area_of(SCENE, asked, SPEC, Granularity.IMAGE) == AREA.box
    assert area_of(SCENE, asked, SPEC, Granularity.REGION) == Box(680, 680, 2320, 2320)
    boxes = [Box(x, 900, x + 200, 1100) for x in (700, 900, 1900, 2000)]
    windows = [Window(box, 200, 200, "tile", box) for box in boxes]
    assert asked_about(asked, windows) == (windows[1], windows[2])
    assert asked_about(Query("ships"), windows) == (*windows,)
    view = View(np.zeros((200, 200, 3), np.uint8), windows[1], "a")
    heat = np.ones((2, 2), np.float32)
    assert heat_within(asked, view, heat).tolist() == [[0, 0], [0, 1]]
    assert heat_within(Query("ships"), view, heat) is heat


def test_a_journal_keeps_the_size_of_its_views(tmp_path: Path) -> None:
    """Up to a tenth more than fits now: else its windows would be others."""
    box = Box(0, 0, 10, 10)
    first = Journal(tmp_path / "j", {"scene": "a"})
    assert as_before(SPEC, first) == SPEC and SPEC.view_pixels == 1_100_000
    first.keep(Window(box, 10, 10, "tile", box), heat=np.zeros((1, 1), np.float32))
    first.close()
    again = Journal(tmp_path / "j", {"scene": "a"})
    for pixels, tile, kept in (
        (1_000_000, 512, True),
        (5_000_000, 512, True),
        (999_999, 512, False),
    ):
        less = replace(SPEC, view_pixels=pixels, tile=tile)
        assert as_before(less, again) == (SPEC if kept else less)
    again.close()
