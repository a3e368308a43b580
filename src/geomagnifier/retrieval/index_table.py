"""Convert hits to rows of an index and back, and a query to the SQL that preselects rows.

A row is an image as a whole (tile 0), one of its tiles, or an image that could not be read, which
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
"""Columns from which a hit is made."""


def schema(dimension: int) -> Any:
    """Return the Arrow schema of the table.

    Paths are relative to the folder of the archive, with slashes; boxes are in scene px, dates in
    UTC, outlines WKB in degrees. Vectors are of unit length in half precision: cosines are off by
    less than 0.001, and a query reads half as many bytes.
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
    """Make the rows of one image.

    Args:
        looked: its vectors, or why there are none.
        name: its path in the index.
        stamp: of its file, to tell whether it has changed.
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
    """Make an Arrow table of rows.

    Args:
        batch: from `rows`.
        dimension: numbers of a vector.
    """
    import pyarrow as pa

    return pa.Table.from_pylist(list(batch), schema(dimension))


def hits(found: Any, root: Path) -> list[Hit]:
    """Make hits of an Arrow table.

    Args:
        found: with the columns SHOWN and, from a ranking, `_distance`.
        root: folder of the archive.
    """
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
    """Return SQL that every row that fits fulfils; some rows that fulfil it do not fit."""
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
    """Return SQL for rows whose bounds overlap a box; either may cross the antimeridian."""
    west, south, east, north = box
    sides = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    along = " OR ".join(
        f"(west <= east AND west <= {right!r} AND east >= {left!r}) OR (west > east AND (west <="
        f" {right!r} OR east >= {left!r}))"
        for left, right in sides
    )
    return f"south <= {north!r} AND north >= {south!r} AND ({along})"
