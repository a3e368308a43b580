"""As many objects as a harbour has: peaks by the hundred, each with its cells."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from geomagnifier.models.small.instances import MOST, find_peaks, share_cells


def grid(across: int, down: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits with a peak on every second cell, the last the highest; sides of 3 px."""
    logits = torch.full((2 * down, 2 * across), -9.0)
    logits[::2, ::2] = torch.linspace(0, 3, across * down).view(down, across)
    return logits, torch.full((4, 2 * down, 2 * across), 3.0)


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
    logits = torch.full((5, 5), -9.0)
    logits[2, 2] = 0.0
    assert len(find_peaks(logits, torch.full((4, 5, 5), 3.0), 0.5).scores) == 1
    assert len(find_peaks(logits, torch.full((4, 5, 5), 3.0), 0.50001).scores) == 0


@pytest.mark.parametrize(("side", "kept"), [(0.5, 1), (0.49, 0)])
@pytest.mark.parametrize("axis", [0, 1])
def test_an_object_of_a_pixel_is_one_and_a_thinner_one_is_none(
    side: float, kept: int, axis: int
) -> None:
    logits = torch.full((5, 5), -9.0)
    logits[2, 2] = 2.0
    sides = torch.full((4, 5, 5), 3.0)
    sides[axis::2] = side
    assert len(find_peaks(logits, sides, 0.1).scores) == kept


def test_boxes_that_share_a_half_are_two_and_the_limit_can_be_another() -> None:
    logits = torch.full((10, 10), -9.0)
    logits[5, 3], logits[5, 5] = 3.0, 2.0  # 8 px apart
    wide = torch.full((4, 10, 10), 12.0)  # 24 px: they share 16 of 32
    assert len(find_peaks(logits, wide, 0.1).scores) == 2
    assert len(find_peaks(logits, wide, 0.1, limit=0.49).scores) == 1
    assert len(find_peaks(logits, torch.full((4, 10, 10), 12.5), 0.1).scores) == 1  # 17 of 33 px


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
