"""Figures of every kind of benchmark: those papers print, in their order.

Right answers score all, none scores nothing.
"""

from dataclasses import replace

import numpy as np
import pytest
from eval.made import CLASSES, WORKS, filled, made, right

from geomagnifier import masks
from geomagnifier_lab.eval.boxes import voc
from geomagnifier_lab.eval.predictions import Header, Predictions
from geomagnifier_lab.eval.scoring import result, score

PR = ["Pr@0.5", "Pr@0.6", "Pr@0.7", "Pr@0.8", "Pr@0.9"]
WHAT = {
    "scene": ("top-1", ["top-1", "top-5", "AA"]),
    "caption": ("CIDEr-D", ["BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "ROUGE-L", "CIDEr-D"]),
    "retrieval": ("mR", ["i2t R@1", "i2t R@5", "i2t R@10", "t2i R@1", "t2i R@5", "t2i R@10", "mR"]),
    "ground": ("IoU", [*PR, "meanIoU", "cumIoU"]),
    "refer": ("IoU", [*PR, "oIoU", "gIoU"]),
    "grounded": ("mIoU", ["CIDEr-D", "AP50", "mIoU", "recall", "recall of all pairs"]),
}


def records_of(cases):
    return {case.id: right(case) for case in cases}


@pytest.mark.parametrize("work", WORKS)
def test_right_answers_score_all(work, tmp_path):
    known, cases = made(tmp_path, work)
    found = score(known, cases, records_of(cases))
    if work in WHAT:
        assert (found.measure, list(found.figures)) == WHAT[work]
    for name, value in found.figures.items():
        assert (
            value == pytest.approx(1.0)
            or (name.startswith("CIDEr-D") and value > 0)
            or "AR1" in name
        ), name
    assert set(found.per_case) <= {case.id for case in cases}
    assert all(value >= 0.99 for value in found.per_case.values()) or found.measure == "CIDEr-D"


@pytest.mark.parametrize("work", WORKS)
def test_no_answer_scores_nothing(work, tmp_path):
    known, cases = made(tmp_path, work)
    found = score(known, cases, {case.id: {"id": case.id, "error": "gone"} for case in cases})
    few = {
        name: value
        for name, value in found.figures.items()
        if work != "retrieval" or name.endswith("R@1")
    }  # of 3, 5 are all
    assert few and set(few.values()) == {0.0}
    assert work == "retrieval" or set(found.per_case.values()) == {0.0}


def test_scenes_have_classes_and_confusion(tmp_path):
    known, cases = made(tmp_path, "scene")
    records = records_of(cases) | {
        "1.png": {"id": "1.png", "labels": [["Red_Place", 0.2], ["Blue_Place", 0.7]]}
    }  # in any order
    found = score(known, cases, records)
    assert found.figures == pytest.approx({"top-1": 2 / 3, "top-5": 1.0, "AA": 0.75})
    assert found.per_case == {"0.png": 1.0, "1.png": 0.0, "2.png": 1.0}
    assert found.classes == {
        "Blue_Place": {"top-1": 1.0, "top-5": 1.0},
        "Red_Place": {"top-1": 0.5, "top-5": 1.0},
    }
    assert found.confusion == {
        "classes": list(CLASSES),
        "rows": [[1, 0, 1, 0], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]],
    }


def test_the_mean_of_the_cases_is_the_figure(tmp_path):
    """Where a figure is a mean over cases, per_case holds exactly its terms."""
    for work, figure in (
        ("scene", "top-1"),
        ("caption", "CIDEr-D"),
        ("retrieval", "mR"),
        ("ground", "meanIoU"),
        ("refer", "gIoU"),
    ):
        known, cases = made(tmp_path, work)
        records = records_of(cases)
        worse = records[cases[0].id]
        if work == "scene":
            worse["labels"] = []
        elif work == "caption":
            worse["text"] = "some red water"
        elif work == "retrieval":
            worse["vector"] = [0.0, 0.9, 0.1]
        elif work == "ground":
            worse["boxes"] = [[0, 0, 16, 16]]
        else:
            worse["mask"] = masks.encode(filled((0, 0, 16, 16)))
        found = score(known, cases, records)
        assert np.mean(list(found.per_case.values())) == pytest.approx(found.figures[figure]), work
        assert found.figures[figure] < score(known, cases, records_of(cases)).figures[figure], work


def test_the_best_box_counts_wherever_it_stands(tmp_path):
    known, cases = made(tmp_path, "ground")
    records = records_of(cases)
    records[cases[0].id] |= {
        "boxes": [[0, 0, 4, 4], list(cases[0].things[0].box)],
        "scores": [0.1, 0.8],
    }
    found = score(known, cases, records)
    assert found.figures["Pr@0.9"] == 1.0
    assert found.classes == {"ship": {"Pr@0.5": 1.0, "meanIoU": 1.0}}


def test_pictures_without_a_caption_vector_are_found_by_nothing(tmp_path):
    known, cases = made(tmp_path, "retrieval")
    records = records_of(cases) | {"0.png": {"id": "0.png", "error": "gone"}}
    found = score(known, cases, records)
    assert (
        found.per_case["0.png"] < 1
        and found.figures["i2t R@1"] == pytest.approx(2 / 3)
        and found.figures["t2i R@1"] == pytest.approx(2 / 3)
    )


def test_a_picture_has_an_ap_of_its_own(tmp_path):
    known, cases = made(tmp_path, "detect")
    records = records_of(cases)
    first = records["0.png"]
    first["boxes"], first["scores"], first["names"] = (
        [[0, 0, 8, 8], *first["boxes"]],
        [0.95, 0.9, 0.8],
        ["water", "ship", "ship"],
    )
    del first["segments"]
    found = score(known, cases, records)
    assert found.per_case == {
        "0.png": pytest.approx(2 / 3),
        "1.png": 1.0,
    }  # a false one of another kind ranks first; no object, no AP
    ships = [{"picture": "a", "label": "ship", "box": thing.box} for thing in cases[0].things]
    said = [
        {"picture": "a", "label": "ship", "box": box, "score": s}
        for box, s in zip(first["boxes"], first["scores"], strict=True)
    ]
    assert found.per_case["0.png"] == pytest.approx(voc(ships, said)["ship"])
    assert (
        found.figures["box AP50"] == found.figures["mAP (VOC)"] == 1.0
    )  # nothing is to be found of water
    assert found.figures["mask AP50"] < 0.5 and set(found.classes) == {"ship"}
    assert set(found.classes["ship"]) == {"AP50 (VOC)", "mask AP", "mask AP50"}


def test_sets_of_boxes_alone_print_the_ap_of_voc_first(tmp_path):
    known, cases = made(tmp_path, "detect")
    bare = [
        replace(case, things=tuple(replace(thing, mask=None) for thing in case.things))
        for case in cases
    ]
    figures = score(known, bare, records_of(cases)).figures
    assert next(iter(figures)) == "mAP (VOC)" and not any(
        name.startswith("mask") for name in figures
    )
    without = [
        replace(case, things=tuple(replace(thing, ignored=True) for thing in case.things))
        for case in bare
    ]
    assert score(known, without, records_of(cases)).figures == {}


def test_what_is_not_there_is_right_to_leave_empty(tmp_path):
    known, cases = made(tmp_path, "refer")
    records = records_of(cases)
    assert score(known, cases, records).per_case["2.png#0"] == 1.0
    records["2.png#0"] = {"mask": masks.encode(filled((0, 0, 1, 1)))}
    assert score(known, cases, records).per_case["2.png#0"] == 0.0


@pytest.mark.parametrize(
    ("name", "work", "printed"),
    [
        ("rrsis-d", "refer", [*PR, "oIoU", "mIoU"]),
        ("earthreason", "refer", ["gIoU", "cIoU", *PR]),
        ("vrsbench-ground", "ground", ["Acc@0.5", "Acc@0.7", "meanIoU", "cumIoU"]),
    ],
)
def test_figures_are_called_as_in_the_papers(name, work, printed, tmp_path):
    known, cases = made(tmp_path, work)
    assert list(score(replace(known, name=name), cases, records_of(cases)).figures) == printed


def test_a_result_has_costs_and_failures(tmp_path):
    known, cases = made(tmp_path, "refer")
    records = records_of(cases) | {
        "1.png#0": {"id": "1.png#0", "error": "broken"},
        "2.png#0": {**right(cases[2]), "seconds": 1.5},
    }
    whole = result(
        known,
        "test",
        cases,
        Predictions(Header("x", "test", "fake", "1", 3), records, lambda record: record),
    )
    assert whole.cost == {"seconds": 1.0, "flops": 2e9, "pixels": 3072.0}
    assert whole.failed == {"1.png#0": "broken"}
    assert (whole.system, whole.cases, whole.work, whole.split, whole.title) == (
        "fake 1",
        3,
        "refer",
        "test",
        "Tiny refer",
    )
    assert whole.classes["ship"]["mIoU"] == pytest.approx(2 / 3)
