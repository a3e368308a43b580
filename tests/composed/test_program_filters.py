"""Filters and ranks as the line that says how a question was read."""

from __future__ import annotations

import pytest

from geomagnifier.composed.program_filters import (
    Among,
    AnyOf,
    Between,
    Colour,
    Filter,
    Heading,
    Limit,
    Not,
    Place,
    Rank,
    Related,
    Select,
)

SHIPS, HARBOR = Select(("ship",)), Select(("harbor",))


@pytest.mark.parametrize(
    ("test", "text"),
    [
        (Limit("length", 30, None, "m"), "length > 30 m"),
        (Limit("area", None, 2e6, "px2"), "area < 2e+06 px2"),
        (Limit("width", 5, 7.5, "m"), "width 5 to 7.5 m"),
        (Place("left half"), "in left half"),
        (Place("edge"), "at edge"),
        (Place("left edge"), "at left edge"),
        (Colour(("red", "blue")), "red or blue"),
        (Heading(45), "axis at 45 deg"),
        (Related("left of", HARBOR), "left of harbor"),
        (Related("near", HARBOR, 50, "m"), "within 50 m of harbor"),
        (Related("near", HARBOR, 0, "px"), "within 0 px of harbor"),
        (Between(SHIPS, HARBOR), "between ship and harbor"),
        (Among(SHIPS), "among ship"),
        (Not(Place("centre")), "not in centre"),
        (AnyOf((Place("centre"), Colour(("red",)))), "in centre or red"),
    ],
)
def test_filters(test: Filter, text: str) -> None:
    assert str(test) == text
    assert str(Select(("ship",), (test,))) == f"ship; {text}"


@pytest.mark.parametrize(
    ("rank", "text"),
    [
        (Rank("area"), "largest"),
        (Rank("area", False, 3), "3 smallest"),
        (Rank("length", start=2), "second longest"),
        (Rank("width", False, start=21), "21st narrowest"),
        (Rank("left", start=3), "third leftmost"),
    ],
)
def test_ranks(rank: Rank, text: str) -> None:
    assert str(rank) == text and str(Select(("ship",), (), rank)) == f"{text} ship"


def test_many_classes_are_counted() -> None:
    assert str(Select(("a", "b", "c"))) == "a or b or c"
    assert str(Select(("a", "b", "c", "d"))) == "4 classes"
    assert str(Select(("a",), them=True)) == "them"
