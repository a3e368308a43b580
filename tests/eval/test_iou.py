"""Masks against masks: one by one, as a mean, and summed."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.eval.iou import MeanIoU, OverallIoU, areas, intersection_over_union


def block(rows: int, columns: int) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    mask = np.zeros((10, 10), bool)
    mask[:rows, :columns] = True
    return mask


def test_iou_of_known_masks() -> None:
    assert intersection_over_union(block(4, 4), block(4, 4)) == 1.0
    assert intersection_over_union(block(4, 4), block(4, 8)) == 0.5
    assert intersection_over_union(block(4, 4), ~block(4, 4)) == 0.0
    assert areas(block(4, 4), block(4, 8)) == (16, 32)


def test_two_empty_masks_agree_and_one_empty_mask_does_not() -> None:
    assert intersection_over_union(block(0, 0), block(0, 0)) == 1.0
    assert intersection_over_union(block(0, 0), block(1, 1)) == 0.0


def test_masks_of_different_size_are_refused_with_both_sizes() -> None:
    with pytest.raises(ValueError, match=r"\(10, 10\) and \(10, 9\)"):
        intersection_over_union(block(1, 1), block(1, 1)[:, :9])


def test_the_mean_counts_questions_and_the_sum_counts_pixels() -> None:
    mean, overall = MeanIoU(), OverallIoU()
    for counted in (mean, overall):
        counted.add(block(10, 10), block(10, 10))  # 100 / 100
        counted.add(block(1, 1), block(1, 4))  # 1 / 4
    assert mean.value == pytest.approx((1 + 0.25) / 2)
    assert overall.value == pytest.approx(101 / 104)


def test_accumulators_before_the_first_question() -> None:
    assert MeanIoU().value == 0.0
    assert OverallIoU().value == 1.0
