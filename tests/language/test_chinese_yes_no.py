"""Chinese questions of yes and no: what they ask about, and how the answer begins."""

from __future__ import annotations

import pytest

from geomagnifier.language.characters import BOX
from geomagnifier.language.chinese_yes_no import parse


@pytest.mark.parametrize(
    ("text", "kinds", "yes_no", "every"),
    [
        ("图中有飞机吗", ("airplane",), True, False),
        ("有没有船", ("ship",), True, False),
        ("有飞机和船吗", ("airplane", "ship"), True, True),
        ("有飞机或船吗", ("airplane", "ship"), True, False),
        ("有飞机和船或桥吗", ("airplane", "ship", "bridge"), True, False),
        ("图中没有船吗", ("ship",), False, False),
        ("飞机", ("airplane",), False, False),
    ],
)
def test_things_that_may_be_there(
    text: str, kinds: tuple[str, ...], yes_no: bool, every: bool
) -> None:
    read = parse(text)
    assert read is not None and read.form == "things"
    assert (read.kinds, read.yes_no, read.every, read.exists) == (kinds, yes_no, every, True)


def test_a_scene_is_asked_about_or_doubted() -> None:
    asked, doubted = parse("这是机场吗"), parse("这不是机场吧?")
    assert asked is not None and doubted is not None
    assert [read.form for read in (asked, doubted)] == ["scene", "scene"]
    assert asked.names[0].scenes == doubted.names[0].scenes == ("airport",)
    assert (asked.yes_no, asked.exists, doubted.yes_no) == (True, False, False)


def test_one_of_two_scenes() -> None:
    read = parse("这是机场还是港口")
    assert read is not None and (read.form, read.yes_no) == ("choice", False)
    assert [name.said for name in read.names] == ["机场", "港口"]


def test_what_has_no_class_keeps_its_noun() -> None:
    read = parse("这是火山吗")
    assert read is not None and (read.form, read.noun) == ("unknown", "火山")


@pytest.mark.parametrize(
    "text",
    ["有多少架飞机", "船比桥多吗", "找出所有船", f"{BOX}里有船吗", "搜有船的图片", "哪里有船"],
)
def test_counts_comparisons_orders_boxes_and_searches_are_none(text: str) -> None:
    assert parse(text) is None
