"""Suites: measurements on the validation parts of the data sets, in phrasings no training saw.

One function a suite. Every question goes through the public `pipeline.ask`, as a user's would. A
suite is called as `suite(model, root, limit, progress)`: `limit` images, evenly picked, for a quick
run (None: all); `progress(done, total)` in images. It returns figures between 0 and 1, and "n", how
many questions, masks or boxes they rest on. The same image gets the same question in every run,
with and without a limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from geomagnifier.inference.scan_state import Progress
from geomagnifier.language.classes import KINDS, WITHIN
from geomagnifier.language.scene_classes import COARSE
from geomagnifier.masks import decode
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.results import Answer, Region
from geomagnifier.types import Granularity
from geomagnifier_lab.datasets.dubai import COVER, NOTHING, dubai, read_cover
from geomagnifier_lab.datasets.sample import ObjectSample
from geomagnifier_lab.datasets.scene_sets import SETS, scene_set
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.eval.boxes import Size, average_precision, run_lengths
from geomagnifier_lab.eval.camera_suites import airbus, cameras, cars4k, count
from geomagnifier_lab.eval.description_suites import captions, describe, retrieval, yes_no
from geomagnifier_lab.eval.dialogues import dialogue
from geomagnifier_lab.eval.iou import Mask, MeanIoU, OverallIoU
from geomagnifier_lab.eval.layout import layout
from geomagnifier_lab.eval.pictures import Figures, chance, evenly, followed
from geomagnifier_lab.questions import questions
from geomagnifier_lab.questions.questions import OTHER, held_out
from geomagnifier_lab.questions.templates import OBJECTS, Task

Suite = Callable[[Model, Path, int | None, Progress | None], Figures]

QUESTIONS = 1000
"""Questions of the suite `granularity`; there are several thousand ways to fill the held-out
templates.
"""
EVERY = 0.01
"""Score from which a region counts as a candidate for average precision: all of them, the order
decides.
"""


def granularity(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Accuracy of the level (image, region, pixel) recognised in held-out questions.

    The three levels are equally likely; figures are over all and of each level. The image does not
    matter: a small grey one.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: questions; None for all.
        progress: called with (questions done, questions).
    """
    rng = np.random.default_rng(17)
    asked = [questions.draw(rng, "val") for _ in range(QUESTIONS if limit is None else limit)]
    right: dict[Granularity, list[bool]] = {level: [] for level in Granularity}
    with open_scene(np.full((64, 64, 3), 128, np.uint8)) as scene:
        for question in followed(asked, progress):
            right[question.granularity].append(
                ask(scene, question.text, model).granularity is question.granularity
            )
    figures = {str(level): float(np.mean(hits)) for level, hits in right.items() if hits}
    return {
        "accuracy": float(np.mean([hit for hits in right.values() for hit in hits])),
        **figures,
        "n": len(asked),
    }


