"""Sentences about what was looked at where that is not all.

The share, what was found in it, and nothing about the rest.
"""

from __future__ import annotations

import pytest

from geomagnifier.inference import coverage

TWO = {"ship": "nine ships", "bridge": "a bridge"}
ZH = {"ship": "九艘船", "bridge": "一座桥"}


@pytest.mark.parametrize(
    ("phrases", "missing", "share", "english"),
    [
        ({}, ["ship"], 0.017, "There is no ship in the 2 % of the scene that was searched."),
        (
            {},
            ["ship", "bridge"],
            0.5,
            "There is no ship or bridge in the 50 % of the scene that was searched.",
        ),
        (
            {"ship": "nine ships"},
            [],
            0.12,
            "Nine ships in the 12 % of the scene that was searched; the rest is unknown.",
        ),
        (
            TWO,
            ["harbor"],
            0.12,
            (
                "Nine ships, a bridge and no harbor in the 12 % of the scene that was searched;"
                " the rest is unknown."
            ),
        ),
        (
            {},
            list("abcdefghij"),
            0.12,
            "Nothing that was asked for is in the 12 % of the scene that was searched.",
        ),
    ],
)
def test_english(phrases: dict[str, str], missing: list[str], share: float, english: str) -> None:
    assert coverage.found(phrases, missing, share, False, "en") == english


def test_chinese() -> None:
    assert (
        coverage.found({}, ["船"], 0.017, False, "zh")
        == "在已查看的2 %画面中，没有船；其余部分未查看。"
    )
    assert (
        coverage.found(ZH, ["港口"], 0.12, True, "zh")
        == "在已查看的12 %方框中，有九艘船和一座桥，没有港口；其余部分未查看。"
    )
    assert (
        coverage.found({}, list("abcdefghij"), 0.12, False, "zh")
        == "在已查看的12 %画面中，没有要找的东西；其余部分未查看。"
    )
    assert coverage.seen(0.12, False, "zh") == "只查看了画面的12 %。"


def test_an_answer_about_the_whole() -> None:
    assert coverage.seen(0.19, True, "en") == "Only 19 % of the box was searched."


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0, "0 %"),
        (0.0001, "less than 0.1 %"),
        (0.004, "0.4 %"),
        (0.5, "50 %"),
        (0.996, "99.6 %"),
        (0.99999, "more than 99.9 %"),
    ],
)
def test_a_share_of_what_is_not_whole_is_neither_none_nor_all(share: float, expected: str) -> None:
    assert coverage.percent(share) == expected


def test_nothing_was_looked_at() -> None:
    assert (
        coverage.found({}, ["ship"], 0, False, "en")
        == "None of the scene was searched, so what is there is not known."
    )
    assert coverage.found({}, ["船"], 0, True, "zh") == "方框完全没有查看，无法说明其中有什么。"


def test_what_no_class_is_holds_however_little_was_looked_at() -> None:
    assert (
        coverage.unknown('There are two ships. There is no class for "people" in this model.')
        == 'There is no class for "people" in this model.'
    )
    assert (
        coverage.unknown("图中有两艘船。这个模型没有“人”这一类别。") == "这个模型没有“人”这一类别。"
    )
    assert coverage.unknown("There are two ships.") == ""
