"""Thresholds and figures of a taught class, and its mask at the resolution of the pixels."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.finetuning.calibrate import choose, whole
from geomagnifier.finetuning.thresholds import Evidence
from geomagnifier.geometry import Box
from geomagnifier.types import View, Window


def test_figures_are_those_at_the_thresholds() -> None:
    """Right ones at 0.9 and 0.8, a wrong one at 0.4: of 4 labelled, 2 are found, both right."""
    objects = [(0.9, True, 0.9), (0.8, True, 0.9), (0.4, False, 0.9)]
    presence = [(0.9, True)] * 10 + [(0.1, False)] * 10
    masks = [[0.2, 0.4, 0.6, 0.5, 0.1], [0.2, 0.2, 0.8, 0.5, 0.3]]
    picked, figures = choose(Evidence(presence, objects, 4, masks), enough=True)
    assert 0.4 < picked["score"] <= 0.8 and 0.1 < picked["presence"] <= 0.9
    assert picked["mask"] == 0.5
    assert figures == {"recall": 0.5, "precision": 1.0, "IoU": pytest.approx(0.7)}


def test_images_learnt_by_heart_leave_the_gate_open() -> None:
    presence = [(0.9, True)] * 10 + [(0.6, False)] * 10
    evidence = Evidence(presence, [(0.9, True, 0.9)], 1, [])
    assert choose(evidence, enough=True)[0]["presence"] > 0.6
    assert choose(evidence, enough=False)[0]["presence"] == 0.3
    assert choose(Evidence(), enough=True)[1] == {}


def test_cells_of_two_pixels_come_out_where_they_lie() -> None:
    area = Box(0, 0, 31, 21)
    view = View(np.zeros((21, 31, 3), np.uint8), Window(area, 31, 21, "whole", area), "a")
    probability = np.zeros((11, 16), np.float32)
    probability[2:6, 4:10] = 1
    made = whole(probability, view)
    mask = np.zeros((21, 31), bool)
    mask[4:12, 8:20] = True
    assert made.shape == (21, 31) and made[6:10, 10:18].min() > 0.99
    wrong = (made >= 0.5) != mask
    assert wrong.sum() <= 4, "at most the four corners"
