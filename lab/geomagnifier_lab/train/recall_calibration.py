"""Measure a trained region proposal network on validation images: the card of scout.safetensors.

recall: a share r of the objects is promised where sqrt(r) of them are relevant enough to be
proposed and sqrt(r) of those proposed score high enough. Both quantiles are measured here, the
relevance over all classes, the score class by class.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from geomagnifier.finetuning.run import SMALL
from geomagnifier.geometry import Box, overlap
from geomagnifier.inference import resolution
from geomagnifier.inference.cropping import relevance
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.question_parser import ParsedQuestion
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Floats, Granularity, Query
from geomagnifier_lab.datasets.camera_sets import SETS, CameraSample, camera_set, pool_chips
from geomagnifier_lab.datasets.sample import ObjectSample, read_pixels
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.networks.backbone import normalise
from geomagnifier_lab.networks.proposal_net import ProposalNet
from geomagnifier_lab.questions.sizes import METRES
from geomagnifier_lab.train.batches import NAMES, OBJECTS
from geomagnifier_lab.train.sources import pool_box
from geomagnifier_lab.train.wide_batches import longest

SHARES = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995)
"""Recalls that the curve is measured at."""
CANDIDATE, SAME = 0.02, 0.3
"""Least score of a candidate, and the IoU from which it is matched to a labelled object."""


Lengths = Mapping[str, Sequence[float]]
"""By class, lengths of the objects of one set, px."""


def sizes(*sets: Lengths) -> dict[str, tuple[float | None, float]]:
    """Length of each class on the ground, m, and in the training images, px.

    The geometric mean over the sets that show it.
    """
    small = {
        kind: [float(np.percentile(of[kind], SMALL)) for of in sets if len(of.get(kind, ()))]
        for kind in NAMES
    }
    typical = resolution.TYPICAL.pixels
    return {
        kind: (METRES.get(kind), float(round(np.exp(np.mean(np.log(px))))) if px else typical)
        for kind, px in small.items()
    }


def lengths(samples: Iterable[ObjectSample | CameraSample]) -> Lengths:
    """Lengths of the objects of a set by class, px."""
    found: dict[str, list[float]] = defaultdict(list)
    for o in (o for sample in samples for o in sample.objects):
        found[o.kind].append(longest(o.box))
    return found


def sizes_of_all(root: Path) -> dict[str, tuple[float | None, float]]:
    """`sizes` of NWPU VHR-10, and of other cameras for the classes that it lacks."""
    usual = lengths(vhr10(root, "train"))
    pools = [
        longest(pool_box(read_pixels(path))) for path, there in pool_chips(root, "train") if there
    ]
    cameras = (
        [lengths(camera_set(root, name, "train")) for name in SETS]
        if (root / "more").is_dir()
        else []
    )
    others = [
        {kind: px for kind, px in of.items() if kind not in usual}
        for of in (*cameras, {"swimming pool": pools})
    ]
    return sizes(usual, *others)


def flops(scout: ProposalNet) -> float:
    """Floating-point operations of the region proposal network for one px of a view."""
    from torch.utils.flop_counter import FlopCounterMode

    side = 256
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        scout(normalise(torch.zeros(1, side, side, 3, dtype=torch.uint8)))
    return float(counter.get_total_flops()) / side**2


def blank_card(scout: ProposalNet, root: Path) -> dict[str, Any]:
    """A card before anything is measured.

    Args:
        scout: region proposal network.
        root: folder of the data sets.
    """
    return {"flops": flops(scout), "sizes": sizes_of_all(root), "recall": [], "scores": {}}


def measure(
    model: SmallModel, root: Path, progress: Callable[[int, int], object] | None = None
) -> dict[str, Any]:
    """The curve of recall and the scores that go with it, as fields of the card.

    Args:
        model: with the region proposal network to be measured.
        root: folder of the data sets; the validation images of VHR-10 are used.
        progress: called with (images done, images in all).
    """
    heats: list[float] = []
    scores: dict[str, list[float]] = {kind: [] for kind in OBJECTS}
    samples = vhr10(root, "val")
    for number, sample in enumerate(samples, 1):
        for kind in dict.fromkeys(o.kind for o in sample.objects):
            boxes = np.array([o.box for o in sample.objects if o.kind == kind], np.float32)
            heat, score = evidence(model, sample.path, kind, boxes)
            heats += heat.tolist()
            scores[kind] += score.tolist()
        if progress is not None:
            progress(number, len(samples))
    return curve(np.array(heats), {kind: np.array(found) for kind, found in scores.items()})


def evidence(model: SmallModel, path: Path, kind: str, boxes: Floats) -> tuple[Floats, Floats]:
    """Relevance and best score of labelled objects, (N,) each.

    Relevance is that of the region proposal network; the score is that at full size, 0 where the
    object is not detected.

    Args:
        model: with its region proposal network.
        path: of the image.
        kind: class name of the objects.
        boxes: (N, 4) scene px.
    """
    with open_scene(path) as scene:
        length = resolution.target_length(scene.info, model.spec, (kind,))
        wide = resolution.window_of(
            scene.info.box,
            min(resolution.COARSEST, max(1.0, length / resolution.SUSPECTED)),
            "scout",
        )
        view, close = scene.read(wide), scene.read(resolution.window_of(scene.info.box, 1, "whole"))
    least = float(model.reliability.probability(kind, CANDIDATE))
    heat = model.hunt.heat(view, (kind,))
    found = model.find(
        Query(f"Find every {kind}.", min_score=least),
        Granularity.REGION,
        ParsedQuestion((kind,)),
        close,
    ).found
    hot = np.array([relevance(Box(*map(float, box)), [(wide, heat)]) for box in boxes], np.float32)
    common = overlap(boxes, np.array([f.view_box for f in found], np.float32)) >= SAME
    score = model.reliability.raw(kind, np.array([f.score for f in found], np.float32))
    return hot, np.asarray(np.where(common, score[None], 0.0).max(1, initial=0.0), np.float32)


def curve(heats: Floats, scores: Mapping[str, Floats]) -> dict[str, Any]:
    """Quantiles as the card holds them; recalls that cannot be reached are left out.

    Args:
        heats: relevance of all objects, (N,).
        scores: by class, the scores of its objects.
    """

    def least(values: Floats, share: float) -> float:
        return (
            float(np.sort(values)[math.floor(round((1 - math.sqrt(share)) * len(values), 6))])
            if len(values)
            else 0.0
        )

    every = np.concatenate([np.asarray(found) for found in scores.values()])
    reached = [
        share for share in SHARES if least(every, share) >= CANDIDATE and least(heats, share) > 0
    ]
    by_kind = {
        kind: [(share, max(CANDIDATE, least(found, share))) for share in reached]
        for kind, found in scores.items()
        if len(found)
    }
    return {"recall": [(share, least(heats, share)) for share in reached], "scores": by_kind}
