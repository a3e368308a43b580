"""Suites of counts, and of other cameras: boxes on images that are unlike NWPU VHR-10.

Called as the suites of `suites.py`, which lists them. Airbus scenes and drone frames were never
trained on; of the sets of `camera_sets.py` the validation images are measured.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from geomagnifier.geometry import overlap
from geomagnifier.inference.scan_state import Progress
from geomagnifier.language.classes import KINDS
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Floats
from geomagnifier_lab.datasets.camera_sets import camera_set
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.eval.boxes import Row, voc
from geomagnifier_lab.eval.pictures import Figures, chance, evenly, followed
from geomagnifier_lab.questions.questions import held_out
from geomagnifier_lab.questions.templates import OBJECTS, Task

LOOSE = 0.3
"""IoU of a match where labels are rough: Airbus scenes and drone frames."""
EVERY = 0.01
"""Score from which a region counts as a candidate for average precision."""
MEASURED: Mapping[str, tuple[str, ...]] = {
    "buildings_kampala": ("building",),
    "date_palms_saudi": ("palm tree",),
    "drone_vehicles_madison": ("vehicle",),
    "oil_wells_daqing": ("oil well",),
    "simd_sample": ("airplane",),
    "solar_panels_rf": ("solar panel",),
    "wind_turbines_iowa": ("wind turbine",),
}
"""Sets with boxes of whole objects -> the classes asked about."""


def count(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Counts of each class in an image of VHR-10, in held-out words: exact, and within one.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images, evenly picked; None for all.
        progress: called with (images done, images).
    """
    plurals = {kind.name: kind.words[0] for kind in KINDS}
    templates = held_out(OBJECTS[Task.COUNT], "val")
    off: list[int] = []
    for sample in followed(evenly(vhr10(root, "val"), limit), progress):
        with open_scene(sample.path) as scene:
            for name in dict.fromkeys(o.kind for o in sample.objects):
                rng = chance(sample.path, f"{name} count")
                one, many = plurals[name]
                text = templates[int(rng.integers(len(templates)))].format(s=one, p=many)
                labelled = sum(o.kind == name for o in sample.objects)
                off.append(abs(len(ask(scene, text, model).regions) - labelled))
    far = np.array(off)
    return {
        "exact": float(np.mean(far == 0)),
        "within one": float(np.mean(far <= 1)),
        "n": len(off),
    }


def airbus(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Recall and precision of airplanes in Airbus scenes of 2560 px, at IoU 0.3.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images, evenly picked; None for all.
        progress: called with (images done, images).
    """
    return _recall_and_precision(model, root / "airbus", "Find every airplane.", limit, progress)


def cars4k(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Recall and precision of vehicles in drone frames of 4000 x 2250 px, at IoU 0.3.

    Not all vehicles are labelled.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images, evenly picked; None for all.
        progress: called with (images done, images).
    """
    return _recall_and_precision(model, root / "cars4k", "Find every vehicle.", limit, progress)


def cameras(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Box AP50 (PASCAL VOC) on the validation images of other cameras: a figure a class and set.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images of each set, evenly picked; None for all.
        progress: called with (images done, images).
    """
    cases = [
        (name, sample)
        for name in MEASURED
        for sample in evenly(camera_set(root, name, "val"), limit)
    ]
    truth: dict[str, list[Row]] = {name: [] for name in MEASURED}
    found: dict[str, list[Row]] = {name: [] for name in MEASURED}
    for name, sample in followed(cases, progress):
        picture = sample.path.name
        with open_scene(sample.path) as scene:
            for kind in MEASURED[name]:
                truth[name] += [
                    {"picture": picture, "label": kind, "box": o.box}
                    for o in sample.objects
                    if o.kind == kind
                ]
                answer = ask(scene, f"Find every {kind}.", model, min_score=EVERY)
                found[name] += [
                    {"picture": picture, "label": kind, "box": r.box, "score": r.score}
                    for r in answer.regions
                ]
    figures = {
        f"{name} {kind}": value
        for name in MEASURED
        for kind, value in voc(truth[name], found[name]).items()
    }
    return {**figures, "n": len(cases)}


def _recall_and_precision(
    model: Model, folder: Path, question: str, limit: int | None, progress: Progress | None
) -> Figures:
    rows = [json.loads(line) for line in (folder / "boxes.jsonl").read_text().splitlines()]
    labelled = found = right = 0
    for row in followed(evenly(rows, limit), progress):
        with open_scene(folder / "images" / row["image"]) as scene:
            regions = sorted(ask(scene, question, model).regions, key=lambda r: -r.score)
        labelled += len(row["boxes"])
        found += len(regions)
        right += _matches(
            np.array([r.box for r in regions], np.float32), np.array(row["boxes"], np.float32)
        )
    return {
        "recall": right / labelled if labelled else 0.0,
        "precision": right / found if found else 0.0,
        "n": labelled,
    }


def _matches(found: Floats, truth: Floats) -> int:
    """How many of the boxes, best first, find an object that none before found."""
    alike, right = overlap(found, truth), 0
    for row in alike:
        if row.size and row.max() >= LOOSE:
            right += 1
            alike[:, int(row.argmax())] = -1
    return right
