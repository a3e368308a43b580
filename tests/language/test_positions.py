"""A part of the scene is named only where nine in ten regions lie in it, in both languages."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.language import chinese_answers
from geomagnifier.language.positions import CHINESE, ENGLISH, asked_part, lies_in, near, parts


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
    assert chinese_answers.where(boxes) == CHINESE.get(part, "")


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


@pytest.mark.parametrize(
    ("text", "language", "part"),
    [
        ("Is there a plane near the top edge, and where?", "en", "upper"),
        ("Is there a ship in the upper left?", "en", "upper left"),
        ("Is there a ship in the top-right corner of the image?", "en", "upper right"),
        ("Are there ships on the left?", "en", "left"),
        ("Any cars on the right-hand side?", "en", "right"),
        ("Are there ships in the bottom half?", "en", "lower"),
        ("Is there a ship on the left of the harbor?", "en", ""),
        ("Is there a ship on the right side of the river?", "en", ""),
        ("Is there a ship in the harbor?", "en", ""),
        ("Are there any ships in this picture?", "en", ""),
        ("左上角有没有船", "zh", "upper left"),
        ("图中右侧有船吗", "zh", "right"),
        ("画面下半部分有没有车", "zh", "lower"),
        ("桥的左边有船吗", "zh", ""),
        ("图中有船吗", "zh", ""),
    ],
)
def test_the_part_that_is_asked_about(text: str, language: str, part: str) -> None:
    assert asked_part(text, language) == part


def test_what_lies_in_a_part() -> None:
    assert [
        lies_in(dot(0.2, 0.7), part)
        for part in ("left", "lower left", "upper left", "right", "lower")
    ] == [True, True, False, False, True]
