"""Suggested questions: the most specific first, none that was just asked."""

from types import SimpleNamespace

import pytest

pytest.importorskip("nicegui")

from geomagnifier.server.first_classes import FirstClasses
from geomagnifier.server.ui.suggestions import MOST, suggested_questions
from geomagnifier.translation import use_language

FOUND = FirstClasses(("ship", "storage tank"), "water")
PLACE = "What kind of place is this?"


@pytest.fixture(autouse=True)
def english():
    with use_language("en"):
        yield


def test_what_was_seen_is_asked_about():
    assert suggested_questions(FOUND) == [
        "How many ships?",
        "Segment every storage tank.",
        "Outline the largest ship.",
        "What share of the picture is water?",
        PLACE,
        "Describe the picture and segment what you mention.",
    ]
    assert suggested_questions(None)[0] == PLACE


def test_a_small_box_is_around_one_thing():
    assert suggested_questions(FOUND, box=0.05)[0] == "What is in this box?"
    large = suggested_questions(FOUND, box=0.06)
    assert "What is in this box?" not in large and PLACE not in large
    assert large[0] == "How many ships?"


def test_an_answer_of_several_things_goes_on():
    answer = SimpleNamespace(regions=(1, 2), question=PLACE)
    questions = suggested_questions(FOUND, answer=answer)
    assert questions[:2] == ["And the largest of them?", "Segment those."]
    assert PLACE not in questions and len(questions) == MOST
    assert suggested_questions(FOUND, answer=SimpleNamespace(regions=(1,), question="?"))[0] == (
        "How many ships?"
    )


def test_in_chinese_nouns_are_chinese():
    with use_language("zh"):
        questions = suggested_questions(FOUND, chinese={"ship": "船"})
    assert "船" in questions[0] and "ship" not in "".join(questions)
