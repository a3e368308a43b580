"""Boxes against boxes.

By shapely's polygons and pycocotools' boxes, and what counts where there is none.
"""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from geomagnifier.errors import PredictionError
from geomagnifier_lab.eval.grounding import box_areas, box_ious, grounding, precision_at

NUMBERS = st.floats(0, 100, allow_subnormal=False)
BOXES = st.tuples(NUMBERS, NUMBERS, st.floats(0.5, 50), st.floats(0.5, 50)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)
PAIRS = st.lists(st.tuples(st.none() | BOXES, BOXES), min_size=1, max_size=12)


def drawn(seed: int, count: int = 200) -> tuple[list[tuple[float, ...]], list[tuple[float, ...]]]:
    rng = np.random.default_rng(seed)
    truth = rng.uniform(0, 100, (count, 2)).repeat(2, axis=0).reshape(count, 4) + [
        0,
        0,
        *rng.uniform(5, 60, 2),
    ]
    found = truth + rng.normal(0, 4, (count, 4))
    found = np.concatenate(
        [np.minimum(found[:, :2], found[:, 2:]), np.maximum(found[:, :2], found[:, 2:])], axis=1
    )
    return [tuple(row) for row in found.tolist()], [tuple(row) for row in truth.tolist()]


def test_areas_are_those_of_shapely_and_ious_those_of_pycocotools() -> None:
    found, truth = drawn(0)
    polygons = [(shapely.box(*a), shapely.box(*b)) for a, b in zip(found, truth, strict=True)]
    wanted = np.array([[a.intersection(b).area, a.union(b).area] for a, b in polygons])
    assert box_areas(found, truth) == pytest.approx(wanted)
    for a, b, iou in zip(found, truth, box_ious(found, truth), strict=True):
        sides = [[x0, y0, x1 - x0, y1 - y0] for x0, y0, x1, y1 in (a, b)]
        assert iou == pytest.approx(coco_mask.iou(sides[:1], sides[1:], [0])[0, 0])
    figures = grounding(found, truth)
    each = wanted[:, 0] / wanted[:, 1]
    assert figures["meanIoU"] == pytest.approx(each.mean())
    assert figures["cumIoU"] == pytest.approx(wanted[:, 0].sum() / wanted[:, 1].sum())
    assert [figures[f"Pr@{x}"] for x in (0.5, 0.6, 0.7, 0.8, 0.9)] == pytest.approx(
        [(each >= x).mean() for x in (0.5, 0.6, 0.7, 0.8, 0.9)]
    )


def test_a_sentence_without_a_box_is_a_miss_and_adds_to_the_union() -> None:
    figures = grounding([(0, 0, 10, 10), None], [(0, 0, 10, 10), (0, 0, 10, 30)])
    assert (figures["Pr@0.5"], figures["meanIoU"], figures["cumIoU"]) == (0.5, 0.5, 0.25)
    assert box_ious([(3, 3, 3, 9)], [(0, 0, 10, 10)]).tolist() == [0.0]
    assert grounding([], []) == {}


def test_the_threshold_itself_counts() -> None:
    assert grounding([(0, 0, 10, 10)], [(0, 0, 10, 20)])["Pr@0.5"] == 1.0
    assert precision_at([0.5, 0.7], (0.5, 0.7)) == {"Pr@0.5": 1.0, "Pr@0.7": 0.5}


def test_whole_cells_as_vrsbench_counts_them() -> None:
    """10..19 and 15..24, both ends inside, are ten cells each with five in common.

    So on rasters.
    """
    rasters = np.zeros((2, 100, 100), bool)
    rasters[0, 10:20, 10:20] = rasters[1, 10:20, 15:25] = True
    wanted = [int((rasters[0] & rasters[1]).sum()), int((rasters[0] | rasters[1]).sum())]
    assert box_areas([(10, 10, 19, 19)], [(15, 10, 24, 19)], edge=1).tolist() == [wanted]
    assert box_ious([(10, 10, 10, 10)], [(10, 10, 10, 10)], edge=1).tolist() == [1.0]


@given(PAIRS, st.randoms())
@settings(max_examples=50, deadline=None)
def test_symmetric_perfect_and_of_any_order(pairs, random) -> None:
    found, truth = [a for a, _ in pairs], [b for _, b in pairs]
    both = [(a, b) for a, b in pairs if a is not None]
    assert box_areas([a for a, _ in both], [b for _, b in both]) == pytest.approx(
        box_areas([b for _, b in both], [a for a, _ in both])
    )
    assert set(grounding(truth, truth).values()) == {1.0}
    mixed = random.sample(pairs, len(pairs))
    assert grounding([a for a, _ in mixed], [b for _, b in mixed]) == pytest.approx(
        grounding(found, truth)
    )


@pytest.mark.parametrize(
    "box",
    [
        (0, 0, 1),
        (0, 0, float("nan"), 5),
        (5, 0, 1, 5),
        (0, 0, float("inf"), 5),
        "box",
        (0, 0, "a", 1),
    ],
)
def test_what_is_no_box_is_refused_with_its_index(box) -> None:
    with pytest.raises(PredictionError, match="box 1 is"):
        box_ious([None, box], [(0, 0, 1, 1)] * 2)
    with pytest.raises(ValueError, match="the true box 1 is"):
        box_ious([None, None], [(0, 0, 1, 1), box])


def test_lengths_and_empty_truth() -> None:
    with pytest.raises(ValueError, match="1 boxes for 2 sentences"):
        grounding([None], [(0, 0, 1, 1)] * 2)
    with pytest.raises(ValueError, match=r"the true box 0 is .* no area"):
        grounding([None], [(3, 0, 3, 1)])
