"""Choose the classes that the box refiner is used for: those whose AP50 does not drop with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from geomagnifier.finetuning.thresholds import Evidence, told
from geomagnifier.models import registry
from geomagnifier.models.small.model import SmallModel
from geomagnifier_lab.train.calibrate import gather

LOST = 0.01
"""AP50 that a class may lose: tighter boxes do not show at IoU 0.5."""


def average_precision(found: Sequence[tuple[float, bool]], labelled: int) -> float:
    """Average precision as in COCO: area under the monotone precision-recall curve.

    Args:
        found: (score, whether it is correct) of each detection.
        labelled: number of labelled objects.
    """
    if not found or not labelled:
        return 0.0
    right = np.array([hit for _, hit in sorted(found, key=lambda pair: -pair[0])], float)
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    return float((falling * right).sum() / labelled)


def figure(seen: Mapping[str, Evidence]) -> float | None:
    """AP50 of a class, the mean over its sets; None where nothing is labelled."""
    values = [
        average_precision([(score, hit) for score, hit, _ in one.objects], one.labelled)
        for one in told(seen.values())
    ]
    return float(np.mean(values)) if values else None


def useful(
    model: SmallModel,
    root: Path,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[str]:
    """Classes whose AP50 the model's refiner lowers by no more than `LOST`.

    Args:
        model: with a refiner, used for all classes.
        root: folder of the data sets.
        limit: images of each set, for a quick run; None for all.
        progress: called with (images done, images in all).

    Raises:
        DataMissing, DataCorrupt: a set is not there, or damaged.
    """
    detector = model.detector
    refiner, detector.refiner = detector.refiner, None
    try:
        before = gather(model, root, limit, progress)
    finally:
        detector.refiner = refiner
    after = gather(model, root, limit, progress)
    figures = {kind: (figure(before[kind]), figure(after[kind])) for kind in model.objects}
    return [
        kind
        for kind, (old, new) in figures.items()
        if old is None or new is None or new >= old - LOST
    ]


def choose(folder: Path, root: Path, progress: Callable[[int, int], None] | None = None) -> None:
    """Write into a model folder which classes its refiner is used for.

    Does nothing without a refiner.

    Args:
        folder: model folder.
        root: folder of the data sets.
        progress: called with (images done, images in all).
    """
    path = folder / registry.REFINER
    if path.is_file():
        card, tensors = registry.read(path)
        model = registry.load_small(folder)
        registry.write(path, tensors, card | {"classes": useful(model, root, progress=progress)})
