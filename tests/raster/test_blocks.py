"""Pieces of a picture: they meet near the edges of blocks, cover it once and end at one block."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.raster.blocks import NEAR, Piece, joined, whole_piece

SCENE = Box(0, 0, 3000, 2000)


def leaves(piece: Piece) -> list[Piece]:
    parts = piece.quarters()
    return [piece] if len(parts) == 1 else [leaf for part in parts for leaf in leaves(part)]


@pytest.mark.parametrize(
    ("box", "height", "width", "blocks"),
    [
        ((0, 0, 3000, 2000), 2000, 3000, (512, 512)),
        ((0, 0, 3000, 2000), 125, 187, (512, 512)),
        ((100.25, 33.5, 2800.75, 1990), 333, 444, (256, 300)),
        ((10, 10, 400, 300), 580, 780, (128, 128)),
        ((0, 0, 3000, 2000), 3, 5, (256, 256)),
        ((0, 0, 3000, 2000), 700, 1000, (1, 3000)),
    ],
)
def test_pieces_cover_the_picture_once_and_end_at_one_block(box, height, width, blocks):
    whole = whole_piece(Box(*box), height, width, blocks, SCENE)
    assert whole.box == Box(*box) and whole.shape == (height, width)
    seen = np.zeros((height, width), int)
    down, across = (max(side, -(-256 // side) * side) for side in blocks)
    for leaf in leaves(whole):
        seen[leaf.place] += 1
        assert leaf.rows.step * NEAR * 2 + down >= leaf.box.height or leaf.shape[0] == 1
        assert leaf.columns.step * NEAR * 2 + across >= leaf.box.width or leaf.shape[1] == 1
    assert (seen == 1).all()


def test_the_blocks_of_a_piece_do_not_depend_on_its_rounding():
    whole = whole_piece(SCENE, 20, 30, (512, 512), SCENE)  # blocks of 5.12 px
    found = {leaf.blocks.tuple() for leaf in leaves(whole)}
    across, down = [0, 512, 1024, 1536, 2048, 2560, 3000], [0, 512, 1024, 1536, 2000]
    assert found == {
        (x0, y0, x1, y1)
        for x0, x1 in itertools.pairwise(across)
        for y0, y1 in itertools.pairwise(down)
    }


def test_strips_are_not_cut_across():
    whole = whole_piece(SCENE, 2000, 3000, (16, 3000), SCENE)
    assert {(leaf.box.x0, leaf.box.x1) for leaf in leaves(whole)} == {(0, 3000)}
    assert {leaf.box.height for leaf in leaves(whole)} == {32, 2000 % 32}


def test_the_middle_keeps_away_from_other_blocks_but_not_from_the_edge_of_the_scene():
    whole = whole_piece(SCENE, 1000, 1500, (512, 512), SCENE)  # 2 px in one
    first = next(leaf for leaf in leaves(whole) if leaf.box.x0 == leaf.box.y0 == 0)
    assert [part.box for part in first.parted(3)] == [
        Box(0, 0, 508, 508),
        Box(508, 0, 512, 508),
        Box(0, 508, 508, 512),
        Box(508, 508, 512, 512),
    ]
    middle = next(leaf for leaf in leaves(whole) if leaf.box.x0 == leaf.box.y0 == 512)
    parts = middle.parted(3)
    assert len(parts) == 9 and parts[4].box == Box(516, 516, 1020, 1020)
    assert sum(part.box.area for part in middle.parted(300)) == 512**2


def test_boxes_that_share_a_side_are_joined():
    row = [Box(x, 0, x + 10, 10) for x in (0, 10, 20)]
    below = [Box(x, 10, x + 10, 25) for x in (20, 10, 0)]
    apart = [Box(40, 0, 50, 10), Box(5, 25, 10, 30)]
    assert set(joined([*below, *apart, *row])) == {Box(0, 0, 30, 25), *apart}
    assert joined([]) == ()
