"""Names of classes in a text: whole names, in either number, and not parts of other names."""

from __future__ import annotations

import pytest

from geomagnifier.language.mentions import (
    chinese_names,
    in_chinese,
    in_english,
    is_no_class,
    kinds_of,
    plural,
    tokens_of,
)


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("ship", "ships"),
        ("ferry", "ferries"),
        ("quay", "quays"),
        ("bus", "buses"),
        ("church", "churches"),
        ("wharf", "wharves"),
    ],
)
def test_plurals(one: str, many: str) -> None:
    assert plural(one) == many


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Find the ships near the harbor.", ("ship", "harbor")),
        ("oil-tanks and SHIPS", ("storage tank", "ship")),
        ("the bus stop", ()),
        ("a park bench", ()),
        ("a solar field", ()),
        ("a soccer field", ()),
        ("ships and ships", ("ship",)),
    ],
)
def test_classes_in_english(text: str, kinds: tuple[str, ...]) -> None:
    assert kinds_of(in_english(tokens_of(text))) == kinds


def test_a_mention_says_where_it_stands_and_what_belongs_to_it() -> None:
    tokens = tokens_of("Is this a harbor area?")
    (found,) = in_english(tokens)
    assert tokens[found.start : found.end] == ["harbor", "area"] and found.scenes == ("harbor",)
    (ships,) = in_english(tokens_of("two ships"))
    assert (ships.kind, ships.plural) == ("ship", True)


def test_a_chinese_name_of_one_character_is_no_part_of_a_word() -> None:
    assert [m.said for m in in_chinese("这是火山吗")] == []
    assert [m.said for m in in_chinese("有山吗")] == ["山"]
    assert kinds_of(in_chinese("找出飞机和船")) == ("airplane", "ship")
    assert [m.said for m in in_chinese("火山", anywhere=True)] == ["山"]


def test_things_that_no_class_is_and_chinese_names() -> None:
    assert is_no_class("soccer field") and not is_no_class("ship") and not is_no_class("xyzzy")
    assert chinese_names()["ships"] == "船" and chinese_names()["car"] == "汽车"


def test_a_name_of_many_things_is_what_stands_before_it() -> None:
    scenes = [in_english(tokens_of(text))[0].scenes for text in ("a park", "a wombat park")]
    assert scenes == [("park",), ()]
