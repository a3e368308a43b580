"""The first view of an adaptive search: what is asked for, how large it is, and so the plan."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace

import numpy as np

from geomagnifier.errors import GeomagWarning
from geomagnifier.geometry import Box
from geomagnifier.inference import cropping, resolution
from geomagnifier.inference import merge as assembly
from geomagnifier.inference.scan_state import ScanState
from geomagnifier.inference.window_reader import read_window
from geomagnifier.raster.halt import Halted
from geomagnifier.types import (
    LEVEL,
    ModelSpec,
    Plan,
)


def first_view(walk: ScanState, spec: ModelSpec, area: Box) -> Plan | None:
    """Answer a first view, and plan the rest of the search; None where nothing is left.

    It says what is asked for and how large that is. An area that fits a view is answered as it is,
    and that is all, unless the targets are so small that they must be enlarged.

    Args:
        walk: the search.
        spec: of the model, its views bounded by the memory.
        area: what is searched, scene px.
    """
    fixed = resolution.fixed_shrink(walk.scene.info, spec)
    fits = area.area / (fixed or 1.0) ** 2 <= spec.view_pixels and not walk.wanted.settled
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
        view = read_window(walk, window, needed=fits)
    reply = walk.answer([view])
    walk.windows.append(window)
    kinds = (*reply.asked, *reply.landmarks)
    if reply.named and not fits:  # what a large box shows: seen as large as a view can be
        return resolution.plan(walk.level, walk.scene.info, spec, "shrink", area)
    if fits:
        walk.preview.add(view)
        walk.keep(
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
    if fits and objects and unknown and walk.wanted.enlarge and fixed is None:
        _levels(walk, area)
    if fits and (closer >= 1 or fixed is not None):
        return None
    plan = resolution.plan(walk.level, walk.scene.info, spec, "adaptive", area, length, closer)
    plan = replace(plan, beside=told)
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


def _levels(walk: ScanState, area: Box) -> None:
    """See the same area at a half, a quarter and an eighth of its size.

    Objects that look larger than in the training images are found there.
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
                view = read_window(walk, window, needed=False)
            except Halted:
                walk.stopped = True
                return
        reply = walk.answer([view])
        walk.windows.append(window)
        part = assembly.part_of(
            window, reply.views[0], walk.scene.info, walk.level, calibrated=False
        )
        walk.keep(replace(part, layers=()))  # land cover is outlined at full size