def scenes(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Top-1 and top-5 accuracy of the scene class on AID, UC Merced and RSSCN7 (seven classes).

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images of each set, evenly picked; None for all.
        progress: called with (images done, images).
    """
    sets = {name: evenly(scene_set(root, name, "val"), limit) for name in SETS}
    figures: Figures = {}
    cases = [(name, sample) for name, samples in sets.items() for sample in samples]
    ranks: dict[str, list[int]] = {name: [] for name in SETS}
    for name, sample in followed(cases, progress):
        question = questions.draw(chance(sample.path, "scene"), "val", Task.SCENE).text
        with open_scene(sample.path) as scene:
            ranked = ranked_classes(
                ask(scene, question, model).labels, tuple(SETS[name][1].values())
            )
        ranks[name].append(
            ranked.index(sample.scenes) if sample.scenes in ranked else len(ranked) + 5
        )
    for name, places in ranks.items():
        figures |= {
            f"{name}_top{k}": float(np.mean([place < k for place in places])) for k in (1, 5)
        }
    return {**figures, "n": len(cases)}


def ranked_classes(
    labels: Sequence[tuple[str, float]], classes: Sequence[tuple[str, ...]]
) -> list[tuple[str, ...]]:
    """The classes of a data set by the best probability of a label that means them, best first.

    Unnamed ones are left out.

    Args:
        labels: (scene name, probability) of an answer, coarse names among them.
        classes: the plain names that each class covers.
    """
    best: dict[tuple[str, ...], float] = {}
    for label, probability in labels:
        means = set(COARSE.get(label, (label,)))
        for names in classes:
            if means <= set(names):
                best[names] = max(best.get(names, 0.0), probability)
    return sorted(best, key=lambda names: -best[names])


def segment(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Mask gIoU and oIoU of each class in an image of VHR-10.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images, evenly picked; None for all.
        progress: called with (images done, images).
    """
    mean, overall = MeanIoU(), OverallIoU()
    for sample in followed(evenly(vhr10(root, "val"), limit), progress):
        with open_scene(sample.path) as scene:
            for kind in dict.fromkeys(o.kind for o in sample.objects):
                answer = ask(scene, _question(sample.path, kind, Granularity.PIXEL), model)
                found, truth = answer_mask(answer), decode(_truth(sample, kind, _size(scene)))
                mean.add(found, truth)
                overall.add(found, truth)
    return {"gIoU": mean.value, "oIoU": overall.value, "n": len(mean.values)}


def absent(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Share of masks left empty, on VHR-10.

    "empty": classes that are not in the image; "unknown": nouns that are no class.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images, evenly picked; None for all.
        progress: called with (images done, images).
    """
    empty: list[bool] = []
    unknown: list[bool] = []
    for sample in followed(evenly(vhr10(root, "val"), limit), progress):
        there = {o.kind for o in sample.objects}
        with open_scene(sample.path) as scene:
            for kind in (*(k for k in sample.kinds if k not in there), OTHER):
                answer = ask(scene, _question(sample.path, kind, Granularity.PIXEL), model)
                (unknown if kind == OTHER else empty).append(not answer_mask(answer).any())
    return {
        "empty": float(np.mean(empty)),
        "unknown": float(np.mean(unknown)),
        "n": len(empty) + len(unknown),
    }


def detect(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Box AP, AP50 and AP of small objects on VHR-10.

    Every class is asked for in every image, whether it is there or not.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images, evenly picked; None for all.
        progress: called with (images done, images).
    """
    return _average_precision(model, root, limit, progress, Granularity.REGION)


def masks(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Mask AP, AP50 and AP of small objects on VHR-10.

    Every class is asked for in every image, whether it is there or not.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images, evenly picked; None for all.
        progress: called with (images done, images).
    """
    return _average_precision(model, root, limit, progress, Granularity.PIXEL)


def classify(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Accuracy of the class of a given box: every labelled box of VHR-10.

    Over boxes, and as the mean over classes ("balanced"). A narrower class is right as well: "car"
    of a vehicle.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images, evenly picked; None for all.
        progress: called with (images done, images).
    """
    right: dict[str, list[bool]] = {}
    templates = held_out(OBJECTS[Task.CLASSIFY_BOX], "val")
    for sample in followed(evenly(vhr10(root, "val"), limit), progress):
        rng = chance(sample.path, "box")
        with open_scene(sample.path) as scene:
            for labelled in sample.objects:
                place = "[" + ", ".join(f"{v:.0f}" for v in labelled.box) + "]"
                text = templates[int(rng.integers(len(templates)))].replace("{box}", place)
                regions = ask(scene, text, model, box=labelled.box).regions
                label = regions[0].label if regions else ""
                right.setdefault(labelled.kind, []).append(
                    labelled.kind in (label, WITHIN.get(label))
                )
    every = [hit for hits in right.values() for hit in hits]
    if not every:
        return {"n": 0}
    return {
        "accuracy": float(np.mean(every)),
        "balanced": float(np.mean([np.mean(hits) for hits in right.values()])),
        "n": len(every),
    }


def cover(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """IoU of each land cover of Dubai, summed over the images, and their mean.

    Unlabelled pixels do not count.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images, evenly picked; None for all.
        progress: called with (images done, images).
    """
    overall = {kind: OverallIoU() for kind in COVER}
    chosen = evenly(dubai(root, "val"), limit)
    for sample in followed(chosen, progress):
        labels = read_cover(sample.cover)
        known = labels != NOTHING
        with open_scene(sample.path) as scene:
            for number, kind in enumerate(COVER):
                found = answer_mask(
                    ask(scene, _question(sample.path, kind, Granularity.PIXEL), model)
                )
                overall[kind].add(found & known, labels == number)
    each = {kind: counted.value for kind, counted in overall.items()}
    return {"mIoU": float(np.mean(list(each.values()))), **each, "n": len(chosen) * len(COVER)}


SUITES: Mapping[str, Suite] = {
    "granularity": granularity,
    "scenes": scenes,
    "segment": segment,
    "absent": absent,
    "detect": detect,
    "masks": masks,
    "classify": classify,
    "count": count,
    "cover": cover,
    "layout": layout,
    "dialogues": dialogue,
    "airbus": airbus,
    "cars4k": cars4k,
    "cameras": cameras,
    "captions": captions,
    "retrieval": retrieval,
    "yes-no": yes_no,
    "describe": describe,
}


def answer_mask(answer: Answer) -> Mask:
    """(H, W) bool at scene size; an answer without a mask marks nothing."""
    return (
        np.zeros((answer.scene.height, answer.scene.width), bool)
        if answer.mask is None
        else answer.mask
    )


def _average_precision(
    model: Model, root: Path, limit: int | None, progress: Progress | None, level: Granularity
) -> Figures:
    """Ask for every class in every image.

    Whatever comes back is claimed to be of the class that was asked for. The words ask for all:
    "Tell me where the ship is." is answered with one.
    """
    pixel = level is Granularity.PIXEL
    verb = "Segment" if pixel else "Find"
    truth: list[dict[str, object]] = []
    found: list[dict[str, object]] = []
    sizes: dict[str, Size] = {}
    asked = 0
    for sample in followed(evenly(vhr10(root, "val"), limit), progress):
        name = sample.path.name
        with open_scene(sample.path) as scene:
            size = sizes[name] = _size(scene)
            truth += [
                {
                    "picture": name,
                    "label": o.kind,
                    "box": o.box,
                    "segmentation": run_lengths(o.polygons, size),
                }
                for o in sample.objects
            ]
            for kind in sample.kinds:
                regions = ask(scene, f"{verb} every {kind}.", model, min_score=EVERY).regions
                found += [
                    _row(name, kind, region, pixel)
                    for region in regions
                    if region.segmentation is not None or not pixel
                ]
                asked += 1
    return {**average_precision(truth, found, sizes, "mask" if pixel else "box"), "n": asked}


def _row(picture: str, kind: str, region: Region, pixel: bool) -> dict[str, object]:
    shape = {"segmentation": region.segmentation} if pixel else {"box": region.box}
    return {"picture": picture, "label": kind, "score": region.score, **shape}


def _size(scene: Scene) -> Size:
    return Size(scene.info.height, scene.info.width)


def _truth(sample: ObjectSample, kind: str, size: Size) -> dict[str, object]:
    """COCO RLE of all objects of a class."""
    return run_lengths(
        [ring for o in sample.objects if o.kind == kind for ring in o.polygons], size
    )


def _question(path: Path, kind: str, level: Granularity) -> str:
    """A question about all of a class, in held-out words.

    "Colour the ship in." is drawn again: it asks for one ship.
    """
    rng = chance(path, f"{kind} {level}")
    words = [w for k in KINDS if k.name == kind and not k.stuff for w in k.words]
    singular = "|".join(re.escape(one) for one, many in words if one != many)
    while True:
        text = questions.about(rng, kind, level, "val", refer=0.0).text
        if not singular or not re.search(rf"\bthe ({singular})\b", text, re.IGNORECASE):
            return text
