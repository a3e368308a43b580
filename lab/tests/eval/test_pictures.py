"""Items are picked at even steps."""

from __future__ import annotations

from geomagnifier_lab.eval.pictures import evenly


def test_evenly_takes_from_everywhere() -> None:
    assert evenly(range(100), 4) == [0, 25, 50, 75]
    assert list(evenly(range(3), 10)) == list(evenly(range(3), None)) == [0, 1, 2]
