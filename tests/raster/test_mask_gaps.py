"""The shortest line between two masks, from their strips."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.raster import mask_gaps

FIRST = np.array([[0, 0, 1, 10], [1, 2, 2, 8]], float)
"""Two columns, the second one shorter."""


@pytest.mark.parametrize(
    ("strip", "line"),
    [
        ((5, 4, 6, 6), [[2, 5], [5, 5]]),  # to the right, in the middle of the overlap
        ((1, 14, 2, 16), [[1, 10], [1, 14]]),  # below the longer column
        ((4, 11, 5, 12), [[1, 10], [4, 11]]),  # askew, from corner to corner
    ],
)
def test_the_line_is_straight_across_or_from_corner_to_corner(
    strip: tuple[int, ...], line: list[list[int]]
) -> None:
    second = np.array([strip], float)
    found = mask_gaps.shortest_line(FIRST, second, None, None)  # type: ignore[arg-type]
    assert found.tolist() == line
    length = float(np.linalg.norm(found[1] - found[0]))
    assert mask_gaps.gap_bound(FIRST, second) >= length


def test_masks_that_meet_have_no_gap() -> None:
    found = mask_gaps.shortest_line(FIRST, FIRST + (1, 1, 1, 1), None, None)  # type: ignore[arg-type]
    assert (found[0] == found[1]).all()


@pytest.mark.parametrize("few", [2000, 0])
def test_boxes_nearby_are_found_with_and_without_a_tree(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mask_gaps, "FEW", few)
    boxes = np.array([[k * 10, 0, k * 10 + 2, 2] for k in range(50)], float)
    nearby = mask_gaps.NearbyBoxes(boxes)
    near = set(nearby.within(np.array([0, 0, 2, 2], float), 20).tolist())
    assert {0, 1, 2} <= near and (few or near == {0, 1, 2})
    *_, last = nearby.about(np.array([0, 0, 2, 2], float))
    assert len(last) == 50
    gaps = mask_gaps.box_gaps(np.array([0, 0, 2, 2], float), boxes)
    assert gaps[:3].tolist() == [0, 8, 18]
    assert mask_gaps.bounds_of(FIRST).tolist() == [0, 0, 2, 10]
