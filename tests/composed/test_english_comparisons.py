"""Sizes against each other: of things one by one, of land cover and of what covers all together."""

from __future__ import annotations

import re

import pytest

from geomagnifier.composed import english_comparisons as build
from geomagnifier.composed import program as p
from geomagnifier.composed.placeholders import Amount

SHIPS, TANKS = p.Select(("ship",)), p.Select(("storage tank",))
WATER, LAND = p.Select(("water",)), p.Select(("land",))
LARGEST = p.Select(("ship",), rank=p.Rank("area"))


def test_things_are_compared_by_their_means_and_land_cover_by_its_share() -> None:
    assert (
        str(build.bigger("longer", SHIPS, TANKS)) == "mean length(ship) > mean length(storage tank)"
    )
    assert str(build.bigger("smaller", WATER, LAND)) == (
        "share(water of picture) < share(land of picture)"
    )
    assert str(build.bigger("larger", SHIPS, TANKS, "width", 2.0)) == (
        "mean width(ship) > 2 x mean width(storage tank)"
    )
    assert str(build.which_bigger("larger", WATER, LAND)) == (
        "most of share(water of picture), share(land of picture)"
    )
    assert build.which_bigger("larger", WATER, WATER) is None


def test_what_covers_more_is_all_of_it() -> None:
    assert build.covers_more(SHIPS, TANKS) == p.Compare(p.Share(SHIPS), ">", p.Share(TANKS))
    assert str(build.covers_more(LARGEST, TANKS, "<")) == (
        "mean area(largest ship) < mean area(storage tank)"
    )
    assert build.which_covers_more(SHIPS, TANKS, False) == p.Which(
        (p.Share(SHIPS), p.Share(TANKS)), False
    )
    assert build.which_covers_more(SHIPS, SHIPS) is None


@pytest.mark.parametrize(
    ("sign", "holds"),
    [("more than", ">"), ("at least", ">="), ("under", "<"), ("at most", "<="), ("up to", "<=")],
)
def test_a_share_is_compared_with_the_number_that_was_said(sign: str, holds: str) -> None:
    assert re.fullmatch(build.AGAINST, sign)
    assert str(build.covers(WATER, sign, Amount(10))) == f"share(water of picture) {holds} 10 %"
    assert str(build.covers(WATER, sign)) == f"share(water of picture) {holds} 50 %"


def test_differences_are_told_larger_first() -> None:
    assert str(build.by_how_much("shorter", SHIPS, TANKS)) == (
        "mean length(storage tank) - mean length(ship)"
    )
    assert str(build.bigger_than_all("larger", LARGEST, TANKS)) == (
        "mean area(largest ship) > sum area(storage tank)"
    )
