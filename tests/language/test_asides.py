"""Asides of Chinese questions, written by people who did not know the classifier."""

import pytest

from geomagnifier.language.asides import SLOTS, is_aside, plain, probability, slots


@pytest.mark.parametrize(
    "clause",
    [
        "我刚拿到这幅影像",
        "还没来得及看说明文档",
        "我看了半天没找着",
        "我室友非说是industrial area",
        "附件是我们实习要用的一景影像",
        "我在看退界",
        "期待您的回复",
        "谢谢",
        "thanks",
    ],
)
def test_an_aside_is_one(clause: str) -> None:
    assert is_aside(clause)


@pytest.mark.parametrize(
    "clause",
    [
        "生锈的那种",
        "小的不要",
        "K就不用管了",
        "去年新修的",
        "单位公顷",
        "用公里说",
        "是在跑步还是在开会",
        "白色的",
        "有几艘K",
        "框出来",
        "xyz",
    ],
)
def test_what_is_asked_is_none(clause: str) -> None:
    assert not is_aside(clause)


def test_a_clause_is_taken_by_its_characters() -> None:
    assert plain("第12题，(10分)") == "第N题N分"
    assert slots("") == slots("") and all(0 <= at < SLOTS for at in slots("谢谢老师"))
    assert 0 < probability("生锈的那种") < 0.5 < probability("我看了半天") < 1
