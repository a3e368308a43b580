"""Where a search looks next, against plain loops and to the number.

Heat in cells, spots, hulls, prices, budgets, places.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.inference import cropping, region_proposals, resolution
from geomagnifier.types import (
    CropRequest,
    Floats,
    Granularity,
    ModelSpec,
    Plan,
    SceneInfo,
    Size,
    Window,
)

RNG = np.random.default_rng(5)
AREA = Box(100, 200, 740, 840)
"""640 px each way: a cell of the search's grid is 10 px."""


def window(box: Box, core: Box | None = None) -> Window:
    return Window(box, 64, 64, "wide", core or box)


def naive_relevance(box: Box, heats: cropping.Heats) -> float:
    """Every cell that shares some of the box."""
    best = 0.0
    for seen, heat in heats:
        sx, sy = seen.box.width / heat.shape[1], seen.box.height / heat.shape[0]
        for row, column in np.ndindex(*heat.shape):
            cell = Box(
                seen.box.x0 + column * sx,
                seen.box.y0 + row * sy,
                seen.box.x0 + (column + 1) * sx,
                seen.box.y0 + (row + 1) * sy,
            )
            if cell.intersection(box) is not None:
                best = max(best, float(heat[row, column]))
    return best


def test_relevance_is_that_of_the_cells_that_a_box_touches() -> None:
    heats = [
        (window(Box(0, 0, 80, 40)), RNG.random((5, 8)).astype(np.float32)),  # cells of 10 x 8 px
        (window(Box(60, 20, 140, 100)), RNG.random((4, 4)).astype(np.float32) / 2),
    ]
    for x0, y0, wide, high in itertools.product(
        (0, 3, 20, 59, 61, 100), (0, 8, 15, 33), (1, 10, 25), (1, 8, 30)
    ):
        box = Box(x0, y0, x0 + wide, y0 + high)
        assert cropping.relevance(box, heats) == pytest.approx(naive_relevance(box, heats)), box
    assert cropping.relevance(Box(200, 200, 210, 210), heats) == 0.0


def test_the_grid_is_the_mean_of_the_samples_in_each_cell() -> None:
    """A window over the left half, one over the right; cells of heat and of the grid are one."""
    left, right = (RNG.random((64, 32)).astype(np.float32) for _ in range(2))
    heats = [(window(Box(100, 200, 420, 840)), left), (window(Box(420, 200, 740, 840)), right)]
    np.testing.assert_allclose(
        cropping.grid(AREA, heats), np.concatenate([left, right], 1), rtol=1e-5
    )


def test_coarse_heat_fills_all_cells_below_it_and_what_no_window_saw_is_nothing() -> None:
    heat = np.array([[0.2, 0.4], [0.6, 0.8]], np.float32)
    made = cropping.grid(
        AREA, [(window(Box(100, 200, 740, 520)), heat)]
    )  # the upper half: 64 x 32 cells
    expected = np.zeros((64, 64))
    expected[:32] = np.kron(heat, np.ones((16, 32)))
    np.testing.assert_allclose(made, expected, rtol=1e-5)


def test_windows_that_overlap_count_in_their_cores_and_a_window_beside_the_area_not_at_all() -> (
    None
):
    ones = np.ones((8, 8), np.float32)
    first = window(Box(100, 200, 500, 840), Box(100, 200, 420, 840))
    second = window(Box(340, 200, 740, 840), Box(420, 200, 740, 840))
    beside = window(Box(740, 200, 900, 840))
    made = cropping.grid(AREA, [(first, ones), (second, 3 * ones), (beside, 9 * ones)])
    np.testing.assert_allclose(made[:, :32], 1, rtol=1e-6)
    np.testing.assert_allclose(made[:, 32:], 3, rtol=1e-6)


def test_scores_and_boxes_of_every_place() -> None:
    for row, column in itertools.product(range(5), range(5)):
        scores = np.zeros((5, 5))
        scores[row, column] = 1.0
        assert cropping.best_boxes(scores, AREA, 1) == (
            Box(100 + 80 * column, 200 + 80 * row, 420 + 80 * column, 520 + 80 * row),
        )
    assert (
        cropping.CELLS,
        cropping.SIDE,
        cropping.STRIDE,
        cropping.ACROSS,
        cropping.TOP_REGION,
        cropping.TOP_PIXEL,
    ) == (64, 32, 8, 5, 3, 1)


def adaptive(
    left: float | None = None, worth: float = 0.5, closer: float = 1.0, area: Box = AREA
) -> cropping.Search:
    return cropping.start(
        "adaptive", Plan(Granularity.REGION, area, (), closer, scouted=True), left, worth
    )


