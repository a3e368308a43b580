"""Segmentations of COCO as masks: polygons, run lengths, and both."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.finetuning.labels.segmentation import UNFIT, filled, segmentation_mask

SQUARE = [1, 1, 4, 1, 4, 3, 1, 3]


def square() -> np.ndarray:
    mask = np.zeros((5, 6), bool)
    mask[1:3, 1:4] = True
    return mask


def test_a_polygon_covers_the_pixels_within() -> None:
    assert (filled(np.reshape(SQUARE, (-1, 2)).astype(float), (6, 5)) == square()).all()
    assert (segmentation_mask([SQUARE], (6, 5)) == square()).all()


def test_run_lengths_go_down_the_columns_and_parts_are_united() -> None:
    runs = {"size": [5, 6], "counts": [25, 5]}  # the last column
    both = square()
    both[:, 5] = True
    assert (segmentation_mask([SQUARE, runs], (6, 5)) == both).all()
    assert segmentation_mask(runs, (6, 5)).sum() == 5


@pytest.mark.parametrize("odd", [3, None, "text", [[1, 2, 3]], {"size": [4, 4], "counts": [16]}])
def test_other_forms_are_refused(odd: object) -> None:
    with pytest.raises(UNFIT):
        segmentation_mask(odd, (6, 5))
