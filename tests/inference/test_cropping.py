"""PSC: windows of a heat map, boxes, and where each policy looks next.

The frame is the paper's 4096 x 2160.
"""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier import geometry
from geomagnifier.errors import OptionError
from geomagnifier.geometry import Box
from geomagnifier.inference import cropping, resolution
from geomagnifier.types import (
    CropRequest,
    Floats,
    Granularity,
    ModelSpec,
    Plan,
    SceneInfo,
    Window,
)

SPEC = ModelSpec("fake", "0", (), ())
FRAME = Box(0, 0, 4096, 2160)


def heat(*hot: tuple[int, int, float], rows: int = 64, columns: int = 64) -> Floats:
    """Zeros with some cells (row, column, value)."""
    made = np.zeros((rows, columns), np.float32)
    for row, column, value in hot:
        made[row, column] = value
    return made


def plan(granularity: Granularity, policy: str, width: int = 4096, height: int = 2160) -> Plan:
    return resolution.plan(granularity, SceneInfo("frame", width, height, 3), SPEC, policy)


def whole(box: Box = FRAME, shrink: float = 4) -> Window:
    return resolution.window_of(box, shrink, "wide")


def test_window_scores_are_means() -> None:
    made = np.random.default_rng(0).random((64, 64)).astype(np.float32)
    scores = cropping.window_scores(made)
    assert scores.shape == (5, 5) == (cropping.ACROSS, cropping.ACROSS)
    for i in range(5):
        for j in range(5):
            assert scores[i, j] == pytest.approx(
                made[8 * i : 8 * i + 32, 8 * j : 8 * j + 32].mean(), abs=1e-6
            )


def test_one_hot_cell_is_held_by_a_window_of_half_the_frame() -> None:
    (box,) = cropping.best_boxes(cropping.window_scores(heat((20, 50, 1.0))), FRAME, 1)
    assert (box.width, box.height) == (2048, 1080)
    # column 50 lies in windows from 24 and 32, row 20 in those from 0, 8 and 16: the first in
    # reading order wins
    assert box == Box(1536, 0, 3584, 1080)
    assert box.intersection(Box(3200, 675, 3264, 708.75)) == Box(3200, 675, 3264, 708.75)


def test_a_hull_unites_windows_that_overlap() -> None:
    # three equal windows: (row 0, column 24), (0, 32), (8, 24)
    assert cropping.best_boxes(
        cropping.window_scores(heat((20, 50, 1.0))), FRAME, 3, apart=False
    ) == (Box(1536, 0, 4096, 1350),)
    corners = heat((0, 0, 0.9), (0, 63, 0.8), (63, 0, 0.7))
    united = cropping.best_boxes(cropping.window_scores(corners), FRAME, 3, apart=False)
    assert united == (Box(0, 0, 2048, 1080), Box(0, 1080, 2048, 2160), Box(2048, 0, 4096, 1080))
    assert cropping.best_boxes(cropping.window_scores(corners), FRAME, 3) == (
        united[0],
        united[2],
        united[1],
    )  # best first


def test_three_windows_are_three_and_hold_a_second_hot_spot() -> None:
    """Of random heats with two hot spots: how often one of the windows holds the second one."""
    rng, held = np.random.default_rng(0), {True: 0, False: 0}
    for _ in range(300):
        made = heat(
            *(
                (int(r), int(c), v)
                for (r, c), v in zip(rng.integers(0, 64, (2, 2)), (1.0, 0.7), strict=True)
            )
        )
        made = made + 0.001 * rng.random((64, 64)).astype(np.float32)
        row, column = np.unravel_index(np.argsort(made, axis=None)[-2], made.shape)
        x, y = (column + 0.5) * 64, (row + 0.5) * 2160 / 64
        for apart in held:
            boxes = cropping.best_boxes(cropping.window_scores(made), FRAME, 3, apart)
            assert len(boxes) == 3 or not apart
            held[apart] += any(box.contains(x, y) for box in boxes)
            if apart:
                overlaps = geometry.overlap(
                    np.array([b.tuple() for b in boxes]), np.array([b.tuple() for b in boxes])
                )
                assert (overlaps[~np.eye(3, dtype=bool)] <= cropping.APART).all()
    assert held[True] > 0.9 * 300 > held[False]


