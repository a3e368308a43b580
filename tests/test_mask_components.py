"""Which pieces of an object's mask are part of it, and which holes are noise."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier import mask_components
from geomagnifier.mask_components import without_specks


def block() -> np.ndarray:
    return np.ones((40, 40), bool)


@pytest.mark.parametrize("edge", ["left", "right", "top", "bottom"])
def test_a_notch_at_the_edge_of_the_mask_is_no_hole(edge: str) -> None:
    mask = block()
    place = {"left": (20, 0), "right": (20, 39), "top": (0, 20), "bottom": (39, 20)}[edge]
    mask[place] = False
    assert (without_specks(mask) == mask).all()
    inner = {
        "left": (slice(18, 23), 1),
        "right": (slice(18, 23), 38),
        "top": (1, slice(18, 23)),
        "bottom": (38, slice(18, 23)),
    }[edge]
    holed = block()
    holed[inner] = False  # a slit beside the edge
    assert without_specks(holed).all()


@pytest.mark.parametrize(("hole", "kept"), [(47, False), (48, True), (49, True)])
def test_a_hole_of_three_hundredths_of_the_largest_piece_is_one(hole: int, kept: bool) -> None:
    """1600 px with the hole left out of them: 0.03 * 1600 is 48."""
    mask = np.zeros((60, 60), bool)
    mask[5:45, 5:45] = True  # 1600 px, of which the hole is taken and given back below
    mask[20, 6 : 6 + min(hole, 38)] = False
    mask[21, 6 : 6 + max(0, hole - 38)] = False
    mask[45, 5 : 5 + min(hole, 40)] = True
    mask[46, 5 : 5 + max(0, hole - 40)] = True
    assert mask.sum() == 1600
    assert (without_specks(mask).sum() == 1600) == kept


@pytest.mark.parametrize(
    ("speck", "side", "kept"), [(10, 10, False), (11, 10, True), (31, 40, False), (32, 40, True)]
)
def test_a_piece_of_more_than_ten_px_and_two_hundredths_is_a_part(
    speck: int, side: int, kept: bool
) -> None:
    mask = np.zeros((60, 60), bool)
    mask[:side, :side] = True
    mask[50, :speck] = True
    assert without_specks(mask)[50].any() == kept
    assert not without_specks(np.zeros((5, 5), bool)).any()


def test_masks_of_one_run_a_row_are_as_if_their_pieces_were_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = np.random.default_rng(5)
    drawn = []
    for _ in range(200):
        mask = np.zeros((int(chance.integers(1, 9)), 12), bool)
        for row in mask:
            start = int(chance.integers(0, 12))
            row[start : start + int(chance.integers(0, 9))] = True
        drawn.append(mask)
    quick = [mask_components.without_specks(mask) for mask in drawn]
    alone = [mask_components._one_run_a_row(mask) for mask in drawn]
    assert 10 < sum(alone) < 190
    monkeypatch.setattr(mask_components, "_one_run_a_row", lambda mask: False)
    followed = [mask_components.without_specks(mask) for mask in drawn]
    assert all(np.array_equal(a, b) for a, b in zip(quick, followed, strict=True))
