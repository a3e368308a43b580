"""Windows that are looked at together.

Of one size, one after another, and no more pixels than the network takes at once.
"""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.inference import view_groups
from geomagnifier.types import SceneInfo, Window


def window(width: int, height: int, number: int = 0) -> Window:
    box = Box(number * width, 0, (number + 1) * width, height)
    return Window(box, width, height, "closer", box)


def sizes(*given: Window) -> list[int]:
    groups = view_groups.together(given)
    assert [one for group in groups for one in group] == [*given]
    return [len(group) for group in groups]


@pytest.mark.parametrize(
    ("side", "groups"),
    [
        (100, [30, 1]),
        (300, [3] * 10 + [1]),
        (387, [2] * 15 + [1]),
        (388, [1] * 31),
        (700, [1] * 31),
    ],
)
def test_as_many_as_300_000_px_hold(side: int, groups: list[int]) -> None:
    assert view_groups.TOGETHER == 300_000
    assert sizes(*(window(side, side, number) for number in range(31))) == groups


def test_another_size_begins_a_group() -> None:
    wide, high = window(64, 128), window(128, 64)
    assert sizes(wide, wide, high, high, high, wide) == [2, 3, 1]
    assert sizes() == [] and sizes(wide) == [1]


def test_windows_of_one_input_are_28() -> None:
    windows = [window(700, 700, number) for number in range(60)]
    groups = view_groups.in_one(windows)
    assert [len(group) for group in groups] == [28, 28, 4] and [
        one for group in groups for one in group
    ] == windows


def test_windows_keep_their_order_but_for_their_size_within_64() -> None:
    assert view_groups.SORTED == 64
    windows = [window(32 + 32 * (number % 2), 64, number) for number in range(130)]
    ordered = view_groups.by_size(windows)
    assert [w.width for w in ordered] == [64] * 32 + [32] * 32 + [64] * 32 + [32] * 32 + [64, 32]
    assert [w.box.x0 for w in ordered[:32]] == sorted(
        w.box.x0 for w in windows[:64] if w.width == 64
    )
    assert set(ordered) == set(windows)


def test_the_heat_map_of_the_scene_is_that_of_its_windows_where_they_lie() -> None:
    """256 cells of 10 px across.

    Windows of 32 x 16 and 16 x 8 cells, the hotter one where both saw it.
    """
    rng = np.random.default_rng(0)
    scene = SceneInfo("made", 2560, 1280, 3)
    whole, left, low = (
        Window(box, 64, 64, "scout", box)
        for box in (Box(0, 0, 2560, 1280), Box(0, 0, 1280, 1280), Box(1280, 640, 2560, 1280))
    )
    heat, half, corner = (
        rng.random(shape).astype(np.float32) for shape in ((16, 32), (8, 16), (16, 8))
    )
    large = np.kron(heat, np.ones((8, 8)))
    assert (view_groups.whole_heat([(whole, heat)], scene) == large).all()
    made = view_groups.whole_heat([(left, half)], scene)
    assert (
        made.shape == (128, 256)
        and (made[:, :128] == np.kron(half, np.ones((16, 8)))).all()
        and not made[:, 129:].any()
    )
    both = view_groups.whole_heat([(whole, heat), (low, corner)], scene)
    assert (
        both[64:, 128:] == np.maximum(large[64:, 128:], np.kron(corner, np.ones((4, 16))))
    ).all()
    assert (both[:64] == large[:64]).all() and (both[:, :128] == large[:, :128]).all()
    fine = rng.random((384, 768)).astype(np.float32)
    assert (view_groups.whole_heat([(whole, fine)], scene) == fine[1::3, 1::3]).all(), (
        "of three by three the one in the middle"
    )
    tall = SceneInfo("made", 3, 2560, 3)
    thin = Window(Box(0, 0, 3, 2560), 3, 64, "scout", Box(0, 0, 3, 2560))
    assert view_groups.whole_heat([(thin, np.ones((4, 1), np.float32))], tall).shape == (256, 1)
