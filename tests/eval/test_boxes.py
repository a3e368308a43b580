"""Average precision of cases whose figure is known beforehand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from geomagnifier.eval.boxes import Size, average_precision, run_lengths
from geomagnifier.masks import decode, encode

SIZES = {"a.jpg": Size(200, 300), "b.jpg": Size(200, 300)}


def row(picture: str, label: str, box: tuple[float, float, float, float], **more: Any) -> dict[str, Any]:
    mask = np.zeros((200, 300), bool)
    x0, y0, x1, y1 = (int(v) for v in box)
    mask[y0:y1, x0:x1] = True
    return {"picture": picture, "label": label, "box": box, "segmentation": encode(mask), **more}


TRUTH = [
    row("a.jpg", "ship", (10, 10, 60, 60)),
    row("a.jpg", "ship", (100, 10, 160, 60)),
    row("b.jpg", "ship", (10, 100, 70, 160)),
    row("b.jpg", "ship", (100, 100, 180, 190)),
]


@pytest.mark.parametrize("kind", ["box", "mask"])
def test_perfect_regions_have_an_average_precision_of_one(kind: Any, capsys: pytest.CaptureFixture[str]) -> None:
    figures = average_precision(TRUTH, [each | {"score": 0.9} for each in TRUTH], SIZES, kind)
    assert figures == {"AP": pytest.approx(1.0), "AP50": pytest.approx(1.0)}  # no small object: no figure for them
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("kind", ["box", "mask"])
def test_half_of_the_objects_missed(kind: Any) -> None:
    figures = average_precision(TRUTH, [each | {"score": 0.9} for each in TRUTH[:2]], SIZES, kind)
    assert figures["AP"] == pytest.approx(51 / 101)  # of COCO's 101 points of recall, those up to 0.50 are reached


def test_a_wrong_region_with_the_best_score_costs_precision_and_with_the_worst_nothing() -> None:
    right = [each | {"score": 0.5} for each in TRUTH]
    wrong = row("a.jpg", "ship", (200, 100, 250, 150))
    assert average_precision(TRUTH, [*right, wrong | {"score": 0.9}], SIZES)["AP"] == pytest.approx(0.8)
    assert average_precision(TRUTH, [*right, wrong | {"score": 0.1}], SIZES)["AP"] == pytest.approx(1.0)


def test_a_loose_box_counts_at_half_overlap_only() -> None:
    truth, loose = [row("a.jpg", "ship", (0, 0, 100, 100))], row("a.jpg", "ship", (0, 0, 100, 62), score=0.9)
    figures = average_precision(truth, [loose], SIZES)
    assert figures["AP50"] == pytest.approx(1.0)
    assert figures["AP"] == pytest.approx(3 / 10)  # 0.50, 0.55 and 0.60 of ten


def test_kinds_are_told_apart_and_a_kind_without_objects_does_not_count() -> None:
    truth = [*TRUTH[:2], row("b.jpg", "harbor", (10, 10, 90, 90))]
    found = [each | {"score": 0.9} for each in TRUTH[:2]] + [
        row("b.jpg", "ship", (10, 10, 90, 90), score=0.2),
        row("a.jpg", "car", (1, 1, 5, 5), score=1),
    ]
    assert average_precision(truth, found, SIZES)["AP"] == pytest.approx(0.5)


def test_small_objects_have_a_figure_of_their_own() -> None:
    small = row("a.jpg", "ship", (200, 100, 220, 120))
    figures = average_precision([*TRUTH, small], [each | {"score": 0.9} for each in TRUTH], SIZES)
    assert figures["small"] == 0.0
    assert figures["AP50"] == pytest.approx(81 / 101)


def test_nothing_found_and_nothing_to_find() -> None:
    assert average_precision(TRUTH, [], SIZES) == {"AP": 0.0, "AP50": 0.0}
    assert average_precision([], [row("a.jpg", "ship", (1, 1, 5, 5), score=1.0)], SIZES) == {}


def test_run_lengths_join_polygons_and_bear_with_none() -> None:
    left = np.array([[2, 2], [12, 2], [12, 12], [2, 12]], np.float32)
    joint = decode(run_lengths([left, left + [20, 0], left[:2]], Size(20, 40)))
    assert joint.shape == (20, 40)
    assert joint.sum() == pytest.approx(200, abs=50)
    assert joint[7, 7]
    assert joint[7, 27]
    assert not joint[7, 17]
    assert not decode(run_lengths([], Size(20, 40))).any()