@pytest.mark.parametrize(
    "area", [Box(0, 0, 1, 1), Box(0, 0, 2000, 1), Box(1, 1, 2, 2), Box(5, 0, 8, 2)]
)
@pytest.mark.parametrize("cell", [(0, 0), (63, 63), (20, 50)])
def test_boxes_of_tiny_areas_have_a_pixel_and_stay_inside(area: Box, cell: tuple[int, int]) -> None:
    for box in cropping.best_boxes(cropping.window_scores(heat((*cell, 1.0))), area, 3):
        assert box.intersection(area) == box
        assert box.width >= 1 and box.height >= 1


def test_united_is_a_chain() -> None:
    chain = [Box(0, 0, 10, 10), Box(18, 0, 30, 10), Box(50, 0, 60, 10), Box(8, 5, 20, 15)]
    assert geometry.united(chain) == (Box(0, 0, 30, 15), Box(50, 0, 60, 10))
    assert geometry.united([Box(0, 0, 5, 5), Box(5, 0, 9, 5)]) == (Box(0, 0, 5, 5), Box(5, 0, 9, 5))
    assert geometry.united([]) == ()


def test_grid_is_the_mean_of_what_falls_into_a_cell() -> None:
    fine = np.random.default_rng(1).random((128, 256)).astype(np.float32)
    means = fine.reshape(64, 2, 64, 4).mean((1, 3))
    assert np.allclose(cropping.grid(FRAME, [(whole(), fine)]), means, atol=1e-6)
    coarse = np.array([[0.0, 1.0]], np.float32)
    spread = cropping.grid(FRAME, [(whole(), coarse)])
    assert (spread[:, :32] == 0).all() and (spread[:, 32:] == 1).all()


def test_grid_takes_each_window_in_its_core_only() -> None:
    left = Window(Box(0, 0, 60, 40), 60, 40, "tile", Box(0, 0, 50, 40))
    right = Window(Box(40, 0, 100, 40), 60, 40, "tile", Box(50, 0, 100, 40))
    made = cropping.grid(
        Box(0, 0, 128, 40),
        [(left, np.full((40, 60), 0.25, np.float32)), (right, np.ones((40, 60), np.float32))],
    )
    assert (
        (made[:, :25] == 0.25).all() and (made[:, 25:50] == 1).all() and (made[:, 50:] == 0).all()
    )


def test_relevance_is_the_highest_heat_inside() -> None:
    seen = [(whole(Box(0, 0, 80, 80), 1), heat((1, 1, 0.4), (7, 7, 0.9), rows=8, columns=8))]
    assert cropping.relevance(Box(0, 0, 40, 40), seen) == pytest.approx(0.4)
    assert cropping.relevance(Box(10, 10, 12, 12), seen) == pytest.approx(0.4)
    assert cropping.relevance(Box(20, 20, 70, 70), seen) == 0
    assert cropping.relevance(Box(60, 60, 71, 71), seen) == pytest.approx(0.9)
    assert cropping.relevance(Box(100, 100, 110, 110), seen) == 0


def test_paper_region_opens_three_windows_at_full_size() -> None:
    made = plan(Granularity.REGION, "paper")
    state = cropping.start("paper", made)
    assert not state.done
    looks, state = cropping.step(
        state, [(made.wide[0], heat((0, 0, 0.9), (0, 63, 0.8), (63, 0, 0.7)))]
    )
    assert [(look.box.tuple(), look.shrink, look.role) for look in looks] == [
        ((0, 0, 2048, 1080), 1, "C1"),
        ((2048, 0, 4096, 1080), 1, "C1"),
        ((0, 1080, 2048, 2160), 1, "C1"),
    ]
    assert state.done and state.crops == tuple(look.box for look in looks)


def paper_pixel(first: Floats, seconds: list[Floats]) -> tuple[list[Box], Box, int]:
    """The flow of a pixel question -> bbox1 boxes, bbox2, pixels of all windows."""
    made = plan(Granularity.PIXEL, "paper")
    state = cropping.start("paper", made)
    looks, state = cropping.step(state, [(made.wide[0], first)])
    assert not state.done and {(look.shrink, look.role) for look in looks} == {(4, "D(C1)")}
    middle = [w for look in looks for w in resolution.windows(look, SPEC)]
    last, state = cropping.step(state, list(zip(middle, seconds, strict=True)))
    assert state.done and [(look.shrink, look.role) for look in last] == [(1, "C2")]
    final = [w for look in last for w in resolution.windows(look, SPEC)]
    return (
        [look.box for look in looks],
        last[0].box,
        sum(w.width * w.height for w in (*made.wide, *middle, *final)),
    )


