"""Peaks of a made heat map, and touching objects told apart by their offsets."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.models.small.instances import MOST, combine, find_peaks, share_cells
from geomagnifier.types import Floats


def heat(rows: int, columns: int, *peaks: tuple[int, int, float]) -> Floats:
    """Logits: -9 but for peaks (row, column, probability)."""
    logits = np.full((rows, columns), -9.0, np.float32)
    for row, column, p in peaks:
        logits[row, column] = float(np.log(p / (1 - p)))
    return logits


def sides(rows: int, columns: int, *values: float) -> Floats:
    return np.broadcast_to(np.array(values, np.float32)[:, None, None], (4, rows, columns))


def test_peaks_become_boxes_best_first() -> None:
    logits = heat(10, 20, (2, 3, 0.6), (2, 4, 0.5), (7, 15, 0.9), (5, 9, 0.04))
    peaks = find_peaks(logits, sides(10, 20, 6, 4, 2, 8), 0.05)
    # (7, 15) has its middle at (62, 30); (2, 4) is beside a higher one; (5, 9) is too low; 30 + 8 <
    # 40
    assert peaks.boxes.tolist() == [[56, 26, 64, 38], [8, 6, 16, 18]]
    assert peaks.scores.tolist() == pytest.approx([0.9, 0.6])


def test_boxes_end_with_the_view() -> None:
    peaks = find_peaks(
        heat(4, 4, (0, 0, 0.9), (3, 3, 0.8)), sides(4, 4, 50, 5, 6, 50), 0.1, limit=1.0
    )
    assert peaks.boxes.tolist() == [[0, 0, 8, 16], [0, 9, 16, 16]]
    wide = find_peaks(heat(4, 6, (2, 3, 0.9)), sides(4, 6, 50, 50, 50, 50), 0.1)
    assert wide.boxes.tolist() == [[0, 0, 24, 16]]


def test_of_two_boxes_that_agree_the_weaker_goes() -> None:
    logits = heat(10, 10, (5, 3, 0.9), (5, 5, 0.8))  # 8 px apart
    assert (
        len(find_peaks(logits, sides(10, 10, 8, 8, 8, 8), 0.1).scores) == 2
    )  # half of the smaller: IoU 1/3
    wide = find_peaks(
        logits, sides(10, 10, 20, 8, 20, 8), 0.1
    )  # 12 of 40 px each: IoU 30/38 after the cut at 0 and 40
    assert wide.scores.tolist() == pytest.approx([0.9])


def test_nothing_comes_out_of_nothing() -> None:
    peaks = find_peaks(heat(5, 5), sides(5, 5, 4, 4, 4, 4), 0.1)
    assert peaks.boxes.shape == (0, 4) and peaks.scores.shape == (0,)
    thin = find_peaks(heat(5, 5, (2, 2, 0.9)), sides(5, 5, 0.2, 4, 0.2, 4), 0.1)
    assert len(thin.boxes) == 0  # under a pixel wide
    assert share_cells(np.zeros((2, 5, 5), np.float32), peaks.boxes) == []


def test_there_is_a_most() -> None:
    logits = np.full((60, 60), -9.0, np.float32)
    logits[::2, ::2] = np.linspace(0, 3, 900).reshape(30, 30)
    peaks = find_peaks(logits, sides(60, 60, 2, 2, 2, 2), 0.1)
    assert len(peaks.scores) == MOST
    assert peaks.scores.min() > 1 / (1 + np.exp(-1.9))


def towards(
    rows: int, columns: int, *owned: tuple[tuple[slice, slice], tuple[float, float]]
) -> Floats:
    """Offsets (2, h, w) of cells that point at (x, y)."""
    made = np.zeros((2, rows, columns), np.float32)
    for (r, c), (x, y) in owned:
        made[0][r, c] = x - (np.arange(columns)[None] * 4 + 2 + np.zeros((rows, 1)))[r, c]
        made[1][r, c] = y - (np.arange(rows)[:, None] * 4 + 2 + np.zeros((1, columns)))[r, c]
    return made


def test_two_touching_rectangles_are_told_apart() -> None:
    # cells 2..6 and 7..11 of rows 3..5; boxes overlap by a cell as boxes of slanted things do
    left, right = (slice(3, 6), slice(2, 7)), (slice(3, 6), slice(7, 12))
    boxes = np.array([[8, 12, 32, 24], [24, 12, 48, 24]], np.float32)
    offset = towards(10, 16, (left, (20, 18)), (right, (36, 18)))
    cells = np.zeros((2, 10, 16), bool)
    for number, ((column, row), own) in enumerate(share_cells(offset, boxes)):
        cells[number, row : row + own.shape[0], column : column + own.shape[1]] = own
    assert not (cells[0] & cells[1]).any()
    assert cells[0][left].all() and not cells[0][right].any()
    assert cells[1][right].all() and not cells[1][left].any()


def test_offsets_win_over_nearness() -> None:
    # the middle column points at the object further away
    boxes = np.array([[0, 0, 24, 8], [16, 0, 40, 8]], np.float32)
    offset = towards(
        2, 10, ((slice(0, 2), slice(0, 4)), (12, 4)), ((slice(0, 2), slice(4, 10)), (28, 4))
    )
    (start, first), (_, second) = share_cells(offset, boxes)
    assert start == (0, 0)
    assert first[:, :4].all() and not first[:, 4:].any()
    assert (
        second.shape[1] >= 6 and second[:, 1:6].all()
    )  # begins at column 3, which points at the first
    assert not second[:, 0].any()


def test_a_box_smaller_than_a_cell_has_one() -> None:
    ((origin, own),) = share_cells(
        np.zeros((2, 4, 4), np.float32), np.array([[9, 5, 10, 6]], np.float32)
    )
    assert origin == (2, 1) and own.shape == (1, 1) and own.all()


def test_the_parts_of_a_cell_belong_together() -> None:
    boxes = np.array([[8, 12, 32, 24], [24, 12, 48, 24]], np.float32)
    offset = towards(
        10, 16, ((slice(3, 6), slice(2, 7)), (20, 18)), ((slice(3, 6), slice(7, 12)), (36, 18))
    )
    for (start, own), (fine_start, fine) in zip(
        share_cells(offset, boxes), share_cells(offset, boxes, 2), strict=True
    ):
        assert fine_start == (2 * start[0], 2 * start[1])
        assert (fine == np.kron(own, np.ones((2, 2), bool))).all()


@pytest.mark.parametrize("turned", [False, True])
def test_how_far_a_cell_is_from_a_centre_is_measured_in_sizes_of_the_object(turned: bool) -> None:
    """The cell at 78 px belongs to the larger box, though the smaller one's middle is nearer.

    It is 34 px from the middle of a box of 88 px and 14 px from that of one of 24 px: 0.7 and 1.1
    of their halves.
    """
    boxes = np.array([[0, 0, 88, 16], [80, 0, 104, 16]], np.float32)
    boxes = boxes[:, [1, 0, 3, 2]] if turned else boxes
    owned = share_cells(np.zeros((2, *((30, 5) if turned else (5, 30))), np.float32), boxes)
    own = {
        index: {at[turned] + i for i in np.flatnonzero(cells.any(0 if not turned else 1))}
        for index, (at, cells) in enumerate(owned)
    }
    assert 19 in own[0] and 19 not in own[1] and {20, 21, 22} <= own[1]


def grid(across: int, down: int) -> tuple[Floats, Floats]:
    """Logits with a peak on every second cell, the last the highest; sides of 3 px."""
    logits = np.full((2 * down, 2 * across), -9.0, np.float32)
    logits[::2, ::2] = np.linspace(0, 3, across * down).reshape(down, across)
    return logits, np.full((4, 2 * down, 2 * across), 3.0, np.float32)


@pytest.mark.parametrize(
    ("across", "down", "kept"), [(25, 10, 250), (20, 15, 300), (43, 7, 300), (60, 60, 300)]
)
def test_up_to_three_hundred_objects_of_a_kind(across: int, down: int, kept: int) -> None:
    assert MOST == 300
    peaks = find_peaks(*grid(across, down), 0.1)
    assert len(peaks.boxes) == len(peaks.scores) == kept
    assert (np.diff(peaks.scores) <= 0).all() and peaks.scores[0] == pytest.approx(
        1 / (1 + np.exp(-3))
    )
    x0, y0, x1, y1 = peaks.boxes[0]
    assert (x0, y0, x1, y1) == (
        8 * across - 9,
        8 * down - 9,
        8 * across - 3,
        8 * down - 3,
    )  # the middle of the cell before the last


def test_the_least_heat_is_one_that_counts() -> None:
    logits = np.full((5, 5), -9.0, np.float32)
    logits[2, 2] = 0.0
    assert len(find_peaks(logits, np.full((4, 5, 5), 3.0, np.float32), 0.5).scores) == 1
    assert len(find_peaks(logits, np.full((4, 5, 5), 3.0, np.float32), 0.50001).scores) == 0


@pytest.mark.parametrize(("side", "kept"), [(0.5, 1), (0.49, 0)])
@pytest.mark.parametrize("axis", [0, 1])
def test_an_object_of_a_pixel_is_one_and_a_thinner_one_is_none(
    side: float, kept: int, axis: int
) -> None:
    logits = np.full((5, 5), -9.0, np.float32)
    logits[2, 2] = 2.0
    sides = np.full((4, 5, 5), 3.0, np.float32)
    sides[axis::2] = side
    assert len(find_peaks(logits, sides, 0.1).scores) == kept


def test_boxes_that_share_a_half_are_two_and_the_limit_can_be_another() -> None:
    logits = np.full((10, 10), -9.0, np.float32)
    logits[5, 3], logits[5, 5] = 3.0, 2.0  # 8 px apart
    wide = np.full((4, 10, 10), 12.0, np.float32)  # 24 px: they share 16 of 32
    assert len(find_peaks(logits, wide, 0.1).scores) == 2
    assert len(find_peaks(logits, wide, 0.1, limit=0.49).scores) == 1
    assert (
        len(find_peaks(logits, np.full((4, 10, 10), 12.5, np.float32), 0.1).scores) == 1
    )  # 17 of 33 px


def test_the_cells_of_a_box_reach_a_tenth_beyond_it_and_no_further() -> None:
    """A box of 40 px from (100, 60) with its middle at (120, 80).

    Half sides of 22 px are 98 to 142 and 58 to 102.
    """
    offset = np.zeros((2, 40, 60), np.float32)
    ((column, row), own), *_ = share_cells(offset, np.array([[100, 60, 140, 100]], np.float32))
    assert (column, row) == (24, 14) and own.shape == (26 - 14, 36 - 24) and own.all()


def test_cells_beyond_the_view_are_none() -> None:
    offset = np.zeros((2, 10, 12), np.float32)
    ((column, row), own), *_ = share_cells(offset, np.array([[-20, -20, 90, 90]], np.float32))
    assert (column, row) == (0, 0) and own.shape == (10, 12) and own.all()


def test_a_cell_goes_to_the_box_whose_middle_its_offset_points_at() -> None:
    """Two ships over each other.

    The upper half points at the first, the lower half at the second, each by its own x and y.
    """
    offset = np.zeros((2, 20, 20), np.float32)
    rows, columns = np.mgrid[:20, :20] * 4 + 2
    upper = rows < 40
    offset[0] = np.where(upper, 20 - columns, 60 - columns)
    offset[1] = np.where(upper, 30 - rows, 50 - rows)
    boxes = np.array([[0, 10, 40, 50], [20, 20, 100, 80]], np.float32)
    (first, own), (second, other) = share_cells(offset, boxes)
    assert first == (0, 2) and second == (4, 4)
    # what the two spans share: above to the first, below to the second
    shared = np.zeros((20, 20), int)
    shared[first[1] : first[1] + own.shape[0], first[0] : first[0] + own.shape[1]] += own
    shared[second[1] : second[1] + other.shape[0], second[0] : second[0] + other.shape[1]] += (
        2 * other
    )
    assert (
        (shared[4:10, 4:11] == 1).all() and (shared[10:13, 4:11] == 2).all() and shared.max() == 2
    )


def test_parts_of_a_cell_are_its_own() -> None:
    offset = np.zeros((2, 6, 6), np.float32)
    boxes = np.array([[0, 0, 11, 11], [12, 12, 23, 23]], np.float32)
    plain, doubled = share_cells(offset, boxes), share_cells(offset, boxes, parts=2)
    for ((column, row), own), ((wide, high), fine) in zip(plain, doubled, strict=True):
        assert (wide, high) == (2 * column, 2 * row) and fine.shape == (
            2 * own.shape[0],
            2 * own.shape[1],
        )
        assert (fine[::2, ::2] == own).all() and (fine[1::2, 1::2] == own).all()


def test_a_score_falls_with_the_class_probability() -> None:
    scores = combine(np.array([0.8, 0.8], np.float32), np.array([1.0, 0.25], np.float32), 1.0)
    assert scores.tolist() == pytest.approx([0.8, 0.4])
