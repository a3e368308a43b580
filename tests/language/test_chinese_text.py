"""Chinese as people type it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import geomagnifier
from geomagnifier.language import chinese_text

NAMES = {"vehicle": "车", "vehicles": "车", "tennis court": "网球场", "ship": "船"}


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("count airplanes，用中文回答", "count airplanes"),
        ("where are the planes? 请用中文", "where are the planes"),
        ("Find the ships, answer in Chinese.", "Find the ships"),
        ("请用中文描述这张图", "描述这张图"),
        ("用中文回答", "用中文回答"),
        ("有几艘船？", "有几艘船？"),
        ("Find the Chinese ships", "Find the Chinese ships"),
    ],
)
def test_the_order_to_answer_in_chinese_is_no_part_of_the_question(text: str, bare: str) -> None:
    assert chinese_text.without_order(text) == bare
    assert chinese_text.ordered(text) == (bare != text or text == "用中文回答")


def test_traditional_characters_are_told_and_made_simple() -> None:
    assert (
        chinese_text.traditional("圖中有幾艘船？")
        and not chinese_text.traditional("图中有几艘船？")
        and not chinese_text.traditional("ships")
    )
    assert (
        "圖中有幾架飛機？佔幾畝？".translate(chinese_text.SIMPLIFIED) == "图中有几架飞机？占几亩？"
    )


def test_each_traditional_character_stands_for_one_simplified() -> None:
    assert not set(map(chr, chinese_text.SIMPLIFIED)) & set(
        map(chr, chinese_text.SIMPLIFIED.values())
    )


@pytest.mark.parametrize(
    ("simple", "traditional"),
    [
        ("图中没有游泳池，这里有两条船。", "圖中沒有游泳池，這裡有兩條船。"),
        ("道路的总长度为3.2公里。", "道路的總長度為3.2公里。"),
        ("只有两个网球场，面积为500平方米。", "只有兩個網球場，面積為500平方米。"),
    ],
)
def test_an_answer_in_traditional_characters(simple: str, traditional: str) -> None:
    assert chinese_text.in_traditional(simple) == traditional
    assert traditional.translate(chinese_text.SIMPLIFIED) == simple


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("图里有多少 vehicle", "图里有多少 车"),
        ("帮忙 find 所有的 tennis court", "帮忙 找出 所有的 网球场"),
        ("count一下船", "数一下船"),
        ("segment 所有 ship", "分割 所有 船"),
        ("find the ships", "find the ships"),
        ("分割mask", "分割分割"),
        ("最大的ship的color", "最大的船的颜色"),
        ("船在top-left", "船在左上"),
    ],
)
def test_english_words_between_chinese_ones_become_chinese(text: str, plain: str) -> None:
    assert chinese_text.unmixed(text, NAMES) == plain


ANSWERING = (
    "composed/__init__",
    "composed/grounded_sentences",
    "composed/read_back",
    "composed/sentence_words",
    "composed/sentences",
    "composed/unread_words",
    "conversation/dialogue",
    "inference/answer_mask",
    "inference/coverage",
    "inference/drawn_frame",
    "inference/similar_pictures",
    "language/chinese_answers",
    "language/chinese_captions",
    "language/ordinals",
    "language/positions",
    "language/refusals",
    "language/scene_sentences",
    "language/unsupported",
    "models/small/answer_text",
    "models/small/box_class",
)
"""Modules that write answers."""


@pytest.mark.parametrize("module", ANSWERING)
def test_whatever_answers_say_has_traditional_characters(module: str) -> None:
    """Big5 has no simplified characters: what it can hold is traditional."""
    tree = ast.parse((Path(geomagnifier.__file__).parent / f"{module}.py").read_text("utf-8"))
    said = {
        letter
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for letter in node.value
    }
    told = chinese_text.in_traditional(
        "".join(
            sorted(letter for letter in said if chinese_text.chinese(letter) and letter != "\u9fff")
        )
    )
    left = [letter for letter in told if not _in_big5(letter)]
    assert left == []


def _in_big5(letter: str) -> bool:
    try:
        letter.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("有几艘船？", "zh"),
        ("Count the ships, answer in Chinese", "zh"),
        ("How many ships?", "en"),
        ("ひこうきを探して", None),
        ("12 ?", None),
    ],
)
def test_the_language_of_messages_about_a_question(question, expected):
    assert chinese_text.message_language(question) == expected


def test_words_of_a_region_are_those_of_the_standard_language():
    assert chinese_text.plain("這是啥地方，解析度幾多") == "这是什么地方，分辨率多少"


@pytest.mark.parametrize(
    ("said", "usual"),
    [
        ("把水域切割出來", "把水域分割出来"),
        ("自西向东第二个储罐", "从西向东第二个储罐"),
        ("由左至右第三架飞机", "由左到右第三架飞机"),
        ("船舶均停靠于码头附近", "船舶都停靠在码头附近"),
        ("船的长度平均是多少米", "船的长度平均是多少米"),
        ("恰为四个", "恰好是四个"),
        ("确认图中有无船只", "图中有无船只"),
        ("确认坐标", "确认坐标"),
        ("储油槽请全部标示", "储罐全部标出"),
        ("别圈别的，就圈最上面的船", "就圈最上面的船"),
        ("这有船不", "这有船吗"),
        ("好不", "好不"),
        ("这是密集住宅区", "这是密集住宅区"),
    ],
)
def test_official_and_spoken_words_are_those_of_the_standard_language(said, usual):
    assert chinese_text.plain(said) == usual
