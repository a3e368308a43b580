"""What an ONNX file of a detector says of itself, in the conventions of three projects.

Ultralytics   names, task, imgsz, stride, args, end2end, channels: Python literals as text
              (`ultralytics/engine/exporter.py` of 8.3 and 8.4)
Deepness      class_names, resolution (cm/px), tile_size or tiles_size (px), tiles_overlap (%),
              det_type, det_conf, det_iou_thresh, standardization_mean, standardization_std: JSON
              (PUTvision/qgis-plugin-deepness 0.6, `processing/models/model_base.py`)
GeoDeep       the keys of Deepness, its det_type of other names (uav4geo/GeoDeep 0.9,
              `geodeep/inference.py`, `scripts/yolo2geodeep.py`)
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geomagnifier.errors import ModelCorrupt, ModelUnsupported

LONGEST = 1_000_000
"""Most letters of a value."""
MOST_CLASSES = 10_000
"""Most classes of a detector."""
SCORE = {"Ultralytics": 0.25, "Deepness or GeoDeep": 0.3}
"""Least score of an object where the file does not say: what these programs take themselves."""
OVERLAP = {"Ultralytics": 0.7, "Deepness or GeoDeep": 0.5}
"""IoU from which the less likely of two boxes of a class is dropped, by default."""
SIDE = 640
"""Side of the input of a network that takes any size, where the file does not say, px."""
TASKS = ("detect", "segment", "obb")
"""Tasks of Ultralytics whose results are objects."""


@dataclass(frozen=True)
class DetectorMetadata:
    """What a file says of its detector."""

    convention: str
    """Whose keys it has: a key of `SCORE`."""
    classes: tuple[str, ...]
    """Names of its classes, by number, as the file writes them."""
    task: str | None = None
    """"detect", "segment" or "obb"; None where the shapes of the outputs must tell."""
    layout: str = ""
    """The value of det_type, or ""."""
    side: int | None = None
    """Side of the input, px; None where the network's own shape must tell."""
    resolution: float | None = None
    """GSD of the images it was trained on, m/px; None where that is not said."""
    score: float = 0.25
    """Least score of an object."""
    overlap: float = 0.7
    """IoU from which the less likely of two boxes of a class is dropped."""
    tile_overlap: float = 0.25
    """The part of a tile's side that it shares with its neighbour; what is longer may be cut."""
    mean: tuple[float, ...] = ()
    """By channel, taken from the pixels (0..1); () for nothing."""
    std: tuple[float, ...] = ()
    """By channel, that the pixels are then divided by; () for nothing."""


def read_metadata(told: Mapping[str, str], name: str) -> DetectorMetadata:
    """What the metadata of a file say.

    Args:
        told: `metadata_props` of the ONNX model.
        name: of the file, for messages.

    Raises:
        ModelUnsupported: no classes are named, or the task is none that finds objects.
        ModelCorrupt: a value cannot be read, or is out of its range.
    """
    values = {key: _value(text) for key, text in told.items() if len(text) <= LONGEST}
    ours = "class_names" in values or "det_type" in values or "resolution" in values
    convention = "Deepness or GeoDeep" if ours else "Ultralytics"
    task = values.get("task")
    if task is not None and task not in TASKS:
        raise ModelUnsupported(
            f"{name} is for the task {str(task)[:40]!r}; detectors of the tasks"
            f" {', '.join(TASKS)} can be used"
        )
    purpose = str(values.get("model_type", "Detector")).lower()
    if purpose != "detector":
        raise ModelUnsupported(
            f"{name} is a {purpose[:40]} by its model_type; only detectors can be used"
        )
    try:
        return DetectorMetadata(
            convention,
            _classes(values.get("class_names") or values.get("names"), name),
            task,
            str(values.get("det_type", "")),
            _side(values.get("imgsz", values.get("tile_size", values.get("tiles_size")))),
            _scaled(values.get("resolution"), 100, 1e-4, 1e4),
            _number(values.get("det_conf", SCORE[convention]), 0, 1),
            _number(values.get("det_iou_thresh", OVERLAP[convention]), 0, 1),
            _number(values.get("tiles_overlap", 25), 0, 90) / 100,
            _channels(values.get("standardization_mean")),
            _channels(values.get("standardization_std")),
        )
    except (TypeError, ValueError, OverflowError) as error:
        raise ModelCorrupt(
            f"the metadata of {name} cannot be read: {error}; export the model again, or correct"
            " them as docs/detectors.md shows"
        ) from error


def _value(text: str) -> Any:
    """A value as JSON, as a Python literal, or as it stands."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return text


def _classes(told: Any, name: str) -> tuple[str, ...]:
    """Class names by number, of {number: name} or [name]."""
    if told is None:
        raise ModelUnsupported(
            f"{name} does not name its classes: its metadata have neither names (Ultralytics) nor"
            " class_names (Deepness, GeoDeep); docs/detectors.md shows how to add them"
        )
    if isinstance(told, Mapping):
        numbers = sorted((int(key), str(value)) for key, value in told.items())
        if [number for number, _ in numbers] != list(range(len(numbers))):
            raise ValueError("the numbers of its classes do not run from 0 without a gap")
        told = [value for _, value in numbers]
    if not isinstance(told, list | tuple) or not 0 < len(told) <= MOST_CLASSES:
        raise ValueError("its class names are no list, or none, or far too many")
    return tuple(str(one) for one in told)


def _number(told: Any, least: float, most: float) -> float:
    number = float(told)
    if not least <= number <= most:
        raise ValueError(f"{number:g} is not between {least:g} and {most:g}")
    return number


def _scaled(told: Any, by: float, least: float, most: float) -> float | None:
    return None if told is None else _number(float(told) / by, least, most)


def _side(told: Any) -> int | None:
    """A side, of a number or of [height, width]; the shorter one."""
    if told is None:
        return None
    return int(_number(min(told) if isinstance(told, list | tuple) else told, 16, 8192))


def _channels(told: Any) -> tuple[float, ...]:
    numbers = () if told is None else tuple(float(one) for one in told)
    if not all(map(math.isfinite, numbers)) or len(numbers) not in (0, 3):
        raise ValueError("mean and deviation are three numbers each, for red, green and blue")
    return numbers
