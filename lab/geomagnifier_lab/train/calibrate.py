"""Choose the thresholds of each class on validation images, and make scores probabilities.

A class has thresholds of presence, of detections and of its mask. The image side is computed once a
view; every class is then asked for in held-out words, and the maps behind the answer are collected
once. All thresholds are chosen from these numbers, without asking again. Images are those of NWPU
VHR-10, Dubai and the sets of other cameras (`lab/geomagnifier_lab/train/held_out.py`); detections
are those over all levels of the pyramid, as in an answer. Where several sets show a class, each set
counts the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np

from geomagnifier.finetuning.thresholds import MASKS, Evidence, chosen, matched, quality, told
from geomagnifier.geometry import overlap, suppress_many
from geomagnifier.inference import resolution
from geomagnifier.inference.merge import SAME, part_of
from geomagnifier.masks import intersection_over_union, resize
from geomagnifier.models.small.cells import crop
from geomagnifier.models.small.maps import MASK_STRIDE
from geomagnifier.models.small.model import SmallModel
from geomagnifier.models.small.numerics import sigmoid
from geomagnifier.models.small.question_parser import ParsedQuestion
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.results import ClassMask, ViewPrediction
from geomagnifier.types import LEVEL, Floats, Granularity, Query, SceneInfo, View
from geomagnifier_lab.eval.boxes import Size
from geomagnifier_lab.questions import questions
from geomagnifier_lab.train import unknown
from geomagnifier_lab.train.camera_figures import as_compared
from geomagnifier_lab.train.held_out import Ask, kept_aside
from geomagnifier_lab.train.score_calibration import (
    fit_objects,
    fit_temperature,
    scene_logits,
    wider_names,
)

LOWEST = 0.01
"""Least score of a candidate."""


class Chosen(NamedTuple):
    """Fields of the card that are chosen on validation images."""

    calibration: dict[str, dict[str, float]]
    """Fields of `model.small.Calibration` by class; a threshold without examples to choose it by
    keeps its default.
    """
    reliability: dict[str, Any]
    """Fields of `model.reliability.Reliability`."""
    in_box: list[float]
    """Weights of `model.in_box.known`."""
    quality: dict[str, float]
    """Of `ModelSpec`, by class."""


def calibrate(
    model: SmallModel,
    root: Path,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    temperature: float | None = None,
) -> Chosen:
    """Choose thresholds, reliability and qualities on validation images.

    Objects and land cover on those of VHR-10, Dubai and other cameras, scene classes on those of
    three sets.

    Args:
        model: trained; what it was calibrated to before does not matter.
        root: folder of the data sets.
        limit: images of each set, for a quick run; None for all.
        progress: called with (images done, images in all) of those with objects or land cover,
            which take most of the time.
        temperature: of scene classes, where it is known; None to fit it.
    """
    evidence = gather(model, root, limit, progress)
    thresholds = {kind: chosen(*of.values()) for kind, of in evidence.items()}
    every = [
        (kind, *o)
        for kind, of in evidence.items()
        for seen in told(of.values())
        for o in seen.objects
    ]
    raw, right = np.array([o[1] for o in every], np.float32), np.array([o[2] for o in every], bool)
    answered = np.array(
        [o[1] >= thresholds[o[0]].score and o[3] >= thresholds[o[0]].presence for o in every], bool
    )
    return Chosen(
        {kind: asdict(values) for kind, values in thresholds.items()},
        {
            "temperature": (
                temperature
                or fit_temperature(*scene_logits(model, root, limit), wider_names(model))
            ),
            "objects": fit_objects(raw, right, [o[0] for o in every], answered) if every else {},
        },
        unknown.fit(*unknown.gather(model, root, limit)),
        {
            kind: figure
            for kind, of in evidence.items()
            if (figure := quality(list(of.values()), thresholds[kind])) is not None
        },
    )


def _text(kind: str, name: str) -> str:
    """A question about a class, in words that the image's name chooses."""
    rng = np.random.default_rng(crc32(f"{name} {kind} calibrate".encode()))
    return questions.about(rng, kind, Granularity.PIXEL, "val", refer=0.0).text


