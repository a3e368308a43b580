"""Peaks of a made heat map, and touching objects told apart by their offsets."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from geomagnifier.models.small.instances import MOST, find_peaks, share_cells
from geomagnifier.types import Floats


def heat(rows: int, columns: int, *peaks: tuple[int, int, float]) -> Tensor:
    """Logits: -9 but for peaks (row, column, probability)."""
    logits = torch.full((rows, columns), -9.0)
    for row, column, p in peaks:
        logits[row, column] = float(np.log(p / (1 - p)))
    return logits


def sides(rows: int, columns: int, *values: float) -> Tensor:
    return torch.tensor(values)[:, None, None].expand(4, rows, columns)


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
    logits = torch.full((60, 60), -9.0)
    logits[::2, ::2] = torch.linspace(0, 3, 900).view(30, 30)
    peaks = find_peaks(logits, sides(60, 60, 2, 2, 2, 2), 0.1)
    assert len(peaks.scores) == MOST
    assert peaks.scores.min() > torch.sigmoid(torch.tensor(1.9))


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
    """The cell at 78 px is 34 px from the middle of a box of 88 px and 14 px from that of one of 24 px: 0.7 and 1.1 of their halves."""
    boxes = np.array([[0, 0, 88, 16], [80, 0, 104, 16]], np.float32)
    boxes = boxes[:, [1, 0, 3, 2]] if turned else boxes
    owned = share_cells(np.zeros((2, *((30, 5) if turned else (5, 30))), np.float32), boxes)
    own = {
        index: {at[turned] + i for i in np.flatnonzero(cells.any(0 if not turned else 1))}
        for index, (at, cells) in enumerate(owned)
    }
    assert 19 in own[0] and 19 not in own[1] and {20, 21, 22} <= own[1]
