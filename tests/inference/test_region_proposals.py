"""Hot cells become looks.

Nothing hot is left closed, and joining never costs more than looking everywhere.
"""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geomagnifier.geometry import Box
from geomagnifier.inference import region_proposals
from geomagnifier.types import CropRequest, Window

AREA = Box(0, 0, 3200, 2000)
WINDOW = Window(AREA, 400, 250, "scout", AREA)


def heat(*cells: tuple[int, int, float]) -> np.ndarray:
    made = np.zeros((50, 80), np.float32)  # 40 scene px a cell
    for row, column, value in cells:
        made[row, column] = value
    return made


def test_cells_that_touch_by_a_corner_are_one_spot() -> None:
    looks, _ = region_proposals.propose(
        WINDOW, heat((10, 10, 0.9), (11, 11, 0.7), (10, 12, 0.8)), 0.5, 1.0, AREA
    )
    ((gain, look),) = looks
    assert look.core == Box(400 - 12, 400 - 12, 520 + 12, 480 + 12) and gain == np.float32(0.9)
    assert (look.box.width, look.box.height) == (192, 128)  # 168 x 128, in steps of 64


def test_at_the_edge_there_is_no_ground_beyond() -> None:
    ((_, look),), _ = region_proposals.propose(WINDOW, heat((0, 0, 0.9)), 0.5, 1.0, AREA)
    assert look.box == Box(0, 0, 64, 64) and look.core == Box(0, 0, 52, 52)


def test_an_enlarged_look_takes_less_ground() -> None:
    ((_, look),), _ = region_proposals.propose(WINDOW, heat((10, 10, 0.9)), 0.5, 0.25, AREA)
    assert look.shrink == 0.25 and look.box.width == 64 and look.core == Box(397, 397, 443, 443)


def test_steps_and_ground_of_oblong_pixels_are_square_on_the_ground() -> None:
    """A px of the look is 0.5 x 2 px of the scene, so that steps of 64 px are 32 x 128."""
    ((_, look),), _ = region_proposals.propose(
        WINDOW, heat((10, 10, 0.9)), 0.5, 1.0, AREA, aspect=4.0
    )
    assert (look.box.width, look.box.height) == (64, 256) and look.core == Box(394, 376, 446, 464)


def test_faint_cells_beside_hot_ones_are_opened_from_one_to_the_next() -> None:
    """A cell is 40 scene px or 5 view px, so that 32 view px are six cells."""
    row = [(10, column, 0.9) for column in range(10, 31)]
    chain = [(10, 36, 0.1), (10, 42, 0.1)]
    made = heat(*row, *chain, (10, 49, 0.1), (40, 20, 0.1))
    known, _ = region_proposals.propose(WINDOW, made, 0.5, 1.0, AREA, beside=True)
    unknown, _ = region_proposals.propose(WINDOW, made, 0.5, 1.0, AREA)

    def opened(looks: list[tuple[float, CropRequest]], row: int, column: int) -> bool:
        return any(look.core.contains(column * 40 + 20, row * 40 + 20) for _, look in looks)

    assert all(opened(known, row, column) for row, column, _ in chain)
    assert not opened(known, 10, 49) and not opened(known, 40, 20)
    assert not any(opened(unknown, row, column) for row, column, _ in chain)


def test_faint_cells_are_left_closed_where_they_are_many() -> None:
    made = heat((10, 10, 0.9), *((row, column, 0.1) for row in range(50) for column in range(80)))
    made[10, 10] = 0.9
    looks, _ = region_proposals.propose(WINDOW, made, 0.5, 1.0, AREA, beside=True)
    assert [look.box.width for _, look in looks] == [128]


def test_faint_cells_alone_open_nothing() -> None:
    looks, closed = region_proposals.propose(
        WINDOW, heat((10, 10, 0.4)), 0.5, 1.0, AREA, beside=True
    )
    assert looks == [] and closed[0][0] == Box(400, 400, 440, 440)


def test_what_stays_closed_is_told_with_its_heat() -> None:
    looks, closed = region_proposals.propose(
        WINDOW, heat((10, 10, 0.4), (30, 60, 0.2), (40, 20, 0.05)), 0.5, 1.0, AREA
    )
    assert looks == []
    assert [(box.tuple(), round(worth, 2)) for box, worth in closed] == [
        ((400, 400, 440, 440), 0.4),
        ((2400, 1200, 2440, 1240), 0.2),
        (AREA.tuple(), 0.05),  # the rest of the window
    ]


def test_only_the_core_of_a_window_counts() -> None:
    window = Window(AREA, 400, 250, "scout", Box(0, 0, 1600, 2000))
    looks, closed = region_proposals.propose(
        window, heat((10, 39, 0.9), (10, 60, 0.9)), 0.5, 1.0, AREA
    )
    assert len(looks) == 1 and looks[0][1].box.contains(1580, 420)
    assert closed == [(window.core, 0.0)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 49), st.integers(0, 79)), min_size=1, max_size=400),
    st.sampled_from([0.25, 0.5, 1.0]),
)
def test_every_hot_cell_lies_in_a_core_and_looks_do_not_cost_more_than_everything(
    cells: list[tuple[int, int]], shrink: float
) -> None:
    looks, closed = region_proposals.propose(
        WINDOW, heat(*((r, c, 0.8) for r, c in cells)), 0.5, shrink, AREA
    )
    for row, column in cells:
        x, y = column * 40 + 20, row * 40 + 20
        assert any(look.core.contains(x, y) and look.box.contains(x, y) for _, look in looks)
    for _, look in looks:
        assert (
            look.box.intersection(AREA) == look.box
            and look.core.intersection(look.box) == look.core
        )
    everything = (AREA.width / shrink + region_proposals.FIXED) * (
        AREA.height / shrink + region_proposals.FIXED
    )
    assert (
        sum(
            (look.box.width / shrink + region_proposals.FIXED)
            * (look.box.height / shrink + region_proposals.FIXED)
            for _, look in looks
        )
        <= everything
    )
    assert closed[-1] == (AREA, 0.0)
