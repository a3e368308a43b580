"""What the metadata of a detector's file say, in the conventions of three projects."""

from __future__ import annotations

import pytest

from geomagnifier.errors import ModelCorrupt, ModelUnsupported
from geomagnifier.models.onnx_detector.detector_metadata import read_metadata

ULTRALYTICS = {"names": "{1: 'plane', 0: 'ship'}", "task": "detect", "imgsz": "[640, 512]"}
DEEPNESS = {"class_names": '{"0": "tree"}', "resolution": "10", "tiles_overlap": "25"}


def test_the_keys_of_ultralytics() -> None:
    read = read_metadata(ULTRALYTICS, "a.onnx")
    assert (read.convention, read.classes, read.task) == (
        "Ultralytics",
        ("ship", "plane"),
        "detect",
    )
    assert (read.side, read.score, read.overlap, read.tile_overlap) == (512, 0.25, 0.7, 0.1)
    assert read.resolution is None and read.mean == read.std == ()


def test_the_keys_of_deepness_are_in_centimetres_and_per_cent() -> None:
    more = {"det_conf": "0.4", "standardization_mean": "[0.5, 0.4, 0.3]", "tile_size": "800"}
    read = read_metadata(DEEPNESS | more, "a.onnx")
    assert (read.convention, read.classes, read.side) == ("Deepness or GeoDeep", ("tree",), 800)
    assert (read.resolution, read.tile_overlap) == (0.1, 0.25)
    assert (read.score, read.overlap, read.mean) == (0.4, 0.5, (0.5, 0.4, 0.3))
    assert read_metadata(DEEPNESS, "a.onnx").score == 0.3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"task": "pose"}, "the task 'pose'"),
        ({"model_type": "Segmentor"}, "is a segmentor"),
        ({"names": ""}, "does not name its classes"),
    ],
)
def test_what_finds_no_objects_is_unsupported(change: dict[str, str], words: str) -> None:
    told = {key: value for key, value in (ULTRALYTICS | change).items() if value}
    with pytest.raises(ModelUnsupported, match=words):
        read_metadata(told, "a.onnx")


@pytest.mark.parametrize(
    "change",
    [
        {"names": "{0: 'ship', 2: 'plane'}"},
        {"names": "[]"},
        {"imgsz": "8"},
        {"det_conf": "1.5"},
        {"det_conf": "high"},
        {"tiles_overlap": "91"},
        {"standardization_std": "[1, 2]"},
        {"standardization_mean": "[0, 0, 1e999]"},
    ],
)
def test_values_out_of_range_are_said(change: dict[str, str]) -> None:
    with pytest.raises(ModelCorrupt, match=r"metadata of a\.onnx cannot be read"):
        read_metadata(ULTRALYTICS | change, "a.onnx")