def gather(
    model: SmallModel,
    root: Path,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, dict[str, Evidence]]:
    """Collect the evidence of each class before any threshold, by set.

    Args:
        model: trained model.
        root: folder of the data sets.
        limit: images of each set, for a quick run; None for all.
        progress: called with (images done, images in all).
    """
    evidence: dict[str, dict[str, Evidence]] = {kind: defaultdict(Evidence) for kind in model.kinds}
    pictures = kept_aside(root, limit)
    for done, picture in enumerate(pictures, 1):
        with open_scene(picture.source) as scene:
            views = pyramid(model, scene)
            for ask in picture.asks(Size(scene.info.height, scene.info.width)):
                if ask.kind in evidence:
                    look(
                        model, views, picture.name, scene.info, ask, evidence[ask.kind][picture.of]
                    )
        if progress is not None:
            progress(done, len(pictures))
    return evidence


def pyramid(model: SmallModel, scene: Scene) -> list[View]:
    """The whole image as the pipeline reads it first, and the levels of its pyramid.

    Args:
        model: whose view size is used.
        scene: open image.
    """
    fitting = max(1.0, (scene.info.pixels / model.spec.view_pixels) ** 0.5)
    levels = [resolution.window_of(scene.info.box, shrink, LEVEL) for shrink in resolution.LEVELS]
    windows = [w for w in levels if min(w.width, w.height) >= resolution.SMALLEST_LEVEL]
    return [
        scene.read(w) for w in (resolution.window_of(scene.info.box, fitting, "wide"), *windows)
    ]


def look(
    model: SmallModel,
    views: Sequence[View],
    name: str,
    scene: SceneInfo,
    ask: Ask,
    evidence: Evidence,
) -> None:
    """Ask for one class in one image and add the result to its evidence.

    Args:
        model: its maps are read before any threshold.
        views: of `pyramid`.
        name: of the image; chooses the words of the question.
        scene: what is known of the image.
        ask: the class, and its labels.
        evidence: is added to.
    """
    kind = ask.kind
    evidence.complete = ask.complete
    boxes, scores, presences = (
        [np.zeros((0, 4), np.float32)],
        [np.zeros(0, np.float32)],
        [np.zeros(0, np.float32)],
    )
    states = model.reader.states(
        Query(_text(kind, name)),
        ParsedQuestion((kind,)),
        model.views.see(views[0]).memory,
        pixel=True,
    )
    for number, view in enumerate(views if ask.boxes is not None else views[:1]):
        seen = model.views.see(view)
        maps, gate = model.detector.decode(states, seen)
        presence = float(gate[0])
        if number == 0 and ask.there is not None:
            evidence.presence.append((presence, ask.there))
        if ask.boxes is not None:
            found = model.detector.find_objects(
                kind, maps, 0, presence, 0.0, seen, view, masks=False
            )
            placed = view.window.placement.to_scene(
                np.array([f.view_box for f in found], np.float32).reshape(-1, 4)
            )
            boxes.append(np.asarray(placed, np.float32))
            scores.append(
                model.reliability.raw(kind, np.array([f.score for f in found], np.float32))
            )
            presences.append(np.full(len(found), presence, np.float32))
        if number == 0 and ask.there and ask.mask is not None:
            evidence.masks.append(
                _overlaps(kind, sigmoid(crop(maps.mask[0, 0], view)), view, scene, ask)
            )
    if ask.boxes is None:
        return
    where, raw, there = np.concatenate(boxes), np.concatenate(scores), np.concatenate(presences)
    kept = np.array(suppress_many(where, raw, SAME, over="smaller"), int)
    kept = kept[raw[kept] >= LOWEST]
    mine, truth = (as_compared(which, ask.nominal) for which in (where[kept], ask.boxes))
    right = matched(mine, raw[kept], truth)
    judged = right if not ask.complete else np.ones(len(kept), bool)
    if not ask.complete and len(truth):  # elsewhere there may be objects that nobody labelled
        judged = right | (overlap(mine, truth) > 0).any(1)
    evidence.objects += [
        (float(raw[i]), bool(hit), float(there[i]))
        for i, hit, of in zip(kept, right, judged, strict=True)
        if of
    ]
    evidence.labelled += len(truth)


def _overlaps(
    kind: str, probability: Floats, view: View, scene: SceneInfo, ask: Ask
) -> list[float]:
    """IoU of a class mask (cells of a view) with the labelled one at each of `MASKS`."""
    assert ask.mask is not None
    reply = ViewPrediction(
        covers=(ClassMask(kind, 1.0, probability, 0.5, False),), stride=MASK_STRIDE
    )
    patch = part_of(view.window, reply, scene, Granularity.PIXEL).layers[0].patch
    full, mask = resize(patch.probability, patch.placement, view.window.box), ask.mask
    inside = np.ones_like(mask) if ask.known is None else ask.known
    return [intersection_over_union((full >= t) & inside, mask & inside) for t in MASKS]