def test_paper_pixel_finds_bbox2_inside_the_best_bbox1() -> None:
    # three windows apart; the third (lower left) is the hottest when seen from nearer, in its lower
    # right corner
    corners = heat((0, 0, 0.9), (0, 63, 0.8), (63, 0, 0.7))
    boxes, best, pixels = paper_pixel(
        corners, [heat((0, 0, 0.2)), heat((0, 0, 0.5)), heat((63, 63, 0.9))]
    )
    assert boxes == [Box(0, 0, 2048, 1080), Box(2048, 0, 4096, 1080), Box(0, 1080, 2048, 2160)]
    assert best == Box(1024, 1620, 2048, 2160)
    assert (best.width, best.height) == (1024, 540)
    assert boxes[2].intersection(best) == best
    assert pixels == 256 * 135 + 3 * 512 * 270 + 1024 * 540


def test_paper_pixel_with_one_hot_cell_opens_three_windows_all_the_same() -> None:
    boxes, best, pixels = paper_pixel(heat((0, 0, 1.0)), [heat((0, 0, 1.0)), heat(), heat()])
    assert boxes == [Box(0, 0, 2048, 1080), Box(1536, 0, 3584, 1080), Box(512, 540, 2560, 1620)]
    assert best == Box(0, 0, 1024, 540)
    assert pixels == 256 * 135 + 3 * 512 * 270 + 1024 * 540


def test_a_hull_is_one_window_of_the_papers_flow() -> None:
    # only the window at row 0 and column 0 holds the hot cell: the next two are taken in reading
    # order and united with it
    made = plan(Granularity.PIXEL, "paper")
    looks, state = cropping.step(
        cropping.start("paper", made, apart=False), [(made.wide[0], heat((0, 0, 1.0)))]
    )
    assert [look.box for look in looks] == [Box(0, 0, 3072, 1080)]
    (middle,) = resolution.windows(looks[0], SPEC)
    last, _ = cropping.step(state, [(middle, heat((0, 0, 1.0)))])
    assert [look.box for look in last] == [Box(0, 0, 1536, 540)]


def test_paper_pixel_with_a_single_window_costs_what_the_design_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cropping, "TOP_REGION", 1)
    boxes, best, pixels = paper_pixel(heat((0, 0, 1.0)), [heat((63, 0, 1.0))])
    assert boxes == [Box(0, 0, 2048, 1080)]
    assert best == Box(0, 540, 1024, 1080)
    assert pixels == 34_560 + 138_240 + 552_960  # D(D(I)), D(C1), C2
    assert pixels < 0.3 * FRAME.area


def scouted(width: int = 6000, height: int = 4000, length: float = 64.0) -> Plan:
    return resolution.plan(
        Granularity.PIXEL, SceneInfo("frame", width, height, 3), SPEC, "adaptive", length=length
    )


def suspect(
    made: Plan, *places: tuple[float, float, float], size: tuple[int, int] = (100, 150)
) -> list[tuple[Window, Floats]]:
    """Heat maps of the wide windows: a heat at each (x, y, heat) of the scene."""
    heats = []
    for window in made.wide:
        cells = np.zeros(size, np.float32)
        for x, y, worth in places:
            if window.core.contains(x, y):
                row = int((y - window.box.y0) / window.box.height * size[0])
                column = int((x - window.box.x0) / window.box.width * size[1])
                cells[row, column] = worth
        heats.append((window, cells))
    return heats


def test_adaptive_opens_what_is_hot_with_some_ground_and_names_the_rest() -> None:
    made = scouted()
    heats = suspect(made, (1010, 1010, 0.8), (5000, 3000, 0.2))
    looks, state = cropping.step(cropping.start("adaptive", made, worth=0.5), heats)
    (look,) = looks
    assert look.shrink == 1 and look.role == "closer" and state.done and state.crops == (look.box,)
    assert look.box.width == look.box.height == 128 and look.core == Box(
        1000 - 12, 1000 - 12, 1040 + 12, 1040 + 12
    )
    assert look.box.intersection(look.core.grown(12)) == look.core.grown(12)
    assert state.closed[0] == (Box(5000, 3000, 5040, 3040), pytest.approx(0.2))
    assert state.closed[1:] == tuple((window.core, 0.0) for window in made.wide)
    assert state.skipped == ()


