"""An answer as the map draws it: regions, places looked at, and the heat map as a picture.

Plain values, no browser.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from geomagnifier.export import heatmap as colouring
from geomagnifier.results import Answer
from geomagnifier.server.ui import presentation
from geomagnifier.server.ui.map_coordinates import Pairs, Places, outline

REGIONS, POINTS = 10_000, 300_000
"""The most regions on the map, and points of their outlines: a browser draws no more of them
smoothly. The best ones are drawn.
"""

LOOKS = 2000
"""The most places looked at on the map."""


def document(answer: Answer, places: Places) -> dict[str, Any]:
    """What the map needs.

    `colours` by kind, `regions` with their facts, `crops`, `skipped` and `broken` places, where
    `heat` lies.
    """
    best = sorted(presentation.order(answer, "score")[:REGIONS])
    points = 0
    drawn: list[dict[str, Any]] = []
    rings: list[Sequence[Pairs]] = []
    for row in presentation.rows(answer, best):
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
    for one, outlines in zip(drawn, rings, strict=True):
        one["rings"] = [
            next(placed) for _ in outlines
        ]  # filled by the even-odd rule: holes need not be told from islands
    looks = {
        name: places.rings([outline(box.tuple()) for box in boxes[:LOOKS]])
        for name, boxes in (
            ("crops", answer.trace.crops),
            ("skipped", tuple(box for box, _ in (*answer.trace.skipped, *answer.trace.closed))),
            ("broken", answer.trace.broken),
        )
    }
    return {
        "colours": presentation.colours(answer),
        "regions": drawn,
        "heat": None if answer.trace.heat is None else places.bounds,
        **looks,
    }


def heat_picture(answer: Answer, places: Places) -> bytes:
    """The heat map over `places.bounds`, brought to its own maximum, as a PNG whose cold places are black: the map adds it to the scene.

    Args:
        answer: with `trace.heat`.
        places: of its scene.
    """
    from PIL import Image

    assert answer.trace.heat is not None
    warm = places.warped(answer.trace.heat)
    shown = colouring.colour(np.nan_to_num(warm / max(float(answer.trace.heat.max()), 1e-9)))
    shown[np.isnan(warm)] = 0
    file = io.BytesIO()
    Image.fromarray(shown).save(file, "PNG")
    return file.getvalue()
