"""Suites of descriptions and of places: captions, retrieval, yes and no, sentences with masks.

Called as the suites of `suites.py`, which lists them. Questions are in held-out words.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geomagnifier.inference.scan_state import Progress
from geomagnifier.language.scene_classes import SCENES, scene_phrase
from geomagnifier.masks import decode
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import ask, embed
from geomagnifier.raster.scene import open_scene
from geomagnifier_lab.datasets.scene_sets import scene_set
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.eval.boxes import Size, run_lengths
from geomagnifier_lab.eval.iou import MeanIoU
from geomagnifier_lab.eval.pictures import Figures, chance, evenly, followed
from geomagnifier_lab.eval.ranking import recalls
from geomagnifier_lab.eval.text import cider_d
from geomagnifier_lab.questions import chinese_templates, questions
from geomagnifier_lab.questions.questions import held_out
from geomagnifier_lab.questions.templates import EVERYTHING, IMAGE, Task

RETRIEVED = 210
"""Images of UC Merced that retrieval is measured among, as published tables have it."""


def captions(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """CIDEr-D of one sentence on each image of UC Merced, with five references each.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images, evenly picked; None for all.
        progress: called with (images done, images).
    """
    samples = evenly(scene_set(root, "ucm", "val"), limit)
    said = []
    for sample in followed(samples, progress):
        question = questions.draw(chance(sample.path, "caption"), "val", Task.CAPTION).text
        with open_scene(sample.path) as scene:
            said.append(ask(scene, question, model).text)
    scores = cider_d(said, [sample.captions for sample in samples])
    return {"CIDEr-D": float(np.mean(scores)), "n": len(samples)}


def retrieval(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Recall at 1, 5 and 10 both ways, image to caption and caption to image, and their mean.

    Only an image's own captions count (`ranking`).

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images, evenly picked; None for `RETRIEVED`.
        progress: called with (images done, images).
    """
    samples = evenly(scene_set(root, "ucm", "val"), RETRIEVED if limit is None else limit)
    seen, read, owner = [], [], []
    for at, sample in enumerate(followed(samples, progress)):
        with open_scene(sample.path) as scene:
            seen.append(embed(scene, model))
        read += [embed(caption, model) for caption in sample.captions]
        owner += [at] * len(sample.captions)
    return {**recalls(np.array(seen) @ np.array(read).T, np.array(owner)), "n": len(samples)}


def yes_no(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Share of right answers to "Is this a ...?", in English and in Chinese.

    Asked of the image's own class and of another one, on AID.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images, evenly picked; None for all.
        progress: called with (images done, images).
    """
    samples = evenly(scene_set(root, "aid", "val"), limit)
    english = held_out(IMAGE[Task.SCENE_YES_NO], "val")
    chinese = held_out(chinese_templates.YES_NO, "val")
    right: dict[str, list[bool]] = {"English": [], "Chinese": []}
    for sample in followed(samples, progress):
        rng = chance(sample.path, "yes or no")
        others = [name for name in SCENES if name not in sample.scenes]
        other = others[int(rng.integers(len(others)))]
        with open_scene(sample.path) as scene:
            for name in (sample.scenes[0], other):
                template = english[int(rng.integers(len(english)))]
                asked = {"English": template.format(scene=name, ascene=scene_phrase(name))}
                template = chinese[int(rng.integers(len(chinese)))]
                word = chinese_templates.SCENES[name].split()[0]
                asked["Chinese"] = template.replace("{x}", word).replace("{it}", "这张图")
                for language, text in asked.items():
                    right[language].append(ask(scene, text, model).value is (name != other))
    return {**{k: float(np.mean(v)) for k, v in right.items()}, "n": len(right["English"])}


def describe(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Descriptions with masks on VHR-10: precision and recall of the classes, gIoU of the masks.

    Of the ten classes that are labelled; others may be named as well.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images, evenly picked; None for all.
        progress: called with (images done, images).
    """
    templates = held_out(EVERYTHING[Task.DESCRIBE_SEGMENT], "val")
    samples = evenly(vhr10(root, "val"), limit)
    mean, right, said, labelled = MeanIoU(), 0, 0, 0
    for sample in followed(samples, progress):
        rng = chance(sample.path, "describe")
        with open_scene(sample.path) as scene:
            answer = ask(scene, templates[int(rng.integers(len(templates)))], model)
            size = Size(scene.info.height, scene.info.width)
        masks = [
            (r.label, r.segmentation)
            for r in answer.regions
            if r.segmentation is not None and r.label in sample.kinds
        ]
        named, there = {label for label, _ in masks}, {o.kind for o in sample.objects}
        right, said, labelled = right + len(named & there), said + len(named), labelled + len(there)
        if there:
            rings = [ring for o in sample.objects for ring in o.polygons]
            found = np.zeros((size.height, size.width), bool)
            for _, outline in masks:
                found |= decode(outline)
            mean.add(found, decode(run_lengths(rings, size)))
    return {
        "precision": right / max(1, said),
        "recall": right / max(1, labelled),
        "gIoU": mean.value,
        "n": len(samples),
    }