def test_adaptive_opens_the_most_promising_first() -> None:
    made = scouted()
    looks, _ = cropping.step(
        cropping.start("adaptive", made, worth=0.5),
        suspect(made, (500, 500, 0.6), (5500, 500, 0.9), (3000, 3500, 0.7)),
    )
    assert [
        look.box.contains(*spot)
        for look, spot in zip(looks, ((5500, 500), (3000, 3500), (500, 500)), strict=True)
    ] == [True] * 3


def test_spots_near_each_other_share_a_look_and_far_ones_do_not() -> None:
    made = scouted()
    near, _ = cropping.step(
        cropping.start("adaptive", made, worth=0.5),
        suspect(made, (1000, 1000, 0.9), (1090, 1000, 0.9)),
    )
    assert len(near) == 1 and near[0].box.contains(1000, 1000) and near[0].box.contains(1090, 1000)
    far, _ = cropping.step(
        cropping.start("adaptive", made, worth=0.5),
        suspect(made, (1000, 1000, 0.9), (2500, 1000, 0.9)),
    )
    assert len(far) == 2


def test_targets_everywhere_cost_what_looking_everywhere_costs() -> None:
    made = scouted(4096, 2160)
    heats = [(window, np.ones((68, 128), np.float32)) for window in made.wide]
    looks, _ = cropping.step(cropping.start("adaptive", made, worth=0.5), heats)
    opened = [w for look in looks for w in resolution.windows(look, SPEC)]
    exhaustive = plan(Granularity.PIXEL, "exhaustive").wide
    assert {w.box for w in opened} == {w.box for w in exhaustive}
    many = np.zeros((68, 128), np.float32)
    many[::3, ::3] = 1.0  # a thousand spots
    looks, _ = cropping.step(cropping.start("adaptive", made, worth=0.5), [(made.wide[0], many)])
    cost = sum(w.width * w.height for look in looks for w in resolution.windows(look, SPEC))
    assert cost <= 1.05 * sum(w.width * w.height for w in exhaustive)


def test_a_spot_counts_in_one_window_only() -> None:
    made = scouted(20_000, 9_000)
    assert len(made.wide) > 1
    x = made.wide[0].core.x1 - 50  # both see it, the first one's core holds it
    heats = []
    for window in made.wide:
        cells = np.zeros((120, 120), np.float32)
        if window.box.contains(x, 100):
            cells[
                int((100 - window.box.y0) / window.box.height * 120),
                int((x - window.box.x0) / window.box.width * 120),
            ] = 0.9
        heats.append((window, cells))
    assert sum(bool(cells.any()) for _, cells in heats) == 2
    looks, _ = cropping.step(cropping.start("adaptive", made, worth=0.5), heats)
    assert len(looks) == 1


@pytest.mark.parametrize(
    ("granularity", "policy", "width", "done"),
    [
        (Granularity.IMAGE, "adaptive", 3000, True),
        (Granularity.IMAGE, "paper", 3000, True),
        (Granularity.REGION, "adaptive", 500, True),
        (Granularity.REGION, "exhaustive", 3000, True),
        (Granularity.REGION, "adaptive", 3000, False),
        (Granularity.REGION, "paper", 500, False),
    ],
)
def test_what_is_done_with_the_first_look(
    granularity: Granularity, policy: str, width: int, done: bool
) -> None:
    assert cropping.start(policy, plan(granularity, policy, width, 2000)).done is done
    if policy == "adaptive" and granularity is not Granularity.IMAGE:
        assert plan(granularity, policy, width, 2000).scouted is not done


def test_a_budget_under_the_first_look_is_refused() -> None:
    made = plan(Granularity.PIXEL, "exhaustive")
    cost = 15 * 922 * 806
    with pytest.raises(OptionError, match=r"take 11,146,980 px, 11,146,979 are left"):
        cropping.start("exhaustive", made, cost - 1)
    assert cropping.start("exhaustive", made, cost).left == 0
    assert cropping.start("exhaustive", made).left is None


