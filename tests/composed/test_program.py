"""Programs: their line, the classes in them, and what of the masks they need."""

from __future__ import annotations

import pytest

from geomagnifier.composed import program as p

SHIPS, TANKS, ROAD = (p.Select((kind,)) for kind in ("ship", "storage tank", "road"))
THEM = p.Select((), them=True)
NEAR = p.Select(("ship",), (p.Related("near", p.Select(("harbor",), (p.Colour(("red",)),))),))


@pytest.mark.parametrize(
    ("program", "text"),
    [
        (p.Count(SHIPS), "count(ship)"),
        (p.Lines(SHIPS, True), "columns(ship)"),
        (p.Measure(SHIPS, "length", "mean", "m", "ft"), "mean length(ship) in ft"),
        (p.Share(SHIPS), "share(ship of picture)"),
        (p.Share(SHIPS, TANKS), "share(ship of storage tank)"),
        (p.Distance(SHIPS, TANKS, True), "gap(ship, storage tank)"),
        (p.Density(SHIPS, "km2"), "density(ship) per km2"),
        (p.Difference(p.Count(SHIPS), p.Given(2.5, "m")), "count(ship) - 2.5 m"),
        (p.Counts((p.Count(SHIPS), p.Count(TANKS))), "count(ship), count(storage tank)"),
        (p.Exists(SHIPS, True), "exists(each of ship)"),
        (p.Compare(p.Count(SHIPS), "<=", p.Given(3), 2), "count(ship) <= 2 x 3"),
        (p.Every(SHIPS, p.Place("left half")), "every(ship) in left half"),
    ],
)
def test_the_line_that_says_how_it_was_read(program: p.Program, text: str) -> None:
    assert str(program) == text


def test_classes_that_only_say_where_are_looked_for_too() -> None:
    both = p.Compare(p.Count(NEAR), ">", p.Count(TANKS))
    assert p.kinds(both) == ("ship", "harbor", "storage tank")
    assert next(iter(p.parts(both))) is both and p.Colour(("red",)) in [*p.parts(both)]
    assert p.refers(p.Count(THEM)) and not p.refers(both)


@pytest.mark.parametrize(
    ("program", "outlined"),
    [
        (p.Count(SHIPS), False),
        (p.Count(p.Select(("ship",), (p.Place("left half"),))), False),
        (p.Count(NEAR), True),
        (p.Measure(SHIPS, "area", "sum"), True),
        (p.Share(SHIPS), True),
        (p.Distance(SHIPS, TANKS, True), True),
        (p.Count(p.Select(("ship",), (p.Limit("length", 3, None, "m"),))), True),
    ],
)
def test_sizes_shares_gaps_and_colours_need_masks(program: p.Program, outlined: bool) -> None:
    assert p.outlined(program) is outlined


def test_parts_are_replaced_wherever_they_stand() -> None:
    program = p.Compare(p.Count(SHIPS), ">", p.Count(NEAR))
    made = p.replaced(program, {SHIPS: ROAD, p.Colour(("red",)): p.Colour(("blue",))})
    assert str(made) == "count(road) > count(ship; near harbor; blue)"
    assert str(program) == "count(ship) > count(ship; near harbor; red)"


def test_what_another_one_tells_is_not_asked_again() -> None:
    ships, largest = p.Select(("ship",)), p.Select(("ship",), rank=p.Rank("area", True))
    assert p.together([p.Count(ships), p.Chosen(ships)]) == p.Count(ships)
    assert p.together([p.Exists(ships), p.Count(ships)]) == p.Count(ships)
    assert p.together([p.Count(ships), p.Chosen(ships, True)]) == p.Chosen(ships, True)
    assert p.together([p.Exists(ships), p.Chosen(ships)]) == p.Exists(ships)
    both = p.together([p.Count(ships), p.Chosen(largest, True)])
    assert str(both) == "count(ship), segment(largest ship)" and p.kinds(both) == ("ship",)
