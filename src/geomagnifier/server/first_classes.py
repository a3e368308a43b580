"""What a picture may hold, from one small view of it, so that suggested questions fit it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from geomagnifier.model_protocol import Model
from geomagnifier.raster.scene import Scene
from geomagnifier.types import Granularity, Query, Window

PIXELS = 60_000
"""Pixels of the view: it costs about as much as asking what kind of place it is."""
OBJECTS = 3
"""Classes of objects that are named."""
SHARE = 0.03
"""Least share of the view that a class of land cover has to be named."""


@dataclass(frozen=True)
class FirstClasses:
    """Classes in a first view, the most frequent first."""

    objects: tuple[str, ...] = ()
    """Classes with separate objects."""
    cover: str = ""
    """The class of land cover with the largest share, "" without one."""


def first_classes(scene: Scene, model: Model) -> FirstClasses:
    """Look at the whole scene once, shrunk to `PIXELS`.

    Small objects of a large scene are not seen that way; there are then fewer classes.

    Args:
        scene: that is open.
        model: of the service.
    """
    info, spec = scene.info, model.spec
    shrink = max(1.0, (info.pixels / PIXELS) ** 0.5)
    width, height = max(1, round(info.width / shrink)), max(1, round(info.height / shrink))
    view = scene.read(Window(info.box, width, height, "whole", info.box))
    query = Query("What is in the picture?", kinds=spec.kinds)
    said = model.answer(query, Granularity.REGION, [view]).views[0]
    separate = spec.objects or spec.kinds
    counts = Counter(one.label for one in said.found if one.label in separate)
    objects = tuple(label for label, _ in counts.most_common(OBJECTS))
    shares = {
        one.label: float((one.probability >= one.threshold).mean())
        for one in said.covers
        if one.label not in separate
    }
    largest = max(shares, key=lambda label: shares[label], default="")
    return FirstClasses(objects, largest if shares.get(largest, 0.0) >= SHARE else "")