def test_a_look_that_takes_all_that_is_left_is_taken_and_one_px_more_is_not() -> None:
    heat = np.zeros((64, 64), np.float32)
    heat[20, 20] = 0.9  # its core is a cell of 10 px with 12 px around it; the look one of 64 px
    seen = [(window(AREA), heat)]
    for left, kept in ((64 * 64, 1), (64 * 64 - 1, 0)):
        looks, state = cropping.step(adaptive(left), seen)
        assert len(looks) == kept == len(state.crops) and len(state.skipped) == 1 - kept
        assert state.left == (0 if kept else left) and state.round == 1 and state.done
        if not kept:
            ((box, best),) = state.skipped
            assert box == Box(288, 388, 322, 422) and best == pytest.approx(0.9)
    (look,), state = cropping.step(adaptive(None), seen)
    assert (
        state.left is None
        and state.skipped == ()
        and state.crops == (look.box,)
        and look.core == Box(288, 388, 322, 422)
    )


def test_the_best_proposal_for_its_area_comes_first_and_skipped_ones_hottest_first() -> None:
    heat = np.zeros((64, 64), np.float32)
    heat[5, 5], heat[5, 50:62], heat[50, 5] = 0.6, 0.9, 0.7  # the second is hotter, and larger
    heat[40, 40], heat[30, 60] = 0.2, 0.4
    looks, state = cropping.step(adaptive(), [(window(AREA), heat)])
    assert [
        look.core.contains(100 + 10 * c + 5, 200 + 10 * r + 5)
        for look, (r, c) in zip(looks, ((50, 5), (5, 5), (5, 55)), strict=True)
    ] == [True] * 3
    assert [(box.tuple(), pytest.approx(best)) for box, best in state.closed] == [
        ((700, 500, 710, 510), 0.4),
        ((500, 600, 510, 610), 0.2),
        (AREA.tuple(), 0.0),
    ]


@pytest.mark.parametrize(("heat", "told"), [(0.13, 2), (0.125, 2), (0.124, 1)])
def test_a_quarter_of_the_worth_is_told_by_itself(heat: float, told: int) -> None:
    cells = np.zeros((64, 64), np.float32)
    cells[20, 20] = heat
    looks, closed = region_proposals.propose(window(AREA), cells, 0.5, 1.0, AREA)
    assert (
        looks == []
        and len(closed) == told
        and max(best for _, best in closed) == pytest.approx(heat)
    )


def test_the_least_heat_that_is_worth_a_look_is_the_worth_itself() -> None:
    cells = np.zeros((64, 64), np.float32)
    cells[20, 20] = 0.5
    assert len(region_proposals.propose(window(AREA), cells, 0.5, 1.0, AREA)[0]) == 1
    assert len(region_proposals.propose(window(AREA), cells, 0.50001, 1.0, AREA)[0]) == 0


def test_what_lies_in_a_look_is_not_told_as_closed() -> None:
    """The faint cell is within the look at the hot one; the next is beyond it."""
    cells = np.zeros((64, 64), np.float32)
    cells[20, 20], cells[20, 22], cells[20, 40] = 0.9, 0.3, 0.3
    ((_, look),), closed = region_proposals.propose(window(AREA), cells, 0.5, 1.0, AREA)
    assert look.box == Box(
        273, 373, 337, 437
    )  # 58 px with the ground, brought to 64, three more on each side
    assert [(box.tuple(), pytest.approx(best)) for box, best in closed] == [
        ((500, 400, 510, 410), 0.3),
        (AREA.tuple(), 0.0),
    ]


def test_ground_and_steps_follow_oblong_pixels_and_the_shrink() -> None:
    area = Box(0, 0, 6400, 6400)
    cells = np.zeros((64, 64), np.float32)
    cells[32, 32] = 0.9  # 3200 to 3300
    for shrink in (0.5, 1.0, 2.0):
        ((_, look),), _ = region_proposals.propose(window(area), cells, 0.5, shrink, area)
        assert look.core == Box(
            3200 - 12 * shrink, 3200 - 12 * shrink, 3300 + 12 * shrink, 3300 + 12 * shrink
        )
        side = {0.5: 128, 1.0: 192, 2.0: 256}[
            shrink
        ]  # 124, 148 and 196 px with the ground, in steps of 32, 64 and 128 px
        assert look.box.width == look.box.height == side
        assert look.box.x0 == look.box.y0 == 3250 - side / 2
    across, down = 2**-0.5, 2**0.5  # px that are twice as wide as high on the ground
    ((_, look),), _ = region_proposals.propose(window(area), cells, 0.5, 1.0, area, 2.0)
    assert look.box.width / down % 64 < 1e-6 or look.box.width / across % 64 < 1e-6
    assert look.box.width != look.box.height


