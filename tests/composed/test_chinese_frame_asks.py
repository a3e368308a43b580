"""Counts, places, colours, axes, regions, and what is only added."""

import pytest

from geomagnifier.composed import understood
from labelled import SPEC


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("停在路上的车，框。路外头的不要", "select(vehicle; on road)"),
        (
            "哪些 storage tank 离 road 比较远(比如500米开外)?",
            "select(storage tank; not within 500 m of road)",
        ),
        ("劳驾，把码头边上靠着的那些船都给我框出来吧，飞机就不用管了", "select(ship; near harbor)"),
        ("请问图里是不是一座bridge都没有啊?", "count(bridge) == 0"),
        ("那个大房顶是啥子颜色的", "colour(largest building)"),
        ("这座桥长轴是南北向的还是东西向的呢?", "axis(bridge)"),
        ("ground track field在图的哪个位置呀,左上还是右下之类的就行", "select(ground track field)"),
        ("红颜色的车有几辆，白颜色的又有几辆", "count(vehicle; red), count(vehicle; white)"),
        ("图中是否既有港口又有桥梁？", "exists(each of harbor or bridge)"),
        (
            "船的平均长度多少米，最长的那条呢",
            "mean length(ship) in m, mean length(longest ship) in m",
        ),
    ],
)
def test_a_question_is_read(question: str, program: str) -> None:
    read = understood(question, SPEC)
    assert read is not None and str(read.program) == program


@pytest.mark.parametrize(
    "question", ["生锈的船有几艘", "船有几艘，要带旗的", "大约有70艘船吗？", "旗有几面"]
)
def test_nothing_is_passed_over(question: str) -> None:
    assert understood(question, SPEC) is None
