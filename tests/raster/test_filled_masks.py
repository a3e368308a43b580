"""Holes of masks that are told from their strips are what cannot be reached from outside."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.masks import encode, runs
from geomagnifier.raster.filled_masks import covered, holes
from geomagnifier.types import Bools


def filled(masks: list[Bools]) -> list[Bools]:
    """What is not reached from beyond the mask, step by step, by sides and corners."""
    made = []
    for mask in masks:
        free = np.pad(~mask, 1, constant_values=True)
        reached = np.zeros_like(free)
        reached[0] = True
        while True:
            wide = np.pad(reached, 1)
            rows = wide[:-2] | wide[1:-1] | wide[2:]
            grown = (rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]) & free
            if (grown == reached).all():
                break
            reached = grown
        made.append(~reached[1:-1, 1:-1])
    return made


def drawn(strips: np.ndarray, shape: tuple[int, int]) -> Bools:
    found = np.zeros(shape, bool)
    for x0, y0, x1, y1 in strips.astype(int):
        found[y0:y1, x0:x1] = True
    return found


def ring(shape: tuple[int, int], *gaps: tuple[int, int]) -> Bools:
    mask = np.zeros(shape, bool)
    mask[2:12, 2:12] = True
    mask[4:10, 4:10] = False
    for gap in gaps:
        mask[gap] = False
    return mask


@pytest.mark.parametrize("seed", range(12))
def test_holes_of_ragged_masks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    masks = [rng.random((24, 31)) < share for share in (0.5, 0.6, 0.7, 0.8, 0.95)]
    strips, owner = runs([encode(mask) for mask in masks])
    for one, (mask, whole) in enumerate(zip(masks, filled(masks), strict=True)):
        mine = owner == one
        assert (drawn(holes(strips[mine], owner[mine]), mask.shape) == (whole & ~mask)).all()
    together = drawn(holes(strips, owner), masks[0].shape)
    assert (
        together
        == np.any([whole & ~mask for mask, whole in zip(masks, filled(masks), strict=True)], axis=0)
    ).all()


def test_a_ring_has_a_hole_and_a_broken_one_has_none() -> None:
    shut, side, corner = (
        ring((16, 16)),
        ring((16, 16), (5, 2), (5, 3)),
        ring((16, 16), (3, 3), (2, 2), (3, 4), (3, 2)),
    )
    counts = [
        int(drawn(holes(*runs([encode(mask)])), mask.shape).sum()) for mask in (shut, side, corner)
    ]
    assert counts == [36, 0, 0]
    island = shut.copy()
    island[6:8, 6:8] = True
    assert drawn(holes(*runs([encode(island)])), shut.shape).sum() == 32
    assert len(holes(*runs([]))) == 0 and len(holes(*runs([encode(np.ones((4, 4), bool))]))) == 0


def test_points_in_strips() -> None:
    mask = ring((16, 16))
    strips, _ = runs([encode(mask), encode(mask[::-1])])
    y, x = np.mgrid[:16, :16] + 0.5
    found = covered(np.stack([x.ravel(), y.ravel()], axis=1), strips[::-1]).reshape(16, 16)
    assert (found == (mask | mask[::-1])).all()
    assert not covered(np.array([[-3.0, 2.0], [40.0, 3.0], [5.0, 400.0]]), strips).any()
    assert covered(np.zeros((2, 2)), strips[:0]).tolist() == [False, False]
