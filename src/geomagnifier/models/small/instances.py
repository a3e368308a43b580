"""Dense maps -> single objects.

Peaks of the centre heat, their boxes, and the cells whose offset lands on them. Peaks as in
CenterNet (Zhou et al., arXiv:1904.07850). A cell of the mask belongs to the centre that its offset
points at, measured in sizes of the object, so that touching objects are told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from geomagnifier.geometry import suppress
from geomagnifier.models.small.maps import MASK_STRIDE, STRIDE
from geomagnifier.models.small.numerics import sigmoid
from geomagnifier.results import Detection
from geomagnifier.types import Bools, Floats, View

MOST = 300
"""Most objects of one class in one view."""
GROWN = 1.1
"""A mask may reach beyond its box by this factor of the half sides."""
LOWEST_HEAT = 0.01
"""Least centre heat of a peak."""


class Peaks(NamedTuple):
    """Candidates of one class in one view, after NMS."""

    boxes: Floats
    """(N, 4) view px."""
    scores: Floats
    """(N,) centre heat, 0..1, best first."""


def find_peaks(centre: Floats, sides: Floats, lowest: float, limit: float = 0.5) -> Peaks:
    """Local maxima of the centre heat, with their boxes.

    Args:
        centre: (h, w) logits.
        sides: (4, h, w) distances to the left, top, right and bottom edge, view px.
        lowest: least heat, 0..1.
        limit: NMS drops the weaker of two boxes with a higher IoU.
    """
    heat = sigmoid(centre)
    rows, columns = np.nonzero((heat == highest(heat)) & (heat >= lowest))
    strength = heat[rows, columns]
    order = np.argsort(-strength, kind="stable")[:MOST]
    scores, rows, columns = strength[order], rows[order], columns[order]
    x, y = columns * STRIDE + STRIDE / 2, rows * STRIDE + STRIDE / 2
    left, up, right, down = sides[:, rows, columns]
    boxes = np.stack([x - left, y - up, x + right, y + down], 1).astype(np.float32)
    height, width = heat.shape[0] * STRIDE, heat.shape[1] * STRIDE
    boxes = boxes.clip(0, np.array([width, height, width, height], np.float32))
    kept = suppress(boxes, scores, limit)
    kept = kept[np.all(boxes[kept, 2:] - boxes[kept, :2] >= 1, axis=1)]
    return Peaks(boxes[kept], scores[kept])


def highest(heat: Floats) -> Floats:
    """Of each cell and its eight neighbours, the highest, (h, w)."""
    for axis in (0, 1):
        wide = np.pad(heat, [(1, 1) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
        parts = (np.take(wide, range(n, n + heat.shape[axis]), axis) for n in range(3))
        heat = np.maximum.reduce([*parts])
    return heat


def detections(
    label: str,
    boxes: Floats,
    scores: Floats,
    lowest: float,
    view: View,
    offset: Floats | None = None,
) -> list[Detection]:
    """Boxes that score high enough and are at least 1 px each way, as detections of a class.

    Args:
        label: the class.
        boxes: (N, 4) view px; clipped to the view.
        scores: (N,) 0..1.
        lowest: least score.
        view: that the boxes lie in.
        offset: (2, h, w) x, y from each cell to the centre of its object, view px; None for
            detections without masks.
    """
    boxes = inside(boxes, view)
    keep = (scores >= lowest) & np.all(boxes[:, 2:] - boxes[:, :2] >= 1, axis=1)
    boxes, scores = boxes[keep], scores[keep]
    cells: Sequence[Any] = [((0, 0), None)] * len(boxes)
    if offset is not None and len(boxes):
        cells = share_cells(offset, boxes, STRIDE // MASK_STRIDE)
    return [
        Detection(label, float(score), (float(x0), float(y0), float(x1), float(y1)), own, origin)
        for (x0, y0, x1, y1), score, (origin, own) in zip(boxes, scores, cells, strict=True)
    ]


def inside(boxes: Floats, view: View) -> Floats:
    """Boxes clipped to their view, (N, 4).

    Args:
        boxes: (N, 4) view px.
        view: that they lie in.
    """
    height, width = view.pixels.shape[:2]
    return boxes.clip(0, np.array([width, height, width, height], np.float32))


def share_cells(
    offset: Floats, boxes: Floats, parts: int = 1
) -> list[tuple[tuple[int, int], Bools]]:
    """Which cells of the mask belong to which object.

    Args:
        offset: (2, h, w) x, y to the centre, view px.
        boxes: (N, 4) view px.
        parts: cells of the mask along a cell's side; a cell's parts belong together.

    Returns:
        for each box the (column, row) of its first cell and its cells (h', w') bool, in cells of
        the mask.
    """
    height, width = offset.shape[1:]
    nearest = np.full((height, width), np.inf, np.float32)
    owner = np.full((height, width), -1, np.int32)
    spans = []
    for index, (x0, y0, x1, y1) in enumerate(boxes.tolist()):
        cx, cy, half_x, half_y = (
            (x0 + x1) / 2,
            (y0 + y1) / 2,
            (x1 - x0) / 2 * GROWN,
            (y1 - y0) / 2 * GROWN,
        )
        c0, r0 = max(0, int((cx - half_x) / STRIDE)), max(0, int((cy - half_y) / STRIDE))
        c1, r1 = (
            min(width, int(np.ceil((cx + half_x) / STRIDE))),
            min(height, int(np.ceil((cy + half_y) / STRIDE))),
        )
        spans.append((c0, r0, max(c1, c0 + 1), max(r1, r0 + 1)))
        span = (slice(r0, r1), slice(c0, c1))
        x = np.arange(c0, c1, dtype=np.float32) * STRIDE + STRIDE / 2
        y = np.arange(r0, r1, dtype=np.float32)[:, None] * STRIDE + STRIDE / 2
        # how far from this centre the cell points, in half sides of the box
        dx, dy = x + offset[0][span] - cx, y + offset[1][span] - cy
        away = (dx / max(half_x, STRIDE)) ** 2 + (dy / max(half_y, STRIDE)) ** 2
        closer = away < nearest[span]
        nearest[span] = np.where(closer, away, nearest[span])
        owner[span] = np.where(closer, index, owner[span])
    owned = (
        (owner[r0:r1, c0:c1] == index).repeat(parts, 0).repeat(parts, 1)
        for index, (c0, r0, c1, r1) in enumerate(spans)
    )
    return [
        ((c0 * parts, r0 * parts), own) for (c0, r0, _, _), own in zip(spans, owned, strict=True)
    ]


def combine(heat: Floats, likely: Floats, presence: float) -> Floats:
    """Raw scores of objects, (N,).

    Args:
        heat: (N,) centre heat, 0..1.
        likely: (N,) probability that the box is of this class.
        presence: probability that the class is in the view at all.
    """
    return np.asarray(heat * np.sqrt(likely) * presence**0.25, np.float32)
