"""Programs that forms of both languages build."""

from __future__ import annotations

from geomagnifier.composed import form_builders as build
from geomagnifier.composed import program as p
from geomagnifier.composed.form_builders import without
from geomagnifier.composed.placeholders import Amount

SHIPS, TANKS = p.Select(("ship",)), p.Select(("storage tank",))
LEFT = p.Place("left half")


def test_numbers_are_compared() -> None:
    assert str(build.more(SHIPS, TANKS)) == "count(ship) > count(storage tank)"
    assert str(build.more(SHIPS, TANKS, ">=", 2)) == "count(ship) >= 2 x count(storage tank)"
    assert str(build.numbered(SHIPS, Amount(5), "<")) == "count(ship) < 5"
    assert build.numbered(SHIPS, Amount(5, "m"), "<") is None


def test_of_land_cover_areas_are_compared() -> None:
    """Into how many pieces the water falls says nothing."""
    water, land = p.Select(("water",)), p.Select(("land",))
    assert build.is_cover(water) and not build.is_cover(SHIPS)
    assert build.more(water, land) == p.Compare(p.Share(water), ">", p.Share(land))
    assert build.more(water, SHIPS, "<") == p.Compare(p.Share(water), "<", p.Share(SHIPS))
    assert build.more(SHIPS, water) == p.Compare(p.Count(SHIPS), ">", p.Count(water))
    assert build.which(water, land) == p.Which((p.Share(water), p.Share(land)), True)
    assert build.sizes(water, land, "area") == (p.Share(water), p.Share(land))
    assert build.sizes(SHIPS, TANKS, "length") == (
        p.Measure(SHIPS, "length", "mean"),
        p.Measure(TANKS, "length", "mean"),
    )


def test_two_ships_are_two() -> None:
    assert build.exists(SHIPS) == p.Exists(SHIPS)
    assert build.exists(p.Select(("ship",), number=1)) == p.Exists(p.Select(("ship",), number=1))
    assert str(build.exists(p.Select(("ship",), number=2))) == "count(ship) == 2"


def test_the_class_with_more_is_no_class_beside_itself() -> None:
    assert build.which(SHIPS, TANKS, False) == p.Which((p.Count(SHIPS), p.Count(TANKS)), False)
    assert build.which(SHIPS, p.Select(("bridge", "ship"))) is None


def test_a_share_keeps_what_was_said_of_the_whole() -> None:
    whole = p.Select(("ship",), (LEFT,))
    white = p.Colour(("white",))
    both = p.Select(("ship",), (LEFT, white))
    assert build.share_where(whole, (white,)) == p.Share(both, whole)
    assert build.most_are(whole, (white,)) == p.Compare(p.Share(both, whole), ">", p.Given(50, "%"))


def test_trucks_are_among_the_vehicles_that_are_left_without_them() -> None:
    vehicles, trucks = p.Select(("vehicle",)), p.Select(("truck",))
    assert str(without(vehicles, trucks)) == "vehicle; not among truck"
    assert without(p.Select(("ship", "truck")), trucks) == p.Select(("ship",))
    largest = p.Select(("ship",), rank=p.Rank("area"))
    assert str(without(p.Select(("ship",)), largest)) == "ship; not among largest ship"
