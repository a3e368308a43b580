"""Read windows ahead of the network; damaged parts are black, and reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from itertools import islice

import numpy as np

from geomagnifier.errors import SceneUnreadable
from geomagnifier.inference import cropping
from geomagnifier.inference.resume import Journal
from geomagnifier.inference.scan_state import BY, ScanState
from geomagnifier.inference.view_groups import (
    Read,
    is_blank,
)
from geomagnifier.raster.halt import Halted
from geomagnifier.results import WindowResult
from geomagnifier.types import (
    COARSE,
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
            walk.broken += [] if window.core in walk.broken else [window.core]
            nothing = np.zeros((window.height, window.width), bool)
            return View(
                np.zeros((window.height, window.width, 3), np.uint8),
                window,
                f"{walk.scene.key}:broken",
                nothing,
            )
        walk.broken += [box for box in broken if box not in walk.broken]
        return view


_Coming = tuple[Window, Future[View] | None, Floats | None, WindowResult | None]
"""A window with its view being read; or with the relevance map and the result that were kept."""


def read_ahead(
    walk: ScanState, groups: Sequence[Sequence[Window]], scouting: bool, heated: bool
) -> Iterator[list[Read]]:
    """Groups of windows with their views, the next ones being read meanwhile.

    Or with what the journal kept of them. A group is answered as a whole, by one process, and all
    of it is kept or nothing.

    Args:
        walk: the search.
        groups: windows that are answered together.
        scouting: only relevance maps are needed.
        heated: relevance maps are needed.
    """
    with ThreadPoolExecutor(1) as reader:
        coming = _coming(walk, groups, scouting, heated, reader)
        waiting: list[_Coming] = []
        for group in groups:
            views: list[Read] = []
            for _ in group:
                waiting += islice(coming, AHEAD + 1 - len(waiting))
                window, future, heat, part = waiting.pop(0)
                with walk.watch.stage("read"):
                    try:
                        view = future.result() if future is not None else None
                    except Halted:
                        view, walk.stopped = None, True
                views.append((window, view, heat, part))
            yield views


def _coming(
    walk: ScanState,
    groups: Sequence[Sequence[Window]],
    scouting: bool,
    heated: bool,
    reader: ThreadPoolExecutor,
) -> Iterator[_Coming]:
    """Each window in turn: being read, or from the journal.

    Neither where it is left to other processes, or the search was stopped.
    """
    (mine, of), alone = walk.wanted.share, sum(map(len, groups)) == 1
    for number, group in enumerate(groups):
        kept = [_kept(walk, window, scouting, heated) for window in group]
        known = None not in kept
        others = not known and walk.journal is not None and number % of != mine
        walk.others += others
        for window, one in zip(group, kept, strict=True):
            if known and one is not None:
                yield window, None, *one
            elif walk.stopped or others:
                yield window, None, None, None
            else:
                yield (
                    window,
                    reader.submit(copy_context().run, read_window, walk, window, alone),
                    None,
                    None,
                )


def _kept(
    walk: ScanState, window: Window, scouting: bool, heated: bool
) -> tuple[Floats | None, WindowResult | None] | None:
    """A window's relevance map and result in the journal; None where a needed one is missing."""
    if walk.journal is None:
        return None
    heat, part = walk.journal.heat(window), None if scouting else walk.journal.part(window)
    return (
        (heat, part)
        if (heat is not None or not heated) and (part is not None or scouting)
        else None
    )


def begin_again(walk: ScanState, before: Window | None = None) -> None:
    """Answer the first windows again in a process that has not seen them.

    What a question asks for, and what a model makes of its words, is taken from the first view; a
    resumed search that took it from another would end with other digits. The cost is not counted:
    an earlier run has.

    Args:
        walk: the search; nothing is done where it has a first view.
        before: the window that is answered next; None where none is.

    Raises:
        Halted: the search was stopped while a window was read.
    """
    if walk.first is not None or walk.journal is None:
        return
    for group in walk.planned:
        if before in group:
            return
        read_again = (
            read_window(walk, window, needed=False)
            for window in group
            if walk.joint or not _known_blank(walk.journal, window)
        )
        if not (views := [view for view in read_again if not is_blank(view)]):
            continue
        if (by := BY.get(walk.wanted.policy)) is not None:
            for view in views:
                walk.model.relevance(walk.query, view, by)
        if not walk.joint or before is None:  # several views of one input are answered at once
            paid = walk.pixels, walk.flops
            walk.answer(views)
            walk.pixels, walk.flops = paid
        walk.first = views[0]
        walk.beside += [view for view in views if view.window.role in COARSE]
        return


def show_again(walk: ScanState, window: Window) -> None:
    """Read a window of an earlier run again, where the preview would lack it.

    Args:
        walk: the search.
        window: that the journal has.
    """
    if walk.preview.lacks(window):
        try:
            walk.preview.add(read_window(walk, window, needed=False))
        except Halted:
            walk.stopped = True


def _known_blank(journal: Journal, window: Window) -> bool:
    """Whether a window was read and shows nothing, so that no network had to answer it."""
    return journal.part(window) is not None and journal.spent(window).pixels == 0
