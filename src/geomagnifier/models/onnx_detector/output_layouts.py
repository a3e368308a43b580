"""The outputs of detectors as boxes, scores and classes, in the layouts that are known.

N: boxes, C: classes. Boxes are input px.

    boxes by column     (1, 4 + C, N)           cx, cy, w, h, scores: Ultralytics 8, YOLO 9, 11, 12
    masks by column     (1, 4 + C + M, N)       and M factors of the prototypes (1, M, h, w)
    turned by column    (1, 4 + C + 1, N)       and an angle, radians
    boxes with an objectness  (1, N, 5 + C)     cx, cy, w, h, objectness, scores: YOLO 5, 6, 7
    boxes, ended        (1, N, 6)               x0, y0, x1, y1, score, class: NMS in the graph, or
                                                without any (YOLO 10, 26)
    masks, ended        (1, N, 6 + M)           and M factors
    turned, ended       (1, N, 7)               cx, cy, w, h, score, class, angle
    three lists         (N, 4), (N), (N)        x0, y0, x1, y1; scores; classes: torchvision and
                                                GeoDeep's retinanet

Layouts are told by the shapes: a convention's name for a layout is often that of the version that
it was written with (`yolo2geodeep.py` says YOLO_v8 of a layout that GeoDeep reads as that of
version 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import ModelUnsupported
from geomagnifier.geometry import suppress_many
from geomagnifier.models.onnx_detector.detector_metadata import DetectorMetadata
from geomagnifier.types import Floats

Arrays = Sequence[NDArray[np.generic]]
KNOWN = (
    "(1, 4 + classes, N), with a mask (1, 4 + classes + M, N) and (1, M, h, w), turned"
    " (1, 5 + classes, N); (1, N, 5 + classes); ended (1, N, 6), (1, N, 6 + M) and (1, M, h, w),"
    " turned (1, N, 7); boxes (N, 4), scores (N) and classes (N)"
)
"""The layouts, for messages."""
MOST = 30_000
"""Boxes of one view that NMS takes, the likeliest."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Objects in the input of a network."""

    boxes: Floats
    """(N, 4) x0, y0, x1, y1, input px; of turned boxes the upright boxes around them."""
    scores: Floats
    """(N,) 0 to 1."""
    classes: NDArray[np.int64]
    """(N,) class numbers."""
    factors: Floats | None = None
    """(N, M) of the prototypes of masks."""
    prototypes: Floats | None = None
    """(M, h, w), which lie over the whole input."""
    turned: Floats | None = None
    """(N, 5) centre, width, height, angle (radians, clockwise on the screen) of turned boxes."""

    def chosen(self, which: NDArray[np.generic] | list[int]) -> Candidates:
        """Some of them, by index or mask."""
        return Candidates(
            self.boxes[which],
            self.scores[which],
            self.classes[which],
            None if self.factors is None else self.factors[which],
            self.prototypes,
            None if self.turned is None else self.turned[which],
        )


def read_outputs(outputs: Arrays, told: DetectorMetadata, named: str) -> Candidates:
    """The objects in the outputs of a network, before any threshold.

    Args:
        outputs: of one input, in the network's order.
        told: of the file.
        named: the file with the names and shapes of its inputs and outputs, for the message.

    Raises:
        ModelUnsupported: the layout is none of those known.
    """
    count = len(told.classes)
    if len(outputs) == 3 and all(array.ndim <= 2 for array in outputs):
        return _lists(outputs, count, named)
    prototypes = [array for array in outputs if array.ndim == 4]
    rows = [array for array in outputs if array.ndim == 3]
    if len(rows) != 1 or len(prototypes) > 1 or len(rows) + len(prototypes) != len(outputs):
        raise _unknown(named)
    table = np.asarray(rows[0][0], np.float32)
    maps = np.asarray(prototypes[0][0], np.float32) if prototypes else None
    factors = 0 if maps is None else len(maps)
    turned = told.task == "obb" or told.layout.lower().endswith("obb")
    wide, tall = table.shape[1], table.shape[0]
    more = factors + int(turned)
    other = tall == 4 + count + more or (wide == 5 + count and not more)
    if wide == 6 + more and (not other or _ended_likelier(table)):
        return _ended(table, maps, turned)
    if tall == 4 + count + more:
        return _scored(table.T, count, maps, turned)
    if wide == 5 + count and not more:
        return _with_objectness(table, told)
    raise _unknown(named)


def _ended_likelier(table: Floats) -> bool:
    """Whether a table that has the shape of two layouts holds boxes by row.

    Then the column of classes has whole numbers.
    """
    return bool((table[:, 5] == np.rint(table[:, 5])).all())


def _unknown(named: str) -> ModelUnsupported:
    return ModelUnsupported(
        f"{named}: these outputs are of no known layout; known are {KNOWN}. The number of classes"
        " must be that in the metadata"
    )


def _lists(outputs: Arrays, count: int, named: str) -> Candidates:
    """Boxes, scores and classes; the list of whole numbers is that of classes."""
    boxes = [array for array in outputs if array.ndim == 2 and array.shape[1] == 4]
    flat = [array for array in outputs if array.ndim == 1]
    if len(boxes) != 1 or len(flat) != 2:
        raise _unknown(named)
    whole = [array for array in flat if np.issubdtype(array.dtype, np.integer)]
    labels = whole[0] if len(whole) == 1 else flat[1]
    (scores,) = (array for array in flat if array is not labels)
    if not len(boxes[0]) == len(scores) == len(labels):
        raise _unknown(named)
    numbers = np.asarray(labels, np.int64)
    fits = (numbers >= 0) & (numbers < count)
    made = Candidates(np.asarray(boxes[0], np.float32), np.asarray(scores, np.float32), numbers)
    return made.chosen(fits)


