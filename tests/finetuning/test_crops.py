"""Crops and dense targets: labels move with their pixels."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from geomagnifier.finetuning.crops import Crop, Piece, Source, identities, make_crop, paste
from geomagnifier.finetuning.targets import cover_target, empty, object_target, shrink


def red_rectangle() -> Source:
    pixels = np.full((300, 400, 3), 60, np.uint8)
    pixels[100:160, 200:320] = (250, 10, 10)
    ring = np.array([[200, 100], [320, 100], [320, 160], [200, 160]], np.float32)
    cover = np.zeros((300, 400), np.uint8)
    cover[100:160, 200:320] = 1
    return Source(
        pixels,
        (("ship", (200.0, 100.0, 320.0, 160.0), (ring,)),),
        frozenset({"ship"}),
        cover,
        ("land", "water"),
    )


@pytest.mark.parametrize("seed", [s for s in range(14) if s != 12])  # 12 takes the colour away
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
    return Crop(
        np.zeros((64, 64, 3), np.uint8),
        [Piece("ship", np.array([16, 16, 48, 48], np.float32), [ring], 1.0)],
        frozenset({"ship"}),
    )


def test_a_square_becomes_mask_centre_sides_and_offsets() -> None:
    target = object_target(square(), "ship")
    assert target.present == 1
    assert target.mask.shape == (32, 32)
    assert target.mask[9:23, 9:23].min() == 1
    assert target.mask[:7].max() == 0
    assert np.argwhere(target.centre == 1).tolist() == [[8, 8]]
    assert target.sides[:, 8, 8].tolist() == [
        18,
        18,
        14,
        14,
    ]  # from the middle of the cell, (34, 34)
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
    assert empty(64).mask.shape == empty(64).known.shape == (32, 32)


def test_cover_knows_what_is_unlabelled() -> None:
    cover = np.full((64, 64), 255, np.uint8)
    cover[:, :32] = 1
    crop = Crop(np.zeros((64, 64, 3), np.uint8), [], frozenset(), cover, ("land", "water"))
    target = cover_target(crop, "water")
    assert target.present == 1
    assert target.known[:, :16].min() == 1
    assert target.known[:, 16:].max() == 0
    assert cover_target(crop, "land").present == -1  # the other half may hold some
    assert shrink(np.ones((4, 4), np.float32)).tolist() == [[1, 1], [1, 1]]


def with_boats() -> Source:
    """A blue picture with one bright boat, whose label is a triangle."""
    pixels = np.full((120, 160, 3), (20, 40, 120), np.uint8)
    canvas = Image.fromarray(pixels)
    ring = [(40.0, 30.0), (90.0, 50.0), (40.0, 70.0)]
    ImageDraw.Draw(canvas).polygon(ring, fill=(250, 250, 250))
    return Source(
        np.asarray(canvas),
        (("ship", (40.0, 30.0, 90.0, 70.0), (np.array(ring, np.float32),)),),
        frozenset({"ship"}),
    )


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 5])  # 4 finds no room
def test_pasted_objects_are_labelled_where_they_lie_and_leave_the_others_alone(seed: int) -> None:
    crop = Crop(np.zeros((256, 256, 3), np.uint8), [], frozenset({"ship"}))
    there = np.array([100, 100, 156, 156], np.float32)
    crop.pixels[100:156, 100:156] = (0, 200, 0)
    crop.pieces.append(Piece("ship", there, [], 1.0))
    paste(crop, [with_boats()], np.random.default_rng(seed))
    assert (crop.pixels[105:151, 105:151] == (0, 200, 0)).all()
    pasted = crop.pieces[1:]
    bright = crop.pixels.min(2) > 90
    labelled = np.zeros((256, 256), bool)
    for piece in pasted:
        assert piece.kind == "ship" and piece.share == 1.0
        x0, y0, x1, y1 = piece.box
        assert 0 <= x0 < x1 <= 256 and 0 <= y0 < y1 <= 256
        outline = np.concatenate(piece.polygons)
        assert np.allclose([*outline.min(0), *outline.max(0)], piece.box, atol=1e-3)
        labelled |= identities(Crop(crop.pixels, [piece], crop.kinds), "ship")[0] > 0
    assert pasted and not (bright & ~labelled).sum() > 0.25 * labelled.sum()
    assert (bright & labelled).sum() > 0.5 * labelled.sum()


def test_nothing_is_pasted_where_the_kind_is_not_labelled() -> None:
    crop = Crop(np.zeros((64, 64, 3), np.uint8), [], frozenset({"airplane"}))
    paste(crop, [with_boats()], np.random.default_rng(0))
    assert not crop.pieces and not crop.pixels.any()


@pytest.mark.parametrize("seed", range(4))
def test_boxes_of_turned_pieces_hug_their_outlines(seed: int) -> None:
    crop = make_crop([with_boats()], (1.0, 1.01), 96, np.random.default_rng(seed))
    for piece in crop.pieces:
        outline = np.concatenate(piece.polygons)
        hull = np.concatenate([np.maximum(outline.min(0), 0), np.minimum(outline.max(0), 96)])
        assert np.allclose(hull, piece.box, atol=1e-3)