def naive_groups(boxes: np.ndarray) -> set[frozenset[int]]:
    """The pair that saves most is joined, again and again."""
    groups = [({i}, box) for i, box in enumerate(boxes.tolist())]

    def price(box: list[float]) -> float:
        return (box[2] - box[0] + 96) * (box[3] - box[1] + 96)

    def both(a: list[float], b: list[float]) -> list[float]:
        return [min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])]

    while True:
        saved = {
            (i, j): price(a) + price(b) - price(both(a, b))
            for (i, (_, a)), (j, (_, b)) in itertools.combinations(enumerate(groups), 2)
        }
        if not saved or max(saved.values()) < 0:
            return {frozenset(group) for group, _ in groups}
        i, j = max(saved, key=lambda pair: saved[pair])
        joined = (groups[i][0] | groups[j][0], both(groups[i][1], groups[j][1]))
        groups = [group for k, group in enumerate(groups) if k not in (i, j)] + [joined]


@pytest.mark.parametrize("seed", range(8))
def test_boxes_are_joined_as_by_trying_all_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corner = rng.integers(0, 1500, (14, 2)) + rng.random((14, 2))
    boxes = np.concatenate([corner, corner + rng.integers(20, 200, (14, 2))], 1)
    found = region_proposals._joined(boxes, np.ones(2))
    assert {frozenset(group) for group in found} == naive_groups(boxes)
    assert sorted(itertools.chain(*found)) == list(range(14))


def test_more_spots_than_can_be_compared_are_joined_by_blocks_first() -> None:
    """300 spots, all of a block of 512 px together; 250 of the same ones by themselves."""
    assert region_proposals.MANY == 256
    places = [(x * 30.0, y * 30.0) for x in range(20) for y in range(15)]
    boxes = np.array([(x, y, x + 2, y + 2) for x, y in places])
    blocks = {(int((x + 1) // 512), int((y + 1) // 512)) for x, y in places}
    assert len(blocks) == 2  # 600 px wide, 450 high
    groups = region_proposals._joined(boxes * (1, 1, 1, 1) + (0, 0, 0, 0), np.ones(2))
    assert (
        sorted(itertools.chain(*groups)) == list(range(300)) and len(groups) == 1
    )  # and the blocks are joined in turn
    apart = boxes + np.where(np.arange(300)[:, None] >= 150, 40_000, 0)
    assert sorted(map(len, region_proposals._joined(apart, np.ones(2)))) == [150, 150]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (300, 364, (300, 364)),  # a whole step
        (300, 365, (268, 396)),  # two, 31.5 more on each side, rounded down
        (100, 130, (100, 164)),  # not beyond the area
        (730, 740, (676, 740)),
        (100, 740, (100, 740)),
        (110, 735, (100, 740)),  # never larger than the area
    ],
)
def test_sides_of_whole_steps_within_the_area(
    low: float, high: float, expected: tuple[float, float]
) -> None:
    step = np.array([64.0, 64.0])
    x0, y0, x1, y1 = region_proposals._rounded((low, 200, high, 840), step, AREA)
    assert (x0, x1) == expected and (y0, y1) == (200, 840)
    x0, y0, x1, y1 = region_proposals._rounded((100, low + 100, 740, high + 100), step, AREA)
    assert (y0, y1) == (expected[0] + 100, expected[1] + 100) and (x0, x1) == (100, 740)


@pytest.mark.parametrize("rounds", [0, 1])
def test_set_places_are_the_corners_and_then_the_middle(rounds: int) -> None:
    state = cropping.Search("grid", Plan(Granularity.PIXEL, AREA, (), 1), 0.5, round=rounds)
    boxes = [Box(0, 0, 100, 60)] * (3 if rounds == 0 else 1)
    moved = [box.tuple() for box in cropping._moved(state, boxes, AREA)]
    corners = [(100, 200, 200, 260), (640, 200, 740, 260), (100, 780, 200, 840)]
    assert moved == (corners if rounds == 0 else [(370, 490, 470, 550)])
    chance = cropping._moved(cropping.Search("random", state.plan, 0.5, round=rounds), boxes, AREA)
    assert chance == cropping._moved(
        cropping.Search("random", state.plan, 0.5, round=rounds), boxes, AREA
    )
    assert all(
        box.intersection(AREA) == box and (box.width, box.height) == (100, 60) for box in chance
    )
    assert [box.tuple() for box in chance] != moved


# plans


SPEC = ModelSpec(
    "made",
    "0",
    ("ship", "bridge"),
    (),
    view_pixels=1_000_000,
    tile=1000,
    overlap=100,
    sizes={"ship": Size(10.0, 40.0)},
)


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (1000, [(0, 1000, 0, 1000)]),
        (1001, [(0, 551, 0, 500.5), (450, 1001, 500.5, 1001)]),
        (1900, [(0, 1000, 0, 950), (900, 1900, 950, 1900)]),
        (1901, [(0, 701, 0, 650.5), (600, 1301, 650.5, 1250.5), (1200, 1901, 1250.5, 1901)]),
    ],
)
def test_tiles_are_even_and_overlap_by_what_is_asked(
    length: float, expected: list[tuple[float, ...]]
) -> None:
    assert resolution._spans(0, length, 1000, 100, 1) == expected
    moved = [tuple(value + 30 for value in span) for span in expected]
    assert resolution._spans(30, length + 30, 1000, 100, 1) == moved