def _scored(table: Floats, count: int, maps: Floats | None, turned: bool) -> Candidates:
    """Rows of centre, size, scores, and more."""
    scores = table[:, 4 : 4 + count]
    classes = scores.argmax(1).astype(np.int64)
    angles = table[:, -1:] if turned else None
    return _centred(
        table[:, :4],
        scores.max(1, initial=0),
        classes,
        angles,
        None if maps is None else table[:, 4 + count :],
        maps,
    )


def _with_objectness(table: Floats, told: DetectorMetadata) -> Candidates:
    """Rows of centre, size, objectness and scores; that of version 6 is always 1, or noise."""
    scores = table[:, 5:]
    sure = np.float32(1) if told.layout == "YOLO_v6" else table[:, 4]
    return _centred(
        table[:, :4], sure * scores.max(1, initial=0), scores.argmax(1).astype(np.int64)
    )


def _ended(table: Floats, maps: Floats | None, turned: bool) -> Candidates:
    """Rows of box, score and class; rows of zeros fill the table."""
    table = table[table[:, 4] > 0]
    classes = np.rint(table[:, 5]).astype(np.int64)
    if turned:
        return _centred(table[:, :4], table[:, 4], classes, table[:, 6:7])
    return Candidates(
        table[:, :4], table[:, 4], classes, None if maps is None else table[:, 6:], maps
    )


def _centred(
    boxes: Floats,
    scores: Floats,
    classes: NDArray[np.int64],
    angles: Floats | None = None,
    factors: Floats | None = None,
    maps: Floats | None = None,
) -> Candidates:
    """Candidates of boxes by centre and size."""
    half = boxes[:, 2:] / 2
    turned = None
    if angles is not None:
        turned = np.concatenate([boxes, angles], 1)
        cos, sin = np.abs(np.cos(angles)), np.abs(np.sin(angles))
        half = np.concatenate(
            [
                half[:, :1] * cos + half[:, 1:] * sin,
                half[:, :1] * sin + half[:, 1:] * cos,
            ],
            1,
        )
    upright = np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], 1)
    return Candidates(upright, np.asarray(scores, np.float32), classes, factors, maps, turned)


def corners(turned: NDArray[np.floating]) -> NDArray[np.float64]:
    """The corners of turned boxes, (N, 4, 2).

    Args:
        turned: (N, 5) centre, width, height, angle.
    """
    rows = np.asarray(turned, np.float64)
    cos, sin = np.cos(rows[:, 4]), np.sin(rows[:, 4])
    along = np.stack([rows[:, 2] / 2 * cos, rows[:, 2] / 2 * sin], 1)
    across = np.stack([-rows[:, 3] / 2 * sin, rows[:, 3] / 2 * cos], 1)
    middle = rows[:, :2]
    return np.stack(
        [
            middle + along + across,
            middle + along - across,
            middle - along - across,
            middle - along + across,
        ],
        1,
    )


def without_doubles(found: Candidates, limit: float) -> Candidates:
    """NMS within each class, best first; of turned boxes by `likeness`.

    Args:
        found: candidates that reach the threshold.
        limit: IoU from which the less likely of two boxes is dropped.
    """
    if len(found.scores) > MOST:
        found = found.chosen(np.argsort(-found.scores, kind="stable")[:MOST])
    kept: list[int] = []
    for number in np.unique(found.classes):
        mine = np.flatnonzero(found.classes == number)
        if found.turned is None:
            own = suppress_many(found.boxes[mine], found.scores[mine], limit)
        else:
            own = _unlike(found.turned[mine], found.scores[mine], limit)
        kept += mine[own].tolist()
    kept.sort(key=lambda i: -float(found.scores[i]))
    return found.chosen(np.array(kept, np.int64))


def _unlike(turned: Floats, scores: Floats, limit: float) -> list[int]:
    """Indices of turned boxes that are like no better one."""
    kept: list[int] = []
    for i in np.argsort(-scores, kind="stable").tolist():
        if not kept or not (likeness(turned[i], turned[kept]) > limit).any():
            kept.append(i)
    return kept


def likeness(one: Floats, others: Floats) -> NDArray[np.float64]:
    """How alike turned boxes are, (N,) 0 to 1: ProbIoU (Llerena et al., arXiv:2106.06072).

    It is what Ultralytics 8.3 suppresses turned boxes by (`utils/metrics.batch_probiou`).

    Args:
        one: (5,) centre, width, height, angle.
        others: (N, 5).
    """
    rows = np.concatenate([one[None], others]).astype(np.float64)
    a, b = rows[:, 2] ** 2 / 12, rows[:, 3] ** 2 / 12
    cos, sin = np.cos(rows[:, 4]), np.sin(rows[:, 4])
    xx, yy, xy = a * cos**2 + b * sin**2, a * sin**2 + b * cos**2, (a - b) * cos * sin
    dx, dy = rows[1:, 0] - rows[0, 0], rows[1:, 1] - rows[0, 1]
    sxx, syy, sxy = xx[1:] + xx[0], yy[1:] + yy[0], xy[1:] + xy[0]
    tiny = 1e-7
    determinant = sxx * syy - sxy**2
    t1 = (sxx * dy**2 + syy * dx**2) / (determinant + tiny) / 4
    t2 = -(sxy * dx * dy) / (determinant + tiny) / 2
    own = np.sqrt((xx * yy - xy**2).clip(0))
    t3 = np.log(determinant / (4 * own[1:] * own[0] + tiny) + tiny) / 2
    distance = (t1 + t2 + t3).clip(tiny, 100)
    return np.asarray(1 - np.sqrt(1 - np.exp(-distance) + tiny), np.float64)
