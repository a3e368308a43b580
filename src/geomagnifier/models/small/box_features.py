"""What boxes show: their classes, and where their edges are.

The networks are in `networks/box_classifier.py` and `networks/box_refiner.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from geomagnifier.geometry import suppress
from geomagnifier.models.small.feature_cache import FeaturePyramid
from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.numerics import sigmoid
from geomagnifier.types import Floats

FIT = 0.5
"""Exponent of the predicted IoU in a score; the raw score has 1 less it. With 0 the AP of VHR-10's
validation images is lower by 0.02.
"""


@dataclass(frozen=True, eq=False)
class Refiner:
    """Corrects boxes of some classes."""

    sessions: Sessions
    """Of its weights."""
    classes: Collection[str]
    """Whose boxes it corrects; those of others get worse by it."""
    enlarged: float = 1.0
    """How many times larger than the view it sees them, see `closer_look`; 1 as the view is."""


def describe(sessions: Sessions, pyramid: FeaturePyramid, boxes: Floats) -> Floats:
    """The box classifier's last hidden layer of each box, (N, 256).

    Args:
        sessions: of the small model.
        pyramid: of one view.
        boxes: (N, 4) view px.
    """
    return sessions.run("box_features", f2=pyramid.f2, f3=pyramid.f3, boxes=boxes)[0]


def named(sessions: Sessions, described: Floats) -> Floats:
    """(N, 256) of `describe` -> logits of the classes of objects and background, (N, kinds + 1).

    Args:
        sessions: of the small model.
        described: hidden layer of each box.
    """
    own, name = sessions.weights, "box_classifier.layers.3"
    return np.asarray(described @ own[f"{name}.weight"].T + own[f"{name}.bias"], np.float32)


def better(
    refiner: Refiner,
    sessions: Sessions,
    pyramid: FeaturePyramid,
    boxes: Floats,
    scores: Floats,
    state: Floats,
) -> tuple[Floats, Floats]:
    """Corrected boxes of a class after NMS, and their scores, weighed by the fit.

    Args:
        refiner: of the model.
        sessions: of the small model.
        pyramid: of one view.
        boxes: (N, 4) view px.
        scores: (N,), raw.
        state: of the class, (256,).
    """
    moved, weighed = corrected(refiner, sessions, pyramid, boxes, scores, state)
    kept = suppress(moved, weighed, 0.5)
    return moved[kept], weighed[kept]


def corrected(
    refiner: Refiner,
    sessions: Sessions,
    pyramid: FeaturePyramid,
    boxes: Floats,
    scores: Floats,
    state: Floats,
) -> tuple[Floats, Floats]:
    """`better` without NMS: a corrected box and its score for each box, in their order.

    Args:
        refiner: of the model.
        sessions: of the small model.
        pyramid: that the boxes lie in.
        boxes: (N, 4) px of what the pyramid is of.
        scores: (N,), raw.
        state: of the class, (256,).
    """
    if not len(boxes):
        return boxes, scores
    parts = {"low": pyramid.low, "wide": pyramid.wide, "f2": pyramid.f2}
    (samples,) = sessions.run("finest_samples", boxes=boxes, **parts)
    moved, fits = refiner.sessions.run(
        "box_refiner",
        samples=samples,
        f2=pyramid.f2,
        f3=pyramid.f3,
        boxes=boxes,
        state=state[None],
    )
    return moved, np.asarray(scores ** (1 - FIT) * sigmoid(fits[:, 0]) ** FIT, np.float32)
