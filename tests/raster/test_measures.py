"""Sizes, gaps and shares from the runs of masks agree with those of their outlines."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geomagnifier.mask_components import components
from geomagnifier.masks import encode, place
from geomagnifier.raster import mask_gaps, measures
from geomagnifier.raster.shapes import geometry
from geomagnifier.results import Region
from geomagnifier.types import SceneInfo

SCENE = SceneInfo("drawn", 200, 160, 3)


def blobs(seed: int, number: int = 30, label: str = "ship") -> list[Region]:
    """Ragged shapes with holes and several pieces, some of them plain boxes."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(number):
        width, height = (int(v) for v in rng.integers(4, 40, 2))
        x, y = int(rng.integers(0, 200 - width)), int(rng.integers(0, 160 - height))
        mask = rng.random((height, width)) < rng.uniform(0.3, 1)
        mask[0, 0] = mask[-1, -1] = True
        box = (float(x), float(y), float(x + width), float(y + height))
        made.append(
            Region(label, 0.9, box, None if rng.random() < 0.2 else place(mask, (x, y), (160, 200)))
        )
    return made


@pytest.mark.parametrize("seed", range(4))
def test_gaps_are_those_between_outlines(seed: int) -> None:
    mine, others = blobs(seed), blobs(seed + 100)
    gaps, index = measures.nearest(mine, others, SCENE, metres=False)
    away = shapely.distance(
        np.array([geometry(r) for r in mine])[:, None],
        np.array([geometry(r) for r in others])[None],
    )
    assert gaps == pytest.approx(away.min(1), abs=1e-9)
    assert away[np.arange(len(mine)), index] == pytest.approx(away.min(1), abs=1e-9)
    assert measures.apart(mine[0], others[0], SCENE, metres=False, gap=True) == pytest.approx(
        away[0, 0], abs=1e-9
    )


def test_none_is_near_itself() -> None:
    some = blobs(5)
    gaps, index = measures.nearest(some, some, SCENE, metres=False)
    assert not (index == np.arange(len(some))).any() and np.isfinite(gaps).all()
    alone, which = measures.nearest(some[:1], some[:1], SCENE, metres=False)
    assert alone.tolist() == [np.inf] and which.tolist() == [-1]
    assert measures.nearest([], some, SCENE, metres=False)[0].shape == (0,)


def test_of_very_many_the_nearest_is_found_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, others = blobs(7), blobs(8)
    few, _ = measures.nearest(mine, others, SCENE, metres=False)
    itself, _ = measures.nearest(mine, mine, SCENE, metres=False)
    monkeypatch.setattr(mask_gaps, "FEW", 3)  # as if there were thousands
    assert measures.nearest(mine, others, SCENE, metres=False)[0] == pytest.approx(few, abs=1e-9)
    assert measures.nearest(mine, mine, SCENE, metres=False)[0] == pytest.approx(itself, abs=1e-9)
    monkeypatch.setattr(mask_gaps, "PAIRS", 0)  # as if the masks had many thousands of runs
    assert measures.nearest(mine, others, SCENE, metres=False)[0] == pytest.approx(few, abs=1e-9)


def test_sizes_are_those_of_the_hull_and_the_mask() -> None:
    some = blobs(9)
    found = measures.sizes(some, SCENE, metres=False)
    hulls = [shapely.convex_hull(geometry(region)) for region in some]
    assert shapely.area(measures.hulls(some)) == pytest.approx(shapely.area(hulls), abs=1e-6)
    assert found.area == pytest.approx(
        [shapely.area(geometry(region)) for region in some], abs=1e-6
    )
    boxes = shapely.get_coordinates(shapely.oriented_envelope(hulls)).reshape(-1, 5, 2)
    sides = np.sort(np.linalg.norm(np.diff(boxes[:, :3], axis=1), axis=2), axis=1)
    assert found.width == pytest.approx(sides[:, 0], abs=1e-6) and found.length == pytest.approx(
        sides[:, 1], abs=1e-6
    )


