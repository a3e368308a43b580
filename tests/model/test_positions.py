"""A part of the scene is named only where nine in ten of the regions lie in it, in both languages."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.model import chinese
from geomagnifier.model.positions import CHINESE, ENGLISH, near, parts


def dot(x: float, y: float) -> tuple[float, float, float, float]:
    return (x - 0.01, y - 0.01, x + 0.01, y + 0.01)


@pytest.mark.parametrize(
    ("boxes", "part"),
    [
        ([dot(0.1, 0.1)], "upper left"),
        ([dot(0.1, 0.1), dot(0.1, 0.9)], "left"),
        ([dot(0.1, 0.1), dot(0.9, 0.1)], "upper"),
        ([dot(0.5, 0.5)], "centre"),
        ([dot(0.5, 0.1)], "upper"),
        ([dot(0.1, 0.1)] * 9 + [dot(0.9, 0.9)], "upper left"),
        ([dot(0.1, 0.1)] * 8 + [dot(0.9, 0.9)], ""),
        ([dot(0.1, 0.1)] * 18 + [dot(0.9, 0.9)] * 2, "upper left"),
        ([dot(0.1, 0.1)] * 17 + [dot(0.9, 0.9)] * 3, ""),
        ([dot(0.1, 0.1)] * 5 + [dot(0.1, 0.5)] * 5, "left"),
        ([dot(0.1, 0.1), dot(0.9, 0.9)], ""),
        ([], ""),
    ],
)
def test_the_narrowest_part_that_holds(boxes, part) -> None:
    assert (*parts(boxes), "")[0] == part
    assert chinese.where(boxes) == CHINESE.get(part, "")


def test_areas_all_over_have_no_place() -> None:
    rng = np.random.default_rng(0)
    for count in (20, 150, 1000):
        assert parts([dot(x, y) for x, y in rng.random((count, 2))]) == ()


def test_every_part_has_words_in_both_languages() -> None:
    assert list(ENGLISH) == list(CHINESE)


def test_near() -> None:
    assert near([dot(0.1, 0.1)], [dot(0.9, 0.9), dot(0.15, 0.1)])
    assert not near([dot(0.1, 0.1)], [dot(0.5, 0.1)])
    assert not near([], [dot(0.5, 0.1)])
