"""A superlative with a number means so many objects, in English and Chinese."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.models.small.selector import counted_in_english, decide, how_many


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("Show the five largest tanks", 5),
        ("the smallest two tanks", 2),
        ("the 3 longest ships", 3),
        ("the top 4 tanks", 4),
        ("the largest tank", None),
        ("five ships", None),
        ("find the ships in the top left", None),
    ],
)
def test_the_number_of_a_superlative(question: str, number: int | None) -> None:
    assert how_many(question) == number


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("五个最大的储罐", "Find the five largest storage tanks."),
        ("最大的3个储罐", "Find the 3 largest storage tanks."),
        ("找出面积最大的两个储罐", "Find the two largest storage tanks."),
        ("两个最小的储罐", "Find the two smallest storage tanks."),
        ("最大的储罐", ""),
        ("第二个最大的储罐", ""),
        ("左边第二个储罐", ""),
    ],
)
def test_the_number_of_a_superlative_in_chinese(question: str, english: str) -> None:
    assert counted_in_english(question, "storage tank") == english


def test_the_likeliest_so_many_are_chosen() -> None:
    logits, target = (
        np.array([3.0, -1.0, 0.5, 9.0, -4.0], np.float32),
        np.array([True, True, True, False, True]),
    )
    assert decide(logits, 0.9, target, 3).tolist() == [True, True, True, False, False]
    assert decide(logits, 0.1, target, 9).tolist() == target.tolist()
