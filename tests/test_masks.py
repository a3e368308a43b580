"""Masks as patches, run lengths and rings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pycocotools import mask as coco

from bounded_memory import at_most
from geomagnifier import mask_components, mask_outlines, masks
from geomagnifier.errors import BoxError
from geomagnifier.geometry import Box, Placement
from geomagnifier.masks import MaskPatch


def area(ring: mask_outlines.Ring) -> float:
    return (
        sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, (*ring[1:], ring[0]), strict=True)) / 2
    )


def patch(
    value: int,
    box: Box,
    side: int = 8,
    threshold: float = 0.5,
    core: Box | None = None,
    cells: int = 2,
) -> MaskPatch:
    return MaskPatch(
        Placement(box, side, side), core or box, np.full((cells, cells), value, np.uint8), threshold
    )


def test_resize_is_bilinear_between_centres_and_constant_beyond() -> None:
    probability = np.array([[0.0, 1.0]], np.float32)
    placed = Placement(Box(0, 0, 8, 1), 2, 1)
    out = masks.resize(probability, placed, Box(0, 0, 8, 1))
    assert np.allclose(out, [[0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1]])
    assert np.allclose(masks.resize(probability, placed, Box(2, 0, 4, 1)), [[0.125, 0.375]])


def test_resize_of_bytes_is_a_probability() -> None:
    out = masks.resize(
        np.array([[0, 255], [255, 0]], np.uint8),
        Placement(Box(10, 10, 12, 12), 2, 2),
        Box(10, 10, 12, 12),
    )
    assert out.dtype == np.float32
    assert np.allclose(out, [[0, 1], [1, 0]])


def test_resize_does_not_depend_on_the_window() -> None:
    probability = np.random.default_rng(0).random((7, 5)).astype(np.float32)
    placed = Placement(Box(3.5, -2.25, 90, 77), 400, 300)
    whole = masks.resize(probability, placed, Box(0, 0, 100, 80))
    assert np.allclose(
        whole[30:50, 20:70], masks.resize(probability, placed, Box(20, 30, 70, 50)), atol=1e-6
    )


def test_fine_patches_overwrite_coarse_ones_in_any_order() -> None:
    scene = Box(0, 0, 16, 16)
    coarse, fine = patch(255, scene), patch(0, Box(4, 4, 12, 12))
    for order in ((coarse, fine), (fine, coarse)):
        mask = masks.read_patches(order, scene, scene)
        assert mask.sum() == 256 - 64
        assert not mask[4:12, 4:12].any()


def test_a_patch_answers_for_its_core_only() -> None:
    scene = Box(0, 0, 20, 10)
    mask = masks.read_patches([patch(255, Box(0, 0, 10, 10), core=Box(2, 3, 7.5, 9))], scene, scene)
    assert np.argwhere(mask).min(0).tolist() == [3, 2]
    assert np.argwhere(mask).max(0).tolist() == [8, 6]


def test_neighbouring_cores_leave_neither_gap_nor_overlap() -> None:
    scene = Box(0, 0, 30, 4)
    cut = 12.3
    left = masks.read_patches([patch(255, scene, core=Box(0, 0, cut, 4))], scene, scene)
    right = masks.read_patches([patch(255, scene, core=Box(cut, 0, 30, 4))], scene, scene)
    assert (left ^ right).all()


@pytest.mark.parametrize(
    ("value", "threshold", "expected"),
    [(51, 0.2, True), (50, 0.2, False), (128, 0.5, True), (127, 0.5, False)],
)
def test_threshold_is_inclusive(value: int, threshold: float, expected: bool) -> None:
    scene = Box(0, 0, 4, 4)
    assert (
        masks.read_patches([patch(value, scene, threshold=threshold)], scene, scene).all()
        == expected
    )


def test_windows_are_rounded_outwards_and_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masks, "STRIP", 40)
    scene = Box(0, 0, 64, 48)
    rough = MaskPatch(
        Placement(scene, 16, 12),
        scene,
        np.random.default_rng(1).integers(0, 256, (12, 16), np.uint8),
        0.5,
    )
    whole = masks.read_patches([rough], scene, scene)
    assert 0.2 < whole.mean() < 0.8
    part = masks.read_patches([rough], Box(10.5, 20.2, 30.1, 99), scene)
    assert part.shape == (28, 21)
    assert (part == whole[20:48, 10:31]).all()
    with pytest.raises(BoxError, match="outside"):
        masks.read_patches([rough], Box(70, 0, 80, 10), scene)


def test_run_lengths_are_cocos() -> None:
    generator = np.random.default_rng(2)
    for _ in range(200):
        mask = generator.random(generator.integers(1, 14, 2)) < generator.random()
        theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
        ours = masks.encode(mask)
        assert ours == {"size": list(mask.shape), "counts": theirs["counts"].decode()}
        assert (masks.decode(ours) == mask).all()


def test_a_mask_put_in_its_place_equals_the_full_one() -> None:
    generator = np.random.default_rng(3)
    for _ in range(200):
        small = generator.random(generator.integers(1, 9, 2)) < 0.6
        height, width = (int(n) for n in generator.integers(3, 20, 2))
        x, y = (int(n) for n in generator.integers(-4, 16, 2))
        full = np.zeros((height + 80, width + 80), bool)
        full[40 + y : 40 + y + small.shape[0], 40 + x : 40 + x + small.shape[1]] = small
        assert masks.place(small, (x, y), (height, width)) == masks.encode(full[40:-40, 40:-40])


def test_a_window_is_resampled_a_strip_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masks, "STRIP", 10_000)
    scene = Box(0, 0, 1000, 1000)
    rough = MaskPatch(Placement(scene, 16, 12), scene, np.full((12, 16), 200, np.uint8), 0.5)
    with at_most(2.5e6):  # the mask takes 1e6, floats for all of it 4e6
        assert masks.read_patches([rough], scene, scene).all()


def test_a_small_mask_in_a_huge_scene_costs_little() -> None:
    with at_most(1e5):  # of 3.6e9 px
        rle = masks.place(np.ones((3, 2), bool), (50_000, 40_000), (60_000, 60_000))
    assert coco.area({"size": rle["size"], "counts": rle["counts"].encode()}) == 6
    assert coco.toBbox({"size": rle["size"], "counts": rle["counts"].encode()}).tolist() == [
        50_000,
        40_000,
        2,
        3,
    ]


def test_windows_of_run_lengths() -> None:
    generator = np.random.default_rng(6)
    for share in (0.02, 0.2, 0.5, 0.9, 1, 1, 0) * 30:
        mask = generator.random(generator.integers(1, 14, 2)) < share
        (x0, x1), (y0, y1) = (
            sorted(generator.choice(side + 1, 2, replace=False).tolist())
            for side in mask.shape[::-1]
        )
        part = masks.decode_window(masks.encode(mask), Box(x0, y0, x1, y1))
        assert part.dtype == bool and (part == mask[y0:y1, x0:x1]).all()


def runs(size: tuple[int, int], *counts: int) -> dict[str, Any]:
    return {"size": list(size), "counts": masks._compress(np.array(counts))}


def test_empty_runs_do_not_show() -> None:
    plain, split = runs((4, 3), 1, 5, 2, 1, 3), runs((4, 3), 1, 2, 0, 3, 2, 0, 0, 1, 3)
    assert (masks.decode(plain) == masks.decode(split)).all()
    assert mask_outlines.polygons(plain) == mask_outlines.polygons(split)
    assert (masks.decode_window(split, Box(0, 0, 3, 4)) == masks.decode(plain)).all()


some_mask = arrays.arrays(
    bool,
    st.tuples(st.integers(1, 20), st.integers(1, 20)),
    elements=st.booleans(),
    fill=st.booleans(),
)
whole = settings(max_examples=150, deadline=None, derandomize=True)


def theirs(mask: np.ndarray) -> dict[str, Any]:
    return coco.encode(np.asfortranarray(mask.astype(np.uint8)))


@whole
@given(some_mask)
def test_run_lengths_area_and_rings_are_those_of_pycocotools(mask: np.ndarray) -> None:
    rle = masks.encode(mask)
    other = theirs(mask)
    assert rle["counts"].encode() == other["counts"] and (masks.decode(rle) == mask).all()
    assert masks.checked(rle, mask.shape) == rle
    rings = mask_outlines.polygons(rle)
    assert sum(map(area, rings)) == mask.sum() == coco.area(other)
    if mask.any():
        x, y, width, height = coco.toBbox(other).tolist()
        corners = np.array([corner for ring in rings for corner in ring])
        assert (*corners.min(0), *corners.max(0)) == (x, y, x + width, y + height)


@whole
@given(
    some_mask, st.integers(-25, 25), st.integers(-25, 25), st.integers(1, 30), st.integers(1, 30)
)
def test_put_into_a_scene_and_cut_out_again(
    mask: np.ndarray, x: int, y: int, width: int, height: int
) -> None:
    rle = masks.place(mask, (x, y), (height, width))
    full = np.zeros((height + 100, width + 100), bool)
    full[50 + y : 50 + y + mask.shape[0], 50 + x : 50 + x + mask.shape[1]] = mask
    full = full[50 : 50 + height, 50 : 50 + width]
    assert rle == {"size": [height, width], "counts": theirs(full)["counts"].decode()}
    part = masks.decode_window(
        rle,
        Box(
            width // 3,
            height // 3,
            width // 3 + max(1, width // 2),
            height // 3 + max(1, height // 2),
        ),
    )
    expected = full[
        height // 3 : height // 3 + max(1, height // 2),
        width // 3 : width // 3 + max(1, width // 2),
    ]
    assert (part[: expected.shape[0], : expected.shape[1]] == expected).all()


@whole
@given(some_mask, st.integers(1, 5))
def test_pieces_are_those_of_a_flood(mask: np.ndarray, smallest: int) -> None:
    left, expected = mask.copy(), []
    for start in zip(*np.nonzero(mask), strict=True):
        piece, todo = [], [start]
        while todo:
            y, x = todo.pop()
            if 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1] and left[y, x]:
                left[y, x] = False
                piece.append((int(y), int(x)))
                todo += [(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)]
        if len(piece) >= smallest:
            expected.append(sorted(piece))
    found = [
        sorted((int(y) + top, int(x) + left) for y, x in np.argwhere(one))
        for left, top, one in mask_components.components(mask, smallest)
    ]
    assert found == expected


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    st.text(st.characters(min_codepoint=40, max_codepoint=120), max_size=12) | st.text(max_size=8),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_any_text_is_run_lengths_or_refused(text: str, height: int, width: int) -> None:
    rle = {"size": [height, width], "counts": text}
    try:
        mask = masks.decode(rle)
    except ValueError:
        with pytest.raises(ValueError, match=r"run lengths|codec"):
            masks.checked(rle, (height, width))
        return
    assert mask.shape == (height, width) and masks.checked(rle, (height, width)) == rle
    if mask.size:
        assert (masks.decode(masks.encode(mask)) == mask).all()
        assert (coco.decode({"size": rle["size"], "counts": text.encode()}) == mask).all()


@pytest.mark.parametrize(
    "counts",
    ["", "0", "o" * 30, "1" + "o" * 12 + "0", "é", "\x00", "~", 3, None, [4], "P" * 5 + "0"],
)
def test_run_lengths_of_others_are_checked(counts: Any) -> None:
    for size in ([4, 3], [1 << 40, 1 << 40], (4, 3)):
        with pytest.raises((ValueError, TypeError, KeyError)):
            masks.checked({"size": size, "counts": counts}, (4, 3))
    for wrong in (
        None,
        3,
        {},
        {"size": [4, 3]},
        {"size": 3, "counts": "<"},
        {"size": [3, 4], "counts": "<"},
    ):
        with pytest.raises((ValueError, TypeError, KeyError)):
            masks.checked(wrong, (4, 3))


@whole
@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 6), st.integers(1, 6)),
        elements=st.floats(0, 1, width=32),
    ),
    st.tuples(st.floats(-20, 20), st.floats(-20, 20), st.floats(0.5, 40), st.floats(0.5, 40)),
)
def test_resize_is_the_plain_formula(values: np.ndarray, place: tuple[float, ...]) -> None:
    x0, y0, width, height = place
    box = Box(x0, y0, x0 + width, y0 + height)
    rows, columns = values.shape
    out = masks.resize(values, Placement(box, columns, rows), Box(-3, -2, 9, 8))
    y = np.clip((np.arange(-2, 8) + 0.5 - y0) / (height / rows) - 0.5, 0, rows - 1)
    x = np.clip((np.arange(-3, 9) + 0.5 - x0) / (width / columns) - 0.5, 0, columns - 1)
    up, left = np.floor(y).astype(int), np.floor(x).astype(int)
    down, right = np.minimum(up + 1, rows - 1), np.minimum(left + 1, columns - 1)
    v, u = (y - up)[:, None], (x - left)[None]
    by_hand = (values[up][:, left] * (1 - u) + values[up][:, right] * u) * (1 - v) + (
        values[down][:, left] * (1 - u) + values[down][:, right] * u
    ) * v
    assert out.shape == (10, 12) and np.allclose(out, by_hand, atol=1e-4)


def test_specks_and_pin_holes_are_noise_parts_and_openings_are_not() -> None:
    mask = np.zeros((40, 60), bool)
    mask[10:30, 5:35] = True  # the thing, 600 px
    mask[15:25, 40:50] = True  # a part of it, 100 px
    thing = mask.copy()
    mask[2, 55:58] = mask[38, 0] = mask[31, 36] = True  # specks
    mask[12, 8] = mask[20:22, 10:12] = False  # pin-holes
    mask[14:22, 20:28] = thing[14:22, 20:28] = False  # an opening, 64 px
    before = mask.copy()
    assert (mask_components.without_specks(mask) == thing).all() and (mask == before).all()
    assert (mask_components.without_specks(thing) == thing).all()
    assert not mask_components.without_specks(np.zeros((5, 5), bool)).any()
    one = np.eye(1, 9, 4, dtype=bool)
    assert (mask_components.without_specks(one) == one).all()
    assert mask_components.without_specks(np.ones((4, 4), bool)).all()


def test_a_notch_at_the_edge_of_the_box_is_no_hole() -> None:
    mask = np.ones((20, 30), bool)
    mask[0, 7] = mask[10, 29] = mask[19, 3] = mask[5, 0] = False
    assert (mask_components.without_specks(mask) == mask).all()
