"""What a search reads, in the order and the groups in which a network takes it.

The seconds of each stage; heat maps on one map.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from geomagnifier.results import WindowResult
from geomagnifier.types import Floats, SceneInfo, View, Window

HEAT_SIDE = 256
"""Longest side of the relevance map kept in the trace, cells."""
SORTED, TOGETHER = 64, 300_000
"""Windows among which those of one size are brought together; the most pixels that are looked at
together.
"""
ONE_INPUT = 28
"""Windows of full size in one input; where the paper's windows are more of them, in large scenes,
each so many are one.
"""

Read = tuple[Window, View | None, Floats | None, WindowResult | None]
"""A window with its view; or with the relevance map and the result that were kept of it."""


class Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begin = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begin


def by_size(windows: Sequence[Window]) -> list[Window]:
    """Windows in their order, but within every few of them those of one size one after another."""
    blocks = (windows[i : i + SORTED] for i in range(0, len(windows), SORTED))
    return [
        w for block in blocks for w in sorted(block, key=lambda w: w.width * w.height, reverse=True)
    ]


def together(windows: Sequence[Window]) -> list[Sequence[Window]]:
    """Windows of one size that follow each other and are small, in groups.

    Every other one by itself.

    By the plan alone, whatever of it was looked at before: in company of others a network's numbers
        differ in their last digits.
    """
    groups: list[list[Window]] = []
    for window in windows:
        last = groups[-1] if groups else []
        pixels = window.width * window.height
        if (
            last
            and (last[0].width, last[0].height) == (window.width, window.height)
            and (len(last) + 1) * pixels <= TOGETHER
        ):
            last.append(window)
        else:
            groups.append([window])
    return [*groups]


def in_one(windows: Sequence[Window]) -> list[Sequence[Window]]:
    """Windows of one input, in groups of `ONE_INPUT`."""
    return [windows[i : i + ONE_INPUT] for i in range(0, len(windows), ONE_INPUT)]


def is_blank(view: View) -> bool:
    """Whether there is no data in a view, or nothing but one colour."""
    if view.valid is not None and not view.valid.any():
        return True
    return bool((view.pixels == view.pixels[0, 0]).all())


def whole_heat(heats: Sequence[tuple[Window, Floats]], scene: SceneInfo) -> Floats:
    """The relevance maps of windows on one map of the scene, for the eye.

    Args:
        heats: windows with their maps.
        scene: its size.
    """
    step = max(scene.width, scene.height) / HEAT_SIDE
    canvas = np.zeros(
        (max(1, round(scene.height / step)), max(1, round(scene.width / step))), np.float32
    )
    for window, heat in heats:
        box = window.box
        x0, y0, x1, y1 = (int(v / step) for v in box.tuple())
        rows, columns = (
            np.arange(y0, min(canvas.shape[0], y1 + 1)),
            np.arange(x0, min(canvas.shape[1], x1 + 1)),
        )
        r = np.clip(
            ((rows + 0.5) * step - box.y0) / box.height * heat.shape[0], 0, heat.shape[0] - 1
        ).astype(int)
        c = np.clip(
            ((columns + 0.5) * step - box.x0) / box.width * heat.shape[1], 0, heat.shape[1] - 1
        ).astype(int)
        patch = canvas[rows[:, None], columns[None]]
        canvas[rows[:, None], columns[None]] = np.maximum(patch, heat[r[:, None], c[None]])
    return canvas
