"""Fit the calibration that makes scores probabilities (`models/small/score_calibration.py`).

Scene classes get a temperature, each class of objects a monotone map.

Objects: logistic regression on the logit of the raw score (Platt, 1999) with one slope for all
classes and an intercept for each, shrunk towards a common one since some classes have a dozen
objects; stored as knots of a piecewise linear map. Detections in an ordinary answer weigh more than
candidates below the thresholds, which only a least score given by the user brings up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geomagnifier.inference import resolution
from geomagnifier.models.small.model import SmallModel
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Bools, Floats, Granularity
from geomagnifier_lab.datasets.scene_sets import SETS, scene_set
from geomagnifier_lab.eval.pictures import evenly

Array = NDArray[np.float64]
TEMPERATURES = np.geomspace(0.25, 8, 351)
KNOTS = np.arange(2, 20) / 20
KEPT = 0.02
"""Raw scores up to this stay as they are: a least score of 0.01 still gives every candidate."""
STEEP = 0.005
"""Least slope of the map between knots, so that no two raw scores become one."""
ANSWERED = 5.0
"""Extra weight of a detection in an ordinary answer, on top of that of every candidate."""
STEPS, RIDGE, DRAWN = 60, 1e-3, 3.0
"""Steps of Newton's method; ridge of what all classes share; ridge that shrinks the intercepts of
classes towards the common one.
"""


def scene_logits(
    model: SmallModel,
    root: Path,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Floats, Bools]:
    """Logits of the scene head on the validation images of AID, UC Merced and RSSCN7.

    Args:
        model: its temperature does not matter.
        root: folder of the data sets.
        limit: images of each set, for a quick run; None for all.
        progress: called with (images done, images in all).

    Returns:
        (N, C) logits, and (N, C) which classes the label of each image covers.
    """
    samples = [sample for name in SETS for sample in evenly(scene_set(root, name, "val"), limit)]
    logits, right = [], []
    for done, sample in enumerate(samples, 1):
        with open_scene(sample.path) as scene:
            window = resolution.plan(Granularity.IMAGE, scene.info, model.spec, "adaptive").wide[0]
            view = resolution.thumbnail(scene.read(window), model.spec.image_side)
        found = model.views.glance(view).scenes
        assert found is not None
        logits.append(found[0])
        right.append([name in sample.scenes for name in model.scenes])
        if progress is not None:
            progress(done, len(samples))
    return np.stack(logits), np.array(right, bool)


def fit_temperature(logits: Floats, right: Bools, wider: Bools) -> float:
    """The temperature at which the probability of the likeliest label is calibrated.

    It has the least log loss.

    Args:
        logits: (N, C) of the scene head.
        right: (N, C) classes that the label covers; any of them is correct.
        wider: (G, C) classes of each wider name ("residential"), whose probability is their sum.
    """

    def loss(temperature: float) -> float:
        p, hit = likeliest(logits / temperature, right, wider)
        return float(-np.log(np.where(hit, p, 1 - p).clip(1e-6)).mean())

    # between tenths the loss differs by less than one image's worth
    return round(float(min(TEMPERATURES, key=loss)), 1)


def likeliest(logits: Floats | Array, right: Bools, wider: Bools) -> tuple[Array, Bools]:
    """Probability of the likeliest label of each image, and whether it is correct, (N,) each.

    Args:
        logits: (N, C) of the scene head.
        right: (N, C) classes that the label covers.
        wider: (G, C) classes of each wider name.
    """
    covers = np.concatenate([np.eye(logits.shape[1], dtype=bool), wider])
    p = softmax(logits) @ covers.T
    best = p.argmax(1)
    return p[np.arange(len(p)), best].clip(0, 1), (covers[best] & right).any(1)


def wider_names(model: SmallModel) -> Bools:
    """(G, C): which scene classes each wider name of the model covers."""
    rows = [[name in parts for name in model.scenes] for parts in model.coarse.values()]
    return np.array(rows, bool).reshape(-1, len(model.scenes))


def softmax(logits: Floats | Array) -> Array:
    """Softmax over the rows of (N, C) logits."""
    powers = np.exp(np.asarray(logits, np.float64) - logits.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True))


Knots = dict[str, list[tuple[float, float]]]
"""Of each class the points (raw score, probability) of its map."""


def fit_objects(raw: Floats, right: Bools, kinds: Sequence[str], answered: Bools) -> Knots:
    """Knots of the map from raw scores to probabilities by class, both from 0 to 1.

    The maps are monotone; there are none where nothing can be fitted.

    Args:
        raw: (N,) scores of detections, 0..1.
        right: (N,) whether each is a labelled object of its class at IoU 0.5.
        kinds: (N,) their class names.
        answered: (N,) whether it is in the answer to an ordinary question.
    """
    used = (raw > KEPT) & (raw < 1)
    if not used.any() or right[used].all() or not right[used].any():
        return {}
    names = sorted({*kinds})
    mine = np.array(kinds)[used, None] == np.array(names)[None]
    features = np.concatenate([logit(raw[used])[:, None], mine], 1)
    ridge = np.array([RIDGE, RIDGE, *[DRAWN] * len(names)])
    common, slope, *own = logistic(
        features, right[used], np.where(answered[used], 1 + ANSWERED, 1.0), ridge
    ).tolist()
    return {
        name: _knots(common + intercept, max(slope, 0.0))
        for name, intercept in zip(names, own, strict=True)
    }


def _knots(intercept: float, slope: float) -> list[tuple[float, float]]:
    knots = [(0.0, 0.0), (KEPT, KEPT)]
    for x in KNOTS.tolist():
        p = float(1 / (1 + np.exp(-(intercept + slope * logit(x)))))
        least, most = knots[-1][1] + STEEP * (x - knots[-1][0]), 1 - STEEP * (1 - x)
        knots.append((x, round(min(max(p, least), most), 6)))
    return [*knots, (1.0, 1.0)]


def logit(p: Floats | Array | float) -> Array:
    """Log odds of probabilities."""
    return np.asarray(np.log(p) - np.log1p(-np.asarray(p, np.float64)))


def logistic(features: Floats | Array, right: Bools, weights: Array, ridge: Array) -> Array:
    """Logistic regression by Newton's method.

    Args:
        features: (N, F).
        right: (N,).
        weights: (N,) of the examples.
        ridge: (1 + F,) penalty of the intercept and of each slope.

    Returns:
        (1 + F,) intercept and slopes.
    """
    x = np.concatenate([np.ones((len(features), 1)), np.asarray(features, np.float64)], 1)
    w = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -40, 40)))
        bend = (x * (weights * p * (1 - p) + 1e-9)[:, None]).T @ x + np.diag(ridge)
        w = w + np.linalg.solve(bend, x.T @ (weights * (right - p)) - ridge * w)
    return np.asarray(w)
