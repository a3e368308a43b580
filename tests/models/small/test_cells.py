"""Cells of masks and tokens, seen from their view."""

from __future__ import annotations

import numpy as np

from geomagnifier.geometry import Box
from geomagnifier.models.small.cells import crop, pad, shrink, visible
from geomagnifier.types import View, Window


def test_a_mask_is_cropped_to_the_views_own_cells() -> None:
    box = Box(0, 0, 5, 3)
    view = View(np.zeros((3, 5, 3), np.uint8), Window(box, 5, 3, "whole", box), "a")
    assert crop(np.arange(64.0).reshape(8, 8), view).tolist() == [[0, 1, 2], [8, 9, 10]]


def test_cells_say_how_much_of_them_is_valid() -> None:
    valid = np.zeros((3, 4), bool)
    valid[:1, :2] = True
    valid[2, 3] = True
    assert shrink(valid).tolist() == [[0.5, 0], [0, 0.5]]


def test_tokens_of_the_padding_are_not_visible() -> None:
    assert (visible(4, 128), visible(4, 100), visible(4, 97), visible(2, 65)) == (4, 3, 3, 1)


def test_views_are_padded_with_black() -> None:
    assert pad(np.ones((33, 64, 3), np.uint8)).shape == (64, 64, 3)
    assert pad(np.ones((32, 1, 3), np.uint8))[:, 1:].max() == 0
