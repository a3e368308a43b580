"""Structures have the sizes of the real ones, and the class that is labelled."""

import numpy as np
import pytest

from geomagnifier_lab.render import structures as s

RNG = np.random.default_rng(2)
SPRITES = {
    "storage tank": (s.storage_tank(RNG, 12, 0.3), 24, 24),
    "tennis court": (s.tennis_court(*s.HARD[0]), 24.57, 11.77),
    "basketball court": (s.basketball_court(*s.HARD[1]), 28.6, 15.6),
    "ground track field": (s.ground_track_field(RNG, 1.0)[0], 176.4, 92),
    "bridge": (s.bridge(RNG, 80, 12), 80, 12),
    None: (s.flat_roof(RNG, 30, 20), 30, 20),
}


@pytest.mark.parametrize("kind", SPRITES)
def test_sizes_and_classes(kind):
    sprite, length, breadth = SPRITES[kind]
    assert sprite.kind == kind and sprite.shapes
    assert np.ptp(sprite.outline, axis=0) == pytest.approx([length, breadth], rel=0.01)


def test_a_pier_has_fingers_on_both_sides():
    plain, fingered = s.pier(RNG, 60, 0, 0), s.pier(RNG, 60, 10, 9)
    assert plain.outline[:, 0].max() == fingered.outline[:, 0].max() == 60
    assert np.ptp(fingered.outline[:, 1]) > 20 > np.ptp(plain.outline[:, 1])
    assert plain.kind == fingered.kind == "harbor"


def test_an_infield_lies_in_its_outfield():
    infield, fan = s.baseball_diamond(RNG, 90)
    assert infield.kind == "baseball diamond"
    assert fan[:, 0].max() == pytest.approx(90, rel=0.01)
    assert infield.outline[:, 0].max() < 90


def test_houses_and_trees_are_not_labelled():
    assert s.gable(RNG, 12, 8, 0.5).kind is None
    crown, lobes = s.tree(RNG, 5, 6, 3, 0.5)
    assert crown.mean(0) == pytest.approx([5, 6], abs=0.7) and len(lobes) == 10
