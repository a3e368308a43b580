"""How usual a length is.

Nothing is taken off near the median, more and more beyond, and a little for each halving of a view.
"""

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.models.small.size_prior import FREE, MEDIAN, OCTAVE, size_prior
from geomagnifier.types import LEVEL, Window


def window(shrink: float, role: str) -> Window:
    return Window(
        Box(0, 0, 800, 600), round(800 / shrink), round(600 / shrink), role, Box(0, 0, 800, 600)
    )


def boxes(*lengths: float) -> np.ndarray:
    return np.array([(0, 0, length, length / 3) for length in lengths], np.float32)


def test_usual_lengths_keep_their_score() -> None:
    median = MEDIAN * 60
    kept = size_prior(
        boxes(median, median * np.exp(0.99 * FREE), median * np.exp(-0.99 * FREE)),
        60,
        window(1, "whole"),
    )
    assert kept.tolist() == [1, 1, 1]


def test_the_further_from_usual_the_less_is_left_on_both_sides() -> None:
    median = MEDIAN * 60
    longer = size_prior(boxes(median, 3 * median, 6 * median, 12 * median), 60, window(1, "whole"))
    shorter = size_prior(boxes(median, median / 3, median / 6, median / 12), 60, window(1, "whole"))
    assert (np.diff(longer) < 0).all()
    assert longer[-1] < 0.2
    assert shorter == pytest.approx(longer, rel=1e-3)


def test_the_longer_side_counts() -> None:
    assert size_prior(np.array([(0, 0, 5, 75)], np.float32), 60, window(1, "whole")).tolist() == [1]


@pytest.mark.parametrize(("shrink", "octaves"), [(2, 1), (4, 2), (8, 3)])
def test_a_level_of_the_pyramid_counts_less_for_each_halving(shrink: int, octaves: int) -> None:
    usual = boxes(MEDIAN * 60)
    assert size_prior(usual, 60, window(shrink, LEVEL))[0] == pytest.approx(OCTAVE**octaves)
    assert size_prior(usual, 60, window(shrink, "scout"))[0] == 1


def test_no_boxes() -> None:
    assert size_prior(np.zeros((0, 4), np.float32), 60, window(1, "whole")).shape == (0,)
