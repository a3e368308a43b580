"""Cells of SAM2's square in the cells of a view."""

import numpy as np

from geomagnifier.geometry import Box
from geomagnifier.models.full.grounding import cells_in, cells_of, trimmed
from geomagnifier.types import View, Window


def test_a_mask_is_trimmed_to_what_is_in_it():
    mask = np.zeros((6, 8), bool)
    mask[2:4, 5:7] = True
    origin, cells = trimmed(mask)
    assert origin == (5, 2) and cells.shape == (2, 2) and cells.all()
    assert trimmed(np.zeros((6, 8), bool))[1].tolist() == [[False]]


def test_cells_of_the_square_are_stretched_to_the_view():
    box = Box(0, 0, 128, 64)
    view = View(np.zeros((64, 128, 3), np.uint8), Window(box, 128, 64, "whole", box), "a")
    assert cells_of(view) == (32, 64)
    origin, cells = cells_in(np.ones((4, 4), bool), (8, 8), 64, view)  # a square of 32 x 32 cells
    assert origin == (16, 8) and cells.shape == (4, 8) and cells.all()