def test_a_budget_for_some_looks_skips_the_rest() -> None:
    made = scouted()
    heats = suspect(made, (500, 500, 0.6), (5500, 500, 0.9), (3000, 3500, 0.7))
    wide, look = sum(w.width * w.height for w in made.wide), 128 * 128
    looks, state = cropping.step(
        cropping.start("adaptive", made, wide + 2 * look + 100, worth=0.5), heats
    )
    assert [
        look.box.contains(*spot)
        for look, spot in zip(looks, ((5500, 500), (3000, 3500)), strict=True)
    ] == [True, True]
    assert state.left == 100 and len(state.crops) == 2
    assert any(
        box.contains(500, 500) and worth == pytest.approx(0.6) for box, worth in state.skipped
    )


def test_paper_with_a_budget_for_one_window() -> None:
    made = plan(Granularity.REGION, "paper")
    first = 1024 * 540
    corners = heat((0, 0, 0.9), (0, 63, 0.8), (63, 0, 0.7))
    looks, state = cropping.step(
        cropping.start("paper", made, first + 2048 * 1080), [(made.wide[0], corners)]
    )
    assert [look.box for look in looks] == [Box(0, 0, 2048, 1080)]
    assert [(box, round(worth, 3)) for box, worth in state.skipped] == [
        (Box(2048, 0, 4096, 1080), 0.8),
        (Box(0, 1080, 2048, 2160), 0.7),
    ]


def test_paper_with_a_budget_opens_the_best_window_first() -> None:
    made = plan(Granularity.REGION, "paper")
    corners = heat((0, 0, 0.5), (0, 63, 0.9), (63, 0, 0.7))
    looks, state = cropping.step(
        cropping.start("paper", made, 1024 * 540 + 2048 * 1080), [(made.wide[0], corners)]
    )
    assert [look.box for look in looks] == [Box(2048, 0, 4096, 1080)]
    assert [round(worth, 3) for _, worth in state.skipped] == [0.7, 0.5]


@pytest.mark.parametrize("policy", ["random", "grid"])
def test_random_and_grid_open_as_much_as_paper_elsewhere(policy: str) -> None:
    made = plan(Granularity.PIXEL, policy)
    assert made == plan(Granularity.PIXEL, "paper")
    seen = [(made.wide[0], heat((30, 40, 0.9), (31, 41, 0.8)))]
    looks, state = cropping.step(cropping.start(policy, made), seen)
    again, _ = cropping.step(cropping.start(policy, made), seen)
    theirs, paper = cropping.step(cropping.start("paper", made), seen)
    assert looks == again and looks != theirs
    assert [look.box.area for look in looks] == [look.box.area for look in theirs]
    assert {(look.role, look.shrink) for look in looks} == {("D(C1)", 4)}
    inside, state = cropping.step(state, seen)
    their_inside, _ = cropping.step(paper, seen)
    assert state.done and len(inside) == 1 and inside[0].role == "C2" and len(their_inside) == 1
    assert any(look.box.intersection(inside[0].box) == inside[0].box for look in looks)


def test_shrink_looks_once_at_everything() -> None:
    shrunk = plan(Granularity.PIXEL, "shrink")
    (window,) = shrunk.wide
    assert (window.box, window.width, window.height) == (FRAME, 1024, 540) and shrunk.closer is None
    assert cropping.start("shrink", shrunk).done


def test_of_a_look_beyond_the_budget_the_best_tiles_are_taken() -> None:
    hot = heat((10, 10, 0.4), (50, 10, 0.9), (10, 50, 0.6))
    look_at = Plan(Granularity.REGION, FRAME, (whole(),), 1.0, scouted=True)
    everything = np.maximum(hot, 0.35)

    def tiles(look: CropRequest) -> list[CropRequest]:
        x, y = look.box.centre
        x0, y0, x1, y1 = look.box.tuple()
        parts = (Box(x0, y0, x, y), Box(x, y0, x1, y), Box(x0, y, x, y1), Box(x, y, x1, y1))
        return [CropRequest(part, look.shrink, look.role, part) for part in parts]

    first = sum(w.width * w.height for w in look_at.wide)
    state = cropping.start("adaptive", look_at, first + 0.6 * FRAME.area, worth=0.3)
    none, left = cropping.step(state, [(whole(), everything)])
    assert none == () and len(left.skipped) == 1
    looks, left = cropping.step(state, [(whole(), everything)], tiles=tiles)
    # two quarters of the frame fit: those with the hottest cells
    assert len(looks) == 2 and len(left.skipped) == 2
    found = [cropping.relevance(look.core, [(whole(), hot)]) for look in looks]
    assert found == [pytest.approx(0.9), pytest.approx(0.6)]
