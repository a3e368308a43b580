"""Chinese follow-ups as the full questions that they are short for."""

from __future__ import annotations

import pytest

from geomagnifier import composed
from geomagnifier.conversation.chinese_followups import (
    anew,
    difference,
    in_english,
    in_full,
    is_chinese,
    other,
    rest,
    starts_beside,
)
from labelled import SPEC


@pytest.mark.parametrize(
    ("said", "program"),
    [
        ("还剩几架", "count(them)"),
        ("数一下", "count(them)"),
        ("现在一共多少", "count(them)"),
        ("颜色呢", "colour(them)"),
        ("靠路的有多少", "count(them; near road)"),
        ("不靠路的呢", "select(them; not near road)"),
        ("哪些在房子旁边", "select(them; near building)"),
        ("靠近码头的有哪些", "select(them; near harbor)"),
        ("红的有没有", "exists(them; red)"),
        ("白色的标出来", "select(them; white)"),
        ("把最小的去掉", "select(them; not among smallest them)"),
        ("除了最大的，其他都标出来", "select(them; not among largest them)"),
        ("换算成亩是多少", "sum area(them) in mu"),
        ("具体多少公顷", "sum area(them) in ha"),
        ("它们俩离多远", "distance(them)"),
        ("离水边多远", "distance(them, water)"),
        ("最大的一栋占地几亩", "sum area(largest them) in mu"),
        ("里面停了多少船", "count(ship; inside them)"),
        ("数一下最上面三架", "count(3 uppermost them)"),
        ("最长的和最短的差多少", "mean length(longest them) - mean length(shortest them)"),
        ("左边第二艘多宽", "mean width(second leftmost them)"),
        ("数一下，再把最大的分割出来", "count(them), segment(largest them)"),
        (
            "上边的和下边的哪边多",
            "most of count(them; in upper half), count(them; in lower half)",
        ),
    ],
)
def test_a_follow_up_about_what_was_found(said: str, program: str) -> None:
    read = (composed.understood(full, SPEC, referring=True) for full in in_full(said))
    assert str(next(one for one in read if one is not None and one.refers).program) == program


@pytest.mark.parametrize(
    ("said", "full"),
    [
        ("其他的呢", "除了它们以外的船"),
        ("剩下的有几艘", "除了它们以外的船有多少"),
        ("除了它还有几艘", "除了它们以外的船有多少"),
        ("把其余的分割出来", "分割除了它们以外的船"),
        ("把剩下的框出来", "除了它们以外的船"),
        ("桥呢", ""),
    ],
)
def test_the_others_of_the_class(said: str, full: str) -> None:
    assert rest(said, "船") == full


def test_the_difference_of_the_last_comparison() -> None:
    assert difference("多几个", "飞机比车多吗？") == "飞机比车多几个？"
    assert difference("那少多少", "飞机比车少吗") == "飞机比车少几个？"
    assert difference("多几个", "有几架飞机") == difference("在哪里", "飞机比车多吗") == ""


@pytest.mark.parametrize(
    ("said", "english"),
    [
        ("哪一艘最长", "the longest of them"),
        ("最小的是哪一架", "the smallest of them"),
        ("个头最大的呢", "the largest of them"),
        ("挑出最大的三架", "the three largest of them"),
        ("在图的哪个位置", "where are they?"),
        ("标出来给我看", "where are they?"),
        ("把这两个框起来", "where are they?"),
    ],
)
def test_a_follow_up_in_english(said: str, english: str) -> None:
    assert in_english(said) == english


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
