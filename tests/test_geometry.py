"""Boxes, view <-> scene maps, overlap and suppression."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomagnifier.errors import BoxError
from geomagnifier.geometry import Box, Placement, overlap, suppress, suppress_many, united

sides = st.tuples(st.integers(-300, 300), st.integers(1, 200))
boxes = st.builds(lambda x, y: Box(x[0], y[0], sum(x), sum(y)), sides, sides)
pile = st.lists(boxes, max_size=12)
whole = settings(max_examples=200, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    "corners", [(0, 0, 0, 5), (4, 0, 3, 5), (0, 5, 5, 5), (0, 0, math.nan, 5), (0, 0, math.inf, 5)]
)
def test_a_box_without_area_is_refused(corners: tuple[float, float, float, float]) -> None:
    with pytest.raises(BoxError):
        Box(*corners)


def test_box_measures() -> None:
    box = Box(10, 20, 40, 30)
    assert (box.width, box.height, box.area, box.centre) == (30, 10, 300, (25, 25))
    assert box.contains(10, 20)
    assert not box.contains(40, 25)
    assert box.grown(5) == Box(5, 15, 45, 35)


def test_intersection() -> None:
    assert Box(0, 0, 10, 10).intersection(Box(5, -5, 20, 4)) == Box(5, 0, 10, 4)
    assert Box(0, 0, 10, 10).intersection(Box(10, 0, 20, 10)) is None


def test_view_to_scene_and_back() -> None:
    place = Placement(Box(1000, 500, 3000, 1500), 500, 500)
    assert place.scale == (4, 2)
    scene = place.to_scene(np.array([[0, 0, 500, 500], [10, 10, 20, 30]]))
    assert scene.tolist() == [[1000, 500, 3000, 1500], [1040, 520, 1080, 560]]
    assert np.allclose(place.to_view(scene), [[0, 0, 500, 500], [10, 10, 20, 30]])


def test_overlap_over_union_and_over_the_smaller() -> None:
    a, b = (
        np.array([[0, 0, 10, 10]]),
        np.array([[0, 0, 10, 10], [5, 0, 15, 10], [2, 2, 4, 4], [20, 20, 30, 30]]),
    )
    assert np.allclose(overlap(a, b), [[1, 1 / 3, 0.04, 0]])
    assert np.allclose(overlap(a, b, "smaller"), [[1, 0.5, 1, 0]])
    assert overlap(np.zeros((0, 4)), b).shape == (0, 4)


def test_suppress_keeps_the_best_of_a_heap() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60]])
    assert suppress(boxes, np.array([0.5, 0.9, 0.1]), 0.5).tolist() == [1, 2]
    assert suppress(np.zeros((0, 4)), np.zeros(0), 0.5).size == 0


def exact(a: Box, b: Box, over: str) -> Fraction:
    """The overlap as a fraction of whole numbers."""
    common = a.intersection(b)
    shared = Fraction(int(common.area)) if common else Fraction(0)
    return shared / int(min(a.area, b.area) if over == "smaller" else a.area + b.area - shared)


def array(some: list[Box]) -> np.ndarray:
    return np.array([box.tuple() for box in some], np.float32).reshape(-1, 4)


@whole
@given(boxes, boxes)
def test_the_common_part_lies_in_both_and_does_not_depend_on_the_order(a: Box, b: Box) -> None:
    common = a.intersection(b)
    assert common == b.intersection(a)
    for x, y in itertools.product(
        {a.x0, b.x0, a.x1 - 1, b.x1 - 1}, {a.y0, b.y0, a.y1 - 1, b.y1 - 1}
    ):
        assert (a.contains(x, y) and b.contains(x, y)) == (
            common is not None and common.contains(x, y)
        )
    assert common is None or (
        common.intersection(a) == common == common.intersection(b)
        and common.area <= min(a.area, b.area)
    )


@whole
@given(pile, pile, st.sampled_from(["union", "smaller"]))
def test_overlaps_are_those_of_whole_numbers(some: list[Box], others: list[Box], over: str) -> None:
    found = overlap(array(some), array(others), over)
    assert found.shape == (len(some), len(others)) and found.dtype == np.float32
    for i, j in np.ndindex(found.shape):
        assert found[i, j] == pytest.approx(float(exact(some[i], others[j], over)), abs=1e-6)
        assert 0 <= found[i, j] <= 1
    assert np.array_equal(overlap(array(others), array(some), over), found.T)


@whole
@given(
    pile,
    st.data(),
    st.sampled_from([0.0, 0.3, 0.6]),
    st.sampled_from(["union", "smaller"]),
    st.sampled_from([7.0, 512.0]),
)
def test_both_suppressions_keep_what_no_better_box_lies_on(
    some: list[Box], data: st.DataObject, limit: float, over: str, cell: float
) -> None:
    scores = np.array(
        data.draw(
            st.lists(st.sampled_from([0.1, 0.5, 0.9]), min_size=len(some), max_size=len(some))
        )
    )
    kept = suppress(array(some), scores, limit, over).tolist()
    assert kept == suppress_many(array(some), scores, limit, over, cell)
    by_hand: list[int] = []
    for i in sorted(range(len(some)), key=lambda i: -scores[i]):
        if all(
            exact(some[i], some[j], over) <= Fraction(limit).limit_denominator(10) for j in by_hand
        ):
            by_hand.append(i)
    assert kept == by_hand


@whole
@given(pile)
def test_united_boxes_do_not_overlap_and_leave_nothing_out(some: list[Box]) -> None:
    hulls = united(some)
    assert not any(a.intersection(b) for a, b in itertools.combinations(hulls, 2))
    assert all(any(box.intersection(hull) == box for hull in hulls) for box in some)
    assert all(any(box.intersection(hull) == box for box in some) for hull in hulls)
    assert hulls == united(some[::-1])


@whole
@given(
    st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(1, 1e6), st.floats(1, 1e6)),
    st.tuples(st.integers(1, 4000), st.integers(1, 4000)),
    st.lists(st.tuples(*[st.floats(0, 1)] * 4), max_size=5),
)
def test_there_and_back_is_the_same_place(
    place: tuple[float, ...], size: tuple[int, int], shares: list[tuple[float, ...]]
) -> None:
    x, y, width, height = place
    placed = Placement(Box(x, y, x + width, y + height), *size)
    view = np.array(shares, np.float32).reshape(-1, 4) * np.array([*size, *size], np.float32)
    scene = placed.to_scene(view)
    assert scene.shape == view.shape and scene.dtype == np.float32
    digits = np.abs(placed.box.tuple()).max() * 2**-22  # four bytes have 24 bits
    lower, upper = np.array(placed.box.tuple()[:2] * 2), np.array(placed.box.tuple()[2:] * 2)
    assert ((scene >= lower - digits) & (scene <= upper + digits)).all()
    assert np.allclose(
        placed.to_view(scene), view, atol=float(max(digits / s for s in placed.scale)) + 1e-3
    )
