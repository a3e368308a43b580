"""Enlarged parts of a view: which boxes they hold, and where corrected boxes come to lie."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.models import registry
from geomagnifier.models.small import closer_look
from geomagnifier.models.small.box_features import Refiner, corrected
from geomagnifier.models.small.closer_look import enlarge, look_closer, parts_of, seen_best
from geomagnifier.models.small.model import SmallModel
from geomagnifier.types import LEVEL, View, Window

SIDE = 160.0


def boxes(*of: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(of, np.float32)


def test_a_part_holds_a_box_and_what_lies_around_it_and_others_near() -> None:
    near = boxes((300, 300, 360, 340), (310, 330, 350, 370), (10, 10, 50, 30))
    parts = parts_of(near, (700, 1000), SIDE)
    assert [part.boxes for part in parts] == [[0, 1], [2]]
    assert parts[0][:2] == (250.0, 240.0), "the best box is in the middle"
    assert parts[1][:2] == (0.0, 0.0), "a part stays inside the view"


def test_a_box_too_large_for_a_part_is_in_none() -> None:
    assert parts_of(boxes((0, 0, 120, 10)), (700, 1000), SIDE) == []


def test_no_more_parts_than_a_view_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closer_look, "MOST", 2)
    far = boxes(*((200 * k, 0, 200 * k + 20, 20) for k in range(4)), (5, 5, 30, 30))
    assert [part.boxes for part in parts_of(far, (100, 1000), SIDE)] == [[0, 4], [1]]


def test_a_part_is_enlarged_up_to_the_edge_of_a_small_view() -> None:
    pixels = np.zeros((90, 400, 3), np.uint8)
    pixels[:, 200:] = 255
    (part,) = parts_of(boxes((190, 20, 220, 50)), (90, 400), SIDE)
    made = enlarge(pixels, part, SIDE, 2.0)
    assert made.shape == (180, 320, 3)
    edge = int((200 - part.left) * 2)
    assert (made[:, : edge - 4] == 0).all() and (made[:, edge + 4 :] == 255).all()


def test_short_things_are_left_to_the_view_at_full_size() -> None:
    lengths = boxes((0, 0, 30, 20), (0, 0, 30, 60))
    box = Box(0, 0, 200, 200)
    level, whole = Window(box, 100, 100, LEVEL, box), Window(box, 200, 200, "wide", box)
    assert seen_best(lengths, 55.0, level).tolist() == [False, True]
    assert seen_best(lengths, 55.0, whole).tolist() == [True, True]


@pytest.fixture(scope="module")
def small() -> SmallModel:
    return registry.load_small()


def test_corrected_boxes_lie_on_the_view(small: SmallModel) -> None:
    detector = small.detector
    assert detector.refiner is not None
    pixels = np.full((200, 260, 3), (70, 110, 60), np.uint8)
    pixels[120:124, 90:150] = 240
    pixels[96:150, 118:122] = 240
    window = Window(Box(0, 0, 260, 200), 260, 200, "whole", Box(0, 0, 260, 200))
    pyramid = detector.views.see(View(pixels, window, "closer:look:test")).pyramid
    assert pyramid is not None
    found, scores = boxes((85, 92, 155, 154), (0, 0, 150, 20)), np.array([0.9, 0.4], np.float32)
    (state,) = detector.class_states(["wind turbine"])
    closer = Refiner(detector.refiner.sessions, ["wind turbine"], 2.0)
    right, weighed = look_closer(closer, detector.sessions, pixels, pyramid, found, scores, state)
    assert (right[:, 2:] > right[:, :2]).all() and (weighed <= np.sqrt(scores).max()).all()
    near = np.abs(right - found[0]).max(1).min()
    assert near < 20, "the box over the cross stays about where it was"
    plain, _ = corrected(closer, detector.sessions, pyramid, found, scores, state)
    assert np.abs(right - plain[1]).max(1).min() < 1e-3, (
        "too large for a part: on the view as it is"
    )
    assert np.abs(right - plain[0]).max(1).min() > 1e-3, "the other one is seen enlarged"


def test_only_classes_of_its_card_are_looked_at_closer(small: SmallModel) -> None:
    closer = small.detector.closer
    assert closer is not None
    assert closer.classes == {"wind turbine"} and closer.enlarged == 2.0
