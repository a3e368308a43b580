"""Chinese follow-ups in full: about what was found, about another class, or all anew."""

from __future__ import annotations

import pytest

from geomagnifier.conversation.chinese_followups import (
    anew,
    in_english,
    in_full,
    is_chinese,
    other,
    starts_beside,
)


def test_chinese_follow_ups_become_english() -> None:
    assert in_english("其中最大的呢？") == "the largest of them"
    assert in_english("把它们分割出来") == "segment them"
    assert in_english("分割所有船") == "分割所有船"
    assert in_english("其中最左边的三艘") == "the three leftmost of them"
    assert in_english("它们一共有多少艘？") == "how many of them are there?"
    assert in_english("它的左边有什么？") == "what is left of it?"
    assert in_english("那些在上半部分的") == "those in the upper half"
    assert in_english("它们在哪里？") == "where are they?"
    assert in_english("它在哪儿？") == "where is it?"
    assert in_english("这些是什么颜色？") == "这些是什么颜色？"


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("左边有几个？", "左边有几个它们"),
        ("其中最大的", "它们最大的"),
        ("还有别的吗？", "除了它们以外的目标"),
        ("不要最大的", "除了最大的它们"),
        ("只要左边的", "左边的它们"),
    ],
)
def test_what_was_found_is_named(text: str, full: str) -> None:
    assert next(in_full(text)) == full


def test_another_class_takes_the_place_of_the_last() -> None:
    nouns, before = ("船", "飞机", "桥"), ("船",)
    assert other("那飞机呢？", "图中有几艘船？", nouns, before) == ("图中有几艘飞机？", "飞机")
    assert other("换成桥", "找出所有船。", nouns, before) == ("找出所有桥。", "桥")
    assert other("桥呢，有几座？", "找出所有船。", nouns, before) == ("桥有几座？", "桥")
    assert other("那火车呢？", "图中有几艘船？", nouns, before) is None


def test_all_of_a_class_are_chosen_from_anew() -> None:
    nouns = ("船", "港口")
    assert anew("所有的都找出来", "船", nouns, False) == "找出所有船。"
    assert anew("哪个离港口最近？", "船", nouns, False) == "离港口最近的船在哪？"
    assert anew("哪个离船最近？", "船", nouns, False) == ""
    assert anew("第二大的呢？", "船", nouns, True) == "找出第二大的船。"
    assert anew("第二大的呢？", "船", nouns, False) == ""


def test_a_place_that_is_meant_of_what_was_found() -> None:
    assert starts_beside("上面有船吗？") and starts_beside("那左边呢") and is_chinese("a 船")
    assert not starts_beside("船上面有什么？") and not is_chinese("a ship")
