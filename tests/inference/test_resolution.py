"""TMRA: D, the plan of each kind of question, and tiles that share a picture without gaps."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geomagnifier.errors import OptionError
from geomagnifier.geometry import Box
from geomagnifier.inference import resolution
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import (
    CropRequest,
    Granularity,
    ModelSpec,
    Plan,
    SceneInfo,
    Size,
    View,
    Window,
)

SPEC = ModelSpec("fake", "0", (), ())
PAPER = SceneInfo("frame", 4096, 2160, 3)
CLOSE = (Granularity.REGION, Granularity.PIXEL)


def sizes(windows: tuple[Window, ...]) -> list[tuple[int, int]]:
    return [(w.width, w.height) for w in windows]


def plan(
    granularity: Granularity,
    policy: str,
    width: int = 4096,
    height: int = 2160,
    area: Box | None = None,
) -> Plan:
    return resolution.plan(granularity, SceneInfo("made", width, height, 3), SPEC, policy, area)


def test_compress_is_the_mean_of_four_by_four() -> None:
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[:4, :4, 0] = np.arange(16).reshape(4, 4) * 2  # 0, 2 .. 30: mean 15
    pixels[:4, 4:, 1] = 200
    pixels[4, 4, 2] = 12  # 12 / 16 = 0.75
    pixels[4, 0, 2] = 7  # 7 / 16 = 0.44
    pixels[4:, :4, 0] = [[255, 0, 255, 0]] * 4  # 127.5, to the even neighbour
    assert resolution.compress(pixels).tolist() == [
        [[15, 0, 0], [0, 200, 0]],
        [[128, 0, 0], [0, 0, 1]],
    ]


def test_compress_leaves_out_a_rest_and_applies_twice() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (67, 35, 3)).astype(np.uint8)
    once = resolution.compress(pixels)
    assert once.shape == (16, 8, 3) and once.dtype == np.uint8
    assert (once == resolution.compress(pixels[:64, :32])).all()
    assert resolution.compress(once).shape == (4, 2, 3)


@pytest.mark.parametrize("policy", ["adaptive", "paper", "exhaustive"])
def test_an_image_question_sees_the_whole_scene_in_one_view(policy: str) -> None:
    made = plan(Granularity.IMAGE, policy)
    assert made.closer is None
    (window,) = made.wide
    assert window.box == PAPER.box
    # 4096 x 2160 is 8.04 times 1.1 Mpx, so 2.836 times too long each way
    assert (window.width, window.height) == (1444, 762)
    assert sizes(plan(Granularity.IMAGE, policy, 100, 80).wide) == [(100, 80)]


def test_paper_sizes_of_a_4096_frame() -> None:
    assert sizes(plan(Granularity.REGION, "paper").wide) == [(1024, 540)]
    assert sizes(plan(Granularity.PIXEL, "paper").wide) == [(256, 135)]
    assert all(
        plan(g, "paper").closer == 1 and plan(g, "paper").wide[0].box == PAPER.box for g in CLOSE
    )


def test_d_of_a_large_scene_is_the_whole_of_it_and_not_a_tile() -> None:
    for granularity in CLOSE:
        (window,) = plan(granularity, "paper", 60_000, 40_000).wide
        assert window.box == window.core == Box(0, 0, 60_000, 40_000)
        assert 0.99 * SPEC.view_pixels < window.width * window.height <= SPEC.view_pixels * 1.001
    (middle,) = resolution.windows(
        CropRequest(Box(0, 0, 30_000, 20_000), 4, "D(C1)", Box(0, 0, 30_000, 20_000)), SPEC
    )
    assert (
        middle.box == Box(0, 0, 30_000, 20_000)
        and middle.width * middle.height <= SPEC.view_pixels * 1.001
    )


@pytest.mark.parametrize("granularity", CLOSE)
def test_exhaustive_takes_every_tile_at_full_size(granularity: Granularity) -> None:
    made = plan(granularity, "exhaustive")
    # (4096 - 128) / 896 = 4.4 and (2160 - 128) / 896 = 2.3
    assert (
        sizes(made.wide) == [(922, 806)] * 15
    )  # (4096 + 4 * 128) / 5 and (2160 + 2 * 128) / 3, rounded up
    assert made.closer is None and {w.role for w in made.wide} == {"tile"}


@pytest.mark.parametrize("granularity", CLOSE)
def test_adaptive_scouts_at_a_scale_at_which_targets_are_just_seen(
    granularity: Granularity,
) -> None:
    for length, shrink, closer in (
        (50.0, 5.0, 1.0),
        (400.0, 8.0, 1.0),
        (20.0, 2.0, 1.0),
        (11.0, 1.1, 0.4),
        (400.0, 16.0, 2.0),
    ):
        made = resolution.plan(granularity, PAPER, SPEC, "adaptive", length=length, closer=closer)
        assert (
            made.scouted
            and made.closer == pytest.approx(closer)
            and {w.role for w in made.wide} == {"scout"}
        )
        assert all(
            w.placement.scale == (pytest.approx(shrink, abs=0.02), pytest.approx(shrink, abs=0.02))
            for w in made.wide
        )


def test_tiny_targets_are_looked_at_enlarged_and_huge_ones_shrunk() -> None:
    spec = replace(SPEC, sizes={"vehicle": Size(4.5, 50.0), "bridge": Size(50.0, 130.0)})
    unknown, near = SceneInfo("jpg", 9000, 9000, 3), SceneInfo("utm", 9000, 9000, 3, gsd=0.03)
    shrink = lambda scene, length, *kinds: resolution.closer_shrink(scene, spec, kinds, length)  # noqa: E731
    assert [shrink(unknown, length, "vehicle") for length in (500, 60, 12)] == [1, 1, 1]
    assert shrink(unknown, 7, "vehicle") == 1 / 4 and shrink(unknown, 1, "vehicle") == 1 / 4
    assert shrink(unknown, 11, "vehicle") == pytest.approx(11 / 28)
    assert shrink(near, 150, "vehicle") == pytest.approx(3)  # a car of 150 px, seen as 50
    assert shrink(near, 150, "vehicle", "bridge") == pytest.approx(3)
    assert shrink(replace(near, gsd=0.06), 75, "vehicle") == 1  # 1.5 times is near enough
    small = resolution.plan(
        Granularity.PIXEL, SceneInfo("small", 300, 200, 3), SPEC, "adaptive", length=7, closer=1 / 4
    )
    assert sizes(small.wide) == [(1200, 800)] and small.closer is None
    assert sizes(
        resolution.plan(Granularity.PIXEL, SceneInfo("small", 300, 200, 3), SPEC, "adaptive").wide
    ) == [(300, 200)]


def test_the_length_of_a_target_comes_from_the_ground_or_from_the_glance() -> None:
    spec = replace(
        SPEC,
        sizes={"vehicle": Size(4.5, 50.0), "bridge": Size(50.0, 130.0), "water": Size(None, 64.0)},
    )
    known, unknown = SceneInfo("utm", 9000, 9000, 3, gsd=0.3), SceneInfo("jpg", 9000, 9000, 3)
    assert resolution.target_length(known, spec, ("vehicle",)) == 15
    assert resolution.target_length(known, spec, ("bridge", "vehicle")) == 15  # the smallest counts
    assert (
        resolution.target_length(known, spec, ("vehicle",), smaller=4) == 15
    )  # what is known needs no guess
    assert resolution.target_length(unknown, spec, ("vehicle",)) == 50
    assert resolution.target_length(unknown, spec, ("vehicle",), smaller=5) == 10
    assert (
        resolution.target_length(unknown, spec, ("vehicle",), smaller=1.7) == 50
    )  # too little to be believed
    assert (
        resolution.target_length(unknown, spec, ("bridge",), smaller=0.25) == 130
    )  # that they look larger is not believed
    assert resolution.target_length(known, spec, ("water",)) == 64
    assert (
        resolution.target_length(known, spec, ())
        == 64
        == resolution.target_length(known, spec, ("cloud",))
    )


@given(st.integers(1, 60_000), st.integers(1, 60_000))
def test_the_first_glance_is_small_and_inside(width: int, height: int) -> None:
    window = resolution.peek(Box(0, 0, width, height))
    assert max(window.width, window.height) <= 257
    assert window.box.intersection(Box(0, 0, width, height)) == window.box


def test_less_memory_means_smaller_views() -> None:
    assert resolution.bounded(SPEC, 1e9) is SPEC
    less = resolution.bounded(SPEC, 200e6)
    assert (
        less.view_pixels == 200e6 // SPEC.pixel_bytes and less.tile == 512 and less.overlap == 128
    )
    assert resolution.bounded(SPEC, 60e6).overlap == 72
    with pytest.raises(OptionError, match="give at least"):
        resolution.bounded(SPEC, 20e6)


@pytest.mark.parametrize("granularity", CLOSE)
@pytest.mark.parametrize("policy", ["adaptive", "exhaustive"])
def test_what_fits_a_view_is_read_once_as_it_is(granularity: Granularity, policy: str) -> None:
    made = plan(granularity, policy, 1100, 1000)
    assert made.wide == (Window(Box(0, 0, 1100, 1000), 1100, 1000, "whole", Box(0, 0, 1100, 1000)),)
    assert made.closer is None
    more = plan(granularity, policy, 1101, 1000)
    assert len(more.wide) > 1 or more.closer == 1


@given(st.integers(1050, 6600), st.integers(1050, 6600))
def test_what_fits_a_view_when_shrunk_is_one_window(width: int, height: int) -> None:
    made = plan(Granularity.REGION, "adaptive", width, height)
    assert len(made.wide) == 1
    assert made.wide[0].width * made.wide[0].height <= SPEC.view_pixels + (
        width + height
    )  # rounded to whole px


def test_a_part_of_the_scene_is_planned_by_itself() -> None:
    area = Box(3000, 100, 3400, 300)
    made = plan(Granularity.PIXEL, "adaptive", area=area)
    assert made.area == area
    assert [(w.box, w.width, w.height) for w in made.wide] == [(area, 400, 200)]


@given(
    st.integers(1, 9000),
    st.integers(1, 9000),
    st.integers(0, 500),
    st.integers(0, 500),
    st.sampled_from([1, 4, 16]),
    st.sampled_from([(200, 40), (256, 0), (1024, 128)]),
)
def test_tiles_overlap_and_their_cores_share_the_area(
    width: int, height: int, left: int, top: int, shrink: int, side: tuple[int, int]
) -> None:
    tile, overlap = side
    spec = ModelSpec("fake", "0", (), (), view_pixels=tile * tile, tile=tile, overlap=overlap)
    area = Box(left, top, left + width, top + height)
    tiles = resolution.cover(area, shrink, spec, "tile")
    if area.area / shrink**2 <= spec.view_pixels:
        assert [(t.box, t.core) for t in tiles] == [(area, area)]
        return
    assert len(tiles) > 1
    for t in tiles:
        assert t.core.intersection(t.box) == t.core and t.box.intersection(area) == t.box
        assert t.box.width <= tile * shrink and t.box.height <= tile * shrink
        assert t.width == max(1, round(t.box.width / shrink)) and t.height == max(
            1, round(t.box.height / shrink)
        )
    # the cores are a grid of spans, each of which begins where the last one ended
    for low, high, edges in (
        (area.x0, area.x1, sorted({(t.core.x0, t.core.x1, t.box.x0, t.box.x1) for t in tiles})),
        (area.y0, area.y1, sorted({(t.core.y0, t.core.y1, t.box.y0, t.box.y1) for t in tiles})),
    ):
        assert edges[0][0] == low and edges[-1][1] == high
        for (_, stop, _, end), (start, _, begin, _) in zip(edges, edges[1:], strict=False):
            assert stop == start
            assert end - begin >= overlap * shrink - 1  # starts are rounded to whole px
    assert len({t.core.tuple() for t in tiles}) == len(tiles)
    assert math.isclose(sum(t.core.area for t in tiles), area.area)


def test_a_look_is_one_window_or_tiles_over_its_core() -> None:
    small = CropRequest(Box(0, 0, 1000, 1000), 1, "C1", Box(100, 100, 900, 900))
    assert resolution.windows(small, SPEC) == (Window(small.box, 1000, 1000, "C1", small.core),)
    shrunk = CropRequest(Box(0, 0, 2048, 1080), 4, "D(C1)", Box(0, 0, 2048, 1080))
    assert sizes(resolution.windows(shrunk, SPEC)) == [(512, 270)]
    large = CropRequest(Box(0, 0, 2048, 1080), 1, "C1", Box(0, 0, 2048, 1080))
    tiles = resolution.windows(large, SPEC)
    assert len(tiles) == 6 and {t.role for t in tiles} == {"C1"}
    assert sum(t.core.area for t in tiles) == large.core.area


def test_a_window_has_at_least_a_pixel_each_way() -> None:
    assert sizes((resolution.window_of(Box(0, 0, 3, 900), 16, "wide"),)) == [(1, 56)]


def test_thumbnails_are_square_and_keep_their_place() -> None:
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:, 40:] = 200
    window = resolution.window_of(Box(10, 20, 90, 60), 1, "wide")
    small = resolution.thumbnail(View(pixels, window, "k"), 10)
    assert small.pixels.shape == (10, 10, 3)
    assert (small.pixels[:, :4] == 0).all() and (small.pixels[:, 6:] == 200).all()
    assert small.window.box == window.box and small.window.placement.scale == (8, 4)
    assert small.key != "k" and small.key != resolution.thumbnail(View(pixels, window, "k"), 20).key


@pytest.mark.parametrize(("width", "height"), [(1040, 560), (64, 512)])
def test_a_read_of_d_is_d_of_the_picture(width: int, height: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 3)).astype(np.uint8)
    with open_scene(pixels) as scene:
        (window,) = resolution.plan(Granularity.REGION, scene.info, SPEC, "paper").wide
        view = scene.read(window)
        (twice,) = resolution.plan(Granularity.PIXEL, scene.info, SPEC, "paper").wide
        d_of_d = scene.read(twice)
    small = resolution.compress(pixels)
    assert view.pixels.shape == small.shape
    assert np.abs(view.pixels.astype(int) - small).max() <= 1
    assert np.abs(d_of_d.pixels.astype(int) - resolution.compress(small)).max() <= 1


@pytest.mark.parametrize(
    ("resolution_of_model", "gsd", "shrink"),
    [(None, 0.5, None), (0.0, 0.5, 1.0), (1.0, None, 1.0), (1.0, 0.5, 2.0), (0.1, 1.0, 0.25)],
)
def test_windows_of_a_model_that_says_its_resolution(resolution_of_model, gsd, shrink):
    spec = replace(SPEC, resolution=resolution_of_model)
    scene = SceneInfo("s", 3000, 2000, 3, gsd=gsd)
    assert resolution.fixed_shrink(scene, spec) == shrink
    if shrink is None:
        return
    assert resolution.closer_shrink(scene, spec, ["ship"], 5.0) == shrink
    assert resolution.finest(scene, spec, Box(0, 0, 100, 100)) == shrink
    for policy in ("exhaustive", "adaptive"):
        plan = resolution.plan(Granularity.REGION, scene, spec, policy, length=64.0, closer=shrink)
        closer = plan.closer if plan.scouted else plan.wide[0].box.width / plan.wide[0].width
        assert closer == pytest.approx(shrink, rel=0.01)
