"""Write the regions of an answer as a CSV table, one row each."""

from __future__ import annotations

import csv
from pathlib import Path

from geomagnifier.raster import shapes
from geomagnifier.results import Answer

BOX = ("x0", "y0", "x1", "y1")
"""Columns of the box, scene px."""


def write_csv(path: Path, answer: Answer) -> None:
    """Write a table with a header: number, the fields of the other formats, and the box.

    Args:
        path: of the file, which is written as it is; UTF-8.
        answer: with the regions.
    """
    regions = answer.regions
    rows = shapes.properties(answer, regions, shapes.geometries(regions))
    fields = ["number", *(rows[0] if rows else ()), *BOX]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, fields)
        table.writeheader()
        for number, (region, row) in enumerate(zip(regions, rows, strict=True), 1):
            box = dict(zip(BOX, (round(side, 2) for side in region.box), strict=True))
            table.writerow({"number": number, **row, **box})
