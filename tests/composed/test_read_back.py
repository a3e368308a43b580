"""A Chinese question is read back in Chinese."""

from __future__ import annotations

import re

import pytest
from test_english_parser import lines

from geomagnifier.composed import understood
from geomagnifier.composed.composed_answer import read_as
from geomagnifier.composed.read_back import as_asked
from labelled import SPEC


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("水上有几艘船", "计数（船；水域上）"),
        ("清点船只，并勾出最大的一艘", "计数（船）；分割（最大的船）"),
        ("机场上有几架飞机", "计数（飞机）"),
        ("除了最右边的网球场", "找出（网球场；除最右边的网球场以外）"),
        ("飞机超过5架吗", "计数（飞机） 多于 5"),
        ("船比油罐多几个", "计数（船） 减 计数（储罐）"),
        ("水域面积有多少亩", "总面积（水域），单位亩"),
        ("两艘船之间的距离是多少米", "距离（2艘船），单位米"),
        ("每公顷有多少辆车", "密度（车），单位每公顷"),
        ("分割最左边的三座桥", "分割（最左边的3座桥）"),
        ("水域占比超过一半吗", "占比（水域，占画面） 多于 50 %"),
        ("count ships longer than 30 m，用中文回答", "计数（船；长度至少30米）"),
    ],
)
def test_the_line_is_chinese(question: str, line: str) -> None:
    found = understood(question, SPEC)
    assert found is not None and found.language == "zh" and read_as(found, SPEC) == line


def test_every_program_can_be_read_back() -> None:
    for _, question in lines("composed_chinese.tsv"):
        found = understood(question, SPEC, referring=True)
        assert found is not None
        assert not re.search("[a-z]{3}", read_as(found, SPEC)), question


def test_an_english_question_is_read_back_in_english() -> None:
    found = understood("How many ships are there?", SPEC)
    assert found is not None and read_as(found, SPEC) == "count(ship)"


@pytest.mark.parametrize(
    ("question", "text", "told"),
    [
        ("码头上有几艘货轮", "港口上共有3艘船。", "码头上共有3艘货轮。"),
        ("水上有几艘船", "水域上共有3艘船。", "水域上共有3艘船。"),
        ("红色屋顶的房子", "红色的有2栋建筑。", "红色的有2栋建筑。"),
        ("有幾架客機", "图中有六架飞机。", "图中有六架客机。"),
        ("这里是什么", "图中有六架飞机。", "图中有六架飞机。"),
    ],
)
def test_an_answer_keeps_the_nouns_of_the_question(question: str, text: str, told: str) -> None:
    assert as_asked(text, question, SPEC) == told
