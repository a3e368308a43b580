"""Tiled inference over a scene, coarse to fine, within a budget of time, pixels and memory.

    first view -> classes and their size -> plan -> wide windows -> relevance map -> cropping.step
    -> closer windows -> window results

The next windows are read from the file while the network runs (`window_reader`). A window that
cannot be read is left out and reported; one that was finished in an earlier run
(`inference/resume.py`) is not answered again.

The paper's search answers once, when all of I' has been read: C1 (+) D(I), or C2 (+) D(C1) (+)
D(D(I)), in one input.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from geomagnifier.errors import GeomagWarning
from geomagnifier.inference import cropping, resolution
from geomagnifier.inference import merge as assembly
from geomagnifier.inference.first_view import first_view
from geomagnifier.inference.resume import Spent
from geomagnifier.inference.scan_state import BY, ScanConfig, ScanResult, ScanState
from geomagnifier.inference.view_groups import (
    Read,
    Stopwatch,
    by_size,
    in_one,
    is_blank,
    together,
    whole_heat,
)
from geomagnifier.inference.view_limits import area_of, as_before, asked_about, bounded, heat_within
from geomagnifier.inference.window_reader import begin_again, read_ahead, read_window, show_again
from geomagnifier.model_protocol import Model
from geomagnifier.raster.halt import Halted
from geomagnifier.raster.preview import Preview
from geomagnifier.raster.scene import Scene
from geomagnifier.results import ModelOutput, Trace, WindowResult
from geomagnifier.types import (
    COARSE,
    CropRequest,
    Floats,
    Granularity,
    Plan,
    Query,
    View,
    Window,
)

_Looked = tuple[Window, Floats | None, WindowResult | None, Spent | None]
"""A window with its relevance map, its result, or both; and what it cost, None where an earlier run
has answered it.
"""


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
    if wanted.memory is not None and wanted.journal is not None:
        spec = as_before(spec, wanted.journal)
    area = area_of(scene.info, query, spec, level)
    if spec.view_pixels < min(model.spec.view_pixels, area.area) and level is not Granularity.IMAGE:
        side, usual = (math.sqrt(pixels) for pixels in (spec.view_pixels, model.spec.view_pixels))
        message = (
            f"max_memory allows windows of {side:.0f} px only, instead of {usual:.0f} px; objects"
            " may be missed that a higher limit finds"
        )
        warnings.warn(message, GeomagWarning, stacklevel=2)
    walk = ScanState(
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
        plan = first_view(walk, spec, area)
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
                tiles = lambda look: [  # noqa: E731
                    CropRequest(w.box, look.shrink, look.role, w.core)
                    for w in resolution.windows(look, spec, plan.aspect)
                ]
                looks, state = cropping.step(state, heats, price, tiles)
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
    if walk.reply is None:  # everything came out of the journal, or is blank
        begin_again(walk)
    if walk.reply is None or walk.first is None:
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
        f"{spec.name} {spec.version}",
    )
    return ScanResult(walk.parts, walk.reply, trace, walk.first, preview, walk.stopped)


def _visit(
    walk: ScanState, windows: Sequence[Window], state: cropping.Search, before: cropping.Heats
) -> list[tuple[Window, Floats]]:
    """Answer windows, those of one size together; returns the relevance maps of a coarse round.

    before: the maps that led to these windows.
    """
    scouting = (state.plan.scouted and state.round == 0) or (walk.joint and not state.done)
    whole = walk.joint and state.done
    if whole:
        _recall_coarse(walk, windows)
    heats: list[tuple[Window, Floats]] = []
    known, shown = walk.done + len(windows), walk.done
    groups = in_one(windows) if whole else together(windows if walk.joint else by_size(windows))
    walk.planned += groups
    for group in read_ahead(walk, groups, scouting, not state.done):
        if any(view is not None for _, view, _, _ in group) and not walk.stopped:
            try:
                begin_again(walk, group[0][0])
            except Halted:
                walk.stopped = True
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
                walk.keep(part)
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


def _recall_coarse(walk: ScanState, windows: Sequence[Window]) -> None:
    """Take the results of the coarse views from the journal of a resumed search.

    Only where the windows that were one input with them are kept as well.
    """
    first = in_one(windows)[:1]
    if (
        walk.journal is None
        or not first
        or any(walk.journal.part(window) is None for window in first[0])
    ):
        return
    kept = [part for window in walk.coarse if (part := walk.journal.part(window)) is not None]
    # where all of them are blank there was no input
    answered = any(walk.journal.spent(window).pixels for window in first[0])
    walk.told = answered and (len(kept) == len(walk.coarse) or not walk.outlined)
    walk.parts += kept if walk.told else []


def _coarse_views(walk: ScanState) -> list[View]:
    """The coarse views of the paper's I', read again where an earlier run has looked at them."""
    held = {view.window: view for view in walk.beside}
    return [
        held[window] if window in held else read_window(walk, window, needed=False)
        for window in walk.coarse
    ]


def _tell_coarse(walk: ScanState) -> None:
    """Answer the coarse views where no window was read at full size.

    Nothing is there, or the search was ended before.
    """
    views = _coarse_views(walk)
    close = any(window.role not in COARSE for window in walk.windows)
    reply = walk.answer(views, [])
    if walk.outlined or not close:
        walk.parts += _parts(walk, views, reply)


def _parts(walk: ScanState, views: Sequence[View], reply: ModelOutput) -> list[WindowResult]:
    """The results of views, placed on the scene."""
    info, level = walk.scene.info, walk.level
    return [
        assembly.part_of(v.window, one, info, level, walk.calibrated)
        for v, one in zip(views, reply.views, strict=True)
    ]


def _see(
    walk: ScanState, group: Sequence[Read], state: cropping.Search, scouting: bool
) -> Iterator[_Looked]:
    """The relevance maps and results of a group of windows."""
    views = []
    for window, view, heat, part in group:
        if view is None:  # from the journal, or left to others
            if walk.journal is not None and (heat is not None or part is not None):
                walk.take_over(walk.journal.spent(window))
                show_again(walk, window)
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


def _see_as_one(walk: ScanState, views: Sequence[View]) -> Iterator[_Looked]:
    """The results of full-size windows, in one input with all coarse views.

    The first time the coarse views are answered as well.
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
