"""Scores of predictions: the figures papers print for each task, and one measure per case.

    work       figures                                          measure of a case
    scene      top-1, top-5, AA (mean over classes)             top-1: 1 or 0
    caption    BLEU-1 to 4, ROUGE-L, CIDEr-D                    CIDEr-D, weighted over the whole set
    retrieval  R@1, R@5, R@10 both ways, mR                     mR of an image and its captions
    ground     Pr@0.5 to 0.9, meanIoU, cumIoU                   IoU of the best box
    detect     COCO's AP and AR of boxes and masks, VOC's mAP   AP50 of an image, classes pooled
    refer      Pr@0.5 to 0.9, oIoU, gIoU                        IoU
    grounded   CIDEr-D, AP50, mIoU, recall                      mean IoU of an image's pairs

Conventions are those of the metrics' own files. METEOR is not computed. A case without an answer
("error") is wrong: no class, no words, no box, IoU 0 even where nothing is to be found. Images
without objects have no AP of their own. Masks are decoded one case at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier import masks
from geomagnifier.masks import areas
from geomagnifier_lab.datasets.benchmarks.case import Benchmark, Case, Thing, Work
from geomagnifier_lab.datasets.benchmarks.checks import picture_size
from geomagnifier_lab.eval.boxes import Row, Size, coco, voc
from geomagnifier_lab.eval.checking import Record
from geomagnifier_lab.eval.classes import confusion, hits, per_class, top_k
from geomagnifier_lab.eval.grounded import Phrase, grounded, per_sentence
from geomagnifier_lab.eval.grounding import box_ious, grounding
from geomagnifier_lab.eval.iou import ious, precision_at, referring
from geomagnifier_lab.eval.predictions import Predictions
from geomagnifier_lab.eval.ranking import LEVELS, recalls
from geomagnifier_lab.eval.ranking import hits as found_among
from geomagnifier_lab.eval.report import Result
from geomagnifier_lab.eval.text import bleu, cider_d, rouge_l

Figures = dict[str, float]

SAME = {name: name for name in ("Pr@0.5", "Pr@0.6", "Pr@0.7", "Pr@0.8", "Pr@0.9")}
PRINTED: Mapping[str, Mapping[str, str]] = {
    **{
        name: {**SAME, "oIoU": "oIoU", "mIoU": "gIoU"}
        for name in ("rrsis-d", "refsegrs", "risbench")
    },
    "earthreason": {"gIoU": "gIoU", "cIoU": "oIoU", **SAME},
    "vrsbench-ground": {
        "Acc@0.5": "Pr@0.5",
        "Acc@0.7": "Pr@0.7",
        "meanIoU": "meanIoU",
        "cumIoU": "cumIoU",
    },
}
"""Benchmark -> the names in its papers, in their order -> ours."""


@dataclass(frozen=True)
class Score:
    """Scores of all cases; fields as in `Result`."""

    figures: Figures
    """In the order papers print."""
    measure: str
    """Name of the measure of single cases."""
    per_case: Figures
    """Its value, by id of the case."""
    classes: dict[str, Figures] = field(default_factory=dict)
    """By class, its figures."""
    confusion: dict[str, Any] = field(default_factory=dict)
    """True class by predicted class, or nothing."""


def score(benchmark: Benchmark, cases: Sequence[Case], records: Mapping[str, Record]) -> Score:
    """Figures of all cases.

    Args:
        benchmark: what was asked.
        cases: at least one.
        records: of each case, checked (`predictions.read`).

    Raises:
        DataCorrupt: a true mask cannot be read.
    """
    works: dict[Work, Callable[[Benchmark, Sequence[Case], Mapping[str, Record]], Score]] = {
        "scene": _scene,
        "caption": _caption,
        "retrieval": _retrieval,
        "ground": _ground,
        "detect": _detect,
        "refer": _refer,
        "grounded": _grounded,
    }
    found = works[benchmark.work](benchmark, cases, records)
    names = PRINTED.get(benchmark.name)
    if names is None:
        return found
    figures = {name: found.figures[ours] for name, ours in names.items()}
    return Score(figures, found.measure, found.per_case, found.classes, found.confusion)


def result(
    benchmark: Benchmark, split: str, cases: Sequence[Case], predictions: Predictions
) -> Result:
    """Score predictions, and sum up what they cost.

    Args:
        benchmark: what was asked.
        split: which part of it.
        cases: at least one.
        predictions: of each case.

    Raises:
        DataCorrupt: a true mask cannot be read.
    """
    header, found = predictions.header, score(benchmark, cases, predictions)
    costs: dict[str, list[float]] = {"seconds": [], "flops": [], "pixels": []}
    failed = {}
    for case in cases:
        record = predictions[case.id]
        if "error" in record:
            failed[case.id] = str(record["error"])
        for name, values in costs.items():
            if record.get(name) is not None:
                values.append(float(record[name]))
    return Result(
        benchmark=benchmark.name,
        title=benchmark.title,
        work=benchmark.work,
        split=split,
        model=header.model,
        version=header.version,
        cases=len(cases),
        figures=found.figures,
        measure=found.measure,
        per_case=found.per_case,
        classes=found.classes,
        confusion=found.confusion,
        cost={name: float(np.mean(values)) for name, values in costs.items() if values},
        failed=failed,
    )


def best_first(record: Record) -> list[int]:
    """Indices of a record's boxes by falling score."""
    scores = record.get("scores", [])
    return sorted(range(len(scores)), key=lambda place: -scores[place])


