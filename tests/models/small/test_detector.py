"""Thresholds and missing data empty masks and boxes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.models.registry import load_model
from geomagnifier.models.small.model import SmallModel
from geomagnifier.types import Granularity, Query, View, Window


@pytest.fixture
def model(model_folder: Path) -> SmallModel:
    return load_model(model_folder)


def view(key: str, width: int = 64, height: int = 48, seed: int = 0, valid: Any = None) -> View:
    box = Box(0, 0, width, height)
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    return View(pixels, Window(box, width, height, "whole", box), key, valid)


def test_where_the_scene_has_no_data_is_no_mask(model: SmallModel) -> None:
    valid = np.ones((48, 64), bool)
    valid[:, 32:] = False
    (reply,) = model.answer(
        Query("Segment all ships."), Granularity.PIXEL, [view("v", valid=valid)]
    ).views
    assert (reply.covers[0].probability[:, 16:] == 0).all()
    assert (reply.covers[0].probability[:, :16] > 0).all()


def test_min_score_lets_more_through(model: SmallModel) -> None:
    def count(lowest: float) -> int:
        return len(
            model.answer(Query("Find all ships.", None, lowest), Granularity.REGION, [view("a")])
            .views[0]
            .found
        )

    assert count(0.0) >= count(0.05) >= count(0.5) >= count(1.0) == 0
    assert count(0.0) > 0
