"""Read windows ahead of the network; damaged parts are black, and reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context

import numpy as np

from geomagnifier.errors import SceneUnreadable
from geomagnifier.inference import cropping
from geomagnifier.inference.scan_state import ScanState
from geomagnifier.inference.view_groups import (
    Read,
)
from geomagnifier.raster.halt import Halted
from geomagnifier.results import WindowResult
from geomagnifier.types import (
    Floats,
    View,
    Window,
)

AHEAD = 2
"""Windows that are read while the network looks at another."""


def read_window(walk: ScanState, window: Window, needed: bool) -> View:
    """The view of a window; damaged parts are black and reported.

    A view of which nothing can be read is all black, unless it is needed.

    Args:
        walk: the search.
        window: to read.
        needed: there is no other.

    Raises:
        SceneUnreadable: nothing of a needed view can be read.
    """
    pooled = (
        walk.wanted.policy in cropping.CROPPING
    )  # D is a mean, whatever the overviews of the file are
    try:
        return walk.scene.read(window, pooled)
    except SceneUnreadable as error:
        try:
            view, broken = walk.scene.salvage(window, pooled)
        except SceneUnreadable:
            walk.damage = error
            if needed:
                raise error from None
            walk.broken.append(window.core)
            nothing = np.zeros((window.height, window.width), bool)
            return View(
                np.zeros((window.height, window.width, 3), np.uint8),
                window,
                f"{walk.scene.key}:broken",
                nothing,
            )
        walk.broken += [box for box in broken if box not in walk.broken]
        return view


def read_ahead(
    walk: ScanState, windows: Sequence[Window], scouting: bool, heated: bool, unit: int = 1
) -> Iterator[Read]:
    """Windows with their views, the next ones being read meanwhile.

    Or with what the journal kept of them.

    Args:
        walk: the search.
        windows: in order.
        scouting: only relevance maps are needed.
        heated: relevance maps are needed.
        unit: so many windows are one input: kept of them is all or nothing, and one process answers
            them.
    """
    with ThreadPoolExecutor(1) as reader:
        waiting: list[tuple[Window, Future[View] | None, Floats | None, WindowResult | None]] = []
        coming = enumerate(windows)
        mine, of = walk.wanted.share
        while True:
            while len(waiting) <= AHEAD and (following := next(coming, None)) is not None:
                number, window = following
                heat = walk.journal.heat(window) if walk.journal is not None else None
                part = (
                    walk.journal.part(window) if walk.journal is not None and not scouting else None
                )
                if unit > 1 and walk.journal is not None and part is not None:
                    one = windows[number // unit * unit :][:unit]
                    part = (
                        part if all(walk.journal.part(other) is not None for other in one) else None
                    )
                finished = (heat is not None or not heated) and (part is not None or scouting)
                others = not finished and walk.journal is not None and number // unit % of != mine
                walk.others += others
                if finished or walk.stopped or others:
                    waiting.append((window, None, heat, part))
                else:
                    waiting.append(
                        (
                            window,
                            reader.submit(
                                copy_context().run, read_window, walk, window, len(windows) == 1
                            ),
                            None,
                            None,
                        )
                    )
            if not waiting:
                return
            window, future, heat, part = waiting.pop(0)
            with walk.watch.stage("read"):
                try:
                    view = future.result() if future is not None else None
                except Halted:
                    view, walk.stopped = None, True
            yield window, view, heat, part