def test_a_share_is_told_where_masks_have_several_pieces_and_holes() -> None:
    yard = np.ones((100, 100), bool)
    yard[40:60, 40:60] = False  # a hole, where a ship lies
    pieces = np.zeros((160, 200), bool)
    pieces[10:30, 110:130] = pieces[10:30, 150:170] = True
    assert len(components(pieces)) == 2
    others = [
        Region("harbor", 0.9, (0, 0, 100, 100), place(yard, (0, 0), (160, 200))),
        Region("harbor", 0.9, (110, 10, 170, 30), encode(pieces)),
    ]
    ships = [
        Region("ship", 0.9, (45, 45, 55, 50), None),
        Region("ship", 0.9, (90, 0, 110, 10), None),
        Region(
            "ship", 0.9, (120, 10, 160, 30), place(np.ones((20, 40), bool), (120, 10), (160, 200))
        ),
        Region("ship", 0.9, (0, 120, 20, 140), None),
    ]
    assert measures.lies_within(ships, others) == pytest.approx([1, 0.5, 0.5, 0], abs=0.02)
    assert measures.lies_within(ships, []).tolist() == [0] * 4 and measures.lies_within(
        [], others
    ).shape == (0,)


@pytest.mark.parametrize("seed", range(3))
def test_shares_are_near_those_of_outlines(seed: int) -> None:
    mine = blobs(seed + 20)
    others = [
        Region("harbor", 0.9, (20, 20, 120, 120), None),
        Region("harbor", 0.9, (100, 60, 190, 150), None),
    ]
    whole = shapely.union_all([geometry(region) for region in others])
    exact = [
        shapely.area(shapely.intersection(geometry(region), whole)) / shapely.area(geometry(region))
        for region in mine
    ]
    assert measures.lies_within(mine, others) == pytest.approx(exact, abs=0.05)


def test_an_empty_mask_is_a_point_in_the_middle_of_its_box() -> None:
    nothing = Region("ship", 0.9, (10, 10, 30, 20), encode(np.zeros((160, 200), bool)))
    other = Region("ship", 0.9, (40, 10, 50, 20), None)
    assert measures.sizes([nothing, other], SCENE, metres=False).area == pytest.approx(
        [0, 100], abs=1e-6
    )
    assert measures.nearest([nothing], [other], SCENE, metres=False)[0] == pytest.approx(
        [20], abs=1e-5
    )


@pytest.mark.parametrize("seed", range(4))
def test_what_is_within_reach_is_no_further_than_the_nearest(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, others = blobs(seed + 40), blobs(seed + 140, 6)
    gaps, _ = measures.nearest(mine, others, SCENE, metres=False)
    limits = np.where(np.arange(len(mine)) % 2, gaps, gaps - 0.01)
    kept: measures.Kept = {}
    for few in (mask_gaps.FEW, 3):
        monkeypatch.setattr(mask_gaps, "FEW", few)
        assert (measures.within_reach(mine, others, limits, kept) == (gaps <= limits)).all()
        assert (measures.within_reach(mine, others, 12.0) == (gaps <= 12)).all()
        assert (
            not measures.within_reach(mine[:1], mine[:1], 1e9).any()
            and not measures.within_reach(mine, [], 1e9).any()
        )
    assert len(kept) == len(mine) + len(others)


def test_masks_that_were_unpacked_before_give_the_same() -> None:
    some, others = blobs(11), blobs(12)
    kept: measures.Kept = {}
    measures.sizes(some[3:9], SCENE, metres=False, kept=kept)
    assert (
        measures.sizes(some, SCENE, False, kept).area == measures.sizes(some, SCENE, False).area
    ).all()
    assert (measures.axes(some, SCENE, kept) == measures.axes(some, SCENE)).all()
    assert (measures.lies_within(some, others, kept) == measures.lies_within(some, others)).all()
    assert (
        measures.nearest(some, others, SCENE, False, kept)[0]
        == measures.nearest(some, others, SCENE, False)[0]
    ).all()
    assert measures.pieces([], kept)[0].shape == (0, 4)
