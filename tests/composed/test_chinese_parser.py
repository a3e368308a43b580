"""Chinese questions become programs; what has a character without a place becomes none."""

from __future__ import annotations

import pytest
from test_english_parser import lines

from geomagnifier.composed import lexicon, refusal, understood
from geomagnifier.composed.chinese_parser import read, read_all
from labelled import SPEC

WORDS = lexicon(SPEC)


@pytest.mark.parametrize(("program", "question"), lines("composed_chinese.tsv"))
def test_a_question_is_read(program: str, question: str) -> None:
    found = understood(question, SPEC, referring=True)
    assert found is not None and str(found.program) == program
    assert refusal(question, SPEC, referring=True) is None


def test_there_are_many_wordings() -> None:
    assert len(lines("composed_chinese.tsv")) >= 60


def test_nothing_is_dropped_in_silence() -> None:
    """A character more that no rule knows, anywhere in the question, and there is no program."""
    for _, question in lines("composed_chinese.tsv")[::3]:
        for at in range(1, len(question)):
            assert understood(f"{question[:at]}璨{question[at:]}", SPEC, referring=True) is None, (
                question,
                at,
            )


@pytest.mark.parametrize(
    ("question", "program", "passed"),
    [
        ("有多少艘船？", "count(ship)", ()),
        ("机场里有多少架飞机？", "count(airplane)", ("机场",)),
        ("船比飞机多吗？", "count(ship) > count(airplane)", ()),
        ("道路有多长，用公里说", "mean length(road) in km", ()),
    ],
)
def test_places_that_are_no_class_are_passed_over_and_told(
    question: str, program: str, passed: tuple[str, ...]
) -> None:
    found, places = read_all(question, WORDS)
    assert (str(found), places) == (program, passed) and str(read(question, WORDS)) == program


@pytest.mark.parametrize("question", ["", "你好", "船", "有多少", "今天天气怎么样？"])
def test_other_texts_are_no_programs(question: str) -> None:
    assert read_all(question, WORDS) == (None, ())
