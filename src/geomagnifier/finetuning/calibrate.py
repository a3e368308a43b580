"""Thresholds and figures of custom classes, measured on labelled windows.

These are windows held back, or those trained on where there are too few.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

import numpy as np

from geomagnifier.finetuning.crops import Source
from geomagnifier.finetuning.labels.base import BoxTuple, Labelled
from geomagnifier.finetuning.samples import outline
from geomagnifier.finetuning.thresholds import ENOUGH, MASKS, Evidence, chosen, matched
from geomagnifier.geometry import Box
from geomagnifier.inference import resolution
from geomagnifier.inference.merge import part_of
from geomagnifier.masks import intersection_over_union, resize
from geomagnifier.models.custom.model import CustomModel
from geomagnifier.models.small.cells import crop
from geomagnifier.models.small.numerics import sigmoid
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import ClassMask, ViewPrediction
from geomagnifier.types import Bools, Floats, Granularity, Query, SceneInfo, View

Window = tuple[Source, Labelled, BoxTuple]


def measure(
    model: CustomModel,
    windows: Sequence[Window],
    kinds: Sequence[str],
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Evidence]:
    """What the model finds of each class in labelled windows, before any threshold.

    Args:
        model: its thresholds do not matter.
        windows: of `samples.load`.
        kinds: custom classes.
        progress: called with (windows done, of how many).
    """
    evidence = {kind: Evidence() for kind in kinds}
    for number, (_, picture, place) in enumerate(windows, 1):
        with open_scene(picture.path) as scene:
            view = scene.read(resolution.window_of(Box(*place), 1.0, "whole"))
            view = View(
                view.pixels,
                resolution.window_of(
                    Box(0, 0, view.pixels.shape[1], view.pixels.shape[0]), 1.0, "whole"
                ),
                view.key,
                view.valid,
            )
        for kind in kinds:
            _look(model, view, picture, place, kind, evidence[kind])
        if progress is not None:
            progress(number, len(windows))
    return evidence


def _look(
    model: CustomModel,
    view: View,
    picture: Labelled,
    place: BoxTuple,
    kind: str,
    evidence: Evidence,
) -> None:
    """Collect what the model finds of one class in one window."""
    own, corner = model.own[kind], np.array(place[:2], np.float32)
    high, wide = view.pixels.shape[:2]
    mine = [o for o in picture.objects if o.kind == kind]
    boxes = np.array([o.box for o in mine], np.float32).reshape(-1, 4) - np.tile(corner, 2)
    boxes = boxes.clip(0, [wide, high, wide, high])
    kept = np.all(boxes[:, 2:] - boxes[:, :2] >= 1, axis=1)
    mine, boxes = [o for o, keep in zip(mine, kept, strict=True) if keep], boxes[kept]
    mask: Bools | None = None
    if own.masks and mine:
        mask = np.logical_or.reduce([outline(o.rings, o.holes, corner, (wide, high)) for o in mine])
    there: bool | None = bool(mine)
    if own.stuff and mask is not None and mask.mean() <= ENOUGH:
        there = None
    found, cover = model.finder.find(kind, Query(kind, min_score=0.0), Granularity.REGION, view)
    maps = model.finder.maps(kind, view)
    if there is not None:
        evidence.presence.append((cover.score, there))
    if not own.stuff:
        placed = np.array([f.view_box for f in found], np.float32).reshape(-1, 4)
        scores = np.array([f.score for f in found], np.float32)
        hits = matched(placed, scores, boxes)
        evidence.objects += [
            (float(s), bool(hit), cover.score) for s, hit in zip(scores, hits, strict=True)
        ]
        evidence.labelled += len(boxes)
    if mask is not None and there:
        full = whole(sigmoid(crop(maps.mask[0, 0], view)), view)
        evidence.masks.append([intersection_over_union(full >= t, mask) for t in MASKS])


def whole(probability: Floats, view: View) -> Floats:
    """A mask of a view at the resolution of its pixels, (H, W) probabilities.

    Args:
        probability: in cells.
        view: that the mask is of.
    """
    reply = ViewPrediction(covers=(ClassMask("", 1.0, probability, 0.5, False),), stride=2)
    high, wide = view.pixels.shape[:2]
    patch = (
        part_of(view.window, reply, SceneInfo("", wide, high, 3), Granularity.PIXEL).layers[0].patch
    )
    return resize(patch.probability, patch.placement, view.window.box)


def choose(evidence: Evidence, enough: bool) -> tuple[dict[str, float], dict[str, float]]:
    """Thresholds, and figures at them: recall and precision at IoU 0.5, mean IoU of masks.

    Args:
        evidence: of one class.
        enough: it comes from windows that were not trained on. Otherwise the gate stays open:
            scores on images learnt by heart say nothing of new ones.
    """
    picked = chosen(evidence)
    if not enough:
        picked = type(picked)(
            presence=min(picked.presence, 0.3), score=picked.score, mask=picked.mask
        )
    figures: dict[str, float] = {}
    if evidence.labelled:
        taken = [
            hit for s, hit, p in evidence.objects if s >= picked.score and p >= picked.presence
        ]
        figures |= {
            "recall": sum(taken) / evidence.labelled,
            "precision": sum(taken) / max(1, len(taken)),
        }
    if evidence.masks:
        figures["IoU"] = float(np.mean(evidence.masks, 0)[MASKS.index(picked.mask)])
    return asdict(picked), figures
