"""What a detector found in its input, as detections in a view, with outlines where it draws any."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from geomagnifier.models.onnx_detector.letterbox import Letterbox
from geomagnifier.models.onnx_detector.onnx_detector import Found
from geomagnifier.models.onnx_detector.output_layouts import Candidates
from geomagnifier.results import ClassMask, Detection, ViewPrediction
from geomagnifier.types import Floats, View

STRIDE = 2
"""View px for one cell of the masks: that of the small model, whose land cover may lie beside."""
HALF, NEAR = 0.5, 0.25
"""Probability from which a cell is mask; from which it belongs to an object, so that the edge runs
through cells and not along them.
"""


def objects_of(
    found: Found, names: Mapping[int, str], wanted: Collection[str], view: View, masks: bool
) -> ViewPrediction:
    """The objects of some classes in a view.

    Args:
        found: by the detector, in input px.
        names: class by number.
        wanted: classes.
        view: that was looked at.
        masks: objects get the cells that belong to them; else boxes alone.
    """
    height, width = view.pixels.shape[:2]
    some, box = found.candidates, found.box
    most = np.array([width, height, width, height])
    boxes = box.to_view(some.boxes).clip(0, most)
    inside = (boxes[:, 2] - boxes[:, 0] > HALF) & (boxes[:, 3] - boxes[:, 1] > HALF)
    grid = (-(-height // STRIDE), -(-width // STRIDE))
    covers: dict[str, Floats] = {}
    made = []
    for i in np.flatnonzero(inside).tolist():
        label = names[int(some.classes[i])]
        if label not in wanted:
            continue
        x0, y0, x1, y1 = boxes[i].tolist()
        cells, origin = None, (0, 0)
        if masks:
            columns = _cells(x0, x1, grid[1])
            rows = _cells(y0, y1, grid[0])
            sure = _outline(some, i, box, rows, columns)
            cover = covers.setdefault(label, np.zeros(grid, np.float32))
            part = cover[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            np.maximum(part, sure, out=part)
            cells, origin = sure >= NEAR, (int(columns[0]), int(rows[0]))
        made.append(Detection(label, float(some.scores[i]), (x0, y0, x1, y1), cells, origin))
    best = {one.label: max(o.score for o in made if o.label == one.label) for one in made}
    return ViewPrediction(
        tuple(made),
        tuple(ClassMask(label, best[label], p, HALF, True) for label, p in covers.items()),
        STRIDE,
    )


def _cells(low: float, high: float, count: int) -> NDArray[np.intp]:
    """Numbers of the cells that a stretch of view px meets, and of one more on each side."""
    first = max(0, math.floor(low / STRIDE) - 1)
    return np.arange(first, max(first + 1, min(count, math.ceil(high / STRIDE) + 1)))


def _outline(
    some: Candidates, i: int, box: Letterbox, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> Floats:
    """How sure each cell is part of the object, (rows, columns) 0 to 1."""
    x = box.to_input(np.stack([(columns + 0.5) * STRIDE, np.zeros(len(columns))], 1))[:, 0]
    y = box.to_input(np.stack([np.zeros(len(rows)), (rows + 0.5) * STRIDE], 1))[:, 1]
    if some.turned is not None:
        cx, cy, width, height, angle = some.turned[i].astype(float).tolist()
        dx, dy = x[None] - cx, y[:, None] - cy
        along = dx * math.cos(angle) + dy * math.sin(angle)
        across = dy * math.cos(angle) - dx * math.sin(angle)
        # the depth within the box, view px: the edge is where it is 0
        depth = np.minimum(width / 2 - np.abs(along), height / 2 - np.abs(across)) / box.scale
        return np.asarray((HALF + depth / (2 * STRIDE)).clip(0, 1), np.float32)
    assert some.factors is not None
    assert some.prototypes is not None
    maps = some.prototypes
    logits = np.tensordot(some.factors[i], maps, 1)
    v = y * maps.shape[1] / box.size[0] - 0.5
    u = x * maps.shape[2] / box.size[1] - 0.5
    sampled = _between(_between(logits, v).T, u).T
    within = (
        (x >= some.boxes[i, 0])
        & (x <= some.boxes[i, 2])
        & ((y >= some.boxes[i, 1]) & (y <= some.boxes[i, 3]))[:, None]
    )
    return np.asarray(within / (1 + np.exp(-sampled.clip(-50, 50))), np.float32)


def _between(rows: Floats, at: NDArray[np.floating]) -> Floats:
    """Rows at fractional places, linear in between; beyond the ends the last row."""
    low = np.floor(at)
    share = (at - low)[:, None]
    last = len(rows) - 1
    first = rows[low.astype(int).clip(0, last)]
    second = rows[(low.astype(int) + 1).clip(0, last)]
    return np.asarray(first * (1 - share) + second * share, np.float32)
