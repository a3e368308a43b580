"""What is much shorter than the sure vehicles of its scene is no vehicle."""

from __future__ import annotations

from geomagnifier.inference.usual_sizes import without_short
from geomagnifier.results import Region


def region(length: float, score: float, label: str = "vehicle") -> Region:
    return Region(label, score, (10.0, 10.0, 10.0 + length / 2, 10.0 + length))


CARS = [region(40, 0.9), region(44, 0.95), region(36, 0.8)]


def test_short_ones_are_dropped_however_sure() -> None:
    found = [*CARS, region(17, 0.7), region(16, 0.95), region(21, 0.6)]
    assert without_short(found, ("vehicle",)) == [*CARS, found[-1]]


def test_long_ones_stay() -> None:
    found = [*CARS, region(120, 0.6)]
    assert without_short(found, ("vehicle",)) == found


def test_two_sure_ones_tell_no_length() -> None:
    found = [*CARS[:2], region(36, 0.79), region(10, 0.6)]
    assert without_short(found, ("vehicle",)) == found


def test_each_class_has_a_length_of_its_own_and_others_have_none() -> None:
    found = [*CARS, region(10, 0.6, "bus"), region(10, 0.6, "ship"), region(10, 0.6)]
    assert without_short(found, ("vehicle", "bus")) == found[:-1]
    assert without_short(found, ()) == found
    assert without_short([], ("vehicle",)) == []
