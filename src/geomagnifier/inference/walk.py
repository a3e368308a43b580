"""A search under way.

What was seen and spent so far, and its windows, read ahead or taken from the journal.

A search that goes on has to end as if it had not been stopped, to the last digit. What a question
asks for, and what a model makes of its words, is read from the first view; and a view that is
looked at together with others gives other last digits than by itself. So windows are kept and
looked at in the groups of the plan, and a search that goes on looks at the first ones again
(`begin_again`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from geomagnifier.errors import SceneUnreadable
from geomagnifier.geometry import Box
from geomagnifier.inference import cropping
from geomagnifier.inference.resume import Journal, Spent
from geomagnifier.inference.view_groups import Read, Stopwatch, is_blank
from geomagnifier.memory import give_back, resident
from geomagnifier.model_protocol import Model
from geomagnifier.raster.halt import Halted
from geomagnifier.raster.preview import Preview
from geomagnifier.raster.scene import Scene
from geomagnifier.types import (
    COARSE,
    Floats,
    Granularity,
    ModelOutput,
    Query,
    Relevance,
    View,
    Window,
    WindowResult,
)

AHEAD = 2
"""Windows that are read while the network looks at another."""

WORTH, USUAL = 0.3, 0.925
"""Heat from which a spot is opened where the model has no curve; else the share of the objects that
is to be found.
"""

Progress = Callable[[int, int], bool | None]
_Coming = tuple[Window, Future[View] | None, Floats | None, WindowResult | None]
"""A window with its view under way; or with the heat map and the part that were kept of it."""
BY: dict[str, Relevance] = {
    "adaptive": "scout",
    "paper": "gradient",
    "random": "gradient",
    "grid": "gradient",
}
"""What a policy's heat is: what measures best, and what the paper says; of the others it says how
large windows are, not where.
"""


@dataclass(frozen=True, eq=False)
class ScanConfig:
    """How a scene is to be searched."""

    policy: str
    worth: float = WORTH
    """Heat from which a spot is opened."""
    budget: tuple[str, float] | None = None
    """("pixels" | "seconds", how many)."""
    memory: float | None = None
    """Bytes that the process may hold."""
    journal: Journal | None = None
    progress: Progress | None = None
    share: tuple[int, int] = (0, 1)
    """(k, n): of the windows of a round every n-th from the k-th on is looked at, and the search
    ends; n processes so share the work of a round, and go on when their journals are one.
    """
    settled: bool = False
    """What is asked for is known already, and a glance that reads the question is all unless it
    names a landmark.
    """
    enlarge: bool = True
    """Tiny targets are."""


@dataclass(eq=False)
class Walk:
    """A search under way."""

    scene: Scene
    query: Query
    level: Granularity
    model: Model
    wanted: ScanConfig
    watch: Stopwatch
    begin: float
    preview: Preview
    parts: list[WindowResult] = field(default_factory=list)
    reply: ModelOutput | None = None
    first: View | None = None
    pixels: int = 0
    flops: float = 0.0
    windows: list[Window] = field(default_factory=list)
    broken: list[Box] = field(default_factory=list)
    passed: list[tuple[Box, float]] = field(default_factory=list)
    journal: Journal | None = None
    stopped: bool = False
    done: int = 0
    others: int = 0
    damage: SceneUnreadable | None = None
    noted: dict[str, float] = field(default_factory=dict)
    coarse: list[Window] = field(default_factory=list)
    beside: list[View] = field(default_factory=list)
    told: bool = False
    planned: list[Sequence[Window]] = field(default_factory=list)
    """The windows of all rounds so far, in the groups in which they are looked at."""

    @property
    def joint(self) -> bool:
        """Whether all that the search reads is one input (the paper's I')."""
        return (
            self.wanted.policy in cropping.CROPPING
            and self.level is not Granularity.IMAGE
            and self.query.variant.joint
        )

    @property
    def outlined(self) -> bool:
        """Whether the coarse views of the paper's search are answered.

        Their boxes are part of the answer, their masks are an extension.
        """
        return self.level is Granularity.REGION or self.query.variant.coarse

    @property
    def calibrated(self) -> bool:
        """Whether the model's own thresholds say what counts."""
        return self.query.min_score is None and self.query.recall is None

    def spent(self, window: Window, pixels: int, flops: float) -> Spent:
        """The cost of a window that has just been looked at, with the seconds since the one before."""
        now = dict(self.watch.seconds)
        seconds = {stage: value - self.noted.get(stage, 0.0) for stage, value in now.items()}
        self.noted = now
        return Spent(
            pixels,
            flops,
            seconds,
            tuple(box for box in self.broken if box.intersection(window.box)),
        )

    def make_room(self, pixels: int) -> None:
        """Before so many px are looked at.

        Where they might take the process beyond its memory, what nobody needs any more goes.
        """
        if self.wanted.memory is None:
            return
        limit = self.wanted.memory - pixels * self.model.spec.pixel_bytes
        if resident() > limit:
            give_back()
            if resident() > limit:
                self.model.remember(0)
                give_back()

    def take_over(self, spent: Spent) -> None:
        """Count what a window cost in an earlier run."""
        self.pixels += spent.pixels
        self.flops += spent.flops
        for seconds in (self.watch.seconds, self.noted):
            for stage, value in spent.seconds.items():
                seconds[stage] = seconds.get(stage, 0.0) + value
        self.broken += [box for box in spent.broken if box not in self.broken]

    def late(self) -> bool:
        """Whether a budget of seconds is spent."""
        budget = self.wanted.budget
        return (
            budget is not None
            and budget[0] == "seconds"
            and time.perf_counter() - self.begin >= budget[1]
        )

    def answer(self, views: Sequence[View], beside: Sequence[View] | None = None) -> ModelOutput:
        """The model's answer about views; the first one says what was asked for.

        Args:
            beside: see `protocol.Model.answer`.
        """
        self.make_room(
            sum(view.window.width * view.window.height for view in (*views, *(beside or ())))
        )
        with self.watch.stage("answer"):
            if beside is None:
                reply = self.model.answer(self.query, self.level, views)
            else:
                reply = self.model.answer(self.query, self.level, views, beside)
        self.reply = (
            reply if self.reply is None or reply.named else self.reply
        )  # what a box shows is said after the closest look
        self.first = self.first or views[0]
        self.flops += reply.flops
        self.pixels += sum(view.window.width * view.window.height for view in views)
        return reply


