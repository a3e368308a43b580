"""Objects cut by the edges of views.

Which view has the say, and that a piece never counts beside the whole.
"""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier import masks
from geomagnifier.geometry import Box
from geomagnifier.inference import answer_mask, merge
from geomagnifier.inference.answer_mask import assemble_chosen, covered
from geomagnifier.inference.merge import assemble_regions, part_of
from geomagnifier.results import ClassMask, Detection, Region, ViewPrediction
from geomagnifier.types import LEVEL, Granularity, SceneInfo, Window

SCENE = SceneInfo("made", 3000, 3000, 3)
Corners = tuple[float, float, float, float]


def seen(window: Window, *boxes: Corners, score: float = 0.9) -> tuple[Window, ViewPrediction]:
    view = [tuple(window.placement.to_view(np.array(box))[0].tolist()) for box in boxes]
    return window, ViewPrediction(tuple(Detection("ship", score, box) for box in view))


def found(
    *views: tuple[Window, ViewPrediction], scene: SceneInfo = SCENE
) -> list[tuple[Corners, float]]:
    parts = [part_of(window, reply, scene, Granularity.REGION) for window, reply in views]
    return [
        (region.box, region.score) for region in assemble_regions(parts, scene, Granularity.REGION)
    ]


def tile(
    x0: float, y0: float, x1: float, y1: float, core: Corners | None = None, shrink: int = 1
) -> Window:
    box = Box(x0, y0, x1, y1)
    return Window(
        box, int(x1 - x0) // shrink, int(y1 - y0) // shrink, "tile", Box(*core) if core else box
    )


def test_a_piece_of_two_fifths_is_no_object_beside_the_whole() -> None:
    # the piece has its centre in its own tile's core: 40 % of the whole, all of it inside the whole
    left, right = tile(0, 0, 1000, 1000), tile(500, 0, 1500, 1000, (800, 0, 1500, 1000))
    assert found(
        seen(left, (960, 100, 1000, 140)), seen(right, (960, 100, 1060, 140), score=0.5)
    ) == [((960, 100, 1060, 140), 0.5)]


def test_neighbours_that_share_half_are_two() -> None:
    left, right = tile(0, 0, 1000, 1000), tile(0, 0, 1000, 1000)
    assert len(found(seen(left, (100, 100, 200, 140)), seen(right, (150, 100, 250, 140)))) == 2
    assert (
        len(found(seen(left, (100, 100, 200, 140)), seen(right, (135, 100, 235, 140)))) == 1
    )  # 65 % of the smaller


EDGES = {
    "left": ((1000, 1300, 1060, 1340), (960, 1300, 1060, 1340)),
    "top": ((1300, 1000, 1340, 1060), (1300, 960, 1340, 1060)),
    "right": ((1940, 1300, 2000, 1340), (1940, 1300, 2040, 1340)),
    "bottom": ((1300, 1940, 1340, 2000), (1300, 1940, 1340, 2040)),
}


@pytest.mark.parametrize("inset", [0, 1])
@pytest.mark.parametrize("edge", EDGES)
def test_an_object_cut_at_any_edge_gives_way_to_the_whole(edge: str, inset: float) -> None:
    """Of the score alone the piece would win; within two px of the edge it is one."""
    middle, around = tile(1000, 1000, 2000, 2000), tile(900, 900, 2100, 2100)
    (x0, y0, x1, y1), whole = EDGES[edge]
    x0, y0, x1, y1 = (
        x0 + inset * (edge == "left"),
        y0 + inset * (edge == "top"),
        x1 - inset * (edge == "right"),
        y1 - inset * (edge == "bottom"),
    )
    assert found(seen(middle, (x0, y0, x1, y1), score=0.9), seen(around, whole, score=0.5)) == [
        (whole, 0.5)
    ]


@pytest.mark.parametrize("edge", EDGES)
def test_at_the_edge_of_the_scene_nothing_is_cut(edge: str) -> None:
    scene = SceneInfo("made", 1000, 1000, 3)
    full = tile(0, 0, 1000, 1000)
    at = {
        "left": (0, 300, 60, 340),
        "top": (300, 0, 340, 60),
        "right": (940, 300, 1000, 340),
        "bottom": (300, 940, 340, 1000),
    }[edge]
    smaller = {
        "left": (4, 300, 60, 340),
        "top": (300, 4, 340, 60),
        "right": (940, 300, 996, 340),
        "bottom": (300, 940, 340, 996),
    }[edge]
    assert found(seen(full, at, score=0.9), seen(full, smaller, score=0.5), scene=scene) == [
        (at, 0.9)
    ]


