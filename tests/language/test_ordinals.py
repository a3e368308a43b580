"""Ranks and numbers that a question asks for, and the sentence where a scene has fewer."""

from __future__ import annotations

import numpy as np
import pytest

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier.language.ordinals import OrdinalQuestion, asked, fewer

TWO = paint(300, 200, (40, 40, 80, 60), (100, 100, 140, 120))


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Segment the 9th largest ship.", OrdinalQuestion(9, "9th largest", True)),
        ("the ninth-largest ship", OrdinalQuestion(9, "ninth-largest", True)),
        ("Which is the 30th ship from the left?", OrdinalQuestion(30, "30th", True)),
        ("find the 12 largest ships", OrdinalQuestion(12, "12 largest", False)),
        ("the three longest ships", OrdinalQuestion(3, "three longest", False)),
        ("第九大的飞机", OrdinalQuestion(9, "第九大", True)),
        ("从左往右数第十二架飞机", OrdinalQuestion(12, "第十二", True)),
        ("最大的二十架飞机", OrdinalQuestion(20, "二十", False)),
        ("the largest ship", None),
        ("Find the second row of ships from the top.", None),
        ("the second ship in the third row", None),
        ("right of the second ship", None),
        ("Segment every ship.", None),
        ("找出所有飞机", None),
    ],
)
def test_what_is_asked_for(question: str, found: OrdinalQuestion | None) -> None:
    assert asked(question) == found


def test_sentences() -> None:
    assert (
        fewer(OrdinalQuestion(9, "9th largest", True), "seven ships", 7, "en")
        == "There are only seven ships; there is no 9th largest."
    )
    assert (
        fewer(OrdinalQuestion(3, "three largest", False), "one ship", 1, "en")
        == "There is only one ship."
    )
    assert (
        fewer(OrdinalQuestion(9, "第九大", True), "七架飞机", 7, "zh")
        == "图中只有七架飞机，没有第九大的。"
    )
    assert fewer(OrdinalQuestion(9, "前9", False), "七架飞机", 7, "zh") == "图中只有七架飞机。"


def test_no_other_object_stands_for_one_that_is_not_there() -> None:
    none = gm.ask(TWO, "Segment the third largest ship.", FakeModel())
    assert none.text == "There are only 2 ships; there is no third largest."
    assert (
        none.regions == ()
        and isinstance(none.mask, np.ndarray)
        and not none.mask.any()
        and none.complete
    )
    both = gm.ask(TWO, "Find the 5 largest ships.", FakeModel())
    assert both.text == "There are only 2 ships." and len(both.regions) == 2
    assert "only" not in gm.ask(TWO, "Find the 2 largest ships.", FakeModel()).text


def test_a_box_that_is_not_given_is_not_the_whole_scene() -> None:
    answer = gm.ask(TWO, "How many ships are in this box?", FakeModel())
    assert (
        answer.text.startswith('No box is given for "in this box".')
        and answer.regions == ()
        and not answer.trace.pixels_processed
    )
    assert (
        len(
            gm.ask(
                TWO, "How many ships are in this box?", FakeModel(), box=(30, 30, 90, 70)
            ).regions
        )
        == 1
    )
