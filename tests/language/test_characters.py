"""A Chinese question in one form, with its coordinates taken out."""

from __future__ import annotations

import pytest

from geomagnifier.language.characters import BOX, LOOKED_AT, characters


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("找出 所有 飞机", "找出所有飞机"),
        ("找出所有飛機", "找出所有飞机"),
        ("有７艘船？", "有7艘船?"),
        ("SHIP的数量", "船的数量"),
    ],
)
def test_one_form_for_all_ways_to_type_it(text: str, plain: str) -> None:
    found, boxes = characters(text)
    assert boxes == [] and "".join(found) == plain


@pytest.mark.parametrize(
    "box", ["[10, 20, 30, 40]", "(10,20,30,40)", "【1.5，2，3，4】", "1 2 3 4"]
)
def test_coordinates_are_one_character(box: str) -> None:
    found, boxes = characters(f"框{box}里有什么")
    assert "".join(found) == f"框{BOX}里有什么" and len(boxes) == 1
    assert [part for part in boxes[0] if part.isdigit()] == [c for c in box if c.isdigit()]


def test_three_numbers_are_no_box_and_a_long_text_is_cut() -> None:
    assert characters("1, 2, 3")[1] == []
    assert len(characters("船" * 3000)[0]) == LOOKED_AT
