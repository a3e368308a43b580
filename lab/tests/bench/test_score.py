"""Figures of searches against cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.masks import encode
from geomagnifier.types import Window
from geomagnifier_lab.bench import score
from geomagnifier_lab.bench.score import Record


def boxes(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


def test_sizes_are_long_sides_and_their_limits_belong_to_the_middle() -> None:
    sides = [9.9, 10, 32, 32.1]
    tall = boxes(*((5, 5, 6, 5 + side) for side in sides))
    assert score.sizes_of(tall).tolist() == [0, 1, 1, 2]
    assert score.counts(tall) == (1, 2, 1)
    assert score.counts(tall, np.array([True, False, True, False])) == (1, 1, 0)
    assert score.counts(boxes()) == (0, 0, 0)


def test_the_surest_box_takes_its_target_and_each_target_is_met_once() -> None:
    true = boxes((0, 0, 10, 10), (20, 0, 30, 10))
    found = boxes((0, 0, 10, 9), (0, 0, 10, 10), (20, 0, 30, 4), (20, 7, 30, 10), (50, 50, 60, 60))
    right, met = score.match(found, np.array([0.5, 0.9, 0.4, 0.8, 0.99]), true)
    # the second takes the first target, so the first, a hair worse, finds nothing left; 4 of 10
    # rows overlap enough, 3 of 10 just
    assert right.tolist() == [False, True, False, True, False]
    assert met.tolist() == [True, True]
    right, met = score.match(found[2:4], np.array([0.9, 0.8]), true)
    assert right.tolist() == [True, False] and met.tolist() == [False, True]


def test_an_overlap_below_the_limit_is_no_match() -> None:
    right, met = score.match(boxes((0, 0, 10, 2.9)), np.array([1.0]), boxes((0, 0, 10, 10)))
    assert not right.any() and not met.any()


@pytest.mark.parametrize(("found", "true"), [(0, 2), (2, 0), (0, 0)])
def test_nothing_matches_nothing(found: int, true: int) -> None:
    box = (0.0, 0.0, 5.0, 5.0)
    right, met = score.match(boxes(*[box] * found), np.ones(found), boxes(*[box] * true))
    assert right.shape == (found,) and met.shape == (true,) and not right.any() and not met.any()


def window(x0: float, y0: float, x1: float, y1: float, shrink: float = 1.0) -> Window:
    box = Box(x0, y0, x1, y1)
    return Window(box, round(box.width / shrink), round(box.height / shrink), "tile", box)


def test_a_target_is_inside_where_one_fine_window_holds_nine_tenths_of_it() -> None:
    true = boxes((90, 0, 100, 10), (91, 0, 101, 10), (92, 0, 102, 10), (300, 0, 310, 10))
    wide = window(0, 0, 400, 400, shrink=4)
    assert score.inside(true, [wide, window(0, 0, 100, 100)]).tolist() == [True, True, False, False]
    assert score.inside(true, [wide]).tolist() == [False] * 4
    enlarged = window(290, 0, 320, 30, shrink=0.5)
    assert score.inside(true, [enlarged]).tolist() == [False, False, False, True]
    halves = [window(0, 0, 97, 100), window(97, 0, 200, 100)]
    assert not score.inside(true[2:3], halves).any()  # two windows hold it together, neither alone
    assert score.inside(boxes(), [wide]).shape == (0,)


def test_masks_are_compared_window_by_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score, "PATCH", 16)
    rng = np.random.default_rng(0)
    true, found = rng.random((50, 70)) < 0.4, rng.random((50, 70)) < 0.4
    asked = []

    def read(box: Box) -> np.ndarray:
        asked.append(box)
        x0, y0, x1, y1 = (int(v) for v in box.tuple())
        return found[y0:y1, x0:x1]

    assert score.mask_iou(read, encode(true)) == pytest.approx(
        (true & found).sum() / (true | found).sum()
    )
    assert len(asked) == 4 * 5 and max(box.area for box in asked) == 256
    nothing = np.zeros((50, 70), bool)
    found = nothing
    assert score.mask_iou(read, encode(nothing)) == 1.0
    assert score.mask_iou(read, encode(true)) == 0.0


def test_a_row_sums_over_boxes_and_pixels_and_leaves_out_what_nothing_stands_against() -> None:
    first = Record(
        "a",
        1.0,
        50,
        100,
        2e9,
        found=(2, 1, 0),
        right=(1, 0, 0),
        true=(4, 0, 0),
        met=(1, 0, 0),
        inside=3,
        iou=0.5,
    )
    second = Record(
        "b",
        3.0,
        250,
        300,
        4e9,
        found=(0, 1, 0),
        right=(0, 1, 0),
        true=(0, 2, 0),
        met=(0, 1, 0),
        inside=0,
        iou=1.0,
    )
    row = score.row([first, second])
    assert (
        row["share"] == 0.75 and row["GFLOP"] == 3 and row["seconds"] == 2 and row["gIoU"] == 0.75
    )
    assert row["recall"] == pytest.approx(2 / 6) and row["precision"] == 0.5
    assert (row["recall <10"], row["recall 10-32"], row["recall >32"]) == (0.25, 0.5, None)
    assert (row["precision <10"], row["precision 10-32"], row["precision >32"]) == (0.5, 0.5, None)
    assert row["in windows"] == 0.5
    assert (row["scenes"], row["objects"], row["found"]) == (2, 6, 4)


def test_a_scene_without_labels_has_costs_alone() -> None:
    row = score.row([Record("a", 1.0, 50, 100, 2e9, found=(2, 1, 0))])
    assert row["share"] == 0.5 and row["found"] == 3
    assert row["gIoU"] is row["recall"] is row["precision"] is row["in windows"] is None