def test_one_px_more_than_a_view_is_tiles() -> None:
    fits, more = Box(0, 0, 1000, 1000), Box(0, 0, 1001, 1000)
    assert (
        len(resolution.cover(fits, 1, SPEC, "tile")) == 1
        and len(resolution.cover(more, 1, SPEC, "tile")) == 2
    )
    assert len(resolution.windows(CropRequest(fits, 1, "closer", fits), SPEC)) == 1
    tiles = resolution.windows(CropRequest(more, 1, "closer", Box(0, 0, 1001, 900)), SPEC)
    assert (
        {tile.role for tile in tiles} == {"closer"}
        and len(tiles) == 1
        and tiles[0].box == Box(0, 0, 1001, 900)
    )  # over its core
    (half,) = resolution.windows(
        CropRequest(Box(0, 0, 2000, 2000), 2, "closer", Box(10, 10, 1990, 1990)), SPEC
    )
    assert (half.width, half.height, half.core) == (1000, 1000, Box(10, 10, 1990, 1990))


def test_enlarged_shrunk_and_seen_as_they_are() -> None:
    spec = SPEC
    unknown, known = SceneInfo("a", 9000, 9000, 3), SceneInfo("a", 9000, 9000, 3, gsd=0.1)
    assert resolution.closer_shrink(unknown, spec, ("ship",), 11.999) == pytest.approx(11.999 / 28)
    assert resolution.closer_shrink(unknown, spec, ("ship",), 12.0) == 1.0
    assert (
        resolution.closer_shrink(unknown, spec, ("ship",), 7.0)
        == resolution.closer_shrink(unknown, spec, ("ship",), 3.0)
        == 0.25
    )
    assert resolution.closer_shrink(known, spec, ("ship",), 100.0) == 2.5  # 100 px, trained on 40
    assert (
        resolution.closer_shrink(SceneInfo("a", 9, 9, 3, gsd=10 / 68), spec, ("ship",), 68.0) == 1.0
    )  # 1.7 times
    assert resolution.closer_shrink(
        SceneInfo("a", 9, 9, 3, gsd=10 / 68.1), spec, ("ship",), 68.1
    ) == pytest.approx(1.7025)
    assert resolution.closer_shrink(known, spec, (), 100.0) == 1.0
    for smaller, length in ((1.99, 40.0), (2.0, 20.0), (4.0, 10.0)):
        assert resolution.target_length(unknown, spec, ("ship",), smaller) == length


def test_what_lies_outside_the_trained_ground_is_said() -> None:
    spec = ModelSpec(
        "made",
        "0",
        ("ship", "pond"),
        (),
        sizes={"ship": Size(10.0, 40.0), "pond": Size(None, 64.0)},
        gsd=(0.2, 2.0),
    )
    told = lambda gsd, *kinds: resolution.untrained(  # noqa: E731
        SceneInfo("a.tif", 9, 9, 3, gsd=gsd), spec, kinds
    )
    assert [told(gsd, "ship") is None for gsd in (None, 0.099, 0.1, 0.2, 2.0, 4.0, 4.01)] == [
        True,
        False,
        True,
        True,
        True,
        True,
        False,
    ]
    assert (
        told(5.01, "ship", "pond", "tree")
        == "the ground pixels of a.tif are 5.01 m; the model was trained on 0.2 to 2 m: results may"
        " be wrong, and objects this small cannot be seen: ship"
    )
    assert told(4.01, "ship").endswith("cannot be seen: ship") and told(0.05, "ship").endswith(
        "results may be wrong"
    )
    assert resolution.scale_known(SceneInfo("a", 9, 9, 3, gsd=1.0), spec, ("ship",))
    assert not resolution.scale_known(SceneInfo("a", 9, 9, 3, gsd=1.0), spec, ("ship", "pond"))
    assert not resolution.scale_known(SceneInfo("a", 9, 9, 3, gsd=1.0), spec, ("ship", "tree"))
    assert not resolution.scale_known(SceneInfo("a", 9, 9, 3), spec, ("ship",))


