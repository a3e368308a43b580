"""The map layers of an answer as plain values: regions, search windows and the relevance map."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from geomagnifier.export import heatmap
from geomagnifier.results import Answer
from geomagnifier.server.ui import presentation
from geomagnifier.server.ui.map_coordinates import MapCoordinates, Pairs, outline

REGIONS = 10_000
"""Most regions on the map, those with the highest scores; a browser draws more of them slowly."""
POINTS = 300_000
"""Most points of their outlines; regions beyond are drawn as boxes."""
WINDOWS = 2000
"""Most search windows of each kind on the map."""


def document(answer: Answer, places: MapCoordinates) -> dict[str, Any]:
    """An answer as scene_map.js reads it.

    Args:
        answer: to draw.
        places: of its scene.

    Returns:
        `colours` by class number, `regions` with class number (`kind`), text and rings, rings of
        the windows `crops`, `skipped` and `broken`, and the bounds of `heat`; all coordinates are
        those of the map.
    """
    best = sorted(presentation.region_order(answer, "score")[:REGIONS])
    points = 0
    drawn: list[dict[str, Any]] = []
    rings: list[Sequence[Pairs]] = []
    for row in presentation.region_rows(answer, best):
        region = answer.regions[row.number - 1]
        own = region.polygon if points < POINTS else ()
        points += sum(len(ring) for ring in own)
        facts = [f"{row.score:.2f} score", row.pixels, row.metres, row.area]
        drawn.append(
            {
                "number": row.number,
                "kind": row.kind,
                "label": row.label,
                "phrase": row.phrase,
                "facts": [fact for fact in facts if fact],
                "masked": bool(own),
            }
        )
        rings.append(own or (outline(region.box),))
    placed = iter(places.rings([ring for own in rings for ring in own]))
    # Rings of holes and of islands go together: the map fills them by the even-odd rule.
    for region_json, outlines in zip(drawn, rings, strict=True):
        region_json["rings"] = [next(placed) for _ in outlines]
    windows = {
        name: places.rings([outline(box.tuple()) for box in boxes[:WINDOWS]])
        for name, boxes in (
            ("crops", answer.trace.crops),
            ("skipped", tuple(box for box, _ in (*answer.trace.skipped, *answer.trace.closed))),
            ("broken", answer.trace.broken),
        )
    }
    return {
        "colours": presentation.class_colours(answer),
        "regions": drawn,
        "heat": None if answer.trace.heat is None else places.bounds,
        **windows,
    }


def heat_picture(answer: Answer, places: MapCoordinates) -> bytes:
    """The relevance map over `places.bounds` as PNG, scaled to its own maximum.

    Low values are black: the map adds the image to the scene.

    Args:
        answer: with `trace.heat`.
        places: of its scene.
    """
    from PIL import Image

    assert answer.trace.heat is not None
    warm = places.warped(answer.trace.heat)
    shown = heatmap.colour(np.nan_to_num(warm / max(float(answer.trace.heat.max()), 1e-9)))
    shown[np.isnan(warm)] = 0
    file = io.BytesIO()
    Image.fromarray(shown).save(file, "PNG")
    return file.getvalue()
