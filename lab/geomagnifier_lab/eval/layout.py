"""Spatial relations, the weakness the paper names: relations, rows, ordinals and counts.

For each labelled image, class and relation a question is drawn in held-out words; which boxes it
means follows from the labels. A question with an ambiguous answer, or one that leaves no choice, is
not asked. Every relation weighs the same, however often it fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from geomagnifier.geometry import overlap
from geomagnifier.inference.scan_state import Progress
from geomagnifier.model_protocol import Model
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import Region
from geomagnifier.types import Bools, Query, SceneInfo
from geomagnifier_lab.datasets.sample import ObjectSample
from geomagnifier_lab.datasets.vhr10 import vhr10
from geomagnifier_lab.eval.pictures import Figures, chance, evenly, followed
from geomagnifier_lab.questions.referring_samples import Wording, word_as
from geomagnifier_lab.questions.relations import RELATIONS, Layout

TRIES = 4
"""Draws of a relation's slots (side, rank, number) before an image is passed over."""
MATCH = 0.5
"""IoU from which a detected box is the labelled one."""


def layout(
    model: Model, root: Path, limit: int | None = None, progress: Progress | None = None
) -> Figures:
    """Share of referring questions on VHR-10 answered with exactly the right objects.

    Args:
        model: to be measured.
        root: folder of the data sets.
        limit: images, evenly picked; None for all.
        progress: called with (images done, images).

    Returns:
        "exact" from image to answer and "told", where the labelled boxes are given and only the
        choice is the model's, both as the mean over relations; "one", Pr@0.5 of the best box where
        a single object is meant; then "exact" of each relation; "n" questions.
    """
    exact: dict[str, list[bool]] = {}
    one: list[bool] = []
    told: dict[str, list[bool]] = {}
    for sample in followed(evenly(vhr10(root, "val"), limit), progress):
        with open_scene(sample.path) as scene:
            for wording, labelled, meant in cases(sample, scene.info):
                regions = [
                    r for r in ask(scene, wording.text, model).regions if r.label == wording.kind
                ]
                exact.setdefault(wording.relation.name, []).append(
                    same(regions, labelled.boxes[meant])
                )
                if meant.sum() == 1 and wording.relation.name != "plain":
                    best = sorted(regions, key=lambda r: -r.score)[:1]
                    one.append(same(best, labelled.boxes[meant]))
                given = [
                    Region(label, 1.0, tuple(box))
                    for label, box in zip(labelled.labels, labelled.boxes.tolist(), strict=True)
                ]
                chosen = model.choose(Query(wording.text), scene.info, (wording.kind,), given)
                told.setdefault(wording.relation.name, []).append(
                    set(chosen) == set(np.flatnonzero(meant).tolist())
                )
    each = {name: float(np.mean(hits)) for name, hits in sorted(exact.items())}
    if not each:
        return {"n": 0}
    choice = float(np.mean([np.mean(hits) for hits in told.values()]))
    return {
        "exact": float(np.mean(list(each.values()))),
        "told": choice,
        "one": float(np.mean(one)) if one else 0.0,
        **each,
        "n": sum(map(len, exact.values())),
    }


def cases(sample: ObjectSample, info: SceneInfo) -> list[tuple[Wording, Layout, Bools]]:
    """The questions of one image: each relation at most once, about a class that it fits.

    Args:
        sample: the labelled image.
        info: its size.

    Returns:
        question; labelled boxes of its class and, for relations to a landmark, of the landmark's;
        which boxes are meant.
    """
    rng, drawn = chance(sample.path, "layout"), []
    kinds = sorted({o.kind for o in sample.objects})
    for relation in RELATIONS:
        for _ in range(TRIES):
            order = [kinds[int(i)] for i in rng.permutation(len(kinds))]
            kind, other = order[0], (order[1] if len(order) > 1 else "building")
            marks = [o for o in sample.objects if o.kind == other] if relation.others else []
            mine = [o for o in sample.objects if o.kind == kind]
            if len(marks) != relation.others or len(mine) < 2:
                continue
            boxes = np.array([o.box for o in (*mine, *marks)], np.float32)
            labels = tuple(o.kind for o in (*mine, *marks))
            labelled = Layout(
                (float(info.width), float(info.height)),
                boxes,
                np.arange(len(boxes)) < len(mine),
                labels,
            )
            wording = word_as(rng, "val", relation, kind, other)
            meant = relation.meant(labelled, wording.slots)
            if meant is None or (relation.name != "plain" and int(meant.sum()) in (0, len(mine))):
                continue
            drawn.append((wording, labelled, meant))
            break
    return drawn


def same(regions: Sequence[Region], boxes: np.ndarray) -> bool:
    """Whether the regions are these boxes, one for one, at IoU 0.5.

    Args:
        regions: of an answer.
        boxes: (N, 4) px.
    """
    if len(regions) != len(boxes) or not len(boxes):
        return len(regions) == len(boxes)
    alike = overlap(np.array([r.box for r in regions], np.float32), np.asarray(boxes, np.float32))
    best = alike.argmax(1)
    return bool((alike.max(1) >= MATCH).all() and len(set(best.tolist())) == len(boxes))
