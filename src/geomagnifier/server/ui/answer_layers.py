"""The map layers of an answer as plain values: regions, search windows and the relevance map."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from geomagnifier.export import heatmap
from geomagnifier.export.class_colours import class_colours
from geomagnifier.mask_outlines import Ring
from geomagnifier.raster.smooth_outlines import smooth_outlines
from geomagnifier.results import Answer, Region
from geomagnifier.server.ui import presentation
from geomagnifier.server.ui.map_coordinates import MapCoordinates, Pairs, outline
from geomagnifier.server.ui.page_language import _

REGIONS = 10_000
"""Most regions on the map, those with the highest scores; a browser draws more of them slowly."""
POINTS = 300_000
"""Most points of their outlines as they are drawn; regions beyond are drawn as boxes."""
TRACED = 2_000_000
"""Most points along pixel edges from which these are made; so are regions beyond."""
WINDOWS = 2000
"""Most search windows of each kind on the map."""


def document(answer: Answer, places: MapCoordinates) -> dict[str, Any]:
    """An answer as scene_map.js reads it.

    Args:
        answer: to draw.
        places: of its scene.

    Returns:
        `colours` by class number, `unit` of the regions' `extent`, `total` of the answer's regions,
        of which `regions` are shown, with class number (`kind`), text and rings; `boxed`, how many
        of them have outlines and are drawn as boxes; rings of the windows `crops`, `skipped` and
        `broken`, and the bounds of `heat`; all coordinates are those of the map.
    """
    best = sorted(presentation.region_order(answer, "score")[:REGIONS])
    traced = 0
    metres = answer.scene.px_metres is not None
    drawn: list[dict[str, Any]] = []
    outlines: list[Sequence[Ring]] = []
    for row in presentation.region_rows(answer, best):
        region = answer.regions[row.number - 1]
        own = region.polygon if traced < TRACED else ()
        traced += sum(len(ring) for ring in own)
        box = presentation.box_text(row.pixels)
        facts = [_("score {score}").format(score=f"{row.score:.2f}"), box, row.metres, row.area]
        sizes = [size for size in (row.metres, row.area, box) if size]
        drawn.append(
            {
                "number": row.number,
                "kind": row.kind,
                "label": row.label,
                "phrase": row.phrase,
                "facts": [fact for fact in facts if fact],
                "score": round(row.score, 4),
                "size": sizes[:2],
                "extent": row.extent,
            }
        )
        outlines.append(own)
    points, boxed = 0, 0
    rings: list[Sequence[Pairs]] = []
    for number, region_json, smooth in zip(best, drawn, _smooth(outlines), strict=True):
        region = answer.regions[number - 1]
        region_json["masked"] = masked = bool(smooth) and points < POINTS
        boxed += region.segmentation is not None and not masked
        points += sum(len(ring) for ring in smooth)
        rings.append(smooth if masked else (outline(region.box),))
    placed = iter(places.rings([ring for own in rings for ring in own]))
    # Rings of holes and of islands go together: the map fills them by the even-odd rule.
    for region_json, own_rings in zip(drawn, rings, strict=True):
        region_json["rings"] = [next(placed) for _ in own_rings]
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
        "unit": "m2" if metres else "px",
        "regions": drawn,
        "total": len(answer.regions),
        "boxed": boxed,
        "heat": None if answer.trace.heat is None else places.bounds,
        **windows,
    }


def early(regions: Sequence[Region], start: int, places: MapCoordinates) -> dict[str, Any]:
    """Regions found so far in a search that goes on, as scene_map.js reads them.

    Args:
        regions: all of them, in the order in which they were found.
        start: how many of them the map has already.
        places: of their scene.

    Returns:
        `regions` with `colour` and `rings` in the coordinates of the map, and `until`, how many it
        has then.
    """
    colours = class_colours(region.label for region in regions)
    new = regions[start:]
    smooth = _smooth([region.polygon or () for region in new])
    rings: list[Sequence[Pairs]] = [
        own or (outline(region.box),) for region, own in zip(new, smooth, strict=True)
    ]
    placed = iter(places.rings([ring for own in rings for ring in own]))
    drawn = [
        {
            "colour": "#{:02x}{:02x}{:02x}".format(*colours[region.label]),
            "rings": [next(placed) for _ in own],
        }
        for region, own in zip(new, rings, strict=True)
    ]
    return {"regions": drawn, "until": len(regions)}


def heat_picture(answer: Answer, places: MapCoordinates) -> bytes:
    """The relevance map over `places.bounds` as PNG, scaled to its own maximum.

    Low values are transparent: the scene is seen through them as it is.

    Args:
        answer: with `trace.heat`.
        places: of its scene.
    """
    from PIL import Image

    assert answer.trace.heat is not None
    warm = places.warped(answer.trace.heat)
    share = np.nan_to_num(warm / max(float(answer.trace.heat.max()), 1e-9))
    strength = np.rint(255 * np.clip(share, 0, 1)).astype(np.uint8)
    shown = np.concatenate((heatmap.colour(share), strength[..., None]), axis=2)
    file = io.BytesIO()
    Image.fromarray(shown).save(file, "PNG")
    return file.getvalue()


def _smooth(outlines: Sequence[Sequence[Ring]]) -> list[Sequence[Pairs]]:
    """Outlines of regions as they are drawn; regions without one have none."""
    smooth = smooth_outlines(outlines)
    return [[ring.tolist() for ring in own] for own in smooth]
