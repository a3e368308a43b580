"""Rows of an index.

Arrow's schema of them, to and from hits, and the rough choice in SQL that goes before the exact
one.

A row is a picture as a whole (tile 0), one of its tiles, or a picture that could not be read, which
has a reason and no vector.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geomagnifier.export.search_hit import Hit
from geomagnifier.geometry import Box
from geomagnifier.raster import footprint
from geomagnifier.retrieval.embeddings import Looked
from geomagnifier.retrieval.query import SearchQuery

SHOWN = [
    "path",
    "tile",
    "x0",
    "y0",
    "x1",
    "y1",
    "width",
    "height",
    "gsd",
    "crs",
    "date",
    "date_from",
    "outline",
]
"""Columns that a hit is made of."""


def schema(dimension: int) -> Any:
    """Paths are relative to the folder of the archive, with slashes; boxes are scene px.

    Dates are UTC; outlines are WKB in degrees.

    Vectors are of unit length, in half precision: cosines are off by less than 0.001, and a query
        reads half as much.
    """
    import pyarrow as pa

    reals = [(name, pa.float64()) for name in ("x0", "y0", "x1", "y1")]
    sides = [(name, pa.float64()) for name in ("west", "south", "east", "north")]
    return pa.schema(
        [
            pa.field("path", pa.string(), nullable=False),
            pa.field("stamp", pa.string(), nullable=False),
            pa.field("reason", pa.string()),
            ("tile", pa.int32()),
            *reals,
            ("width", pa.int32()),
            ("height", pa.int32()),
            ("gsd", pa.float64()),
            ("crs", pa.string()),
            ("date", pa.timestamp("us")),
            ("date_from", pa.string()),
            ("outline", pa.binary()),
            *sides,
            ("vector", pa.list_(pa.float16(), dimension)),
        ]
    )


def rows(looked: Looked, name: str, stamp: str) -> list[dict[str, Any]]:
    """Rows of one picture.

    Args:
        name: its path in the index.
    """
    if looked.reason is not None:
        return [{"path": name, "stamp": stamp, "reason": looked.reason}]
    made = []
    for number, vector in enumerate(looked.vectors):
        hit = vector.hit
        box = hit.tile or Box(0, 0, hit.width, hit.height)
        west, south, east, north = hit.bounds or (None, None, None, None)
        made.append(
            {
                "path": name,
                "stamp": stamp,
                "tile": number,
                **dict(zip(("x0", "y0", "x1", "y1"), box.tuple(), strict=True)),
                "width": hit.width,
                "height": hit.height,
                "gsd": hit.gsd,
                "crs": hit.crs,
                "date": hit.date,
                "date_from": hit.date_from,
                "outline": hit.outline,
                "west": west,
                "south": south,
                "east": east,
                "north": north,
                "vector": np.asarray(vector.numbers, np.float16),
            }
        )
    return made


def arrow(batch: Sequence[dict[str, Any]], dimension: int) -> Any:
    """Rows as an Arrow table."""
    import pyarrow as pa

    return pa.Table.from_pylist(list(batch), schema(dimension))


def hits(found: Any, root: Path) -> list[Hit]:
    """Hits of an Arrow table with the columns SHOWN and, of a ranking, `_distance`."""
    columns = {name: found[name].to_pylist() for name in found.schema.names}
    far = columns.get("_distance", [None] * found.num_rows)
    made = []
    for i, path in enumerate(columns["path"]):
        tile = (
            Box(*(columns[side][i] for side in ("x0", "y0", "x1", "y1")))
            if columns["tile"][i]
            else None
        )
        score = None if far[i] is None else 1 - float(far[i])
        known = (
            columns[name][i]
            for name in ("width", "height", "gsd", "crs", "date", "date_from", "outline")
        )
        made.append(Hit(Path(os.path.join(root, path)), score, tile, *known))
    return made


def condition(wanted: SearchQuery) -> str:
    """SQL that all rows fulfil that fit; some that it lets through do not."""
    parts = ["reason IS NULL"]
    if wanted.vector is None:
        parts.append("tile = 0")
    parts += [_overlap(box) for box in wanted.boxes]
    if wanted.after is not None:
        parts.append(f"date >= timestamp '{wanted.after.isoformat(sep=' ')}'")
    if wanted.before is not None:
        parts.append(f"date < timestamp '{wanted.before.isoformat(sep=' ')}'")
    return " AND ".join(parts)


def _overlap(box: footprint.Bounds) -> str:
    """Of the bounds of a row and a box; either may lie across the antimeridian."""
    west, south, east, north = box
    sides = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    along = " OR ".join(
        f"(west <= east AND west <= {right!r} AND east >= {left!r}) OR (west > east AND (west <="
        f" {right!r} OR east >= {left!r}))"
        for left, right in sides
    )
    return f"south <= {north!r} AND north >= {south!r} AND ({along})"
