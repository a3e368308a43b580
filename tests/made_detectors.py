"""Tiny detectors in ONNX files, in the layouts of real exports.

What they find depends on the pixels: green squares of 16 px and yellow ones of 32 px as class 0,
blue ones of 16 px as class 1, at any place. A square's score is 1 where all of the box is of its
colour, and falls to 0 two px beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SMALL, LARGE = 16, 32
"""Sides of the squares, px."""
GREEN, YELLOW, BLUE = (0, 255, 0), (255, 255, 0), (0, 0, 255)
Layout = Literal["column", "objectness", "ended", "lists"]


class _Graph:
    """Nodes and constants of a graph."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.held: list[onnx.TensorProto] = []

    def constant(self, value: Any, kind: type = np.float32) -> str:
        name = f"constant{len(self.held)}"
        self.held.append(numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def node(self, op: str, *inputs: str, output: str = "", **given: Any) -> str:
        output = output or f"{op.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [output], **given))
        return output

    def ends(self, low: int, high: int, axis: int) -> list[str]:
        return [self.constant([number], np.int64) for number in (low, high, axis)]


def _scores(graph: _Graph, image: str, side: int, *, strict: bool) -> str:
    """(1, 2, N) of an image (1, 3, side, side); strict: 1 px beside a square the score is 0."""
    red, green, blue = (graph.node("Slice", image, *graph.ends(k, k + 1, 1)) for k in range(3))
    small = graph.node("Sub", green, red)
    large = graph.node("Min", green, red)
    rows = []
    for channel, width in ((small, SMALL), (large, LARGE), (blue, SMALL)):
        mean = graph.node("AveragePool", channel, kernel_shape=[width, width], strides=[1, 1])
        above = graph.node("Sub", mean, graph.constant(0.96 if strict else 0.9))
        steep = graph.node("Mul", above, graph.constant(25 if strict else 10))
        clipped = graph.node("Clip", steep, graph.constant(0), graph.constant(1))
        flat = graph.constant([1, 1, (side - width + 1) ** 2], np.int64)
        rows.append(graph.node("Reshape", clipped, flat))
    none = graph.node("Mul", rows[1], graph.constant(0))
    first = graph.node("Concat", rows[0], rows[1], axis=2)
    second = graph.node("Concat", rows[2], none, axis=2)
    return graph.node("Concat", first, second, axis=1)


def _boxes(side: int, size: tuple[float, float] | None) -> np.ndarray:
    """(4, N): centre, width and height of each candidate."""
    parts = []
    for width in (SMALL, LARGE):
        middles = np.arange(side - width + 1) + width / 2
        cx, cy = (grid.ravel() for grid in np.meshgrid(middles, middles))
        w, h = size or (width, width)
        parts.append(np.stack([cx, cy, np.full(len(cx), w), np.full(len(cx), h)]))
    return np.concatenate(parts, 1)


def detector(
    path: Path,
    metadata: Mapping[str, str],
    layout: Layout = "column",
    *,
    side: int = 64,
    masks: int = 0,
    angle: float | None = None,
    size: tuple[float, float] | None = None,
    shape: Sequence[Any] | None = None,
) -> Path:
    """Write a detector of two classes.

    Args:
        path: of the file.
        metadata: its `metadata_props`.
        layout: of its output, see `output_layouts`.
        side: of its input, px.
        masks: number of prototypes of masks; the first is the brightness of every 4 px less a half.
        angle: of turned boxes, radians; None for upright ones.
        size: width and height of the boxes, px; None for those of the squares.
        shape: of the input; None for (1, 3, side, side).
    """
    graph = _Graph()
    scores = _scores(graph, "images", side, strict=layout in ("ended", "lists"))
    boxes = _boxes(side, size)
    n = boxes.shape[1]
    if layout in ("ended", "lists") and angle is None:
        boxes = np.concatenate([boxes[:2] - boxes[2:] / 2, boxes[:2] + boxes[2:] / 2])
    columns = [graph.constant(boxes[None])]
    more = []
    if masks:
        factors = np.zeros((1, masks, n), np.float32)
        factors[:, 0] = 40
        more.append(graph.constant(factors))
    if angle is not None:
        more.append(graph.constant(np.full((1, 1, n), angle)))
    extra = masks + (angle is not None)
    if layout == "column":
        graph.node("Concat", *columns, scores, *more, axis=1, output="output0")
        outputs = [("output0", [1, 6 + extra, n])]
    elif layout == "objectness":
        sure = graph.node("ReduceMax", scores, axes=[1], keepdims=1)
        likely = graph.node("Div", scores, graph.node("Add", sure, graph.constant(1e-6)))
        table = graph.node("Concat", *columns, sure, likely, axis=1)
        graph.node("Transpose", table, perm=[0, 2, 1], output="output0")
        outputs = [("output0", [1, n, 7])]
    else:
        best = graph.node("ReduceMax", scores, axes=[1], keepdims=1)
        number = graph.node("ArgMax", scores, axis=1, keepdims=1)
        which = graph.node("Cast", number, to=TensorProto.FLOAT)
        table = graph.node("Concat", *columns, best, which, *more, axis=1)
        rows = graph.node("Transpose", table, perm=[0, 2, 1])
        flat = graph.node("Squeeze", best, graph.constant([0, 1], np.int64))
        graph.nodes.append(
            helper.make_node("TopK", [flat, graph.constant([20], np.int64)], ["top", "index"])
        )
        ended = graph.node("Gather", rows, "index", axis=1, output="output0")
        outputs = [("output0", [1, 20, 6 + extra])]
        if layout == "lists":
            one = graph.node("Squeeze", ended, graph.constant([0], np.int64))
            graph.node("Slice", one, *graph.ends(0, 4, 1), output="bboxes")
            for name, k, kind in (
                ("scores", 4, TensorProto.FLOAT),
                ("labels", 5, TensorProto.INT64),
            ):
                column = graph.node("Slice", one, *graph.ends(k, k + 1, 1))
                flat = graph.node("Squeeze", column, graph.constant([1], np.int64))
                graph.node("Cast", flat, to=kind, output=name)
            outputs = [("bboxes", [20, 4]), ("scores", [20]), ("labels", [20])]
    if masks:
        quarter = graph.node("AveragePool", "images", kernel_shape=[4, 4], strides=[4, 4])
        bright = graph.node("ReduceMax", quarter, axes=[1], keepdims=1)
        first = graph.node("Sub", bright, graph.constant(0.5))
        zeros = graph.constant(np.zeros((1, masks - 1, side // 4, side // 4)))
        graph.node("Concat", first, zeros, axis=1, output="output1")
        outputs.append(("output1", [1, masks, side // 4, side // 4]))
    wanted = [
        helper.make_tensor_value_info(
            name, TensorProto.INT64 if name == "labels" else TensorProto.FLOAT, list(dims)
        )
        for name, dims in outputs
    ]
    given = helper.make_tensor_value_info(
        "images", TensorProto.FLOAT, list(shape or (1, 3, side, side))
    )
    made = helper.make_graph(graph.nodes, "detector", [given], wanted, graph.held)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, dict(metadata))
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def ultralytics(
    task: str = "detect", names: Sequence[str] = ("ship", "wind-turbine"), side: int = 64
) -> dict[str, str]:
    """Metadata as `yolo export format=onnx` of Ultralytics 8.3 writes them: Python's own text.

    Args:
        task: detect, segment or obb.
        names: of the classes.
        side: of the input, px.
    """
    return {
        "description": "Ultralytics YOLO11n model trained on own.yaml",
        "author": "Ultralytics",
        "version": "8.3.40",
        "stride": "32",
        "task": task,
        "batch": "1",
        "imgsz": str([side, side]),
        "names": str(dict(enumerate(names))),
        "args": str({"batch": 1, "nms": False}),
    }


def deepness(det_type: str = "YOLO_Ultralytics", resolution: float | None = None) -> dict[str, str]:
    """Metadata as Deepness' guide for authors of models writes them: JSON.

    Args:
        det_type: one of `DetectorType`.
        resolution: cm per px; None to leave it out.
    """
    told = {
        "model_type": '"Detector"',
        "class_names": '{"0": "ship", "1": "wind turbine"}',
        "tiles_overlap": "20",
        "det_type": f'"{det_type}"',
        "det_conf": "0.4",
        "det_iou_thresh": "0.5",
    }
    return told if resolution is None else {**told, "resolution": f"{resolution:g}"}


def squares(
    size: tuple[int, int], placed: Mapping[tuple[int, int], tuple[int, int, int]]
) -> np.ndarray:
    """A grey picture with squares, (H, W, 3) uint8.

    Args:
        size: (H, W) px.
        placed: colour by (x, y) of the upper left corner.
    """
    made = np.full((*size, 3), 90, np.uint8)
    for (x, y), colour in placed.items():
        side = LARGE if colour == YELLOW else SMALL
        made[y : y + side, x : x + side] = colour
    return made
