"""Replies about views become regions, a mask and a sentence in scene pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake import NOTHING, FakeModel, paint
from geomagnifier import masks
from geomagnifier.geometry import Box
from geomagnifier.inference import merge, resolution
from geomagnifier.inference.answer_mask import assemble_chosen, covered, measured
from geomagnifier.inference.merge import part_of
from geomagnifier.mask_outlines import Ring
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import ClassMask, Detection, Region, ViewPrediction
from geomagnifier.types import Bools, Floats, Granularity, ModelSpec, SceneInfo, Window

Corners = tuple[float, float, float, float]
SCENE = SceneInfo("made", 896, 512, 3)
LEFT = Window(Box(0, 0, 512, 512), 512, 512, "tile", Box(0, 0, 448, 512))
RIGHT = Window(Box(384, 0, 896, 512), 512, 512, "tile", Box(448, 0, 896, 512))
WHOLE = Window(SCENE.box, 224, 128, "wide", SCENE.box)


def found(box: Corners, score: float = 0.9, label: str = "ship") -> Detection:
    return Detection(label, score, box)


def seen_by(window: Window, *boxes: Corners, score: float = 0.9) -> tuple[Window, ViewPrediction]:
    """A reply with ships at boxes in scene px."""
    return window, ViewPrediction(
        tuple(found(tuple(window.placement.to_view(np.array(b))[0].tolist()), score) for b in boxes)
    )


def boxes_of(regions: tuple[Region, ...]) -> list[Corners]:
    return [r.box for r in regions]


def blocks(window: Window, *boxes: tuple[int, int, int, int]) -> Floats:
    """Probability on a window's grid: 1 in boxes of view px (multiples of 4), else NOTHING."""
    made = np.full((-(-window.height // 4), -(-window.width // 4)), NOTHING, np.float32)
    for x0, y0, x1, y1 in boxes:
        made[y0 // 4 : -(-y1 // 4), x0 // 4 : -(-x1 // 4)] = 1
    return made


def outlined(
    window: Window, *boxes: tuple[int, int, int, int], kind: str = "ship"
) -> ViewPrediction:
    """Ships with masks at boxes of view px (multiples of 4)."""
    ships = []
    for x0, y0, x1, y1 in boxes:
        own = np.ones((-(-y1 // 4) - y0 // 4, -(-x1 // 4) - x0 // 4), bool)
        ships.append(Detection(kind, 0.9, (x0, y0, x1, y1), own, (x0 // 4, y0 // 4)))
    return ViewPrediction(tuple(ships), (ClassMask(kind, 0.9, blocks(window, *boxes), 0.5, True),))


def drawn(*boxes: tuple[int, int, int, int], scene: SceneInfo = SCENE) -> Bools:
    made = np.zeros((scene.height, scene.width), bool)
    for x0, y0, x1, y1 in boxes:
        made[y0:y1, x0:x1] = True
    return made


def area(ring: Ring) -> float:
    return (
        sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, (*ring[1:], ring[0]), strict=True)) / 2
    )


Seen = list[tuple[Window, ViewPrediction]]


def assemble_regions(
    seen: Seen, scene: SceneInfo, level: Granularity, limit: Box | None = None
) -> tuple[Region, ...]:
    return merge.assemble_regions(
        [part_of(window, reply, scene, level) for window, reply in seen], scene, level, limit
    )


def mask_of(seen: Seen, scene: SceneInfo = SCENE, limit: Box | None = None) -> Bools:
    patches = assemble_chosen(assemble_regions(seen, scene, Granularity.PIXEL, limit))
    mask = masks.read_patches(patches, scene.box, scene.box)
    assert covered(patches) == mask.sum()
    return mask


# objects


def test_boxes_are_scene_pixels_and_best_first() -> None:
    view = Window(Box(100, 200, 300, 300), 100, 50, "tile", Box(100, 200, 300, 300))
    reply = ViewPrediction((found((10, 5, 20, 15), 0.4), found((90, 40, 100, 50), 0.8, "car")))
    regions = assemble_regions([(view, reply)], SCENE, Granularity.REGION)
    assert [(r.label, r.score, r.box) for r in regions] == [
        ("car", 0.8, (280, 280, 300, 300)),
        ("ship", 0.4, (120, 210, 140, 230)),
    ]
    assert all(r.polygon == () and r.segmentation is None for r in regions)


def test_boxes_are_cut_to_the_scene() -> None:
    reply = ViewPrediction(
        (found((-5, -5, 20, 20)), found((890, 500, 900, 520)), found((896, 0, 900, 5)))
    )
    regions = assemble_regions(
        [(Window(SCENE.box, 896, 512, "whole", SCENE.box), reply)], SCENE, Granularity.REGION
    )
    assert boxes_of(regions) == [(0, 0, 20, 20), (890, 500, 896, 512)]


def test_an_object_in_the_overlap_comes_out_once() -> None:
    seen = [
        seen_by(LEFT, (400, 10, 440, 30), (10, 10, 30, 30)),
        seen_by(RIGHT, (400, 10, 440, 30), (600, 10, 640, 30)),
    ]
    assert sorted(boxes_of(assemble_regions(seen, SCENE, Granularity.REGION))) == [
        (10, 10, 30, 30),
        (400, 10, 440, 30),
        (600, 10, 640, 30),
    ]


def test_an_object_placed_a_little_differently_by_two_tiles_comes_out_once() -> None:
    # its centre is at 447 for one and at 449 for the other: both cores claim it
    seen = [
        seen_by(LEFT, (437, 10, 457, 30), score=0.7),
        seen_by(RIGHT, (439, 11, 459, 31), score=0.8),
    ]
    assert boxes_of(assemble_regions(seen, SCENE, Granularity.REGION)) == [(439, 11, 459, 31)]


def test_an_object_across_a_seam_is_taken_from_the_tile_that_shows_all_of_it() -> None:
    # 400 to 540: the left tile sees it cut at 512, with its centre beyond its core
    seen = [
        seen_by(LEFT, (400, 50, 512, 100), score=0.95),
        seen_by(RIGHT, (400, 50, 540, 100), score=0.6),
    ]
    assert boxes_of(assemble_regions(seen, SCENE, Granularity.REGION)) == [(400, 50, 540, 100)]
    # 360 to 500: cut at 384 for the right tile, whose part has its centre at 442, the left one's
    # core
    seen = [
        seen_by(LEFT, (360, 50, 500, 100), score=0.6),
        seen_by(RIGHT, (384, 50, 500, 100), score=0.95),
    ]
    assert boxes_of(assemble_regions(seen, SCENE, Granularity.REGION)) == [(360, 50, 500, 100)]


def test_of_two_views_the_one_that_does_not_cut_is_believed() -> None:
    # parts of 440 to 512 and of the whole 440 to 530; by score alone the cut one would win
    left = Window(LEFT.box, 512, 512, "tile", Box(0, 0, 480, 512))
    right = Window(RIGHT.box, 512, 512, "tile", Box(480, 0, 896, 512))
    seen = [
        seen_by(left, (440, 50, 512, 100), score=0.9),
        seen_by(right, (440, 50, 530, 100), score=0.5),
    ]
    assert boxes_of(assemble_regions(seen, SCENE, Granularity.REGION)) == [(440, 50, 530, 100)]


def test_neighbours_and_other_kinds_stay_apart() -> None:
    same = ViewPrediction(
        (found((10, 10, 30, 30)), found((28, 10, 50, 30)), found((10, 10, 30, 30), 0.5, "car"))
    )
    regions = assemble_regions([(LEFT, same), (RIGHT, ViewPrediction())], SCENE, Granularity.REGION)
    assert sorted((r.label, r.box) for r in regions) == [
        ("car", (10, 10, 30, 30)),
        ("ship", (10, 10, 30, 30)),
        ("ship", (28, 10, 50, 30)),
    ]


def test_a_coarse_detection_is_dropped_where_a_finer_view_shows_it() -> None:
    far, near = (700, 300, 780, 380), (100, 100, 140, 140)
    # the finer view does not confirm the coarse ship inside it, and it has the say
    assert boxes_of(
        assemble_regions(
            [seen_by(WHOLE, near, far), (LEFT, ViewPrediction())], SCENE, Granularity.REGION
        )
    ) == [far]
    refined = (101, 99, 142, 141)
    assert sorted(
        boxes_of(
            assemble_regions(
                [seen_by(WHOLE, near, far), seen_by(LEFT, refined)], SCENE, Granularity.REGION
            )
        )
    ) == [refined, far]


def test_an_enlarged_view_takes_nothing_from_one_at_full_size() -> None:
    full = Window(SCENE.box, 896, 512, "whole", SCENE.box)
    enlarged = Window(Box(0, 0, 448, 512), 1792, 2048, "closer", Box(0, 0, 448, 512))
    ship, boat, coarse = (
        (100.0, 100.0, 200.0, 140.0),
        (300.0, 300.0, 308.0, 308.0),
        (40.0, 400.0, 120.0, 440.0),
    )
    seen = [seen_by(WHOLE, coarse), seen_by(full, ship), seen_by(enlarged, boat)]
    assert {*boxes_of(assemble_regions(seen, SCENE, Granularity.REGION))} == {ship, boat}
    both = [seen_by(full, ship, score=0.8), seen_by(enlarged, (101.0, 100.0, 200.0, 141.0))]
    [region] = assemble_regions(both, SCENE, Granularity.REGION)
    assert region.score == 0.9


def test_a_coarse_detection_larger_than_the_finer_view_stays() -> None:
    large = (200, 100, 680, 400)
    fine = seen_by(LEFT, (200, 100, 512, 400), score=0.9)
    assert boxes_of(
        assemble_regions([seen_by(WHOLE, large, score=0.8), fine], SCENE, Granularity.REGION)
    ) == [large]


def test_the_limit_keeps_what_has_its_centre_inside() -> None:
    limit = Box(100, 100, 200, 200)
    seen = [seen_by(WHOLE, (80, 80, 116, 116), (180, 180, 240, 240), (120, 120, 140, 140))]
    assert boxes_of(assemble_regions(seen, SCENE, Granularity.REGION, limit)) == [
        (120, 120, 140, 140)
    ]


# masks


def test_blocks_of_whole_cells_come_out_to_the_pixel() -> None:
    window = Window(Box(40, 20, 240, 140), 200, 120, "whole", Box(40, 20, 240, 140))
    reply = outlined(window, (8, 16, 48, 36), (100, 40, 104, 44), (160, 80, 200, 120))
    placed = ((48, 36, 88, 56), (140, 60, 144, 64), (200, 100, 240, 140))
    regions = assemble_regions([(window, reply)], SCENE, Granularity.PIXEL)
    assert boxes_of(regions) == [tuple(map(float, b)) for b in placed]
    for region, box in zip(regions, placed, strict=True):
        assert region.segmentation is not None
        assert (masks.decode(region.segmentation) == drawn(box)).all()
        assert [set(ring) for ring in region.polygon] == [
            {(x, y) for x in box[::2] for y in box[1::2]}
        ]
    assert (mask_of([(window, reply)]) == drawn(*placed)).all()


def test_sharp_probabilities_lose_their_corner_pixels_only() -> None:
    # between ones and noughts, half is reached along the edges and missed at the corners (5/8 *
    # 5/8)
    reply = ViewPrediction(
        (), (ClassMask("water", 0.9, np.rint(blocks(LEFT, (8, 16, 48, 36))), 0.5, False),)
    )
    missed = drawn((8, 16, 48, 36)) & ~mask_of([(LEFT, reply)])
    assert np.argwhere(missed).tolist() == [[16, 8], [16, 47], [35, 8], [35, 47]]


def test_two_touching_objects_share_the_mask_by_their_cells() -> None:
    own = np.ones((5, 5), bool)
    ships = (
        Detection("ship", 0.9, (0, 0, 20, 20), own, (0, 0)),
        Detection("ship", 0.8, (20, 0, 40, 20), own, (5, 0)),
    )
    reply = ViewPrediction(
        ships, (ClassMask("ship", 0.9, blocks(LEFT, (0, 0, 40, 20)), 0.5, True),)
    )
    first, second = assemble_regions(
        [(LEFT, reply), (RIGHT, ViewPrediction())], SCENE, Granularity.PIXEL
    )
    assert first.segmentation == masks.encode(drawn((0, 0, 20, 20)))
    assert second.segmentation == masks.encode(drawn((20, 0, 40, 20)))


@pytest.mark.parametrize(("strength", "end"), [(1.0, 210), (0.5, 200)])
def test_a_mask_that_is_sure_reaches_a_little_beyond_the_box(strength: float, end: int) -> None:
    whole = Window(SCENE.box, 896, 512, "whole", SCENE.box)
    ship = Detection(
        "ship", 0.9, (100.0, 100.0, 200.0, 140.0), np.ones((12, 40), bool), (24, 24)
    )  # its own cells: x 96..256, y 96..144
    probability = np.maximum(
        blocks(whole, (100, 100, 200, 140)), strength * blocks(whole, (200, 100, 240, 140))
    )
    reply = ViewPrediction((ship,), (ClassMask("ship", 0.9, probability, 0.5, True),))
    (region,) = assemble_regions([(whole, reply)], SCENE, Granularity.PIXEL)
    assert region.box == (100, 100, 200, 140) and region.segmentation is not None
    rows, columns = np.nonzero(masks.decode(region.segmentation))
    assert (columns.min(), columns.max() + 1, rows.min(), rows.max() + 1) == (100, end, 100, 140)
    part = assemble_regions(
        [(whole, reply)], SCENE, Granularity.PIXEL, Box(90, 90, 205, 150)
    )  # cut to a box of the question
    assert np.nonzero(masks.decode(part[0].segmentation or {}))[1].max() + 1 == min(end, 205)


def test_an_object_without_mask_is_no_region_at_pixel_level() -> None:
    empty = ViewPrediction(
        (Detection("ship", 0.9, (8, 8, 16, 16), np.ones((2, 2), bool), (2, 2)),),
        (ClassMask("ship", 0.9, blocks(LEFT), 0.5, True),),
    )
    assert assemble_regions([(LEFT, empty)], SCENE, Granularity.PIXEL) == ()
    assert len(assemble_regions([(LEFT, empty)], SCENE, Granularity.REGION)) == 1


@pytest.mark.parametrize(("width", "height"), [(101, 67), (102, 65), (99, 99), (3, 2)])
def test_views_whose_sides_are_no_multiple_of_four(width: int, height: int) -> None:
    scene = SceneInfo("odd", width, height, 3)
    window = Window(scene.box, width, height, "whole", scene.box)
    corner = (width // 8 * 4, height // 8 * 4, width, height)  # up to the lower right edge
    reply = outlined(window, corner)
    assert reply.covers[0].probability.shape == (-(-height // 4), -(-width // 4))
    assert (mask_of([(window, reply)], scene) == drawn(corner, scene=scene)).all()
    (region,) = assemble_regions([(window, reply)], scene, Granularity.PIXEL)
    assert region.box == corner and region.segmentation is not None
    assert (masks.decode(region.segmentation) == drawn(corner, scene=scene)).all()


def test_what_the_mask_is_sure_of_and_no_detection_shows_is_an_object() -> None:
    whole = Window(SCENE.box, 896, 512, "whole", SCENE.box)
    probability = np.maximum(
        blocks(whole, (40, 40, 80, 80), (200, 200, 204, 204)),
        0.6 * blocks(whole, (400, 300, 440, 340)),
    )
    reply = ViewPrediction((), (ClassMask("ship", 0.9, probability, 0.5, True),))
    (region,) = assemble_regions([(whole, reply)], SCENE, Granularity.PIXEL)
    assert (
        region.label == "ship"
        and region.box == (40, 40, 80, 80)
        and 0.75 * 0.9 < region.score <= 0.9
    )
    assert (mask_of([(whole, reply)]) == drawn((40, 40, 80, 80))).all()
    (box,) = assemble_regions([(whole, reply)], SCENE, Granularity.REGION)
    assert (box.box, box.segmentation) == (region.box, None)
    assert merge.part_of(whole, reply, SCENE, Granularity.PIXEL, calibrated=False).objects == ()
    tile = Window(
        Box(0, 0, 60, 512), 60, 512, "tile", Box(0, 0, 60, 512)
    )  # what a tile cuts, its neighbour may show whole
    cut = ViewPrediction((), (ClassMask("ship", 0.9, blocks(tile, (40, 40, 60, 80)), 0.5, True),))
    assert assemble_regions([(tile, cut)], SCENE, Granularity.PIXEL) == ()
    for usual, count in (
        (70.0, 1),
        (90.0, 0),
    ):  # half the usual length, squared: 1225 and 2025 px, and there are 1600
        sized = ViewPrediction((), (replace(reply.covers[0], usual=usual),))
        assert len(assemble_regions([(whole, sized)], SCENE, Granularity.PIXEL)) == count
    unsure = ViewPrediction((), (replace(reply.covers[0], probability=0.8 * probability),))
    assert assemble_regions([(whole, unsure)], SCENE, Granularity.PIXEL) == ()
    car = ViewPrediction(
        (found((500, 400, 540, 440), label="car"),), reply.covers
    )  # other things were detected, and no ship
    assert [r.label for r in assemble_regions([(whole, car)], SCENE, Granularity.PIXEL)] == ["car"]


@pytest.mark.parametrize(("side", "count"), [(40, 2), (80, 1)])
def test_an_undetected_object_is_at_least_half_as_large_as_a_detected_one(
    side: int, count: int
) -> None:
    whole = Window(SCENE.box, 896, 512, "whole", SCENE.box)
    one = outlined(whole, (400, 300, 400 + side, 300 + side))
    reply = ViewPrediction(
        one.found,
        (
            ClassMask(
                "ship",
                0.9,
                blocks(whole, (400, 300, 400 + side, 300 + side), (40, 40, 80, 80)),
                0.5,
                True,
            ),
        ),
    )
    for level in (Granularity.REGION, Granularity.PIXEL):
        assert len(assemble_regions([(whole, reply)], SCENE, level)) == count
    assert mask_of([(whole, reply)])[60, 60] == (count == 2)


def test_a_fine_mask_lies_over_a_coarse_one() -> None:
    coarse = ViewPrediction(
        (), (ClassMask("water", 0.9, np.ones((32, 56), np.float32), 0.5, False),)
    )
    fine = ViewPrediction(
        (), (ClassMask("water", 0.9, blocks(LEFT, (40, 40, 80, 80)), 0.5, False),)
    )
    expected = drawn((40, 40, 80, 80), (448, 0, 896, 512))
    for seen in ([(WHOLE, coarse), (LEFT, fine)], [(LEFT, fine), (WHOLE, coarse)]):
        assert (mask_of(seen) == expected).all()


def test_each_kind_has_its_own_threshold() -> None:
    flat = np.full((128, 128), 0.3, np.float32)
    view = Window(Box(0, 0, 512, 512), 512, 512, "whole", Box(0, 0, 512, 512))
    below = ClassMask("land", 0.9, flat, 0.31, False)
    above = ClassMask("water", 0.9, flat, 0.29, False)
    assert not mask_of([(view, ViewPrediction((), (below,)))]).any()
    assert mask_of([(view, ViewPrediction((), (below, above)))])[:, :512].all()


def test_the_limit_cuts_the_mask() -> None:
    full = ViewPrediction(
        (), (ClassMask("water", 0.9, np.ones((128, 128), np.float32), 0.5, False),)
    )
    assert (
        mask_of([(LEFT, full), (RIGHT, full)], limit=Box(440, 10, 460, 30))
        == drawn((440, 10, 460, 30))
    ).all()
    assert assemble_regions([(LEFT, full)], SCENE, Granularity.PIXEL, Box(800, 10, 820, 30)) == ()


# land cover


def test_each_piece_of_land_cover_is_a_region_whose_outlines_agree() -> None:
    view = Window(Box(0, 0, 512, 512), 512, 512, "whole", Box(0, 0, 512, 512))
    probability = blocks(view, (16, 16, 80, 80), (200, 200, 260, 232))
    probability[7:10, 7:10] = NOTHING  # an island
    reply = ViewPrediction((), (ClassMask("water", 0.8, probability, 0.5, False),))
    regions = assemble_regions([(view, reply)], SCENE, Granularity.PIXEL)
    assert sorted(boxes_of(regions)) == [(16, 16, 80, 80), (200, 200, 260, 232)]
    whole = np.zeros((SCENE.height, SCENE.width), bool)
    for region in regions:
        assert region.segmentation is not None and (region.label, region.score) == ("water", 1.0)
        decoded = masks.decode(region.segmentation)
        assert decoded.sum() == sum(map(area, region.polygon))
        rows, columns = np.nonzero(decoded)
        assert region.box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert not (whole & decoded).any()
        whole |= decoded
    assert len(next(r for r in regions if r.box[0] == 16).polygon) == 2
    assert (whole == mask_of([(view, reply)])).all()


def test_land_cover_has_no_outline_at_region_level() -> None:
    reply = ViewPrediction(
        (), (ClassMask("water", 0.8, blocks(LEFT, (16, 16, 80, 80)), 0.5, False),)
    )
    (region,) = assemble_regions([(LEFT, reply)], SCENE, Granularity.REGION)
    assert (region.box, region.polygon, region.segmentation) == ((16, 16, 80, 80), (), None)


def test_specks_of_land_cover_are_no_regions_and_not_in_the_mask() -> None:
    reply = ViewPrediction(
        (),
        (
            ClassMask(
                "water", 0.8, blocks(LEFT, (100, 100, 104, 104), (200, 100, 208, 104)), 0.5, False
            ),
        ),
    )
    assert boxes_of(assemble_regions([(LEFT, reply)], SCENE, Granularity.PIXEL)) == [
        (200, 100, 208, 104)
    ]
    assert mask_of([(LEFT, reply)]).sum() == 32


def test_land_cover_that_two_views_show_is_counted_once_in_a_scene_too_large_to_be_pieced_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(merge, "WHOLE", 1000)
    first, second = (
        Window(box, int(box.width), 512, "closer", box)
        for box in (Box(0, 0, 480, 512), Box(400, 0, 896, 512))
    )
    seen = [
        (
            w,
            ViewPrediction(
                (),
                (
                    ClassMask(
                        "water", 0.8, np.ones((128, -(-w.width // 4)), np.float32), 0.5, False
                    ),
                ),
            ),
        )
        for w in (first, second)
    ]
    regions = assemble_regions(seen, SCENE, Granularity.PIXEL)
    assert boxes_of(regions) == [(0, 0, 480, 512), (480, 0, 896, 512)]
    assert (
        sum(masks.area(r.segmentation or {}) for r in regions)
        == SCENE.pixels
        == mask_of(seen).sum()
    )


def test_a_piece_of_land_cover_scores_the_mean_probability_of_its_cells() -> None:
    probability = np.zeros((32, 56), np.float32)
    probability[2:6, 2:6], probability[2:6, 6:10], probability[20:24, 30:34] = 0.9, 0.7, 0.55
    reply = ViewPrediction((), (ClassMask("water", 0.99, probability, 0.5, False),))
    sure, unsure = assemble_regions([(WHOLE, reply)], SCENE, Granularity.REGION)
    assert (sure.score, unsure.score) == (
        pytest.approx(0.8, abs=0.02),
        pytest.approx(0.55, abs=0.02),
    )
    lower = ViewPrediction(
        (), (ClassMask("water", 0.99, probability * 0.8, 0.4, False),)
    )  # the threshold is one half of the score, whatever it is
    assert [
        r.score >= 0.5 for r in assemble_regions([(WHOLE, lower)], SCENE, Granularity.REGION)
    ] == [True, True]


def test_coarse_land_cover_is_dropped_under_a_finer_view() -> None:
    coarse = ViewPrediction(
        (), (ClassMask("water", 0.8, np.ones((32, 56), np.float32), 0.5, False),)
    )
    fine = ViewPrediction(
        (), (ClassMask("water", 0.7, blocks(LEFT, (40, 40, 80, 80)), 0.5, False),)
    )
    regions = assemble_regions([(WHOLE, coarse), (LEFT, fine)], SCENE, Granularity.PIXEL)
    assert [(r.score, r.box) for r in regions] == [
        (1.0, (448, 0, 896, 512)),
        (1.0, (40, 40, 80, 80)),
    ]


# words

SHIP, BOAT = Region("ship", 0.9, (0, 0, 1, 1)), Region("boat", 0.9, (0, 0, 1, 1))


@pytest.mark.parametrize(
    ("pixels", "metres", "english", "chinese"),
    [
        (0, None, "", ""),
        (31_400, 7.0, "The mask covers 3.1% of the scene.", "掩膜占全图的 3.1%。"),
        (1000, 250.0, "The mask covers 0.1% of the scene.", "掩膜占全图的 0.1%。"),
        (999, 249.75, "The mask covers 250 m2.", "掩膜覆盖 250 平方米。"),
        (999, 24_975.0, "The mask covers 24,975 m2.", "掩膜覆盖 24,975 平方米。"),
        (3, 0.0749, "The mask covers 0.075 m2.", "掩膜覆盖 0.075 平方米。"),
        (3, None, "The mask covers 3 px.", "掩膜覆盖 3 个像素。"),
    ],
)
def test_what_was_measured(pixels: int, metres: float | None, english: str, chinese: str) -> None:
    scene = SceneInfo("made", 1000, 1000, 3)
    assert measured(pixels, scene, metres) == english
    assert measured(pixels, scene, metres, "zh") == chinese


def test_the_mask_of_chosen_regions_is_theirs_alone() -> None:
    boxes = ((40, 40, 80, 80), (60, 60, 120, 100), (300, 200, 340, 240))
    truth = []
    regions = []
    for x0, y0, x1, y1 in boxes:
        mask = np.zeros((SCENE.height, SCENE.width), bool)
        mask[y0:y1, x0:x1] = True
        mask[y0, x0] = False
        truth.append(mask)
        regions.append(Region("ship", 0.9, (x0, y0, x1, y1), masks.encode(mask)))
    for chosen in ((0,), (0, 1), (1, 2), (0, 1, 2)):
        patches = assemble_chosen([regions[i] for i in chosen])
        expected = np.logical_or.reduce([truth[i] for i in chosen])
        assert (masks.read_patches(patches, SCENE.box, SCENE.box) == expected).all()
    assert assemble_chosen([]) == ()
    assert assemble_chosen([Region("ship", 0.9, (0, 0, 9, 9))]) == ()  # no mask, no patch


def test_chosen_regions_across_blocks_of_the_scene_keep_their_shape() -> None:
    scene = SceneInfo("wide", 5000, 2500, 3)
    whole = drawn((2000, 2000, 2100, 2100), (4500, 10, 4600, 20), scene=scene)
    regions = [
        Region(
            "ship",
            0.9,
            (2000, 2000, 2100, 2100),
            masks.encode(drawn((2000, 2000, 2100, 2100), scene=scene)),
        ),
        Region(
            "ship",
            0.9,
            (4500, 10, 4600, 20),
            masks.encode(drawn((4500, 10, 4600, 20), scene=scene)),
        ),
    ]
    patches = assemble_chosen(regions)
    assert len(patches) == 5
    assert (masks.read_patches(patches, scene.box, scene.box) == whole).all()
    assert covered(patches) == whole.sum()


def test_land_cover_across_a_seam_is_one_region() -> None:
    lake = [(LEFT, (400, 100, 512, 200)), (RIGHT, (0, 100, 200, 200))]
    seen = [
        (w, ViewPrediction((), (ClassMask("water", 0.8, blocks(w, box), 0.5, False),)))
        for w, box in lake
    ]
    assert boxes_of(assemble_regions(seen, SCENE, Granularity.PIXEL)) == [(400, 100, 584, 200)]


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 0.7, 1.0])
@pytest.mark.parametrize("separate", [True, False])
def test_the_mask_and_its_regions_share_one_outline(threshold: float, separate: bool) -> None:
    window = Window(Box(0, 0, 200, 160), 200, 160, "whole", Box(0, 0, 200, 160))
    probability = np.zeros((40, 50), np.float32)
    probability[10:20, 12:22] = 1
    whole = Detection("water", 0.9, (40.0, 32.0, 100.0, 90.0), np.ones((40, 50), bool))
    reply = ViewPrediction(
        (whole,) if separate else (), (ClassMask("water", 0.9, probability, threshold, separate),)
    )
    scene = SceneInfo("made", 200, 160, 3)
    (region,) = assemble_regions([(window, reply)], scene, Granularity.PIXEL)
    assert region.segmentation is not None
    mask = mask_of([(window, reply)], scene)
    assert (masks.decode(region.segmentation) == mask).all()
    if 0 < threshold < 1:
        assert mask.sum() == 1596


# whatever the windows

PLACES = st.lists(
    st.tuples(
        st.integers(0, 99),
        st.integers(1, 60),
        st.integers(1, 60),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    max_size=30,
)
"""Objects, each within a square of 70 px of its own: number of the square, sides, corner in it."""


def corners(
    places: list[tuple[int, int, int, int, int]], width: int, height: int
) -> list[tuple[int, int, int, int]]:
    across = max(1, width // 70)
    made = {}
    for number, wide, high, x, y in places:
        x0, y0 = number % across * 70 + x, number // across * 70 + y
        if x0 + wide <= width and y0 + high <= height:
            made[number] = (x0, y0, x0 + wide, y0 + high)
    return [*made.values()]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(PLACES, st.integers(70, 1500), st.integers(70, 1500), st.sampled_from([160, 256, 512]))
def test_what_no_larger_than_the_overlap_is_comes_out_once_and_whole(
    places: list[tuple[int, int, int, int, int]], width: int, height: int, tile: int
) -> None:
    scene = SceneInfo("made", width, height, 3)
    spec = ModelSpec("made", "0", ("ship",), (), view_pixels=tile * tile, tile=tile, overlap=64)
    windows = resolution.plan(Granularity.REGION, scene, spec, "exhaustive").wide
    objects = [Box(*map(float, c)) for c in corners(places, width, height)]
    seen: Seen = []
    for window in windows:
        assert window.placement.scale == (1, 1)
        shown = [part.tuple() for box in objects if (part := box.intersection(window.box))]
        seen.append(seen_by(window, *shown))
    regions = assemble_regions(seen, scene, Granularity.REGION)
    assert len(regions) == len(objects)
    assert np.allclose(sorted(boxes_of(regions)), sorted(box.tuple() for box in objects), atol=1e-3)
    assert sum(window.core.area for window in windows) == scene.pixels  # cores share the scene


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    PLACES,
    st.integers(70, 600),
    st.integers(70, 600),
    st.sampled_from([(1_100_000, 1024), (128 * 128, 128)]),
)
def test_masks_agree_with_their_regions_and_both_lie_in_the_scene(
    places: list[tuple[int, int, int, int, int]], width: int, height: int, sizes: tuple[int, int]
) -> None:
    ships = corners(places, width, height)
    model = FakeModel(view_pixels=sizes[0], tile=sizes[1], overlap=64)
    with open_scene(paint(width, height, *ships)) as scene:
        made = ask(scene, "Segment every ship.", model, search="exhaustive")
    assert made.mask is not None and made.mask.shape == (height, width)
    union = np.zeros_like(made.mask)
    for region in made.regions:
        x0, y0, x1, y1 = region.box
        assert (
            0 <= x0 < x1 <= width
            and 0 <= y0 < y1 <= height
            and 0 <= region.score <= 1
            and region.segmentation is not None
        )
        own = masks.decode(region.segmentation)
        rows, columns = np.nonzero(own)
        assert (
            rows.size
            and x0 - 1 < columns.min()
            and columns.max() < x1 + 1
            and y0 - 1 < rows.min()
            and rows.max() < y1 + 1
        )
        union |= own
    assert not (union & ~made.mask).any()
    for x0, y0, x1, y1 in ships:  # what is as large as a few cells is found, whole within a cell
        if min(x1 - x0, y1 - y0) >= 12:
            assert made.mask[y0 + 4 : y1 - 4, x0 + 4 : x1 - 4].all()
            assert any(
                max(abs(a - b) for a, b in zip(r.box, (x0, y0, x1, y1), strict=True)) <= 1
                for r in made.regions
            )
