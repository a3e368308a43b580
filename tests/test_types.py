"""Values that pass between the stages: what they refuse, and what follows from them."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.errors import QuestionEmpty, QuestionError, QuestionUnreadable
from geomagnifier.geometry import Box
from geomagnifier.types import LONGEST_QUESTION, Query, SceneInfo, View, Window


@pytest.mark.parametrize("text", ["", " \t\n", "\u200b\u3000", "\x00"])
def test_a_question_without_a_letter_is_empty(text: str) -> None:
    with pytest.raises(QuestionEmpty, match="ask for example"):
        Query(text)


def test_the_longest_question_and_one_letter_more() -> None:
    assert Query("a" * LONGEST_QUESTION).box is None
    with pytest.raises(QuestionError, match="100001 letters"):
        Query("a" * (LONGEST_QUESTION + 1))


def test_bytes_that_are_no_text_are_placed() -> None:
    with pytest.raises(QuestionUnreadable, match="at character 3"):
        Query("ab\udc80")


@pytest.mark.parametrize(
    ("aspect", "shown"),
    [
        (1.0, 1.0),
        (1.05, 1.0),
        (1.06, 1.06),
        (1 / 1.05, 1.0),
        (0.9, 0.9),
        (20.0, 8.0),
        (0.01, 0.125),
    ],
)
def test_nearly_square_pixels_are_shown_as_they_are(aspect: float, shown: float) -> None:
    assert SceneInfo("a", 10, 20, 3, aspect=aspect).view_aspect == pytest.approx(shown)


def test_a_pixel_on_the_ground_has_its_area_and_its_aspect() -> None:
    info = SceneInfo("a", 10, 20, 3, gsd=2.0, aspect=4.0)
    assert info.px_metres == (4.0, 1.0) and info.pixels == 200 and info.box == Box(0, 0, 10, 20)
    assert SceneInfo("a", 10, 20, 3).px_metres is None


def test_the_pixels_of_a_view_are_those_of_its_window() -> None:
    box = Box(100, 200, 140, 220)
    window = Window(box, 20, 10, "tile", box)
    view = View(np.zeros((10, 20, 3), np.uint8), window, "scene:window:size")
    assert view.scene == "scene"
    assert window.placement.to_scene(np.array([5.0, 5.0, 20.0, 10.0])).tolist() == [
        [110, 210, 140, 220]
    ]
    with pytest.raises(ValueError, match=r"\(20, 10, 3\) do not fit window \(10, 20, 3\)"):
        View(np.zeros((20, 10, 3), np.uint8), window, "a")
