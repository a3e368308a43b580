"""Thresholds and missing data empty masks and boxes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.models.registry import load_model, load_small
from geomagnifier.models.small import detector as detecting
from geomagnifier.models.small.box_features import corrected
from geomagnifier.models.small.model import SmallModel
from geomagnifier.types import Granularity, Query, View, Window
from geomagnifier_lab.render.scene import draw_scene


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


@pytest.fixture(scope="module")
def small() -> SmallModel:
    return load_small()


@pytest.fixture(scope="module")
def harbour() -> View:
    pixels = draw_scene(4, 512, 384, "harbour").pixels
    box = Box(0, 0, 512, 384)
    return View(pixels, Window(box, 512, 384, "whole", box), "harbour")


@pytest.mark.parametrize("class_name", ["ship", "harbor", "vehicle", "wind turbine", "car"])
@pytest.mark.parametrize("least", [None, 0.02])
def test_boxes_that_cannot_reach_the_threshold_are_not_missed(
    small: SmallModel,
    harbour: View,
    monkeypatch: pytest.MonkeyPatch,
    class_name: str,
    least: float | None,
) -> None:
    def found() -> list[tuple[float, ...]]:
        states = small.detector.class_states([class_name])
        seen = small.detector.find([class_name], states, harbour, masks=False, min_score=least)
        return [(one.score, *one.view_box) for one in seen.found]

    usual = found()
    monkeypatch.setattr(detecting, "SLACK", 0.0)  # now all are classified and corrected
    every = found()
    assert len(usual) == len(every)
    assert np.allclose(usual, every, rtol=1e-3, atol=1e-3)


def test_a_box_is_corrected_the_same_alone_and_beside_others(
    small: SmallModel, harbour: View
) -> None:
    detector = small.detector
    pyramid = detector.views.see(harbour).pyramid
    assert pyramid is not None
    assert detector.refiner is not None
    boxes = np.array(
        [[0, 0, 40, 30], [200.5, 100, 260, 130], [470, 350, 511, 383], [300, 9, 306, 380]],
        np.float32,
    )
    (state,) = detector.class_states(["ship"])

    def right(rows: np.ndarray) -> np.ndarray:
        scores = np.full(len(rows), 0.5, np.float32)
        moved, weighed = corrected(
            detector.refiner, detector.sessions, pyramid, rows, scores, state
        )
        return np.column_stack([moved, weighed])

    together = right(boxes)
    alone = np.concatenate([right(boxes[n : n + 1]) for n in range(len(boxes))])
    assert np.allclose(together, alone, atol=2e-2)
