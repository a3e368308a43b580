"""The log of a run, one JSON object a line: whole after any crash, each step once.

A run that was killed goes on from its last checkpoint and repeats some steps; their old rows are
dropped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from geomagnifier.atomic import Staging

Row = Mapping[str, Any]


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a log; none where there is no file. A line that was cut short is left out."""
    if not path.exists():
        return []
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows


def add(path: Path, rows: Iterable[Row]) -> None:
    """Append rows.

    Rows of later steps are dropped, and those of the same step and sort: with `seconds`, of
    training; without, figures.

    Args:
        path: of the log.
        rows: to append.

    Raises:
        OutputError: the disk is full, or cannot be written to; the log is as it was.
    """
    kept: list[Row] = list(read(path))
    for row in rows:
        timed = "seconds" in row
        kept = [
            r
            for r in kept
            if r["step"] < row["step"] or (r["step"] == row["step"] and ("seconds" in r) != timed)
        ]
        kept.append(row)
    with Staging(path.parent, stale=0) as stage:
        stage.path(path.name).write_text(
            "".join(json.dumps(dict(row)) + "\n" for row in kept), encoding="utf-8"
        )
