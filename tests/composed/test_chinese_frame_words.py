"""Spoken words in the standard language, courtesy and forms of the answer taken off."""

import pytest

from geomagnifier.composed.chinese_frame_words import dropped, soft, spoken


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("桥有好长嘛", "桥有多长嘛"),
        ("有冇飞机", "有没有飞机"),
        ("油罐≥10个", "油罐至少10个"),
        ("倒数第二大的船", "第二小的船"),
        ("港口喺边度", "港口在哪里"),
        ("走向为何", "走向是什么"),
        ("飞机比船多", "飞机比船多"),
    ],
)
def test_spoken(said: str, plain: str) -> None:
    assert spoken(said) == plain


def test_courtesy_and_the_picture_are_taken_off() -> None:
    assert soft("麻烦帮我看看这张图里有几艘船啊") == "有几艘船"
    assert soft("上面积大于500平米的建筑") == "上面积大于500平米的建筑"


@pytest.mark.parametrize("clause", ["保留两位小数", "不用分割", "只答是或否", "两个结果都要", ""])
def test_forms_of_the_answer_are_dropped(clause: str) -> None:
    assert dropped(clause)


@pytest.mark.parametrize("clause", ["提取", "单位公顷", "小的不要", "白色的"])
def test_nothing_else_is(clause: str) -> None:
    assert not dropped(clause)