@pytest.mark.parametrize("edge", EDGES)
def test_three_px_from_the_edge_nothing_is_cut(edge: str) -> None:
    middle, around = tile(1000, 1000, 2000, 2000), tile(900, 900, 2100, 2100)
    (x0, y0, x1, y1), _ = EDGES[edge]
    inside = (
        x0 + 3 * (edge == "left"),
        y0 + 3 * (edge == "top"),
        x1 - 3 * (edge == "right"),
        y1 - 3 * (edge == "bottom"),
    )
    assert found(seen(middle, inside, score=0.9), seen(around, (x0, y0, x1, y1), score=0.5)) == [
        (inside, 0.9)
    ]


def test_the_edge_of_a_coarse_view_is_as_wide_as_its_pixels() -> None:
    coarse, around = tile(1000, 1000, 2000, 2000, shrink=4), tile(900, 900, 2100, 2100, shrink=4)
    whole = (960, 1300, 1060, 1340)
    assert found(
        seen(coarse, (1006, 1300, 1060, 1340), score=0.9), seen(around, whole, score=0.5)
    ) == [(whole, 0.5)]


def test_what_has_its_centre_beyond_the_core_is_left_to_the_neighbour() -> None:
    window = tile(0, 0, 1000, 1000, (0, 0, 900, 900))
    assert found(
        seen(window, (880, 100, 918, 140), (882, 300, 920, 340), (100, 882, 140, 920))
    ) == [((880, 100, 918, 140), 0.9)]


def test_an_object_thinner_than_a_thousandth_of_a_pixel_is_none() -> None:
    window = tile(0, 0, 1000, 1000)
    assert found(seen(window, (100, 100, 100.0005, 140), (100, 100, 140, 100.0005))) == []
    assert (
        len(found(seen(window, (100, 100, 100.5, 140)), seen(window, (100, 300, 140, 300.5)))) == 2
    )


def test_a_finer_view_that_shows_most_but_not_all_of_an_object_has_no_say() -> None:
    coarse, fine = tile(0, 0, 3000, 3000, shrink=4), tile(1000, 1000, 2000, 2000)
    for inside, kept in (
        (94, 1),
        (96, 0),
    ):  # px of 100 that the finer view shows; its middle lies in the core
        box = (2000.0 - inside, 1200.0, 2100.0 - inside, 1240.0)
        assert len(found(seen(coarse, box), (fine, ViewPrediction()))) == kept
        box = (1200.0, 1000.0 - (100 - inside), 1240.0, 1000.0 + inside)
        assert len(found(seen(coarse, box), (fine, ViewPrediction()))) == kept


def test_a_level_of_the_pyramid_has_as_much_say_as_the_whole_view() -> None:
    full = Window(Box(0, 0, 1000, 1000), 1000, 1000, "whole", Box(0, 0, 1000, 1000))
    half = Window(Box(0, 0, 1000, 1000), 500, 500, LEVEL, Box(0, 0, 1000, 1000))
    scene = SceneInfo("made", 1000, 1000, 3)
    assert found(seen(full), seen(half, (100, 100, 300, 300)), scene=scene) == [
        ((100, 100, 300, 300), 0.9)
    ]


def test_the_mask_of_objects_that_share_a_block_and_reach_into_the_next() -> None:
    """Larger than a block (2048 px) both ways.

    The patches fit the objects, and none lies in two.
    """
    scene = SceneInfo("made", 5000, 4500, 3)
    boxes = (
        (2000, 2040, 2100, 2060),
        (30, 10, 90, 70),
        (2010, 100, 2047, 140),
        (4090, 4090, 4110, 4200),
        (1990, 2048, 2010, 2058),
    )
    truth, regions = np.zeros((scene.height, scene.width), bool), []
    for x0, y0, x1, y1 in boxes:
        truth[y0:y1, x0:x1] = True
        piece = masks.place(
            np.ones((y1 - y0, x1 - x0), bool), (x0, y0), (scene.height, scene.width)
        )
        regions.append(Region("ship", 0.9, (x0 + 0.0, y0 + 0.0, x1 + 0.0, y1 + 0.0), piece))
    patches = assemble_chosen(regions)
    assert [patch.core.tuple() for patch in patches] == [
        (30, 10, 2048, 2048),
        (2048, 2040, 2100, 2048),
        (1990, 2048, 2048, 2060),
        (2048, 2048, 4096, 4096),
        (4096, 4090, 4110, 4096),
        (4090, 4096, 4096, 4200),
        (4096, 4096, 4110, 4200),
    ]
    assert (masks.read_patches(patches, scene.box, scene.box) == truth).all() and covered(
        patches
    ) == truth.sum()


