"""What a user's own labels show beside average precision: F1, confusion, size, camera, errors.

A detection is right where it has the class of a labelled object and an IoU of one half with it;
each object is found once, by the likeliest detection. What then is left on both sides with that IoU
is a confusion of two classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from geomagnifier.geometry import overlap
from geomagnifier_lab.datasets.benchmarks.case import Case
from geomagnifier_lab.eval.boxes import Row, voc
from geomagnifier_lab.eval.checking import Record

SAME = 0.5
"""IoU from which a detection and an object are the same."""
THRESHOLD = 0.25
"""Score from which a detection counts, where none is given: what detectors take themselves."""
BACKGROUND = "background"
"""In the confusion: an object that was missed, a detection where nothing is."""
SIZES = (("small", 0.0, 32.0), ("medium", 32.0, 96.0), ("large", 96.0, float("inf")))
"""Name, and the square roots of the least area and of the area above, px: those of COCO."""
Sort = Literal["found", "confused", "missed", "false"]


@dataclass(frozen=True)
class Match:
    """An object, a detection, or both."""

    case: str
    """Id of the image."""
    sort: Sort
    """What came of it."""
    truth: str = ""
    """Class of the object, or ""."""
    said: str = ""
    """Class of the detection, or ""."""
    score: float = 0.0
    """Of the detection."""
    box: tuple[float, float, float, float] = (0, 0, 0, 0)
    """Of the object where there is one, else of the detection, px."""
    found_box: tuple[float, float, float, float] | None = None
    """Of the detection, px."""


def matches(case: Case, record: Record, threshold: float) -> list[Match]:
    """Objects and detections of one image, each once.

    Args:
        case: with its objects.
        record: the prediction, with boxes, scores and names.
        threshold: detections below this score do not count.
    """
    rows = sorted(
        (
            (float(score), str(name), tuple(float(v) for v in box))
            for score, name, box in zip(
                record.get("scores", ()),
                record.get("names", ()),
                record.get("boxes", ()),
                strict=True,
            )
            if score >= threshold
        ),
        key=lambda row: -row[0],
    )
    things = [thing for thing in case.things if not thing.ignored]
    boxes = np.array([thing.box for thing in things], np.float32).reshape(-1, 4)
    free = set(range(len(things)))
    pairs: dict[int, int] = {}
    for same in (True, False):
        for k, (_, name, box) in enumerate(rows):
            near = [i for i in sorted(free) if not same or things[i].label == name]
            if k in pairs or not near:
                continue
            iou = overlap(np.array(box, np.float32), boxes[near])
            if iou.max() >= SAME:
                pairs[k] = near[int(iou.argmax())]
                free.discard(pairs[k])
    out = []
    for k, (score, name, box) in enumerate(rows):
        corners = (box[0], box[1], box[2], box[3])
        if k not in pairs:
            out.append(Match(case.id, "false", "", name, score, corners, corners))
            continue
        thing = things[pairs[k]]
        sort: Sort = "found" if thing.label == name else "confused"
        out.append(Match(case.id, sort, thing.label, name, score, thing.box, corners))
    out += [Match(case.id, "missed", things[i].label, box=things[i].box) for i in sorted(free)]
    return out


def f1(found: Iterable[Match], label: str | None = None) -> dict[str, float]:
    """Precision, recall and F1, with the numbers that they are of.

    Args:
        found: matches.
        label: of one class; None for all.
    """
    rows = list(found)
    right = sum(row.sort == "found" and label in (None, row.truth) for row in rows)
    said = sum(bool(row.said) and label in (None, row.said) for row in rows)
    there = sum(bool(row.truth) and label in (None, row.truth) for row in rows)
    return {
        "objects": there,
        "detections": said,
        "precision": right / said if said else 0.0,
        "recall": right / there if there else 0.0,
        "F1": 2 * right / (said + there) if said + there else 0.0,
    }


def best_threshold(cases: Sequence[Case], records: Mapping[str, Record]) -> tuple[float, float]:
    """The score threshold with the best F1 over all classes, and that F1.

    Args:
        cases: images.
        records: their predictions.
    """
    every = [row for case in cases for row in matches(case, records[case.id], 0.0)]
    there = sum(bool(row.truth) for row in every)
    ranked = sorted((row for row in every if row.said), key=lambda row: -row.score)
    right = np.cumsum([row.sort == "found" for row in ranked])
    if not len(right):
        return THRESHOLD, 0.0
    values = 2 * right / (np.arange(1, len(ranked) + 1) + there)
    best = int(values.argmax())
    return ranked[best].score, float(values[best])


def confusion(found: Sequence[Match], classes: Sequence[str]) -> dict[str, Any]:
    """How many objects of each class were taken for which, as {"classes", "rows"}.

    Args:
        found: matches.
        classes: order of rows (true) and columns (said); `BACKGROUND` is the last of both.
    """
    names = [*classes, BACKGROUND]
    place = {name: number for number, name in enumerate(names)}
    rows = np.zeros((len(names), len(names)), int)
    for row in found:
        rows[place[row.truth or BACKGROUND], place[row.said or BACKGROUND]] += 1
    return {"classes": names, "rows": rows.tolist()}


def by_size(found: Sequence[Match]) -> dict[str, dict[str, float]]:
    """Objects and the share of them that was found, by size."""
    table = {}
    for name, low, high in SIZES:
        there = [row for row in found if row.truth and low <= _side(row.box) < high]
        if there:
            right = sum(row.sort == "found" for row in there)
            table[name] = {"objects": len(there), "recall": right / len(there)}
    return table


def by_camera(
    cases: Sequence[Case],
    records: Mapping[str, Record],
    cameras: Mapping[str, str],
    found: Sequence[Match],
) -> dict[str, dict[str, float]]:
    """AP50 and F1 by camera; images of no known camera are together.

    Args:
        cases: images.
        records: their predictions.
        cameras: by id of a case.
        found: matches of all cases.
    """
    table = {}
    for camera in sorted({cameras.get(case.id, "unknown") for case in cases}):
        mine = [case for case in cases if cameras.get(case.id, "unknown") == camera]
        ids = {case.id for case in mine}
        ap = voc(*rows_of(mine, records.__getitem__))
        figures = f1(row for row in found if row.case in ids)
        mean = {"AP50": float(np.mean(list(ap.values())))} if ap else {}
        table[camera] = {"pictures": len(mine), **mean, **figures}
    return table


def rows_of(cases: Sequence[Case], record: Callable[[str], Record]) -> tuple[list[Row], list[Row]]:
    """Objects and detections in the form of `boxes`.

    Args:
        cases: images.
        record: gives the prediction of a case by its id.
    """
    truth: list[Row] = [
        {"picture": case.id, "label": t.label, "box": t.box, "ignored": t.ignored}
        for case in cases
        for t in case.things
    ]
    found: list[Row] = [
        {"picture": case.id, "label": name, "box": box, "score": score}
        for case in cases
        for said in [record(case.id)]
        for name, box, score in zip(
            said.get("names", ()), said.get("boxes", ()), said.get("scores", ()), strict=True
        )
    ]
    return truth, found


def worst(found: Sequence[Match], number: int) -> list[Match]:
    """The worst errors: false and confused detections, the surest first, and missed objects.

    Of the missed ones the largest come first, as these are the easiest to see; the two sorts take
    turns.

    Args:
        found: matches.
        number: the most that are wanted.
    """
    false = sorted(
        (row for row in found if row.sort in ("false", "confused")), key=lambda row: -row.score
    )
    missed = sorted((row for row in found if row.sort == "missed"), key=lambda row: -_side(row.box))
    half = max(number // 2, number - len(missed))
    false = false[: max(half, 0)]
    return [*false, *missed[: number - len(false)]]


def _side(box: Sequence[float]) -> float:
    """The square root of a box's area, px."""
    return float(np.sqrt(max(0.0, (box[2] - box[0]) * (box[3] - box[1]))))
