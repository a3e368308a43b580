"""Scene classification by the size at which the image is shown.

That is 100 x 100 px, as the paper has it, or the image's own size. The small model's image path is
a trunk of convolutions with a mean over the image, so that it takes any size. But its scene head
was trained on 100 x 100 px alone: an image's own size is one it has never seen. So it is measured
twice, with the model as it is, and with a head trained anew on the training images at the size in
question, over the same trunk (which, too, saw scene classes at 100 x 100 px alone).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from geomagnifier.inference import resolution
from geomagnifier.inference.scan_state import Progress
from geomagnifier.language.scene_classes import COARSE, SCENES
from geomagnifier.model_protocol import Model
from geomagnifier.models.custom.model import base_of
from geomagnifier.models.small.model import SmallModel
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Bytes, Granularity, Query
from geomagnifier_lab.datasets.sample import SceneSample, read_pixels
from geomagnifier_lab.datasets.scene_sets import SETS, scene_set
from geomagnifier_lab.eval.pictures import evenly, followed
from geomagnifier_lab.eval.suites import ranked_classes
from geomagnifier_lab.train.heads import train_scenes
from geomagnifier_lab.train.text_samples import Pictures

QUESTION = "What kind of place is this?"
SIZES = ("100 x 100", "own size")


def classify(
    model: Model,
    root: Path,
    name: str,
    size: str,
    limit: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Top-1 over the validation images of a set.

    Args:
        model: that answers.
        root: folder of the data sets.
        name: of the set, one of `scene_sets.SETS`.
        size: one of `SIZES`.
        limit: images, evenly picked; all for None.
        progress: called with (images done, of how many).

    Returns:
        {"right": how many, "n": of how many, "pixels": of an image as it was shown, the mean}.
    """
    samples = evenly(scene_set(root, name, "val"), limit)
    classes, right, pixels = tuple(SETS[name][1].values()), 0, 0
    for sample in followed(samples, progress):
        with open_scene(sample.path) as scene:
            view = scene.read(
                resolution.plan(Granularity.IMAGE, scene.info, model.spec, "adaptive").wide[0]
            )
        shown = resolution.thumbnail(view, model.spec.image_side) if size == SIZES[0] else view
        ranked = ranked_classes(
            model.answer(Query(QUESTION), Granularity.IMAGE, [shown]).labels, classes
        )
        right += bool(ranked) and ranked[0] == sample.scenes
        pixels += shown.window.width * shown.window.height
    return {"right": right, "n": len(samples), "pixels": pixels / max(1, len(samples))}


def relearnt(
    model: Model, root: Path, size: str, limit: int | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Top-1 with a scene head trained anew at that size, from each training image as it is.

    Args:
        model: the small model; another one has no trunk to train over.
        root: folder of the data sets.
        size: one of `SIZES`.
        limit: images of each set and split; all for None.
        progress: called with (images seen, of how many).

    Returns:
        by set {"right", "n"}; nothing for another model.
    """
    small = base_of(model)
    if small is None:
        return {}
    sets = {
        name: [evenly(scene_set(root, name, split), limit) for split in ("train", "val")]
        for name in SETS
    }
    total, seen = sum(len(samples) for both in sets.values() for samples in both), [0]

    def vectors(samples: Sequence[SceneSample]) -> Tensor:
        rows = []
        for sample in samples:
            rows.append(_pooled(small, read_pixels(sample.path), size))
            seen[0] += 1
            if progress is not None:
                progress(seen[0], total)
        return torch.cat(rows)

    known = [sample for train, _ in sets.values() for sample in train]
    pooled = torch.cat([vectors(train) for train, _ in sets.values()])
    nothing = torch.zeros(0)
    head = train_scenes(Pictures(known, nothing, pooled, nothing, np.arange(len(known))), seed=0)
    found: dict[str, Any] = {}
    for name, (_, val) in sets.items():
        with torch.no_grad():
            probabilities = torch.softmax(head(vectors(val)), 1).tolist()
        classes, right = tuple(SETS[name][1].values()), 0
        for sample, row in zip(val, probabilities, strict=True):
            of = dict(zip(SCENES, row, strict=True))
            of |= {coarse: sum(of[part] for part in parts) for coarse, parts in COARSE.items()}
            ranked = ranked_classes(list(of.items()), classes)
            right += bool(ranked) and ranked[0] == sample.scenes
        found[name] = {"right": right, "n": len(val)}
    return found


def _pooled(model: SmallModel, pixels: Bytes, size: str) -> Tensor:
    """Pooled features (1, 1280) of an image as it is shown, not mirrored."""
    side = model.spec.image_side
    shown = (
        np.asarray(Image.fromarray(pixels).resize((side, side), Image.Resampling.BILINEAR))
        if size == SIZES[0]
        else pixels
    )
    return torch.from_numpy(model.networks.small.run("glance", pixels=shown[None])[1])
