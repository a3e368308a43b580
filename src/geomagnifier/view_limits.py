"""How large the views of a search may be, and what of a scene they must show."""

from __future__ import annotations

import math

from geomagnifier import resolution
from geomagnifier.geometry import Box
from geomagnifier.io.memory import give_back, resident
from geomagnifier.protocol import Model
from geomagnifier.values import ModelSpec, Query, SceneInfo

RESERVED = 300e6
"""Bytes kept back from `max_memory`: what the first look loads once for all, the raster library's blocks, views read ahead, regions,
files to be written."""
MARGIN = 320
"""Scene px of context around a given box in a scene too large for one view."""


def bounded(model: Model, memory: float) -> ModelSpec:
    """The model's spec with views that fit into the memory; the model keeps what it sees in what they leave, and nothing if they need it.

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


def area_of(scene: SceneInfo, query: Query, spec: ModelSpec) -> Box:
    """What must be looked at: everything, or the surroundings of the box in a scene too large for one view."""
    whole = scene.box
    if query.box is None or whole.area <= spec.view_pixels:
        return whole
    grown = query.box.grown(MARGIN).intersection(whole)
    assert grown is not None
    return Box(math.floor(grown.x0), math.floor(grown.y0), math.ceil(grown.x1), math.ceil(grown.y1))
