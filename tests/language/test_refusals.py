"""Families of questions that cannot be answered: the words that tell, and the words quoted."""

from __future__ import annotations

import pytest

from geomagnifier.language import refusals
from geomagnifier.language.refusals import FAMILIES, Family, Wording

CASES = (
    (refusals.LIMIT, "ships longer than 30 m", "longer than 30 m"),
    (refusals.LIMIT, "at least twelve cars", "at least twelve"),
    (refusals.TOTAL, "the mean of it", "the mean"),
    (refusals.MEASURE, "how far is it", "how far is"),
    (refusals.COMPARISON, "twice as many ships", "twice as many"),
    (refusals.NEGATION, "all except ships", "except"),
    (refusals.HEADING, "ships facing north", "facing north"),
    (refusals.TIME, "buildings from 2019", "from 2019"),
)
CHINESE = (
    (refusals.LIMIT, "超过30米的船", "超过30米"),
    (refusals.TOTAL, "平均是多少", "平均"),
    (refusals.MEASURE, "水域的占比", "占比"),
    (refusals.TIME, "2019年的建筑", "2019年"),
)


@pytest.mark.parametrize(("family", "text", "words"), CASES)
def test_the_words_that_tell_in_english(family: Family, text: str, words: str) -> None:
    found = family.english.pattern.search(text)
    assert found is not None and found[0] == words
    assert f'"{words}"' in family.text.format(words)


@pytest.mark.parametrize(("family", "text", "words"), CHINESE)
def test_the_words_that_tell_in_chinese(family: Family, text: str, words: str) -> None:
    found = family.chinese.pattern.search(text)
    assert found is not None and found[0] == words and words in family.zh.format(words)


@pytest.mark.parametrize("text", ["find all ships", "segment the largest building", "找出所有船"])
def test_plain_questions_are_of_no_family(text: str) -> None:
    assert [
        f for f in FAMILIES if f.english.pattern.search(text) or f.chinese.pattern.search(text)
    ] == []


def test_alternatives_are_lines_and_english_words_are_whole() -> None:
    words = Wording(r"""
        red ship
        blue \
          car
        NUMBER tanks
    """)
    pattern = words.pattern
    assert pattern.search("a red ship") and pattern.search("blue car, twenty tanks")
    assert not pattern.search("red ships") and not pattern.search("tired ship")
    assert pattern.findall("12 tanks")[0][0] == "12 tanks"