def test_a_block_is_2048_px_and_a_scene_is_pieced_together_up_to_64_megapixels() -> None:
    """What the tests above and others are laid out for."""
    assert (answer_mask.BLOCK, merge.WHOLE, merge.SMALLEST) == (2048, 64_000_000, 24)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (Box(889, 100, 896, 120), 0.9),  # right of the last cells' middles
        (Box(100, 505, 120, 512), 0.8),  # below them
        (Box(0, 100, 7, 120), 0.7),  # left of the first ones
        (Box(100, 0, 120, 7), 0.65),  # above them
    ],
)
def test_a_piece_smaller_than_a_cell_scores_what_its_cell_says(limit: Box, expected: float) -> None:
    """Cells of 16 px over 896 x 512; the piece is what a box leaves of them at the scene's edge."""
    scene = SceneInfo("made", 896, 512, 3)
    probability = np.full((32, 56), 0.55, np.float32)
    probability[:, -1], probability[-1], probability[:, 0], probability[0] = 0.9, 0.8, 0.7, 0.65
    whole = Window(scene.box, 224, 128, "wide", scene.box)
    part = part_of(
        whole,
        ViewPrediction((), (ClassMask("water", 0.99, probability, 0.5, False),)),
        scene,
        Granularity.REGION,
    )
    (region,) = assemble_regions([part], scene, Granularity.REGION, limit)
    assert region.box == limit.tuple() and region.score == pytest.approx(expected, abs=0.003)


def test_the_edge_of_a_view_with_oblong_pixels_is_as_wide_as_their_longer_side() -> None:
    middle = Window(Box(1000, 1000, 2000, 2000), 1000, 250, "tile", Box(1000, 1000, 2000, 2000))
    around = Window(Box(900, 900, 2100, 2100), 1200, 300, "tile", Box(900, 900, 2100, 2100))
    whole = (960, 1300, 1060, 1340)
    assert found(
        seen(middle, (1006, 1300, 1060, 1340), score=0.9), seen(around, whole, score=0.5)
    ) == [(whole, 0.5)]


def test_a_mask_may_be_a_tenth_of_the_box_longer_on_each_side_within_the_scene() -> None:
    assert merge._surroundings(Box(100, 100, 200, 150), (400, 500)) == Box(90, 95, 210, 155)
    assert merge._surroundings(Box(100.5, 100.5, 200.5, 150.5), (400, 500)) == Box(90, 95, 211, 156)
    assert merge._surroundings(Box(4, 2, 495, 397), (400, 500)) == Box(0, 0, 500, 400)


def test_pieces_of_24_px_are_regions_and_smaller_ones_are_not() -> None:
    scene, water = SceneInfo("made", 64, 64, 3), np.zeros((64, 64), np.float32)
    water[10, 10:34], water[20, 10:33] = 1.0, 1.0
    part = part_of(
        Window(scene.box, 64, 64, "whole", scene.box),
        ViewPrediction((), (ClassMask("water", 0.99, water, 0.5, False),), 1),
        scene,
        Granularity.REGION,
    )
    assert [r.box for r in assemble_regions([part], scene, Granularity.REGION)] == [
        (10, 10, 34, 11)
    ]


def test_the_score_of_a_piece_is_the_mean_of_all_its_cells() -> None:
    scene, water = SceneInfo("made", 64, 64, 3), np.zeros((64, 64), np.float32)
    piece = water[40:44, 10:18]
    piece[:] = 0.6
    piece[0], piece[:, 0], piece[-1], piece[:, -1] = 0.9, 1.0, 0.7, 0.8
    window = Window(scene.box, 64, 64, "whole", scene.box)
    part = part_of(
        window,
        ViewPrediction((), (ClassMask("water", 0.99, water, 0.5, False),), 1),
        scene,
        Granularity.REGION,
    )
    (region,) = assemble_regions([part], scene, Granularity.REGION)
    assert region.box == (10, 40, 18, 44) and region.score == pytest.approx(piece.mean(), abs=0.003)
