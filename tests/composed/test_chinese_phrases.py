"""Chinese noun phrases, numbers and amounts."""

from __future__ import annotations

import pytest

from geomagnifier.composed import lexicon
from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_phrases import Reader, marked
from geomagnifier.composed.slots import NoPlace
from labelled import SPEC

WORDS = lexicon(SPEC)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("30米", 30, "m"),
        ("三十米", 30, "m"),
        ("一百二十米", 120, "m"),
        ("两公里", 2000, "m"),
        ("两公顷", 20_000, "m2"),
        ("三亩", 2000, "m2"),
        ("40像素", 40, "px"),
        ("十二艘", 12, ""),
        ("一千个", 1000, ""),
    ],
)
def test_amounts(text: str, value: float, unit: str) -> None:
    (found,) = marked(f"超过{text}的", WORDS).amounts.values()
    assert (found.value, found.unit) == (pytest.approx(value), unit)


@pytest.mark.parametrize(
    ("text", "select"),
    [
        ("船", p.Select(("ship",))),
        ("船和飞机", p.Select(("ship", "airplane"))),
        ("最大的船", p.Select(("ship",), (), p.Rank("area"))),
        ("第二长的船", p.Select(("ship",), (), p.Rank("length", start=2))),
        ("最小的三艘船", p.Select(("ship",), (), p.Rank("area", False, 3))),
        ("白色的船", p.Select(("ship",), (p.Colour(("white",)),))),
        ("左半部分的船", p.Select(("ship",), (p.Place("left half"),))),
        ("港口附近的船", p.Select(("ship",), (p.Related("near", p.Select(("harbor",))),))),
    ],
)
def test_phrases(text: str, select: p.Select) -> None:
    marks = marked(text, WORDS)
    assert Reader(marks, WORDS).phrase(marks.text) == select


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("长度超过30米", p.Limit("length", 30, None, "m")),
        ("在港口左边", p.Related("left of", p.Select(("harbor",)))),
        ("在船和桥之间", p.Between(p.Select(("ship",)), p.Select(("bridge",)))),
    ],
)
def test_conditions(text: str, test: p.Filter) -> None:
    marks = marked(text, WORDS)
    assert Reader(marks, WORDS).conditions(marks.text) == (test,)


def test_a_word_without_a_place_is_refused() -> None:
    marks = marked("璨的船", WORDS)
    with pytest.raises(NoPlace):
        Reader(marks, WORDS).phrase(marks.text)