@pytest.mark.parametrize(
    ("width", "height", "box", "shrink"),
    [
        (192, 100, (0, 0, 192, 100), 1.0),
        (384, 200, (0, 0, 384, 200), 2.0),
        (1152, 1152, (0, 0, 1152, 1152), 6.0),
        (1200, 1152, (24, 0, 1176, 1152), 6.0),
        (5000, 3000, (1924, 924, 3076, 2076), 6.0),
    ],
)
def test_the_first_glance_is_at_the_middle(
    width: int, height: int, box: tuple[int, ...], shrink: float
) -> None:
    seen = resolution.peek(Box(0, 0, width, height))
    assert seen.box.tuple() == box and (seen.width, seen.height) == (
        round((box[2] - box[0]) / shrink),
        round((box[3] - box[1]) / shrink),
    )
    assert seen.role == "peek" and seen.core == seen.box
    moved = resolution.peek(Box(70, 30, width + 70, height + 30))
    assert moved.box.tuple() == (box[0] + 70, box[1] + 30, box[2] + 70, box[3] + 30)


def test_the_memory_that_the_smallest_tile_takes_is_enough() -> None:
    spec = ModelSpec("made", "0", (), ())
    least = 256**2 * spec.pixel_bytes
    assert (
        resolution.bounded(spec, 1e8 + least, 1e8).tile
        == 256
        == 4 * resolution.bounded(spec, 1e8 + least, 1e8).overlap
    )
    with pytest.raises(resolution.OptionError):
        resolution.bounded(spec, 1e8 + least - spec.pixel_bytes, 1e8)
    full = max(spec.view_pixels, spec.tile**2) * spec.pixel_bytes
    assert (
        resolution.bounded(spec, full) is spec
        and resolution.bounded(spec, full - spec.pixel_bytes) is not spec
    )


def test_a_core_that_begins_on_a_sample_has_it() -> None:
    """64 columns of heat over 640 px are sampled twice each, at 2.5, 7.5 ... px."""
    area = Box(0, 0, 640, 640)
    first = window(area, Box(0, 0, 322.5, 640))
    second = window(area, Box(322.5, 0, 640, 640))
    ones = np.ones((64, 64), np.float32)
    made = cropping.grid(area, [(first, ones), (second, 3 * ones)])
    assert made[0, 31] == 1 and made[0, 32] == 3
    upright = cropping.grid(
        area,
        [
            (window(area, Box(0, 0, 640, 322.5)), ones),
            (window(area, Box(0, 322.5, 640, 640)), 3 * ones),
        ],
    )
    assert (upright == made.T).all()


@pytest.mark.parametrize(
    ("hot", "beside"),
    [((0, 0), [(0, 2), (2, 0)]), ((63, 63), [(63, 61), (61, 63)]), ((0, 63), [(0, 61), (2, 63)])],
)
def test_what_lies_in_a_look_at_the_edge_is_not_told_as_closed(
    hot: tuple[int, int], beside: list[tuple[int, int]]
) -> None:
    cells = np.zeros((64, 64), np.float32)
    cells[hot] = 0.9
    for place in beside:
        cells[place] = 0.3
    looks, closed = region_proposals.propose(window(AREA), cells, 0.5, 1.0, AREA)
    assert len(looks) == 1 and closed == [(AREA, 0.0)]
    beyond = Box(
        AREA.x0 - 100, AREA.y0 - 100, AREA.x1 + 100, AREA.y1 + 100
    )  # the window begins before the area, and the look within it
    ((_, look),), left = region_proposals.propose(
        window(beyond, AREA), cells_at(beyond, hot, beside), 0.5, 1.0, AREA
    )
    assert look.box.intersection(AREA) == look.box and left == [(AREA, 0.0)]


def cells_at(box: Box, hot: tuple[int, int], beside: list[tuple[int, int]]) -> Floats:
    """The same heat in a window that is 100 px larger on each side: cells of 10 px."""
    made = np.zeros((round(box.height / 10), round(box.width / 10)), np.float32)
    made[10 + hot[0], 10 + hot[1]] = 0.9
    for row, column in beside:
        made[10 + row, 10 + column] = 0.3
    return made
