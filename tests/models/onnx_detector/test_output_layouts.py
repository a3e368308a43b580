"""Outputs of detectors in known layouts: the same two boxes, whatever the table looks like."""

from __future__ import annotations

import math

import numpy as np
import pytest

from geomagnifier.errors import ModelUnsupported
from geomagnifier.models.onnx_detector.detector_metadata import DetectorMetadata
from geomagnifier.models.onnx_detector.output_layouts import (
    Candidates,
    corners,
    likeness,
    read_outputs,
    without_doubles,
)

TWO = DetectorMetadata("Ultralytics", ("ship", "plane"))
BOXES = [[10.0, 20.0, 30.0, 60.0], [50.0, 50.0, 70.0, 60.0]]
CENTRED = [[20.0, 40.0, 20.0, 40.0], [60.0, 55.0, 20.0, 10.0]]
SCORES = [[0.9, 0.1], [0.2, 0.8]]


def table(*columns: object) -> np.ndarray:
    return np.hstack([np.array(one, np.float32).reshape(2, -1) for one in columns])[None]


COLUMN = table(CENTRED, SCORES).transpose(0, 2, 1)
OBJECTNESS = table(CENTRED, [1.0, 0.5], SCORES)
ENDED = table(BOXES, [0.9, 0.8], [0, 1])


@pytest.mark.parametrize(
    ("outputs", "scores"),
    [
        ([COLUMN], [0.9, 0.8]),
        ([OBJECTNESS], [0.9, 0.4]),
        ([ENDED], [0.9, 0.8]),
        (
            [np.array(BOXES, np.float32), np.array([0.9, 0.8]), np.array([0, 1])],
            [0.9, 0.8],
        ),
    ],
)
def test_boxes_scores_and_classes(outputs: list[np.ndarray], scores: list[float]) -> None:
    found = read_outputs(outputs, TWO, "a.onnx")
    assert found.boxes.tolist() == BOXES and found.classes.tolist() == [0, 1]
    assert found.scores.tolist() == pytest.approx(scores)


def test_masks_bring_factors_and_prototypes() -> None:
    factors, maps = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], np.ones((1, 3, 8, 8), np.float32)
    for outputs in (
        [table(CENTRED, SCORES, factors).transpose(0, 2, 1), maps],
        [maps, table(BOXES, [0.9, 0.8], [0, 1], factors)],
    ):
        found = read_outputs(outputs, TWO, "a.onnx")
        assert found.factors is not None and found.factors.tolist() == factors
        assert found.prototypes is not None and found.prototypes.shape == (3, 8, 8)


def test_turned_boxes_have_the_upright_box_around_them() -> None:
    turned = DetectorMetadata("Ultralytics", ("ship", "plane"), "obb")
    angles = [math.pi / 2, 0.0]
    found = read_outputs([table(CENTRED, SCORES, angles).transpose(0, 2, 1)], turned, "a")
    assert np.allclose(found.boxes, [[0, 30, 40, 50], BOXES[1]], atol=1e-5)
    assert found.turned is not None
    assert np.allclose(
        np.sort(corners(found.turned)[0], 0)[[0, -1]], [[0, 30], [40, 50]], atol=1e-5
    )


def test_other_shapes_are_of_no_known_layout() -> None:
    for outputs in ([], [np.zeros((1, 9, 9), np.float32)], [COLUMN, COLUMN], [COLUMN[0]]):
        with pytest.raises(ModelUnsupported, match="of no known layout"):
            read_outputs(outputs, TWO, "a.onnx")


def test_of_two_boxes_of_one_class_the_likelier_stays() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [0, 0, 10, 10], [40, 0, 50, 10]], np.float32)
    found = Candidates(boxes, np.array([0.5, 0.6, 0.7, 0.4], np.float32), np.array([0, 0, 1, 0]))
    kept = without_doubles(found, 0.5)
    assert kept.scores.tolist() == pytest.approx([0.7, 0.6, 0.4]) and kept.classes.tolist() == [
        1,
        0,
        0,
    ]
    assert len(without_doubles(found, 0.9).scores) == 4  # IoU of the first two: 90 / 110


def test_likeness_is_one_for_the_same_box_and_falls_with_distance() -> None:
    one = np.array([50, 50, 40, 10, 0.3], np.float32)
    others = np.stack([one, one + [5, 0, 0, 0, 0], one + [40, 0, 0, 0, 0], one + [0, 0, 0, 0, 1.5]])
    same, near, far, across = likeness(one, others.astype(np.float32))
    assert same == pytest.approx(1, abs=2e-3) and same > near > far and across < near
