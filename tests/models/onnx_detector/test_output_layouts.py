"""Layouts that shapes alone do not tell apart, NMS, and turned boxes."""

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


def told(classes: int, **more: object) -> DetectorMetadata:
    return DetectorMetadata("Ultralytics", tuple(map(str, range(classes))), **more)


def test_one_class_is_told_by_whole_numbers():
    """(1, N, 6) is both NMS in the graph and version 5 with one class."""
    ended = np.array([[[1, 2, 11, 22, 0.9, 0], [0, 0, 0, 0, 0, 0]]], np.float32)
    found = read_outputs([ended], told(1), "x")
    assert found.boxes.tolist() == [[1, 2, 11, 22]]
    version_5 = np.array([[[6, 12, 10, 20, 0.9, 0.8]]], np.float32)
    found = read_outputs([version_5], told(1), "x")
    assert found.boxes.tolist() == [[1, 2, 11, 22]]
    assert found.scores.tolist() == pytest.approx([0.72])
    version_6 = read_outputs([version_5], told(1, layout="YOLO_v6"), "x")
    assert version_6.scores.tolist() == pytest.approx([0.8])


def test_two_classes_by_column_or_by_row():
    """(1, 6, 6) is six boxes of two classes either way."""
    rows = np.zeros((1, 6, 6), np.float32)
    rows[0, 0] = [1, 2, 11, 22, 0.9, 1]
    assert read_outputs([rows], told(2), "x").classes.tolist() == [1]
    columns = np.full((1, 6, 6), 0.3, np.float32)
    columns[0, :, 2] = [6, 12, 10, 20, 0.1, 0.95]
    found = read_outputs([columns], told(2), "x")
    assert found.boxes[2].tolist() == [1, 2, 11, 22] and found.classes[2] == 1


def test_masks_take_their_factors_from_the_columns_after_the_classes():
    maps = np.zeros((1, 3, 4, 4), np.float32)
    columns = np.arange(4 + 2 + 3, dtype=np.float32)[None, :, None]
    found = read_outputs([columns, maps], told(2, task="segment"), "x")
    assert found.factors is not None and found.factors.tolist() == [[6, 7, 8]]
    ended = np.array([[[1, 2, 3, 4, 0.5, 1, 7, 8, 9]]], np.float32)
    found = read_outputs([ended, maps], told(2, task="segment"), "x")
    assert found.factors is not None and found.factors.tolist() == [[7, 8, 9]]


@pytest.mark.parametrize(
    "shapes",
    [[(1, 9, 100)], [(100, 6)], [(1, 7, 9), (1, 7, 9)], [(4, 4), (4,), (3,)], [(1, 100, 8)]],
)
def test_others_are_refused(shapes):
    with pytest.raises(ModelUnsupported, match="net of the test: these outputs"):
        read_outputs([np.ones(s, np.float32) for s in shapes], told(2), "net of the test")


def test_nms_goes_by_class():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [1, 0, 11, 10]], np.float32)
    found = Candidates(boxes, np.array([0.9, 0.8, 0.7], np.float32), np.array([0, 0, 1]))
    assert without_doubles(found, 0.5).scores.tolist() == pytest.approx([0.9, 0.7])
    assert len(without_doubles(found, 0.95).scores) == 3


def test_turned_boxes_side_by_side_are_not_one():
    angle = math.pi / 4
    step = 12 / math.sqrt(2)
    ships = np.array(
        [[50, 50, 60, 10, angle], [50 - step, 50 + step, 60, 10, angle], [51, 50, 60, 10, angle]],
        np.float32,
    )
    # their upright boxes nearly cover each other
    found = Candidates(
        np.zeros((3, 4), np.float32),
        np.array([0.9, 0.8, 0.7], np.float32),
        np.zeros(3, int),
        turned=ships,
    )
    kept = without_doubles(found, 0.7)
    assert kept.scores.tolist() == pytest.approx([0.9, 0.8])
    assert likeness(ships[0], ships[:1])[0] == pytest.approx(1, abs=1e-3)


def test_likeness_is_that_of_gaussians():
    # two equal circles of variance s at a distance d: the Bhattacharyya distance is d^2 / 8 s
    side, apart = 12.0, 6.0
    one = np.array([0, 0, side, side, 0.3], np.float32)
    other = np.array([[apart, 0, side, side, 1.1]], np.float32)
    expected = 1 - math.sqrt(1 - math.exp(-(apart**2) / (8 * side**2 / 12)))
    assert likeness(one, other)[0] == pytest.approx(expected, abs=1e-4)


def test_corners():
    found = corners(np.array([[10, 20, 8, 2, math.pi / 2]]))[0]
    assert {tuple(p) for p in found.round(6).tolist()} == {(9, 16), (11, 16), (9, 24), (11, 24)}


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


def test_turned_boxes_have_the_upright_box_around_them() -> None:
    turned = DetectorMetadata("Ultralytics", ("ship", "plane"), "obb")
    angles = [math.pi / 2, 0.0]
    found = read_outputs([table(CENTRED, SCORES, angles).transpose(0, 2, 1)], turned, "a")
    assert np.allclose(found.boxes, [[0, 30, 40, 50], BOXES[1]], atol=1e-5)
    assert found.turned is not None
    assert np.allclose(
        np.sort(corners(found.turned)[0], 0)[[0, -1]], [[0, 30], [40, 50]], atol=1e-5
    )
