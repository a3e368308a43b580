"""Write the footprints of search hits as GeoJSON, a layer that any GIS shows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from geomagnifier.atomic import Staging
from geomagnifier.export.search_hit import Hit, to_json


def write_layer(target: Path, query: str | Path, hits: Sequence[Hit]) -> int:
    """Write the footprints of hits as one layer in longitude and latitude (RFC 7946).

    Args:
        target: the .geojson file.
        query: words, or the path of the image that was looked for.
        hits: best first.

    Returns:
        The number of hits that are not georeferenced: their features have no geometry.

    Raises:
        OutputError: the folder is not writable, or the disk is full.
    """
    features = []
    for rank, hit in enumerate(hits, 1):
        fields = to_json(hit)
        place = fields.pop("footprint", None)
        features.append(
            {"type": "Feature", "geometry": place, "properties": {"rank": rank, **fields}}
        )
    written = {
        "type": "FeatureCollection",
        "name": "hits",
        "query": str(query),
        "features": features,
    }
    with Staging(target.parent) as stage:
        stage.path(target.name).write_text(
            json.dumps(written, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    return sum(hit.outline is None for hit in hits)