def ranked_classes(record: Record) -> list[str]:
    """Classes of a scene by falling probability; none of a case without an answer."""
    return [name for name, _ in sorted(record.get("labels", []), key=lambda pair: -pair[1])]


def _by_case(cases: Sequence[Case], values: Iterable[Any]) -> Figures:
    return {case.id: float(value) for case, value in zip(cases, values, strict=True)}


def _means(labels: Sequence[str], **measures: NDArray[Any]) -> dict[str, Figures]:
    """Mean of each measure over the cases of each class; cases without a class are left out."""
    named, places = np.array(list(labels), object), sorted({label for label in labels if label})
    return {
        label: {name: float(np.mean(values[named == label])) for name, values in measures.items()}
        for label in places
    }


def _scene(benchmark: Benchmark, cases: Sequence[Case], records: Mapping[str, Record]) -> Score:
    ranked, truth = (
        [ranked_classes(records[case.id]) for case in cases],
        [case.label for case in cases],
    )
    first, five = per_class(ranked, truth), per_class(ranked, truth, 5)
    figures = {
        "top-1": top_k(ranked, truth, 1),
        "top-5": top_k(ranked, truth, 5),
        "AA": float(np.mean(list(first.values()))),
    }
    table = confusion([row[0] if row else "" for row in ranked], truth, benchmark.classes)
    by_class = {name: {"top-1": value, "top-5": five[name]} for name, value in first.items()}
    taken_for = {"classes": list(benchmark.classes), "rows": table.tolist()}
    return Score(figures, "top-1", _by_case(cases, hits(ranked, truth)), by_class, taken_for)


def _caption(benchmark: Benchmark, cases: Sequence[Case], records: Mapping[str, Record]) -> Score:
    said, good = (
        [records[case.id].get("text", "") for case in cases],
        [case.captions for case in cases],
    )
    each = cider_d(said, good)
    figures = {f"BLEU-{n}": value for n, value in enumerate(bleu(said, good), 1)}
    figures |= {"ROUGE-L": float(np.mean(rouge_l(said, good))), "CIDEr-D": float(each.mean())}
    return Score(figures, "CIDEr-D", _by_case(cases, each))


def _retrieval(benchmark: Benchmark, cases: Sequence[Case], records: Mapping[str, Record]) -> Score:
    owner = np.repeat(np.arange(len(cases)), [len(case.captions) for case in cases])
    answered = np.flatnonzero(["vector" in records[case.id] for case in cases])
    # What has no vector is farther than anything (cosines end at -1), and what belongs together is
    # farthest.
    similarity = np.where(
        np.arange(len(cases))[:, None] == owner[None], np.float32(-3), np.float32(-2)
    )
    if answered.size:
        mine = [records[cases[index].id] for index in answered.tolist()]
        pictures = _unit(np.array([record["vector"] for record in mine], np.float32))
        captions = _unit(
            np.array([vector for record in mine for vector in record["captions"]], np.float32)
        )
        similarity[np.ix_(answered, np.flatnonzero(np.isin(owner, answered)))] = (
            pictures @ captions.T
        )
    each = np.zeros(len(cases))
    count = np.bincount(owner, minlength=len(cases))
    for level in LEVELS:
        own_captions, own_picture = found_among(similarity, owner, level)
        each += own_captions + np.bincount(owner, own_picture, len(cases)) / count
    return Score(recalls(similarity, owner), "mR", _by_case(cases, each / (2 * len(LEVELS))))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def _ground(benchmark: Benchmark, cases: Sequence[Case], records: Mapping[str, Record]) -> Score:
    found = []
    for case in cases:
        record = records[case.id]
        order = best_first(record)
        found.append(record["boxes"][order[0]] if order else None)
    truth = [case.things[0].box for case in cases]
    each = box_ious(found, truth)
    by_class = _means(
        [case.things[0].label for case in cases], **{"Pr@0.5": each >= 0.5, "meanIoU": each}
    )
    return Score(grounding(found, truth), "IoU", _by_case(cases, each), by_class)


