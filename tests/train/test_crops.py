"""Crops and dense targets: labels move with their pixels."""

import numpy as np
import pytest

from geomagnifier.train.crops import Crop, Piece, Source, identities, make_crop
from geomagnifier.train.targets import cover_target, empty, object_target, shrink


def red_rectangle() -> Source:
    pixels = np.full((300, 400, 3), 60, np.uint8)
    pixels[100:160, 200:320] = (250, 10, 10)
    ring = np.array([[200, 100], [320, 100], [320, 160], [200, 160]], np.float32)
    cover = np.zeros((300, 400), np.uint8)
    cover[100:160, 200:320] = 1
    return Source(pixels, (("ship", (200.0, 100.0, 320.0, 160.0), (ring,)),), frozenset({"ship"}), cover, ("land", "water"))


@pytest.mark.parametrize("seed", [s for s in range(14) if s != 1])  # 1 takes the colour away
def test_boxes_polygons_and_cover_follow_the_pixels(seed: int) -> None:
    crop = make_crop([red_rectangle()], (0.65, 1.5), 256, np.random.default_rng(seed))
    red = (crop.pixels[..., 0].astype(int) - crop.pixels[..., 1]) > 40
    pieces = [p for p in crop.pieces if p.share > 0.05]
    assert red.sum() > 400 and pieces
    ids, _ = identities(crop, "ship")
    rows, columns = np.nonzero(ids)
    seen = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
    assert np.abs(seen - pieces[0].box).max() <= 1.5
    assert (red == (ids > 0)).mean() > 0.97
    assert crop.cover is not None
    assert ((crop.cover == 1) == (ids > 0)).mean() > 0.98


def test_small_scales_fill_the_canvas_with_four_pieces() -> None:
    crop = make_crop([red_rectangle()], (0.3, 0.31), 256, np.random.default_rng(0))
    assert len(crop.pieces) == 4


def square() -> Crop:
    ring = np.array([[16, 16], [48, 16], [48, 48], [16, 48]], np.float32)
    return Crop(np.zeros((64, 64, 3), np.uint8), [Piece("ship", np.array([16, 16, 48, 48], np.float32), [ring], 1.0)], frozenset({"ship"}))


def test_a_square_becomes_mask_centre_sides_and_offsets() -> None:
    target = object_target(square(), "ship")
    assert target.present == 1
    assert target.mask.shape == (16, 16)
    assert target.mask[5:11, 5:11].min() == 1
    assert target.mask[:3].max() == 0
    assert np.argwhere(target.centre == 1).tolist() == [[8, 8]]
    assert target.sides[:, 8, 8].tolist() == [18, 18, 14, 14]  # from the middle of the cell, (34, 34)
    assert target.offset[:, 5, 10].tolist() == [32 - 42, 32 - 22]
    assert target.offset_weight[5, 10] == pytest.approx(1 / 32)


def test_an_object_mostly_outside_is_neither_target_nor_mistake() -> None:
    crop = square()
    crop.pieces[0].share = 0.2
    target = object_target(crop, "ship")
    assert target.present == -1
    assert target.centre.max() == 0
    assert target.centre_known[8, 8] == 0


def test_nothing_there() -> None:
    target = object_target(square(), "airplane")
    assert target.present == 0
    assert target.mask.max() == 0
    assert empty(64).mask.shape == (16, 16)


def test_cover_knows_what_is_unlabelled() -> None:
    cover = np.full((64, 64), 255, np.uint8)
    cover[:, :32] = 1
    crop = Crop(np.zeros((64, 64, 3), np.uint8), [], frozenset(), cover, ("land", "water"))
    target = cover_target(crop, "water")
    assert target.present == 1
    assert target.known[:, :8].min() == 1
    assert target.known[:, 8:].max() == 0
    assert cover_target(crop, "land").present == -1  # the other half may hold some
    assert shrink(np.ones((8, 8), np.float32)).tolist() == [[1, 1], [1, 1]]
