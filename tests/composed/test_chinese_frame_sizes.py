"""Sizes, shares, densities and limits in any order of words."""

import pytest

from geomagnifier.composed import understood
from labelled import SPEC


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("桥有好长嘛，用米", "mean length(bridge) in m"),
        ("最长那条船占好多像素，长度", "mean length(longest ship) in px"),
        ("平均一栋房子占地好多㎡", "mean area(building) in m2"),
        ("建筑密度好多,每公顷几栋", "density(building) per ha"),
        ("植被占全图比例是否达到35%以上？", "share(vegetation of picture) >= 35 %"),
        ("请核实：图内建筑合起来够不够100亩", "sum area(building) in mu >= 100 mu"),
        ("停在道路以外的车辆，占车辆总数的比例？", "share(vehicle; not on road of vehicle)"),
        ("超没超过五架飞机", "count(airplane) > 5"),
        ("桥多长多宽", "mean length(bridge), mean width(bridge)"),
        ("路宽?大概几米就行", "mean width(road) in m"),
    ],
)
def test_a_question_is_read(question: str, program: str) -> None:
    read = understood(question, SPEC)
    assert read is not None and str(read.program) == program


@pytest.mark.parametrize(
    "question",
    [
        "这张图总共覆盖了多少平方公里？里面道路占多大比例?",
        "前三大的泳池分别是多大",
        "一半以上的飞机多大",
        "飞机多重",
    ],
)
def test_nothing_is_passed_over(question: str) -> None:
    assert understood(question, SPEC) is None
