"""Figures of a user's own labels, held to what is counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from eval import own_set

from geomagnifier_lab.datasets.benchmarks.case import Case, Thing
from geomagnifier_lab.eval import own_figures

CASES = [
    Case(name, Path(name), "detect", things=tuple(Thing(label, box) for label, box in rows))
    for name, rows in own_set.LABELS.items()
]
RECORDS = own_set.records()
FOUND = [m for case in CASES for m in own_figures.matches(case, RECORDS[case.id], 0.25)]


def test_each_object_is_found_once_and_the_rest_is_confused_or_wrong() -> None:
    assert sorted((m.case, m.sort, m.truth, m.said) for m in FOUND) == [
        ("a.png", "confused", "ship", "wind turbine"),
        ("a.png", "false", "", "ship"),
        ("a.png", "found", "ship", "ship"),
        ("b.png", "false", "", "ship"),
        ("b.png", "found", "wind turbine", "wind turbine"),
        ("b.png", "missed", "wind turbine", ""),
    ]


def test_f1_of_all_and_of_a_class() -> None:
    assert own_figures.f1(FOUND) == {
        "objects": 4,
        "detections": 5,
        "precision": 2 / 5,
        "recall": 2 / 4,
        "F1": pytest.approx(4 / 9),
    }
    ship = own_figures.f1(FOUND, "ship")
    assert (ship["objects"], ship["detections"], ship["precision"]) == (2, 3, 1 / 3)
    assert own_figures.f1([]) == dict.fromkeys(
        ("objects", "detections", "precision", "recall", "F1"), 0
    )


def test_the_best_threshold_leaves_the_false_ones_out() -> None:
    threshold, value = own_figures.best_threshold(CASES, RECORDS)
    # down to 0.7 there are three detections, two of them right, of four objects
    assert (threshold, value) == (0.7, pytest.approx(4 / 7))


def test_confusion_has_a_background() -> None:
    assert own_figures.confusion(FOUND, own_set.CLASSES) == {
        "classes": ["ship", "wind turbine", "background"],
        "rows": [[1, 1, 0], [0, 1, 1], [2, 0, 0]],
    }


def test_sizes_and_cameras() -> None:
    sizes = own_figures.by_size(FOUND)
    # 16 and 8 px are small, 32 px is medium, and that one was taken for another class
    assert sizes == {
        "small": {"objects": 3, "recall": pytest.approx(2 / 3)},
        "medium": {"objects": 1, "recall": 0.0},
    }
    cameras = own_figures.by_camera(CASES, RECORDS, own_set.CAMERAS, FOUND)
    assert cameras["near"]["pictures"] == 1 and cameras["far"]["pictures"] == 2
    assert cameras["near"]["F1"] == pytest.approx(2 / 5)
    assert cameras["far"]["AP50"] == pytest.approx(0.5)  # one turbine of two
    assert {*own_figures.by_camera(CASES, RECORDS, {"a.png": "near"}, FOUND)} == {"near", "unknown"}


def test_the_worst_errors_are_sure_or_large() -> None:
    wrong = [m for m in FOUND if m.sort != "found"]
    assert [(m.sort, m.score) for m in own_figures.worst(wrong, 2)] == [
        ("confused", 0.8),
        ("missed", 0.0),
    ]
    assert len(own_figures.worst(wrong, 25)) == len(wrong)
