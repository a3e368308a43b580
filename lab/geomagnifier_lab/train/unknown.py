"""Fit the classifier of boxes that show none of the known classes (`models/small/box_class.py`).

Known: every labelled box of VHR-10's validation images, as it is and moved by up to a tenth of its
sides, and objects of the model's classes seen by other cameras. Unknown: boxes of similar sizes on
unlabelled ground of VHR-10's images, and objects of classes that the model does not have. Other
cameras and classes are the training parts of the sets of `datasets.camera_sets`, where they are
available; their validation parts are kept for evaluation.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geomagnifier.inference.resolution import window_of
from geomagnifier.language.classes import WITHIN
from geomagnifier.models.small import box_class
from geomagnifier.models.small.model import SmallModel
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Bools, Floats
from geomagnifier_lab.datasets.camera_sets import SETS, labelled_boxes
from geomagnifier_lab.datasets.sample import ObjectSample
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.eval.pictures import chance, evenly
from geomagnifier_lab.train.score_calibration import RIDGE, logistic

FITTED = (
    "solar_panels_rf",
    "date_palms_saudi",
    "wind_turbines_iowa",
    "oil_wells_daqing",
    "buildings_kampala",
    "urban_trees_points",
    "drone_vehicles_madison",
    "kit_ais_cars",
    "simd_sample",
)
"""Sets of other cameras that it is fitted on; crop fields are kept for evaluation."""
PICTURES = 60
"""Images of each set of other cameras and classes."""
A_PICTURE, TRIES, APART = 6, 100, 0.1
"""Boxes of ground (or of other objects) an image; draws for them; share of the smaller box that may
overlap a labelled object.
"""
MOVED = 0.1
REFUSED = 0.004
"""Share of the known training boxes that is rejected; of other known boxes it is about three times
as many.
"""
ODDS, HELD = 3, 100.0
"""Numbers of the evidence that are log odds; ridge of the others, which are many."""
LEAST = 4
"""Sides of a box, px."""


def gather(model: SmallModel, root: Path, limit: int | None = None) -> tuple[Floats, Bools]:
    """Evidence of boxes, (N, 3), and whether each shows a known class, (N,).

    Args:
        model: trained model.
        root: folder of the data sets.
        limit: images of each set, for a quick run; None for all.
    """
    seen: list[Floats] = []
    right: list[bool] = []
    for sample in evenly(vhr10(root, "val"), limit):
        boxes = np.array([o.box for o in sample.objects], np.float32).reshape(-1, 4)
        moved = jittered(boxes, chance(sample.path, "moved"))
        empty = ground(sample, chance(sample.path, "ground"))
        found = look(model, sample.path, np.concatenate([boxes, moved, empty]))
        seen += [one.evidence for one in found]
        right += [True] * (len(found) - len(empty)) + [False] * len(empty)
    for name in FITTED if (root / "more").is_dir() else ():
        for sample in evenly(labelled_boxes(root, name, "train"), limit or PICTURES):
            for named, truth in others(model, sample, name):
                # a known object with a wrong name is an example of neither
                if truth in (
                    "",
                    named.label,
                    model.within.get(named.label),
                ):
                    seen.append(named.evidence)
                    right.append(truth != "")
    return np.stack(seen), np.array(right, bool)


def others(model: SmallModel, sample: ObjectSample, name: str) -> list[tuple[box_class.InBox, str]]:
    """What the model makes of some labelled objects of an image, and the class of each.

    "" is none of the model's classes.

    Args:
        model: that classifies them.
        sample: of `labelled_boxes`.
        name: of the set; where it shows classes of the model, objects of others are left out.
    """

    def known(kind: str) -> str:
        return next((of for of in (kind, WITHIN.get(kind, "")) if of in model.objects), "")

    means = {theirs: of for theirs, ours in SETS[name].classes.items() if (of := known(ours))}
    mine = [
        o
        for o in sample.objects
        if min(o.box[2] - o.box[0], o.box[3] - o.box[1]) >= LEAST and (not means or o.kind in means)
    ]
    mine = [mine[i] for i in chance(sample.path, "other").permutation(len(mine))[:A_PICTURE]]
    found = look(model, sample.path, np.array([o.box for o in mine], np.float32).reshape(-1, 4))
    return [(one, means.get(o.kind, "")) for one, o in zip(found, mine, strict=True)]


def look(model: SmallModel, path: Path, boxes: Floats) -> list[box_class.InBox]:
    """What the model makes of boxes of an image.

    Args:
        model: that classifies them.
        path: of the image.
        boxes: (N, 4) scene px.
    """
    if not len(boxes):
        return []
    with open_scene(path) as scene:
        fitting = max(1.0, (scene.info.pixels / model.spec.view_pixels) ** 0.5)
        view = scene.read(window_of(scene.info.box, fitting, "whole"))
    return box_class.look(
        model.reader, view, np.asarray(view.window.placement.to_view(boxes), np.float32)
    )


def jittered(boxes: Floats, rng: np.random.Generator) -> Floats:
    """Boxes with each side moved by up to a tenth of the box.

    Args:
        boxes: (N, 4) px.
        rng: random generator.
    """
    sides = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    return np.asarray(boxes + sides * rng.uniform(-MOVED, MOVED, boxes.shape), np.float32)


def ground(sample: ObjectSample, rng: np.random.Generator) -> Floats:
    """Boxes (N, 4) as large as the image's objects where none of them is, px.

    Of 40 to 120 px where it has no objects.

    Args:
        sample: labelled image.
        rng: random generator.
    """
    with open_scene(sample.path) as scene:
        size = np.array([scene.info.width, scene.info.height], np.float32)
    taken = np.array([o.box for o in sample.objects], np.float32).reshape(-1, 4)
    sides = taken[:, 2:] - taken[:, :2]
    found: list[Floats] = []
    for _ in range(TRIES):
        side = sides[int(rng.integers(len(sides)))] if len(sides) else rng.uniform(40, 120, 2)
        if len(found) == A_PICTURE or np.any(side >= 0.8 * size):
            continue
        low = rng.uniform(0, 1, 2) * (size - side)
        common = (
            (np.minimum(low + side, taken[:, 2:]) - np.maximum(low, taken[:, :2])).clip(0).prod(1)
        )
        if np.all(common <= APART * np.minimum(side.prod(), sides.prod(1))):
            found.append(np.concatenate([low, low + side]).astype(np.float32))
    return np.stack(found) if found else np.zeros((0, 4), np.float32)


def fit(seen: Floats, right: Bools) -> list[float]:
    """Weights of `in_box.known`; none where only one sort of box is available.

    Args:
        seen: (N, IN_BOX - 1) evidence.
        right: (N,) whether it is of a known class; both sorts weigh the same.
    """
    if right.all() or not right.any():
        return []
    share, middle, spread = float(right.mean()), seen.mean(0), seen.std(0) + 1e-3
    spread[:ODDS], middle[:ODDS] = 1.0, 0.0
    ridge = np.array([RIDGE] * (1 + ODDS) + [HELD] * (seen.shape[1] - ODDS))
    found = logistic(
        (seen - middle) / spread, right, np.where(right, 0.5 / share, 0.5 / (1 - share)), ridge
    )
    slopes = found[1:] / spread
    intercept = -float(np.quantile(seen[right] @ slopes, REFUSED))
    return [round(float(value), 5) for value in (intercept, *slopes)]