def _detect(benchmark: Benchmark, cases: Sequence[Case], records: Mapping[str, Record]) -> Score:
    truth: list[Row] = []
    found: list[Row] = []
    segments: list[Row] = []
    sizes: dict[str, Size] = {}
    per_case: Figures = {}
    for case in cases:
        width, height = picture_size(case.image)
        sizes[case.id] = Size(height, width)
        record = records[case.id]
        objects = [_object(case.id, thing) for thing in case.things]
        parts = zip(
            record.get("boxes", []), record.get("scores", []), record.get("names", []), strict=True
        )
        regions = [
            {"picture": case.id, "label": name, "box": box, "score": value}
            for box, value, name in parts
        ]
        for part in record.get("segments", []):
            segments.append(
                {
                    "picture": case.id,
                    "label": part["name"],
                    "segmentation": part["mask"],
                    "score": part["score"],
                }
            )
        truth += objects
        found += regions
        # Each class stands for an image of one common class: objects are matched within their
        # class, and ranked together.
        alone, theirs = (
            [{**row, "picture": row["label"], "label": "any"} for row in rows]
            for rows in (objects, regions)
        )
        for value in voc(alone, theirs).values():
            per_case[case.id] = value
    by_kind = voc(truth, found)
    figures = {f"box {name}": value for name, value in coco(truth, found, sizes).items()}
    classes = {name: {"AP50 (VOC)": value} for name, value in by_kind.items()}
    with_masks = [row for row in truth if "segmentation" in row]
    if with_masks and len(with_masks) == len(truth):
        figures |= {
            f"mask {name}": value for name, value in coco(truth, segments, sizes, "mask").items()
        }
        for name in classes:
            of_kind = [[row for row in rows if row["label"] == name] for rows in (truth, segments)]
            of_masks = coco(of_kind[0], of_kind[1], sizes, "mask")
            classes[name] |= {
                f"mask {figure}": of_masks[figure]
                for figure in ("AP", "AP50")
                if figure in of_masks
            }
    mean = {"mAP (VOC)": float(np.mean(list(by_kind.values())))} if by_kind else {}
    return Score(
        figures | mean if with_masks else mean | figures, "AP50 of a picture", per_case, classes
    )


def _object(picture: str, thing: Thing) -> dict[str, Any]:
    row = {"picture": picture, "label": thing.label, "box": thing.box, "ignored": thing.ignored}
    return row if thing.mask is None else {**row, "segmentation": masks.encode(thing.mask())}


def _refer(benchmark: Benchmark, cases: Sequence[Case], records: Mapping[str, Record]) -> Score:
    pairs = np.zeros((len(cases), 2))
    for index, case in enumerate(cases):
        record, truth = (
            records[case.id],
            case.mask() if case.mask is not None else np.zeros((0, 0), bool),
        )
        pairs[index] = (
            areas(masks.decode(record["mask"]), truth)
            if "mask" in record
            else (0, max(1, int(truth.sum())))
        )
    each, figures = ious(pairs), referring(pairs)
    order = (*precision_at(each), "oIoU", "gIoU")
    by_class = _means([case.label for case in cases], **{"Pr@0.5": each >= 0.5, "mIoU": each})
    return Score({name: figures[name] for name in order}, "IoU", _by_case(cases, each), by_class)


def _grounded(benchmark: Benchmark, cases: Sequence[Case], records: Mapping[str, Record]) -> Score:
    found, truth = [], []
    for case in cases:
        record = records[case.id]
        found.append(
            [
                Phrase(part["phrase"], part["mask"], part["score"])
                for part in record.get("phrases", [])
            ]
        )
        truth.append(
            [
                Phrase(thing.label, masks.encode(thing.mask()))
                for thing in case.things
                if thing.mask is not None
            ]
        )
    each = [sentence.iou for sentence in per_sentence(found, truth)]
    figures: Figures = {}
    if all(case.captions for case in cases):
        said = [records[case.id].get("text", "") for case in cases]
        figures["CIDEr-D"] = float(cider_d(said, [case.captions for case in cases]).mean())
    return Score(figures | grounded(found, truth), "mIoU", _by_case(cases, each))
