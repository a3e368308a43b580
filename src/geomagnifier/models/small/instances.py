"""Dense maps -> single objects.

Peaks of the centre heat, their boxes, and the cells whose offset lands on them.

Peaks as in CenterNet (Zhou et al., arXiv:1904.07850). A cell of the mask belongs to the centre that
its offset points at, measured in sizes of the object, so that touching objects are told apart.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.geometry import suppress
from geomagnifier.models.small.pixel_decoder import STRIDE
from geomagnifier.types import Bools, Floats

MOST = 300
"""Most objects of one kind in one view."""
GROWN = 1.1
"""A mask may reach beyond its box by this factor of the half sides."""


class Peaks(NamedTuple):
    """TODO summary."""

    boxes: Floats
    """(N, 4) view px."""
    scores: Floats
    """(N,) centre heat, 0..1, best first."""


def find_peaks(centre: Tensor, sides: Tensor, lowest: float, limit: float = 0.5) -> Peaks:
    """Local maxima of the centre heat.

    Args:
        centre: (h, w) logits.
        sides: (4, h, w) l t r b, view px.
        lowest: least heat, 0..1.
        limit: of two boxes with a higher IoU the weaker is dropped.
    """
    heat = torch.sigmoid(centre.float())
    top = F.max_pool2d(heat[None], 3, 1, 1)[0]
    rows, columns = torch.nonzero((heat == top) & (heat >= lowest), as_tuple=True)
    strength, order = heat[rows, columns].sort(descending=True)
    order, scores = order[:MOST], np.asarray(strength[:MOST].numpy(), np.float32)
    rows, columns = rows[order], columns[order]
    x, y = columns * STRIDE + STRIDE / 2, rows * STRIDE + STRIDE / 2
    left, up, right, down = sides[:, rows, columns].float()
    boxes: Floats = (
        torch.stack([x - left, y - up, x + right, y + down], 1).numpy().astype(np.float32)
    )
    height, width = heat.shape[0] * STRIDE, heat.shape[1] * STRIDE
    boxes = boxes.clip(0, np.array([width, height, width, height], np.float32))
    kept = suppress(boxes, scores, limit)
    kept = kept[np.all(boxes[kept, 2:] - boxes[kept, :2] >= 1, axis=1)]
    return Peaks(boxes[kept], scores[kept])


def share_cells(
    offset: Floats, boxes: Floats, parts: int = 1
) -> list[tuple[tuple[int, int], Bools]]:
    """Which cells belong to which object.

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


def combine(heat: Floats, kind: Floats, presence: float) -> Floats:
    """Raw score of an object.

    Its centre heat, weighed by how surely the box is of this kind and the kind is there at all.
    """
    return np.asarray(heat * np.sqrt(kind) * presence**0.25, np.float32)
