"""Windows that are looked at together: of one size, one after another, and no more pixels than the network takes at once."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier import looking
from geomagnifier.geometry import Box
from geomagnifier.values import Part, View, Window


def read(width: int, height: int, number: int = 0, seen: bool = True) -> tuple[Window, View | None, None, Part | None]:
    box = Box(number * width, 0, (number + 1) * width, height)
    window = Window(box, width, height, "closer", box)
    return window, View(np.zeros((height, width, 3), np.uint8), window, "key") if seen else None, None, None if seen else Part(window)


def sizes(*given: tuple[Window, View | None, None, Part | None]) -> list[int]:
    return [len(group) for group in looking._together(iter(given))]


@pytest.mark.parametrize(
    ("side", "groups"), [(100, [30, 1]), (300, [3] * 10 + [1]), (387, [2] * 15 + [1]), (388, [1] * 31), (700, [1] * 31)]
)
def test_as_many_as_300_000_px_hold(side: int, groups: list[int]) -> None:
    assert looking.TOGETHER == 300_000
    assert sizes(*(read(side, side, number) for number in range(31))) == groups


def test_another_size_or_a_window_from_the_journal_begins_a_group() -> None:
    wide, high = read(64, 128), read(128, 64)
    assert sizes(wide, wide, high, high, high, wide) == [2, 3, 1]
    kept = read(64, 128, seen=False)
    assert sizes(wide, wide, kept, wide, kept, kept) == [2, 1, 1, 1, 1]
    assert sizes() == [] and sizes(kept) == [1]


def test_windows_keep_their_order_but_for_their_size_within_64() -> None:
    assert looking.SORTED == 64
    windows = [read(32 + 32 * (number % 2), 64, number)[0] for number in range(130)]
    ordered = looking._by_size(windows)
    assert [w.width for w in ordered] == [64] * 32 + [32] * 32 + [64] * 32 + [32] * 32 + [64, 32]
    assert [w.box.x0 for w in ordered[:32]] == sorted(w.box.x0 for w in windows[:64] if w.width == 64)
    assert set(ordered) == set(windows)
