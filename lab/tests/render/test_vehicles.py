"""Vehicles, ships and airplanes have their lengths, and point to +x."""

import numpy as np
import pytest

from geomagnifier_lab.render import vehicles


@pytest.mark.parametrize(("make", "kind"), [("airplane", "airplane"), ("ship", "ship")])
@pytest.mark.parametrize("length", [12.0, 60.0])
def test_lengths(make, kind, length):
    sprite = getattr(vehicles, make)(np.random.default_rng(4), length)
    assert sprite.kind == kind and sprite.height > 0
    assert np.ptp(sprite.outline[:, 0]) == pytest.approx(length, rel=0.03)
    nose = sprite.outline[sprite.outline[:, 0].argmax()]
    assert nose[1] == pytest.approx(0)


def test_cars_and_lorries():
    rng = np.random.default_rng(0)
    cars, lorries = ([vehicles.vehicle(rng, share) for _ in range(20)] for share in (0.0, 1.0))
    assert all(4 < np.ptp(car.outline[:, 0]) < 5.1 for car in cars)
    assert all(6.9 < np.ptp(lorry.outline[:, 0]) < 12.1 for lorry in lorries)
    assert {s.kind for s in (*cars, *lorries)} == {"vehicle"}
