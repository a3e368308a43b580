"""Visual grounding: one box a sentence, compared with the true one.

    Pr@X      share of the sentences whose box has an IoU of X or more; "Acc@0.5" and "Acc@0.7" in
              VRSBench (arXiv:2406.12384)
    meanIoU   mean of IoU over sentences
    cumIoU    summed intersection / summed union; large objects weigh more

So in DIOR-RSVG (MGVLF, arXiv:2210.12634) and VRSBench. A sentence without a box has IoU 0 and adds
its true box to the union; VRSBench's own script counts it as 0 in Acc and meanIoU too, but leaves
it out of cumIoU. Sides are differences of corners here and in MGVLF's code; VRSBench's script
counts whole cells of a grid of 100 with both ends inside the box: bring the corners to that grid
and pass `edge=1`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import PredictionError
from geomagnifier_lab.eval.iou import THRESHOLDS, ious, overall_iou, precision_at

__all__ = ["THRESHOLDS", "box_areas", "box_ious", "grounding", "precision_at"]

Corners = Sequence[float]


def box_areas(
    found: Sequence[Corners | None], truth: Sequence[Corners], edge: float = 0.0
) -> NDArray[np.float64]:
    """Intersection and union of each pair of boxes.

    Args:
        found: (x0, y0, x1, y1) of each sentence, px; None where there is none.
        truth: the boxes meant, px.
        edge: what a side is longer than the difference of its ends: 0, or 1 where corners are cells
            that belong to the box.

    Returns:
        (N, 2) px of area.

    Raises:
        ValueError: the two differ in length, or a true box has no area; its index is named.
        PredictionError: a found box is not four finite numbers with x0 <= x1 and y0 <= y1; its
            index is named.
    """
    if len(found) != len(truth):
        raise ValueError(
            f"{len(found)} boxes for {len(truth)} sentences; give one of each sentence, in the same"
            " order"
        )
    rows = np.zeros((len(truth), 2))
    for index, (box, wanted) in enumerate(zip(found, truth, strict=True)):
        meant = _corners(wanted)
        if meant is None or _area(meant, edge) <= 0:
            raise ValueError(f"the true box {index} is {_text(wanted)}, which has no area")
        rows[index, 1] = _area(meant, edge)
        if box is None:
            continue
        given = _corners(box)
        if given is None:
            raise PredictionError(
                f"box {index} is {_text(box)}; give four finite numbers x0, y0, x1, y1 with x0 <="
                " x1 and y0 <= y1"
            )
        inner = np.concatenate([np.maximum(given[:2], meant[:2]), np.minimum(given[2:], meant[2:])])
        rows[index, 0] = _area(inner, edge)
        rows[index, 1] += _area(given, edge) - rows[index, 0]
    return rows


def box_ious(
    found: Sequence[Corners | None], truth: Sequence[Corners], edge: float = 0.0
) -> NDArray[np.float64]:
    """(N,) IoU of each pair, 0..1; 0 where there is no box, or one without area.

    Args:
        found: as in `box_areas`.
        truth: as in `box_areas`.
        edge: as in `box_areas`.
    """
    return ious(box_areas(found, truth, edge), empty=0.0)


def grounding(
    found: Sequence[Corners | None], truth: Sequence[Corners], edge: float = 0.0
) -> dict[str, float]:
    """The figures of a grounding table, each 0..1.

    Args:
        found: as in `box_areas`.
        truth: as in `box_areas`.
        edge: as in `box_areas`.

    Returns:
        "Pr@0.5" to "Pr@0.9", "meanIoU" and "cumIoU"; nothing of no sentences.

    Example:
        >>> grounding([(0, 0, 10, 10), None], [(0, 0, 10, 10), (0, 0, 10, 30)])["cumIoU"]
        0.25
    """
    pairs = box_areas(found, truth, edge)
    each = ious(pairs, empty=0.0)
    return (
        {**precision_at(each), "meanIoU": float(each.mean()), "cumIoU": overall_iou(pairs)}
        if each.size
        else {}
    )


def _corners(box: Corners) -> NDArray[np.float64] | None:
    """As an array (4,), or None if it is no box."""
    try:
        corners = np.asarray(box, float)
    except (TypeError, ValueError):
        return None
    fits = (
        corners.shape == (4,)
        and bool(np.isfinite(corners).all())
        and bool((corners[:2] <= corners[2:]).all())
    )
    return corners if fits else None


def _area(corners: NDArray[np.float64], edge: float) -> float:
    return float(np.prod(np.clip(corners[2:] - corners[:2] + edge, 0, None)))


def _text(box: Corners) -> str:
    return str(
        [float(v) if isinstance(v, (int, float)) else v for v in box]
        if isinstance(box, (list, tuple))
        else box
    )
