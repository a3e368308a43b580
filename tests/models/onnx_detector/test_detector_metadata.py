"""What files say of themselves, as each project writes it."""

import pytest

from geomagnifier.errors import ModelCorrupt, ModelUnsupported
from geomagnifier.models.onnx_detector.detector_metadata import read_metadata
from made_detectors import deepness, ultralytics


def test_ultralytics():
    told = read_metadata(ultralytics("segment", side=640), "y.onnx")
    assert told.classes == ("ship", "wind-turbine")
    assert (told.convention, told.task, told.side) == ("Ultralytics", "segment", 640)
    assert (told.score, told.overlap, told.resolution) == (0.25, 0.7, None)


def test_deepness_and_geodeep():
    told = read_metadata({**deepness(resolution=30), "tile_size": "512"}, "d.onnx")
    assert told.classes == ("ship", "wind turbine")
    assert (told.convention, told.layout) == ("Deepness or GeoDeep", "YOLO_Ultralytics")
    assert (told.score, told.overlap, told.resolution, told.side) == (0.4, 0.5, 0.3, 512)
    assert told.tile_overlap == 0.2
    # GeoDeep's own defaults where the file names its classes alone
    bare = read_metadata({"class_names": '["palm"]'}, "g.onnx")
    assert (bare.classes, bare.score) == (("palm",), 0.3)
    # Ultralytics' names beside a resolution that was added
    both = read_metadata({**ultralytics(), "resolution": "10"}, "b.onnx")
    assert (both.classes[0], both.resolution) == ("ship", 0.1)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"names": "{0: 'a', 2: 'b'}"}, "without a gap"),
        ({"names": "3"}, "no list"),
        ({"names": "['a']", "det_conf": "7"}, "7 is not between 0 and 1"),
        ({"names": "['a']", "resolution": "nan"}, "nan is not between"),
        ({"names": "['a']", "imgsz": "[]"}, "cannot be read"),
        ({"class_names": '["a"]', "standardization_mean": "[1, 2]"}, "three numbers"),
    ],
)
def test_what_is_wrong_is_said(told, said):
    with pytest.raises(ModelCorrupt, match=said):
        read_metadata(told, "x.onnx")


@pytest.mark.parametrize("text", ["__import__('os').system('true')", "(" * 5000, "x" * 10])
def test_text_is_never_run(text):
    with pytest.raises((ModelCorrupt, ModelUnsupported)):
        read_metadata({"names": text}, "x.onnx")


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


ULTRALYTICS = {"names": "{1: 'plane', 0: 'ship'}", "task": "detect", "imgsz": "[640, 512]"}
