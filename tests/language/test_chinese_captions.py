"""A caption in Chinese keeps the things, their number, colour and place."""

from __future__ import annotations

import re

import pytest

from geomagnifier.language import chinese_captions
from geomagnifier.language.chinese_captions import in_chinese


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "many buildings and green trees are in a dense residential area .",
            "密集住宅区里有许多建筑和绿色的树木。",
        ),
        (
            "a house is surrounded by trees and lawn in the sparse residential area .",
            "一栋房屋被树木和草坪环绕，位于稀疏住宅区里。",
        ),
        ("some buildings are in two sides of a railway station .", "火车站两侧有一些建筑。"),
        (
            "white waves are between yellow beach and green ocean .",
            "黄色的海滩和绿色的海水之间有白色的波浪。",
        ),
        ("many green trees are around an irregular pond .", "不规则的池塘周围有许多绿色的树木。"),
        ("it is a large piece of green mountain .", "这是一大片绿色的山。"),
        (
            "this is a beach with blue sea and white sands .",
            "这是一片海滩，有蓝色的海水和白色的沙地。",
        ),
        ("lots of boats docked in lines at the harbor .", "港口里有许多小船，成排停靠。"),
        (
            "this is a dense forest with green and grey plants .",
            "这是一片茂密的森林，有绿色和灰色的植被。",
        ),
        (
            "lots of emerald green plants constitute a dense forest .",
            "图中有许多翠绿的植被，构成一片茂密的森林。",
        ),
        (
            "many planes are in an airport near some buildings .",
            "机场里有许多飞机，位于一些建筑附近。",
        ),
        ("two different kinds are stopped at the airport .", "图中有机场，停放着。"),
        ("it is very good .", ""),
    ],
)
def test_a_sentence(english: str, chinese: str) -> None:
    assert in_chinese(english.split()) == chinese


def test_every_word_of_the_tables_becomes_chinese() -> None:
    for table in (
        chinese_captions._THINGS,
        chinese_captions._NUMBERS,
        chinese_captions._ADJECTIVES,
    ):
        for word in table:
            told = in_chinese(f"there are {word.replace('-', ' ')} trees .".split())
            assert told and not re.search("[a-z]", told), word
