"""Detectors in the layouts of real exports find the same squares, each at its place."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from geomagnifier.errors import ModelCorrupt, ModelNotFound, ModelUnsupported
from geomagnifier.models.onnx_detector.onnx_detector import OnnxDetector
from made_detectors import BLUE, GREEN, YELLOW, deepness, detector, squares, ultralytics

PLACED = {(5, 7): GREEN, (30, 20): YELLOW, (44, 3): BLUE}
TRUTH = {(5, 7, 21, 23, 0), (30, 20, 62, 52, 0), (44, 3, 60, 19, 1)}

CASES = {
    "ultralytics detect": ("column", ultralytics(), {}),
    "ultralytics segment": ("column", ultralytics("segment"), {"masks": 4}),
    "ultralytics, NMS in the graph": ("ended", ultralytics(), {}),
    "ultralytics segment, NMS in the graph": ("ended", ultralytics("segment"), {"masks": 4}),
    "yolov5": ("objectness", {"stride": "32", "names": "{0: 'ship', 1: 'wind-turbine'}"}, {}),
    "deepness": ("column", deepness(), {}),
    "deepness yolov7": ("objectness", deepness("YOLO_v5_or_v7_default"), {}),
    "deepness segmentation": ("column", deepness("YOLO_Ultralytics_segmentation"), {"masks": 4}),
    "geodeep, the name of another layout": ("column", deepness("YOLO_v8"), {}),
    "geodeep retinanet": ("lists", deepness("retinanet"), {}),
}


def found_in(path: Path, pixels: np.ndarray, least: float = 0.25) -> set[tuple[int, ...]]:
    found = OnnxDetector(path).find(pixels, least)
    boxes = found.box.to_view(found.candidates.boxes).tolist()
    return {
        (*map(round, box), int(number))
        for box, number in zip(boxes, found.candidates.classes, strict=True)
    }


@pytest.mark.parametrize("case", CASES)
def test_the_squares_are_found_in_each_layout(case: str, tmp_path: Path) -> None:
    layout, metadata, more = CASES[case]
    path = detector(tmp_path / "d.onnx", metadata, layout, **more)
    picture = squares((64, 64), PLACED)
    assert found_in(path, picture) == TRUTH
    # they are functions of the pixels: moved, they are found elsewhere; nothing is found in nothing
    moved = np.roll(picture, (9, -3), (0, 1))
    assert found_in(path, moved) == {(a - 3, b + 9, c - 3, d + 9, k) for a, b, c, d, k in TRUTH}
    assert found_in(path, squares((64, 64), {})) == set()


@pytest.mark.parametrize("layout", ["column", "ended"])
def test_turned_boxes(layout: str, tmp_path: Path) -> None:
    path = detector(
        tmp_path / "d.onnx", ultralytics("obb"), layout, angle=math.pi / 6, size=(40, 10)
    )
    found = OnnxDetector(path).find(squares((64, 64), {(24, 24): GREEN}), 0.25).candidates
    assert len(found.scores) == 1
    assert found.turned is not None
    np.testing.assert_allclose(found.turned[0], [32, 32, 40, 10, math.pi / 6], atol=1e-5)
    # the upright box around it: half of w |cos| + h |sin|
    half = (40 * math.cos(math.pi / 6) + 10 * math.sin(math.pi / 6)) / 2
    assert found.boxes[0, 0] == pytest.approx(32 - half, abs=1e-4)


def test_a_network_of_any_size_takes_that_of_the_metadata(tmp_path: Path) -> None:
    shape = (1, 3, "height", "width")
    path = detector(tmp_path / "d.onnx", ultralytics(side=96), side=96, shape=shape)
    made = OnnxDetector(path)
    assert made.size == (96, 96)
    assert found_in(path, squares((96, 96), {(70, 60): GREEN})) == {(70, 60, 86, 76, 0)}


def test_a_view_smaller_than_the_input_is_padded_or_enlarged(tmp_path: Path) -> None:
    made = OnnxDetector(detector(tmp_path / "d.onnx", ultralytics()))
    small = squares((40, 32), {(3, 20): GREEN})
    found = made.find(small, 0.25)
    assert found.box.scale == 1
    assert found.box.to_view(found.candidates.boxes).tolist() == [[3, 20, 19, 36]]
    half = np.zeros((32, 24, 3), np.uint8)
    half[10:18, 4:12] = GREEN  # 8 px: only twice as large is it a square that the detector knows
    assert len(made.find(half, 0.25).candidates.scores) == 0
    found = made.find(half, 0.1, enlarge=True)
    assert found.box.scale == 2
    np.testing.assert_allclose(
        found.box.to_view(found.candidates.boxes[:1]), [[4, 10, 12, 18]], atol=0.5
    )


def test_pixels_are_standardized_as_the_metadata_say(tmp_path: Path) -> None:
    told = {
        **deepness(),
        "standardization_mean": "[0.5, 0.5, 0.5]",
        "standardization_std": "[0.25, 0.25, 0.25]",
    }
    path = detector(tmp_path / "d.onnx", told)
    # pixels of (0.5 + 0.25 x) are then x: a dull green square is a bright one
    dull = np.full((64, 64, 3), 128, np.uint8)
    dull[10:26, 10:26] = (128, 192, 128)
    assert found_in(path, dull) == {(10, 10, 26, 26, 0)}
    assert found_in(detector(tmp_path / "e.onnx", deepness()), dull) == set()


def test_unknown_outputs_are_listed_with_the_layouts_that_are_known(tmp_path: Path) -> None:
    names = ("a", "b", "c")  # but the network has two
    path = detector(tmp_path / "odd.onnx", ultralytics(names=names))
    with pytest.raises(ModelUnsupported) as told:
        OnnxDetector(path)
    text = str(told.value)
    assert "odd.onnx" in text and "output0 (1, 6, 3490)" in text
    assert "images (1, 3, 64, 64)" in text and "3 classes" in text
    assert "(1, 4 + classes, N)" in text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"task": "detect"}, "does not name its classes"),
        (ultralytics("classify"), "task 'classify'"),
        ({**deepness(), "model_type": '"Segmentor"'}, "segmentor"),
    ],
)
def test_what_is_no_detector_is_refused(told: dict[str, str], said: str, tmp_path: Path) -> None:
    path = detector(tmp_path / "d.onnx", told)
    with pytest.raises(ModelUnsupported, match=said):
        OnnxDetector(path)


def test_batches_and_bands_that_views_are_not_are_refused(tmp_path: Path) -> None:
    path = detector(tmp_path / "d.onnx", ultralytics())
    model = onnx.load(path)
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 4
    # the graph reads the first three channels alone, so that it holds with four as well
    onnx.save(model, path)
    with pytest.raises(ModelUnsupported, match="with 4 channels"):
        OnnxDetector(path)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"nowhere\.onnx"):
        OnnxDetector(tmp_path / "nowhere.onnx")
    (tmp_path / "text.onnx").write_text("no model")
    with pytest.raises(ModelCorrupt, match="no ONNX model"):
        OnnxDetector(tmp_path / "text.onnx")
    bad = helper.make_graph([], "empty", [], [])
    onnx.save(helper.make_model(bad, ir_version=8), tmp_path / "empty.onnx")
    with pytest.raises((ModelUnsupported, ModelCorrupt)):
        OnnxDetector(tmp_path / "empty.onnx")
