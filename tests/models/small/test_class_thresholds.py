"""Thresholds of a class: a class that is not there has neither a mask nor objects."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geomagnifier.geometry import Box
from geomagnifier.models.registry import load_model
from geomagnifier.models.small.class_thresholds import ClassThresholds
from geomagnifier.types import Granularity, Query, View, Window


def test_a_closed_gate_empties_mask_and_boxes(model_folder: Path) -> None:
    model, box = load_model(model_folder), Box(0, 0, 64, 48)
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3)).astype(np.uint8)
    view = View(pixels, Window(box, 64, 48, "whole", box), "a")
    query = Query("Segment all ships.")
    model.calibration["ship"] = ClassThresholds(presence=1.1)
    (reply,) = model.answer(query, Granularity.PIXEL, [view]).views
    assert reply.found == () and (reply.covers[0].probability == 0).all()
    model.calibration["ship"] = ClassThresholds(presence=0.0, score=0.0)
    (reply,) = model.answer(query, Granularity.PIXEL, [view]).views
    assert reply.found and (reply.covers[0].probability > 0).any()


def test_without_a_card_half_is_the_threshold() -> None:
    assert ClassThresholds() == ClassThresholds(presence=0.5, score=0.3, mask=0.5)
