"""Boxes that a refusal is fitted on.

Bare ground is bare, moved boxes stay near, and the fit keeps known things.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geomagnifier.geometry import overlap
from geomagnifier.models.metadata import IN_BOX
from geomagnifier.models.small import box_class
from geomagnifier_lab.datasets.sample import LabelledObject, ObjectSample
from geomagnifier_lab.train.unknown import APART, MOVED, ODDS, REFUSED, fit, ground, jittered


def test_boxes_of_ground_have_the_sizes_of_objects_and_lie_apart_from_them(tmp_path: Path) -> None:
    Image.new("RGB", (400, 300)).save(tmp_path / "p.png")
    boxes = [(10.0, 10.0, 60.0, 40.0), (300.0, 200.0, 330.0, 290.0)]
    sample = ObjectSample(
        tmp_path / "p.png", tuple(LabelledObject("ship", box, ()) for box in boxes), ("ship",)
    )
    found = ground(sample, np.random.default_rng(0))
    sides = {tuple(np.rint(b[2:] - b[:2]).astype(int).tolist()) for b in found}
    assert len(found) >= 4 and sides <= {(50, 30), (30, 90)}
    assert overlap(found, np.array(boxes, np.float32)).max() <= APART
    assert found.min() >= 0 and found[:, 2].max() <= 400 and found[:, 3].max() <= 300
    empty = ground(ObjectSample(tmp_path / "p.png", (), ("ship",)), np.random.default_rng(0))
    assert len(empty) >= 4


def test_moved_boxes_stay_near() -> None:
    boxes = np.array([[10, 20, 110, 60]], np.float32).repeat(50, 0)
    moved = jittered(boxes, np.random.default_rng(0))
    assert (
        np.all(np.abs(moved - boxes) <= MOVED * np.array([100, 40, 100, 40]) + 1e-4)
        and np.ptp(moved, axis=0).min() > 2
    )


def test_known_things_are_kept_and_others_refused() -> None:
    rng = np.random.default_rng(0)
    right = rng.random(1200) < 0.5
    seen = rng.normal(0, 1, (1200, IN_BOX - 1)).astype(np.float32)
    seen[:, :ODDS] += np.where(right, 3, -3)[:, None]
    seen[:, ODDS] = 4 * right + rng.normal(5, 1, 1200)
    weights = fit(seen, right)
    assert len(weights) == IN_BOX
    kept = np.array([box_class.known(one, weights) for one in seen])
    assert kept[right].mean() == pytest.approx(1 - REFUSED, abs=0.004)
    assert kept[~right].mean() < 0.05


def test_boxes_of_one_sort_teach_nothing() -> None:
    assert fit(np.zeros((4, IN_BOX - 1), np.float32), np.ones(4, bool)) == []
