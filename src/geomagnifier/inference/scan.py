"""Look where the search says, window after window, within time, pixels and memory.

Give what was seen.

    glance -> kinds and their size -> plan -> wide windows -> heat -> search.step -> closer windows
    -> parts

The next windows are read from the file while the network runs. A window that cannot be read is left
out and told; one that was finished in an earlier run (`inference/resume.py`) is not looked at
again.

The paper's search answers once, when all of I' has been read: C1 (+) D(I), or C2 (+) D(C1) (+)
D(D(I)), in one input.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace

import numpy as np

from geomagnifier.errors import GeomagWarning, SceneUnreadable
from geomagnifier.geometry import Box
from geomagnifier.inference import cropping, resolution
from geomagnifier.inference import merge as assembly
from geomagnifier.inference.resume import Journal, Spent
from geomagnifier.inference.view_groups import (
    ONE_INPUT,
    Read,
    by_size,
    in_one,
    is_blank,
    together,
    whole_heat,
)
from geomagnifier.inference.view_groups import Stopwatch as Stopwatch
from geomagnifier.inference.view_limits import area_of, asked_about, bounded, heat_within
from geomagnifier.memory import give_back, resident
from geomagnifier.model_protocol import Model
from geomagnifier.raster.halt import Halted
from geomagnifier.raster.preview import Preview
from geomagnifier.raster.scene import Scene
from geomagnifier.types import (
    COARSE,
    LEVEL,
    Floats,
    Granularity,
    ModelOutput,
    ModelSpec,
    Plan,
    Query,
    Relevance,
    Trace,
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
_Looked = tuple[Window, Floats | None, WindowResult | None, Spent | None]
"""A window with its heat map, its part of the answer, or both; and what it cost, None where an
earlier run has looked at it.
"""
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


@dataclass(frozen=True, eq=False)
class ScanResult:
    """What was seen."""

    parts: list[WindowResult]
    reply: ModelOutput
    """Says what was asked for."""
    trace: Trace
    first: View
    """The first view."""
    preview: View
    """The whole scene."""
    stopped: bool
    """The search was stopped before its end."""


@dataclass(eq=False)
class _Walk:
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


def scan_scene(
    scene: Scene,
    query: Query,
    level: Granularity,
    model: Model,
    wanted: ScanConfig,
    watch: Stopwatch,
) -> ScanResult:
    """Search a scene for what is asked.

    Args:
        scene: an open one.
        query: what is asked.
        level: how closely it must be looked at.
        model: that looks.
        wanted: how it is to be searched.
        watch: takes the time of each stage.

    Raises:
        OptionError: a budget or a memory too small for the first look.
        SceneUnreadable: nothing of the scene can be read.
        SceneEmpty: it holds no data.
        OutputError: the journal cannot be written.
        Halted: it was stopped in the middle of a reading, before anything was seen; later that ends
            the search like `progress`.
    """
    spec = model.spec if wanted.memory is None else bounded(model, wanted.memory)
    area = area_of(scene.info, query, spec, level)
    walk = _Walk(
        scene,
        query,
        level,
        model,
        wanted,
        watch,
        time.perf_counter(),
        Preview(scene.info, scene.pyramid),
    )
    if wanted.policy == "adaptive" and level is not Granularity.IMAGE:
        plan = _glance(walk, spec, area)
    else:
        plan = resolution.plan(level, scene.info, spec, wanted.policy, area)
    state = cropping.Search(wanted.policy, plan or Plan(level, area, ()), wanted.worth, done=True)
    heat: Floats | None = None
    if plan is not None:
        plan = replace(plan, wide=asked_about(query, plan.wide))
        budget = (
            wanted.budget[1] - walk.pixels
            if wanted.budget and wanted.budget[0] == "pixels"
            else None
        )
        state = cropping.start(wanted.policy, plan, budget, wanted.worth, query.variant.apart)
        walk.journal = wanted.journal if len(plan.wide) > 1 or not state.done else None
        pending: Sequence[Window] = plan.wide
        heats: list[tuple[Window, Floats]] = []
        while pending:
            heats = _visit(walk, pending, state, heats)
            if heats and heat is None:
                heat = whole_heat(heats, scene.info)
            if state.done or walk.others or (walk.stopped and not heats):
                break
            with watch.stage("search"):
                price = lambda look: sum(  # noqa: E731
                    w.width * w.height for w in resolution.windows(look, spec, plan.aspect)
                )
                looks, state = cropping.step(state, heats, price)
                pending = asked_about(
                    query,
                    [w for look in looks for w in resolution.windows(look, spec, plan.aspect)],
                )
            if walk.stopped:  # these were worth a look, and stay unseen
                walk.passed += [(look.core, cropping.relevance(look.core, heats)) for look in looks]
                break
        if walk.joint and walk.coarse and not walk.told and not walk.others:
            _tell_coarse(walk)
    if not walk.windows and walk.damage is not None:
        raise walk.damage
    with watch.stage("read"):
        try:
            preview = walk.preview.view(scene)
        except Halted:
            if walk.reply is None:
                raise
            preview = walk.preview.covered(scene)
    if walk.reply is None or walk.first is None:  # everything came out of the journal, or is blank
        view = (
            preview
            if level is not Granularity.IMAGE
            else resolution.thumbnail(preview, spec.image_side)
        )
        walk.answer([view])
    assert walk.reply is not None
    assert walk.first is not None
    crops, skipped = state.crops, (*walk.passed, *state.skipped)
    if walk.passed:  # some of the looks were not taken
        crops = tuple(
            crop for crop in crops if any(w.box.intersection(crop) == w.box for w in walk.windows)
        )
    views, broken = tuple(walk.windows), tuple(walk.broken)
    trace = Trace(
        scene.info.pixels,
        walk.pixels,
        walk.flops,
        {},
        views,
        heat,
        crops,
        skipped,
        broken,
        state.closed,
    )
    return ScanResult(walk.parts, walk.reply, trace, walk.first, preview, walk.stopped)


def _glance(walk: _Walk, spec: ModelSpec, area: Box) -> Plan | None:
    """A first view, which says what is looked for and how large it is.

    And the plan for what is left to be seen, None for nothing.

    Where the area fits a view it is looked at as it is, and that is all, unless the targets are so
    small that they must be enlarged.
    """
    fits = area.area <= spec.view_pixels and not walk.wanted.settled
    aspect = walk.scene.info.view_aspect
    window = (
        resolution.window_of(
            area, resolution.finest(walk.scene.info, spec, area), "whole", aspect=aspect
        )
        if fits
        else resolution.peek(area, aspect)
    )
    budget = walk.wanted.budget
    cropping.start(
        "adaptive",
        Plan(walk.level, area, (window,)),
        budget[1] if budget and budget[0] == "pixels" else None,
    )  # is it enough?
    with walk.watch.stage("read"):
        view = _read(walk, window, needed=fits)
    reply = walk.answer([view])
    walk.windows.append(window)
    kinds = (*reply.asked, *reply.landmarks)
    if reply.named and not fits:  # what a large box shows: seen as large as a view can be
        return resolution.plan(walk.level, walk.scene.info, spec, "shrink", area)
    if fits:
        walk.preview.add(view)
        walk.parts.append(
            assembly.part_of(window, reply.views[0], walk.scene.info, walk.level, walk.calibrated)
        )
        walk.done = 1
        if walk.wanted.progress is not None:
            walk.wanted.progress(1, 1)
    if not kinds or reply.named or (walk.wanted.settled and not reply.landmarks):
        return None
    with walk.watch.stage("relevance"):
        told = resolution.scale_known(walk.scene.info, spec, kinds)
        smaller = (
            1.0
            if told
            else walk.model.scale(view)
            * float(np.sqrt(window.width * window.height / window.box.area))
        )
    length = resolution.target_length(walk.scene.info, spec, kinds, smaller)
    closer = resolution.closer_shrink(walk.scene.info, spec, kinds, length)
    closer = closer if walk.wanted.enlarge else max(1.0, closer)
    objects = [
        cover.label
        for cover in reply.views[0].covers
        if cover.separate and cover.label in spec.sizes
    ]
    unknown = smaller < resolution.CERTAIN and not resolution.scale_known(
        walk.scene.info, spec, objects
    )
    if fits and objects and unknown and walk.wanted.enlarge:
        _pyramid(walk, area)
    if fits and closer >= 1:
        return None
    plan = resolution.plan(walk.level, walk.scene.info, spec, "adaptive", area, length, closer)
    if (
        fits
        and budget
        and budget[0] == "pixels"
        and walk.pixels + sum(w.width * w.height for w in plan.wide) > budget[1]
    ):
        message = (
            f"the budget leaves no room to search enlarged; objects of about {length:.0f} px are"
            " easily missed at full size"
        )
        warnings.warn(message, GeomagWarning, stacklevel=2)
        return None
    return plan


def _pyramid(walk: _Walk, area: Box) -> None:
    """See the same area at a half, a quarter and an eighth of its size.

    What looks larger than in the training pictures is found there.
    """
    most = (
        walk.wanted.budget[1]
        if walk.wanted.budget and walk.wanted.budget[0] == "pixels"
        else math.inf
    )
    for shrink in resolution.LEVELS:
        window = resolution.window_of(area, shrink, LEVEL, aspect=walk.scene.info.view_aspect)
        if (
            min(window.width, window.height) < resolution.SMALLEST_LEVEL
            or walk.late()
            or walk.pixels + window.width * window.height > most
        ):
            return
        with walk.watch.stage("read"):
            try:
                view = _read(walk, window, needed=False)
            except Halted:
                walk.stopped = True
                return
        reply = walk.answer([view])
        walk.windows.append(window)
        part = assembly.part_of(
            window, reply.views[0], walk.scene.info, walk.level, calibrated=False
        )
        walk.parts.append(replace(part, layers=()))  # land cover is outlined at full size


def _visit(
    walk: _Walk, windows: Sequence[Window], state: cropping.Search, before: cropping.Heats
) -> list[tuple[Window, Floats]]:
    """Look at windows, those of one size together; heat maps of those that say where to look next.

    Before: those that led here.
    """
    scouting = (state.plan.scouted and state.round == 0) or (walk.joint and not state.done)
    whole = walk.joint and state.done
    if whole:
        _recall_coarse(walk, windows)
    heats: list[tuple[Window, Floats]] = []
    known, shown = walk.done + len(windows), walk.done
    order = windows if walk.joint else by_size(windows)
    read = _read_ahead(walk, order, scouting, not state.done, ONE_INPUT if whole else 1)
    for group in in_one(read) if whole else together(read):
        if walk.stopped or (
            walk.done > shown and walk.late()
        ):  # what an earlier run has seen is free
            unseen = [window for window, _, heat, part in group if heat is None and part is None]
            walk.passed += [
                (window.core, cropping.relevance(window.core, before) if before else 1.0)
                for window in unseen
            ]
            group = [one for one in group if one[2] is not None or one[3] is not None]
        for window, heat, part, spent in _see(walk, group, state, scouting):
            if walk.journal is not None and spent is not None:
                walk.journal.keep(window, heat=heat, part=part, spent=spent)
            if heat is not None:
                heats.append((window, heat))
            if part is not None:
                walk.parts.append(part)
            if heat is not None or part is not None:
                walk.windows.append(window)
            if heat is not None and window.role in COARSE:
                walk.coarse.append(window)
            walk.done += 1
        if (
            walk.wanted.progress is not None
            and not walk.stopped
            and walk.wanted.progress(walk.done, known) is False
        ):
            walk.stopped = walk.done < known or not state.done
    walk.stopped = walk.stopped or walk.others > 0
    return heats


def _recall_coarse(walk: _Walk, windows: Sequence[Window]) -> None:
    """Of a search that goes on.

    What its coarse views gave, if the windows that it was worked out with are kept as well.
    """
    first = windows[:ONE_INPUT]
    if (
        walk.journal is None
        or not first
        or any(walk.journal.part(window) is None for window in first)
    ):
        return
    kept = [part for window in walk.coarse if (part := walk.journal.part(window)) is not None]
    walk.told = len(kept) == len(walk.coarse) or not walk.outlined
    walk.parts += kept if walk.told else []


def _coarse_views(walk: _Walk) -> list[View]:
    """The coarse views of the paper's I', read again where an earlier run has looked at them."""
    held = {view.window: view for view in walk.beside}
    return [
        held[window] if window in held else _read(walk, window, needed=False)
        for window in walk.coarse
    ]


def _tell_coarse(walk: _Walk) -> None:
    """The answer of the coarse views, where nothing was seen at full size.

    Nothing is there, or the search was ended before.
    """
    views = _coarse_views(walk)
    close = any(window.role not in COARSE for window in walk.windows)
    reply = walk.answer(views, [])
    if walk.outlined or not close:
        walk.parts += _parts(walk, views, reply)


def _parts(walk: _Walk, views: Sequence[View], reply: ModelOutput) -> list[WindowResult]:
    """What views add to the answer."""
    info, level = walk.scene.info, walk.level
    return [
        assembly.part_of(v.window, one, info, level, walk.calibrated)
        for v, one in zip(views, reply.views, strict=True)
    ]


def _see(
    walk: _Walk, group: Sequence[Read], state: cropping.Search, scouting: bool
) -> Iterator[_Looked]:
    """What is seen in windows."""
    views = []
    for window, view, heat, part in group:
        if view is None:  # from the journal, or left to others
            if walk.journal is not None and (heat is not None or part is not None):
                walk.take_over(walk.journal.spent(window))
            yield window, heat, part, None
            continue
        walk.preview.add(view)
        if scouting and view.window.role in COARSE:
            walk.first = walk.first or view
            walk.beside.append(view)
        if walk.level is Granularity.IMAGE:
            walk.answer([resolution.thumbnail(view, walk.model.spec.image_side)])
            yield window, None, WindowResult(window), walk.spent(window, walk.pixels, walk.flops)
        elif is_blank(view):  # the network would find nothing, at the same price
            heat, part = (
                None if state.done else np.zeros((1, 1), np.float32),
                None if scouting else WindowResult(window),
            )
            yield window, heat, part, walk.spent(window, 0, 0.0)
        else:
            views.append(view)
    heats: list[Floats | None] = [None] * len(views)
    if not state.done and walk.wanted.policy in BY:
        with walk.watch.stage("relevance"):
            walk.make_room(views[0].window.width * views[0].window.height if views else 0)
            heats = [
                heat_within(
                    walk.query, v, walk.model.relevance(walk.query, v, BY[walk.wanted.policy])
                )
                for v in views
            ]
    if not views:
        return
    pixels = views[0].window.width * views[0].window.height  # those of a group have one size
    if scouting and not state.plan.scouted:
        yield from (
            (view.window, heat, None, walk.spent(view.window, 0, 0.0))
            for view, heat in zip(views, heats, strict=True)
        )
    elif walk.joint and state.done:
        yield from _see_as_one(walk, views)
    elif scouting:
        flops = pixels * walk.model.spec.scout_flops
        walk.pixels += pixels * len(views)
        walk.flops += flops * len(views)
        yield from (
            (view.window, heat, None, walk.spent(view.window, pixels, flops))
            for view, heat in zip(views, heats, strict=True)
        )
    else:
        answered = walk.answer(views)
        flops = answered.flops / len(views)
        for view, heat, reply in zip(views, heats, answered.views, strict=True):
            part = assembly.part_of(
                view.window, reply, walk.scene.info, walk.level, walk.calibrated
            )
            if (
                view.window.role in COARSE
                and walk.wanted.policy in cropping.CROPPING
                and not walk.outlined
            ):
                part = WindowResult(view.window)  # masks come from C2 alone
            yield view.window, heat, part, walk.spent(view.window, pixels, flops)


def _see_as_one(walk: _Walk, views: Sequence[View]) -> Iterator[_Looked]:
    """What is seen in windows of full size, in one input with all coarse views.

    The first time the coarse ones are answered, too.
    """
    coarse, first = _coarse_views(walk), not walk.told
    walk.first = walk.first or coarse[0]
    own = coarse if first and walk.outlined else []
    before = walk.pixels, walk.flops
    reply = walk.answer([*own, *views], [] if own else coarse)
    walk.pixels = before[0] + sum(
        v.window.width * v.window.height for v in (*views, *(coarse if first else ()))
    )
    parts = _parts(walk, [*own, *views], reply)
    walk.told = True
    for view, part in zip(own, parts, strict=False):
        walk.parts.append(part)
        if walk.journal is not None:
            walk.journal.keep(view.window, part=part)
    pixels, flops = walk.pixels - before[0], walk.flops - before[1]
    for view, part in zip(views, parts[len(own) :], strict=True):
        yield view.window, None, part, walk.spent(view.window, pixels, flops)
        pixels, flops = 0, 0.0  # what the input cost is told of its first window


def _read(walk: _Walk, window: Window, needed: bool) -> View:
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


def _read_ahead(
    walk: _Walk, windows: Sequence[Window], scouting: bool, heated: bool, unit: int = 1
) -> Iterator[Read]:
    """Windows with their views, the next ones being read meanwhile.

    Or with what the journal kept of them.

    unit: so many windows are one input; kept of them is all or nothing, and one process looks at
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
                                copy_context().run, _read, walk, window, len(windows) == 1
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