def read(walk: Walk, window: Window, needed: bool) -> View:
    """A window's view; damaged parts are black and told.

    Where nothing of it can be read: an error if it is `needed`, else all black.
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


def read_ahead(
    walk: Walk, groups: Sequence[Sequence[Window]], scouting: bool, heated: bool
) -> Iterator[list[Read]]:
    """Groups of windows with their views, the next ones being read meanwhile.

    Or with what the journal kept of them.

    A group is looked at as a whole, by one process, and kept of it is all or nothing.

    Args:
        walk: the search.
        groups: windows that are looked at together.
        scouting: they are looked at for their heat alone.
        heated: their heat is needed.
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
    walk: Walk,
    groups: Sequence[Sequence[Window]],
    scouting: bool,
    heated: bool,
    reader: ThreadPoolExecutor,
) -> Iterator[_Coming]:
    """Each window as it is asked for.

    Under way, or from the journal, or neither where it is left to others or the search was stopped.
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
                    reader.submit(copy_context().run, read, walk, window, alone),
                    None,
                    None,
                )


def _kept(
    walk: Walk, window: Window, scouting: bool, heated: bool
) -> tuple[Floats | None, WindowResult | None] | None:
    """A window's heat map and part in the journal.

    None where what is needed of them is not there.
    """
    if walk.journal is None:
        return None
    heat, part = walk.journal.heat(window), None if scouting else walk.journal.part(window)
    return (
        (heat, part)
        if (heat is not None or not heated) and (part is not None or scouting)
        else None
    )


def begin_again(walk: Walk, before: Window | None = None) -> None:
    """Where not this process has looked at the first windows.

    Look at the first that show anything, for what is made of the question there.

    What they show is known, and what they cost is paid.

    Args:
        walk: the search; nothing is done where it has a first view.
        before: the window that is to be looked at next; None where none is.

    Raises:
        Halted: it was stopped in the middle of a reading.
    """
    if walk.first is not None or walk.journal is None:
        return
    for group in walk.planned:
        if before in group:
            return
        read_again = (
            read(walk, window, needed=False)
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


def show_again(walk: Walk, window: Window) -> None:
    """Read once more what an earlier run has looked at, where the picture of the whole scene would else lack it."""
    if walk.preview.lacks(window):
        try:
            walk.preview.add(read(walk, window, needed=False))
        except Halted:
            walk.stopped = True


def _known_blank(journal: Journal, window: Window) -> bool:
    """Whether a window was read, and no network had to look at it."""
    return journal.part(window) is not None and journal.spent(window).pixels == 0
