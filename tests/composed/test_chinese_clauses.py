"""Chinese questions of several clauses: one question, and what is asked beside it."""

from __future__ import annotations

import pytest

from geomagnifier.composed import program as p
from geomagnifier.composed import understood
from geomagnifier.composed.chinese_clauses import Clauses, clauses, with_the_rest
from labelled import SPEC

SHIPS = p.Select(("ship",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("白色的油罐有几个,请一并给我圈起来", Clauses("白色的油罐有几个", shown=True)),
        ("有没有超过200米的船,有的话有几条", Clauses("有没有超过200米的船", counted=True)),
        ("所有的泳池,每一个都要掩膜", Clauses("所有的泳池", masks=True)),
        ("从左数第三条船,请问它有多宽", Clauses("从左数第三条船有多宽")),
        ("到最近的停车场..哦不,到最近的房子有多远", Clauses("到最近的房子有多远")),
        ("储罐一共几个,是不是比二十个还多", Clauses("储罐是否超过二十个")),
        ("比较左半边和右半边的建筑数量,哪边多", Clauses("左半边的建筑和右半边的建筑哪个多")),
        ("白色的车几台,红色的呢", Clauses("白色和红色的车各有几个")),
        ("桥的长度是多少,如存在多座,以最长者为准", Clauses("最长的桥的长度是多少")),
        ("有几艘船", Clauses("有几艘船")),
        ("桥呢,有几座", Clauses("桥呢,有几座")),
    ],
)
def test_clauses(text: str, said: Clauses) -> None:
    assert clauses(text) == said


def test_what_is_asked_beside_a_question_changes_its_program() -> None:
    count, exists = p.Count(SHIPS), p.Exists(SHIPS)
    assert with_the_rest(count, Clauses("", shown=True)) == count
    assert with_the_rest(exists, Clauses("", counted=True)) == count
    assert with_the_rest(count, Clauses("", masks=True)) == p.Chosen(SHIPS, True)
    assert with_the_rest(p.Axis(SHIPS), Clauses("", masks=True)) is None
    assert with_the_rest(p.Axis(SHIPS), Clauses("")) == p.Axis(SHIPS)


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("不好意思，船有几条呀，有没有超过十条", "count(ship) > 10"),
        ("有没有船靠着港口的？有几艘就说几艘", "count(ship; near harbor)"),
        (
            "除最大的一座以外，其余储罐请标出",
            "select(storage tank; not among largest storage tank)",
        ),
        ("总共有几台车？轿车、货车都算进去", "count(vehicle)"),
        ("船舶与飞机之数量何者为多", "most of count(ship), count(airplane)"),
    ],
)
def test_a_question_of_several_clauses_is_read(question: str, program: str) -> None:
    found = understood(question, SPEC)
    assert found is not None and str(found.program) == program


def test_a_list_that_the_count_does_not_take_in_is_not_passed_over() -> None:
    assert understood("总共有几台车？飞机、船都算进去", SPEC) is None
