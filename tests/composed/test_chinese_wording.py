"""What people say around a Chinese question, and formal words for the plain ones of the forms."""

from __future__ import annotations

import pytest

from geomagnifier.composed import understood
from geomagnifier.composed.chinese_wording import plainer
from labelled import SPEC


@pytest.mark.parametrize(
    ("said", "plain", "unit"),
    [
        ("喂你好,那个,有几艘船,谢谢啊", "有几艘船", ""),
        ("桥有多长,给我个米数", "桥有多长", "米"),
        ("田有多大,请用亩来讲", "田有多大", "亩"),
        ("水面一共好多亩", "水面一共多少亩", ""),
        ("长度排名第二的桥位于影像的哪个方位", "第二长的桥在哪里", ""),
        ("五十亩以上的田标出来,小于五十亩的就不要了", "五十亩以上的田标出来", ""),
        ("五亩以上的田标出来,小于三亩的不要", "五亩以上的田标出来,小于三亩的不要", ""),
        ("这座桥是东西向还是南北向", "这座桥的走向是什么", ""),
        ("有几艘船", "有几艘船", ""),
    ],
)  # fmt: skip
def test_a_question_in_the_words_of_the_forms(said: str, plain: str, unit: str) -> None:
    assert plainer(said) == (plain, unit)


def test_nothing_but_courtesy_stays_as_it_is() -> None:
    assert plainer("你好,谢谢") == ("你好,谢谢", "")


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("嗯，距建筑50米以内之船，其数量为多少艘？谢谢", "count(ship; within 50 m of building)"),
        ("船有多长啊，没人住的", None),
        ("船有几艘，去年的", None),
        ("船有几艘，它们值多少", None),
        ("船有几艘，我要看的是白色的", "count(ship; white)"),
        ("离建筑50米以内的船有几艘，我在看退界", "count(ship; within 50 m of building)"),
    ],
)
def test_a_clause_that_asks_more_is_not_passed_over(question: str, program: str | None) -> None:
    read = understood(question, SPEC)
    assert (str(read.program) if read else None) == program
