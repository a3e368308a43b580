"""A Chinese question in plain form: courtesy, the scene and the unit are taken off."""

from __future__ import annotations

import pytest

from geomagnifier.composed import lexicon
from geomagnifier.composed.chinese_normalizer import english_names, plainly
from labelled import SPEC

WORDS = lexicon(SPEC)


@pytest.mark.parametrize(
    ("question", "plain", "unit"),
    [
        ("请帮我数一下图中有多少 ship，谢谢", "数有多少船", ""),
        ("道路有多长，用公里说", "道路有多长", "公里"),
        ("道路有多长（单位：米）", "道路有多长", "米"),
        ("不要分割，只告诉我飞机数量", "飞机数量", ""),
        ("有船吗？有的话几艘", "有多少船", ""),
        ("這張影像中有幾架飛機？", "有几架飞机", ""),
        ("不要车，只找船", "找船", ""),
        ("有多少船", "有多少船", ""),
    ],
)
def test_plain_form(question: str, plain: str, unit: str) -> None:
    assert plainly(question, WORDS) == (plain, unit)


def test_english_names_stand_for_chinese_ones() -> None:
    names = english_names(WORDS)
    assert names["ships"] == names["vessel"] == "船" and names["objects"] == "目标"
    assert all(name.isascii() and not word.isascii() for name, word in names.items())
