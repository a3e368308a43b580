"""Suggested questions: what this picture, the box on it and the answer shown have."""

from dataclasses import replace

import pytest

from geomagnifier.server.first_classes import FirstClasses

pytest.importorskip("nicegui")

from test_presentation import answer_of, region

from geomagnifier.server.ui.suggestions import MOST, suggested_questions
from geomagnifier.translation import use_language

SEEN = FirstClasses(("storage tank", "bus"), "water")
PLACE = "What kind of place is this?"
DESCRIBE = "Describe the picture and segment what you mention."


def test_a_picture_of_which_nothing_is_known_is_asked_what_any_can_be_asked():
    assert suggested_questions(None) == [PLACE, DESCRIBE]
    assert suggested_questions(FirstClasses()) == [PLACE, DESCRIBE]


def test_classes_of_the_first_view_are_asked_about():
    assert suggested_questions(SEEN) == [
        "How many storage tanks?",
        "Segment every bus.",
        "Outline the largest storage tank.",
        "What share of the picture is water?",
        PLACE,
        DESCRIBE,
    ]


def test_a_box_is_asked_about_and_named_where_it_may_hold_one_thing():
    assert suggested_questions(None, 0.01) == ["What is in this box?"]
    large = suggested_questions(SEEN, 0.4)
    assert large[:2] == ["How many storage tanks?", "Segment every bus."]
    assert not {PLACE, DESCRIBE, "What is in this box?"} & set(large)


def test_an_answer_with_several_regions_is_followed_up_and_not_asked_again():
    answer = answer_of("", region("ship", ""), region("ship", ""))
    asked = suggested_questions(SEEN, answer=replace(answer, question="How many storage tanks?"))
    assert asked[:2] == ["And the largest of them?", "Segment those."]
    assert "How many storage tanks?" not in asked and len(asked) == MOST


def test_in_chinese_nouns_are_chinese():
    with use_language("zh"):
        questions = suggested_questions(SEEN, chinese={"bus": "巴士"})
    assert "巴士" in questions[1] and "bus" not in "".join(questions)
