"""What a program is run over: its area, its scale, and sizes that are measured once."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.area_of_interest import Area
from geomagnifier.composed.ground import FACTORS, CannotTell, Ground
from geomagnifier.geometry import Box
from geomagnifier.masks import place
from labelled import FLAT, GROUND, region

SHIPS = (region("ship", 20, 20, 60, 30), region("ship", 20, 100, 80, 120))


def test_the_area_asked_about() -> None:
    box = Box(10, 20, 110, 70)
    part = place(np.ones((50, 50), bool), (20, 10), (300, 400))
    area = Area(box, 2500, "made", ((10, 110, part),))
    assert (Ground(SHIPS, FLAT).area, Ground(SHIPS, FLAT).size) == (Box(0, 0, 400, 300), 120_000)
    assert (Ground(SHIPS, FLAT, box).area, Ground(SHIPS, FLAT, box).size) == (box, 5000)
    assert (Ground(SHIPS, FLAT, area).area, Ground(SHIPS, FLAT, area).size) == (box, 2500)


def test_metres_need_a_scale() -> None:
    flat, ground = Ground(SHIPS, FLAT), Ground(SHIPS, GROUND)
    assert [ground.metric(unit) for unit in ("", "m", "px", "px2")] == [True, True, False, False]
    assert [flat.metric(unit) for unit in ("", "px")] == [False, False]
    with pytest.raises(CannotTell) as refused:
        flat.metric("m", SHIPS)
    assert (refused.value.why, refused.value.regions) == ("no scale", SHIPS)


def test_sizes_in_pixels_and_in_metres() -> None:
    """40 x 10 and 60 x 20 px; a pixel of GROUND is half a metre."""
    ground = Ground(SHIPS, GROUND)
    assert ground.sizes(SHIPS, "length", metres=False) == pytest.approx([40, 60])
    assert ground.sizes(SHIPS, "width", metres=False) == pytest.approx([10, 20])
    assert ground.sizes(SHIPS[1:], "area", metres=False) == pytest.approx([1200])
    assert ground.sizes(SHIPS, "length", metres=True) == pytest.approx([20, 30], rel=0.01)
    assert ground.sizes(SHIPS, "area", metres=True) == pytest.approx([100, 300], rel=0.01)


def test_units_are_those_of_the_world() -> None:
    """By definition: a foot is 0.3048 m, an acre 4,840 square yards, 15 mu a hectare."""
    assert FACTORS["ft"] == 0.3048 and FACTORS["ha"] == 15 * FACTORS["mu"] == 10_000
    assert FACTORS["acre"] == pytest.approx(4840 * 0.9144**2)
    assert FACTORS["km2"] == FACTORS["km"] ** 2
