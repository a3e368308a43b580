"""Suites of counts, and of other cameras: boxes on images that are unlike NWPU VHR-10.

Called as the suites of `suites.py`, which lists them. Airbus scenes and drone frames were never
trained on; of the sets of `camera_sets.py` the validation images are measured.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from geomagnifier.geometry import overlap
from geomagnifier.inference.scan_state import Progress
from geomagnifier.language.classes import KINDS
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.types import Floats
from geomagnifier_lab.datasets.camera_sets import SETS, camera_set
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.eval.boxes import Row, voc
from geomagnifier_lab.eval.iou import MeanIoU
from geomagnifier_lab.eval.pictures import Figures, chance, evenly, followed
from geomagnifier_lab.questions.questions import held_out
from geomagnifier_lab.questions.templates import OBJECTS, Task

LOOSE = 0.3
"""IoU of a match where labels are rough: Airbus scenes and drone frames."""
EVERY = 0.01
"""Score from which a region counts as a candidate for average precision."""
NEAR = 6.0
"""px between the middle of a region and a labelled point that it finds."""
MEASURED: Mapping[str, tuple[str, ...]] = {
    "buildings_kampala": ("building",),
    "crop_fields_us": ("crop field",),
    "date_palms_saudi": ("palm tree",),
    "drone_vehicles_madison": ("vehicle",),
    "epfl_roads": ("road",),
    "kit_ais_cars": ("vehicle",),
    "oil_wells_daqing": ("oil well",),
    "simd_sample": ("airplane", "ship", "vehicle"),
    "solar_panels_rf": ("solar panel",),
    "urban_trees_points": ("tree",),
    "wind_turbines_iowa": ("wind turbine",),
}
"""Set -> the classes asked about."""
WITHIN: Mapping[str, tuple[str, ...]] = {
    "ship": ("boat",),
    "vehicle": ("bus", "car", "truck", "van"),
}
"""Class -> narrower classes whose labels count as its own."""


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
    """Other cameras, on the validation images of each set.

    Of boxes AP50 (PASCAL VOC), and recall and precision of an ordinary question at IoU 0.5; of
    points F1; of land cover gIoU.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images of each set, evenly picked; None for all.
        progress: called with (images done, images).

    Returns:
        "SET CLASS" AP50, "SET CLASS recall", "SET CLASS precision"; "SET CLASS F1" of points; "SET
        CLASS gIoU" of land cover; "n" images.
    """
    cases = [
        (name, sample)
        for name in MEASURED
        for sample in evenly(camera_set(root, name, "val"), limit)
    ]
    counts = {(name, kind): _Counts() for name, kinds in MEASURED.items() for kind in kinds}
    for name, sample in followed(cases, progress):
        with open_scene(sample.path) as scene:
            for kind in MEASURED[name]:
                if sample.area is not None:
                    mask = ask(scene, f"Segment the {kind}.", model).mask
                    found = np.zeros_like(sample.area) if mask is None else mask
                    counts[name, kind].masks.add(found, sample.area)
                else:
                    names = (kind, *WITHIN.get(kind, ()))
                    truth = [o.box for o in sample.objects if o.kind in names]
                    _count_boxes(counts[name, kind], model, scene, kind, truth, SETS[name].nominal)
    figures: Figures = {}
    for (name, kind), counted in counts.items():
        figures |= {f"{name} {kind}{what}": value for what, value in counted.figures().items()}
    return {**figures, "n": len(cases)}


@dataclass
class _Counts:
    """Of one class in one set."""

    truth: list[Row] = field(default_factory=list)
    found: list[Row] = field(default_factory=list)
    masks: MeanIoU = field(default_factory=MeanIoU)
    labelled: int = 0
    told: int = 0
    right: int = 0

    def figures(self) -> Figures:
        if self.masks.values:
            return {" gIoU": self.masks.value}
        recall = self.right / max(1, self.labelled)
        precision = self.right / max(1, self.told)
        if not self.truth:
            return {" F1": 2 * recall * precision / max(1e-9, recall + precision)}
        (average,) = voc(self.truth, self.found).values()
        return {"": average, " recall": recall, " precision": precision}


def _count_boxes(
    counts: _Counts,
    model: Model,
    scene: Scene,
    kind: str,
    truth: Sequence[tuple[float, ...]],
    points: bool,
) -> None:
    """Ask for a class in an image: at the ordinary threshold, and for all candidates."""
    question, picture = f"Find every {kind}.", scene.info.name
    usual = sorted(ask(scene, question, model).regions, key=lambda r: -r.score)
    boxes, labels = (
        np.array(each, np.float32).reshape(-1, 4) for each in ([r.box for r in usual], truth)
    )
    counts.labelled, counts.told = counts.labelled + len(labels), counts.told + len(boxes)
    if points:
        middles = [(b[:, None, :2] + b[:, None, 2:]) / 2 for b in (boxes, labels)]
        apart = np.linalg.norm(middles[0] - middles[1].transpose(1, 0, 2), axis=2)
        counts.right += _matches(NEAR - apart, 0.0)
        return
    counts.right += _matches(overlap(boxes, labels), 0.5)
    counts.truth += [{"picture": picture, "label": kind, "box": box} for box in truth]
    counts.found += [
        {"picture": picture, "label": kind, "box": r.box, "score": r.score}
        for r in ask(scene, question, model, min_score=EVERY).regions
    ]


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
            overlap(
                np.array([r.box for r in regions], np.float32), np.array(row["boxes"], np.float32)
            ),
            LOOSE,
        )
    return {
        "recall": right / labelled if labelled else 0.0,
        "precision": right / found if found else 0.0,
        "n": labelled,
    }


def _matches(alike: Floats, least: float) -> int:
    """How many of the regions, best first, find an object that none before found.

    Args:
        alike: (regions, objects).
        least: from which they match.
    """
    alike, right = alike.copy(), 0
    for row in alike:
        if row.size and row.max() >= least:
            right += 1
            alike[:, int(row.argmax())] = -np.inf
    return right
