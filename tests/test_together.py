"""Windows that are looked at together.

Of one size, one after another, and no more pixels than the network takes at once.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fake import FakeModel, paint
from geomagnifier.geometry import Box
from geomagnifier.inference import view_groups
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import WindowResult
from geomagnifier.types import SceneInfo, View, Window


def read(
    width: int, height: int, number: int = 0, seen: bool = True
) -> tuple[Window, View | None, None, WindowResult | None]:
    box = Box(number * width, 0, (number + 1) * width, height)
    window = Window(box, width, height, "closer", box)
    return (
        window,
        View(np.zeros((height, width, 3), np.uint8), window, "key") if seen else None,
        None,
        None if seen else WindowResult(window),
    )


def sizes(*given: tuple[Window, View | None, None, WindowResult | None]) -> list[int]:
    return [len(group) for group in view_groups.together(iter(given))]


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
    assert sizes(*(read(side, side, number) for number in range(31))) == groups


def test_another_size_or_a_window_from_the_journal_begins_a_group() -> None:
    wide, high = read(64, 128), read(128, 64)
    assert sizes(wide, wide, high, high, high, wide) == [2, 3, 1]
    kept = read(64, 128, seen=False)
    assert sizes(wide, wide, kept, wide, kept, kept) == [2, 1, 1, 1, 1]
    assert sizes() == [] and sizes(kept) == [1]


def test_windows_keep_their_order_but_for_their_size_within_64() -> None:
    assert view_groups.SORTED == 64
    windows = [read(32 + 32 * (number % 2), 64, number)[0] for number in range(130)]
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


def test_what_a_large_box_shows_is_seen_as_large_as_a_view_can_be() -> None:
    """A model that says what is in a box.

    The box is larger than a view, and nothing is searched for in it.
    """

    class Naming(FakeModel):
        def answer(self, query, granularity, views, beside=None):
            return replace(super().answer(query, granularity, views, beside), named=True)

    with open_scene(paint(6000, 4000, (1000, 1000, 1400, 1300))) as scene:
        answer = ask(scene, "Find the ship in this box.", Naming(), box=(200, 100, 5800, 3900))
    closest = answer.trace.views[-1]
    assert [window.role for window in answer.trace.views] == [
        "peek",
        "wide",
    ] and not answer.trace.crops
    assert closest.box == Box(0, 0, 6000, 4000) and max(closest.width, closest.height) == 1024
    assert [region.box for region in answer.regions] and answer.complete
