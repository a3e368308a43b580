"""Masks against masks: one by one, as a mean, and summed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchmetrics.functional.classification import binary_jaccard_index

from geomagnifier.errors import PredictionError
from geomagnifier.masks import areas, intersection_over_union
from geomagnifier_lab.eval.iou import (
    THRESHOLDS,
    MeanIoU,
    OverallIoU,
    all_areas,
    ious,
    overall_iou,
    precision_at,
    referring,
)


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


def drawn(seed: int, count: int = 30) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Masks of any size, and the same with some pixels changed."""
    rng = np.random.default_rng(seed)
    truth = [
        rng.random((int(rng.integers(4, 20)), int(rng.integers(4, 20)))) < 0.4 for _ in range(count)
    ]
    return [mask ^ (rng.random(mask.shape) < rng.uniform(0, 0.6)) for mask in truth], truth


def test_figures_are_those_of_torchmetrics() -> None:
    found, truth = drawn(0)
    each = [
        binary_jaccard_index(torch.tensor(a).int(), torch.tensor(b).int()).item()
        for a, b in zip(found, truth, strict=True)
    ]
    pairs = all_areas(found, truth)
    assert ious(pairs) == pytest.approx(each, abs=1e-6)
    figures = referring(pairs)
    assert figures["gIoU"] == pytest.approx(np.mean(each), abs=1e-6)
    joint = [
        torch.tensor(np.concatenate([mask.ravel() for mask in masks])).int()
        for masks in (found, truth)
    ]
    assert figures["oIoU"] == pytest.approx(binary_jaccard_index(*joint).item(), abs=1e-6)
    assert [figures[f"Pr@{x}"] for x in THRESHOLDS] == pytest.approx(
        [np.mean(ious(pairs) >= x) for x in THRESHOLDS]
    )
    assert list(figures) == ["gIoU", "oIoU", "Pr@0.5", "Pr@0.6", "Pr@0.7", "Pr@0.8", "Pr@0.9"]


def test_the_figures_are_those_of_the_accumulators() -> None:
    found, truth = drawn(1)
    mean, overall = MeanIoU(), OverallIoU()
    for a, b in zip(found, truth, strict=True):
        mean.add(a, b)
        overall.add(a, b)
    figures = referring(all_areas(iter(found), iter(truth)))
    assert (figures["gIoU"], figures["oIoU"]) == pytest.approx((mean.value, overall.value))


def test_two_empty_masks_count_one_in_lisa_and_nothing_in_rmsin() -> None:
    empty, full = np.zeros((4, 4), bool), np.ones((4, 4), bool)
    pairs = all_areas([empty, full, empty], [empty, full, full])
    assert ious(pairs).tolist() == [1.0, 1.0, 0.0]
    assert ious(pairs, empty=0.0).tolist() == [0.0, 1.0, 0.0]
    assert referring(pairs)["oIoU"] == referring(pairs, empty=0.0)["oIoU"] == 0.5
    assert referring(pairs, empty=0.0)["Pr@0.9"] == pytest.approx(1 / 3)
    assert overall_iou(all_areas([empty], [empty])) == 1.0
    assert referring(np.zeros((0, 2))) == {}
    assert precision_at([]) == dict.fromkeys(
        ("Pr@0.5", "Pr@0.6", "Pr@0.7", "Pr@0.8", "Pr@0.9"), 0.0
    )


@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
@settings(max_examples=50, deadline=None)
def test_symmetric_perfect_and_of_any_order(seed: int, count: int) -> None:
    found, truth = drawn(seed, count)
    assert (all_areas(found, truth) == all_areas(truth, found)).all()
    assert set(referring(all_areas(truth, truth)).values()) == {1.0}
    order = np.random.default_rng(seed).permutation(count)
    mixed = all_areas([found[at] for at in order], [truth[at] for at in order])
    assert referring(mixed) == pytest.approx(referring(all_areas(found, truth)))


def test_bad_input_names_the_record() -> None:
    with pytest.raises(PredictionError, match=r"mask 1 has \(3, 4\) px, its picture \(4, 3\)"):
        all_areas(
            [np.zeros((2, 2), bool), np.zeros((3, 4), bool)],
            [np.zeros((2, 2), bool), np.zeros((4, 3), bool)],
        )
    with pytest.raises(ValueError, match="shorter"):
        all_areas([block(1, 1)] * 2, [block(1, 1)])
    with pytest.raises(ValueError, match="question 1 has an intersection of 5 px and a union of 4"):
        ious([[1, 2], [5, 4]])
    with pytest.raises(ValueError, match="question 0"):
        overall_iou([[np.nan, 4]])
    with pytest.raises(ValueError, match="the IoU 2 is nan"):
        precision_at([0.1, 1.0, np.nan])
