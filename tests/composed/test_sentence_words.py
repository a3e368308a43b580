"""Words of a composed answer: numbers, nouns and conditions, in English and Chinese."""

from __future__ import annotations

import pytest

from geomagnifier.composed import program as p
from geomagnifier.composed.sentence_words import Words, condition, number, rank_zh, several, thing

EN = Words("en", {}, {})
ZH = Words("zh", {"ship": "船", "harbor": "港口"}, {"ship": "艘"})
SHIPS, HARBOR = p.Select(("ship",)), p.Select(("harbor",))


@pytest.mark.parametrize(
    ("value", "unit", "shown", "text"),
    [
        (7, None, "", "7"),
        (12_345.6, None, "", "12,346"),
        (51.456, "px", "", "51.46 px"),
        (66.6667, "%", "", "66.67 %"),
        (30, "m", "ft", "98.43 ft (30 m)"),
        (1, "ha", "acre", "2.471 acre (1 ha)"),
        (1609.344, "m", "mi", "1 mi (1,609 m)"),
        (30, "px", "ft", "30 px"),
        (2, "1/ha", "", "2 per hectare"),
        (3, "px2", "", "3 px"),
    ],
)
def test_numbers_to_four_digits_in_the_unit_asked_for(
    value: float, unit: str | None, shown: str, text: str
) -> None:
    assert number(value, unit, EN, shown) == text


def test_numbers_in_chinese() -> None:
    assert number(30, "m", ZH) == "30米" and number(15, "m2", ZH) == "15平方米"
    assert number(1, "ha", ZH, "mu") == "15亩（1公顷）"


def test_nouns_in_either_number() -> None:
    assert [EN.counted("ship", n) for n in (0, 1, 2)] == ["0 ships", "1 ship", "2 ships"]
    assert [EN.counted("water", n) for n in (1, 2)] == ["1 area of water", "2 areas of water"]
    assert (ZH.counted("ship", 2), ZH.counted("crane", 1)) == ("2艘船", "1个crane")
    assert EN.listed(["a", "b", "c"]) == "a, b and c" and ZH.listed(["a", "b"]) == "a、b"


@pytest.mark.parametrize(
    ("test", "english", "chinese"),
    [
        (p.Limit("length", 30, None, "m"), "longer than 30 m", "长度至少30米的"),
        (p.Limit("area", None, 5, "m2"), "smaller than 5 m2", "面积至多5平方米的"),
        (p.Limit("width", 1, 2, "m"), "between 1 m and 2 m wide", "宽度1米到2米的"),
        (p.Place("upper left quarter"), "in the upper left quarter", "左上四分之一的"),
        (p.Place("edge"), "at the edge", "边缘的"),
        (p.Place("lower edge"), "at the lower edge", "下边缘的"),
        (p.Not(p.Colour(("red", "blue"))), "that are not red or blue", "不是红色或蓝色的"),
        (p.Related("inside", HARBOR), "in a harbor", "港口里面的"),
        (p.Related("near", HARBOR, 50, "m"), "within 50 m of a harbor", "距港口50米以内的"),
        (p.Between(HARBOR, HARBOR), "between two harbors", "港口和港口之间的"),
        (p.Not(p.Among(SHIPS)), "other than ships", "除船以外的"),
    ],
)
def test_conditions(test: p.Filter, english: str, chinese: str) -> None:
    assert (condition(test, EN), condition(test, ZH)) == (english, chinese)


def test_one_thing_and_several() -> None:
    red = p.Select(("airplane",), (p.Colour(("red",)),))
    assert (thing(red, EN), several(red, EN)) == (
        "an airplane that is red",
        "airplanes that are red",
    )
    largest = p.Select(("ship",), (), p.Rank("area", count=2))
    assert several(largest, EN) == "the 2 largest ships"
    assert (
        thing(p.Select(("ship",), (), p.Rank("length", start=2)), EN) == "the second longest ship"
    )
    assert thing(p.Select(tuple("abcd")), EN) == "an object"


def test_ranks_in_chinese() -> None:
    ranks = [p.Rank("area"), p.Rank("length", False, 3), p.Rank("area", start=2)]
    assert [rank_zh(rank) for rank in ranks] == ["最大的", "最短的3", "第二大的"]
    assert rank_zh(p.Rank("left")) == "最左边的" and rank_zh(None) == ""
    assert rank_zh(p.Rank("left", start=3)) == "左边数第三个"
