"""Boxes, view <-> scene maps, overlap and suppression."""

from __future__ import annotations

import math

import numpy as np
import pytest

from geomagnifier.errors import BoxError
from geomagnifier.geometry import Box, Placement, overlap, suppress


@pytest.mark.parametrize("corners", [(0, 0, 0, 5), (4, 0, 3, 5), (0, 5, 5, 5), (0, 0, math.nan, 5), (0, 0, math.inf, 5)])
def test_a_box_without_area_is_refused(corners: tuple[float, float, float, float]) -> None:
    with pytest.raises(BoxError):
        Box(*corners)


def test_box_measures() -> None:
    box = Box(10, 20, 40, 30)
    assert (box.width, box.height, box.area, box.centre) == (30, 10, 300, (25, 25))
    assert box.contains(10, 20)
    assert not box.contains(40, 25)
    assert box.grown(5) == Box(5, 15, 45, 35)


def test_intersection() -> None:
    assert Box(0, 0, 10, 10).intersection(Box(5, -5, 20, 4)) == Box(5, 0, 10, 4)
    assert Box(0, 0, 10, 10).intersection(Box(10, 0, 20, 10)) is None


def test_view_to_scene_and_back() -> None:
    place = Placement(Box(1000, 500, 3000, 1500), 500, 500)
    assert place.scale == (4, 2)
    scene = place.to_scene(np.array([[0, 0, 500, 500], [10, 10, 20, 30]]))
    assert scene.tolist() == [[1000, 500, 3000, 1500], [1040, 520, 1080, 560]]
    assert np.allclose(place.to_view(scene), [[0, 0, 500, 500], [10, 10, 20, 30]])


def test_overlap_over_union_and_over_the_smaller() -> None:
    a, b = np.array([[0, 0, 10, 10]]), np.array([[0, 0, 10, 10], [5, 0, 15, 10], [2, 2, 4, 4], [20, 20, 30, 30]])
    assert np.allclose(overlap(a, b), [[1, 1 / 3, 0.04, 0]])
    assert np.allclose(overlap(a, b, "smaller"), [[1, 0.5, 1, 0]])
    assert overlap(np.zeros((0, 4)), b).shape == (0, 4)


def test_suppress_keeps_the_best_of_a_heap() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60]])
    assert suppress(boxes, np.array([0.5, 0.9, 0.1]), 0.5).tolist() == [1, 2]
    assert suppress(np.zeros((0, 4)), np.zeros(0), 0.5).size == 0
