"""How large the views of a search may be, and what of a scene they must show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geomagnifier.geometry import Box
from geomagnifier.inference import resolution
from geomagnifier.inference.resume import Journal
from geomagnifier.memory import give_back, resident
from geomagnifier.model_protocol import Model
from geomagnifier.types import Floats, Granularity, ModelSpec, Query, SceneInfo, View, Window

RESERVED = 300e6
"""Bytes kept back from `max_memory`: what the first look loads once for all, the raster library's
blocks, views read ahead, regions, files to be written.
"""
ALIKE = 1.1
"""Views of an earlier run may be so many times as large as what fits now: a part of what is kept
back.
"""
MARGIN = 320
"""Scene px of context around a given box in a scene too large for one view."""


def bounded(model: Model, memory: float) -> ModelSpec:
    """The model's spec with views that fit into the memory.

    The model caches in what the views leave, and nothing if they need it.

    Args:
        model: of `load_model`.
        memory: bytes that the process may hold.

    Raises:
        OptionError: it is too little.
    """
    spec, held = model.spec, resident() + RESERVED
    left = memory - held - spec.view_pixels * spec.pixel_bytes
    if left < 0:
        model.remember(0)
        give_back()
        return resolution.bounded(spec, memory, resident() + RESERVED)
    model.remember(left)
    return spec


def as_before(spec: ModelSpec, journal: Journal) -> ModelSpec:
    """The spec with views as large as those that a journal was begun with.

    Views of another size would make other windows, and the journal could not be used. The memory
    that a process holds when it starts is never quite the same, nor is what fits beside it. Where
    much less fits than before, the spec is returned as it is.

    Args:
        spec: of the model, with views that fit the memory now.
        journal: of the search, new or begun.
    """
    pixels, tile, overlap = journal.settled("views", [spec.view_pixels, spec.tile, spec.overlap])
    return (
        replace(spec, view_pixels=pixels, tile=tile, overlap=overlap)
        if pixels <= ALIKE * spec.view_pixels
        else spec
    )


def area_of(scene: SceneInfo, query: Query, spec: ModelSpec, level: Granularity) -> Box:
    """The part of the scene that must be searched.

    All of it, or the surroundings of the box or area in a scene too large for one view. An
    image-level question about an area is about its bounding box.

    Args:
        scene: its size.
        query: with a box or area, or without.
        spec: with the largest view.
        level: how closely the scene is searched.
    """
    if query.area is not None and level is Granularity.IMAGE:
        return query.area.box
    whole, part = scene.box, query.box if query.area is None else query.area.box
    if part is None or whole.area <= spec.view_pixels:
        return whole
    grown = part.grown(MARGIN).intersection(whole)
    assert grown is not None
    return Box(math.floor(grown.x0), math.floor(grown.y0), math.ceil(grown.x1), math.ceil(grown.y1))


def asked_about(query: Query, windows: Sequence[Window]) -> tuple[Window, ...]:
    """The windows that cover a part of the area of interest; all where there is none.

    Args:
        query: with an area, or without.
        windows: of a plan.
    """
    return tuple(
        window for window in windows if query.area is None or query.area.meets(window.core)
    )


def heat_within(query: Query, view: View, heat: Floats) -> Floats:
    """A view's relevance map, 0 outside the area of interest.

    Args:
        query: with an area, or without.
        view: of the map.
        heat: (h, w), cells of one size.
    """
    if query.area is None:
        return heat
    return np.asarray(
        np.where(query.area.cells(view.window.box, (heat.shape[0], heat.shape[1])), heat, 0),
        np.float32,
    )
