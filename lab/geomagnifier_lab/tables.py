"""Print tables of figures, or the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any


def print_tables(
    found: dict[str, Any],
    tables: dict[str, list[dict[str, Any]]],
    as_json: bool,
    left: Collection[str] | None = None,
) -> None:
    """Print results as tables, or as one JSON object; columns without a value are left out.

    Args:
        found: the results, printed as JSON.
        tables: rows by title of the table; a row maps column to value.
        as_json: print `found`, and not the tables.
        left: columns that are aligned left; None: those with text.
    """
    if as_json:
        print(json.dumps(found))
        return
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table

    console = Console(markup=False, emoji=False)  # custom classes may have any name
    for title, rows in ((title, rows) for title, rows in tables.items() if rows):
        table = Table(box=None, padding=(0, 2, 0, 0))
        names = [
            name
            for name in dict.fromkeys(n for row in rows for n in row)
            if any(row.get(name) is not None for row in rows)
        ]
        for name in names:
            words = (
                any(isinstance(row.get(name), str) for row in rows)
                if left is None
                else name in left
            )
            table.add_column(name, justify="left" if words else "right")
        for row in rows:
            values = (row.get(name) for name in names)
            table.add_row(
                *(
                    (
                        ""
                        if value is None
                        else f"{value:.3g}"
                        if isinstance(value, float)
                        else str(value)
                    )
                    for value in values
                )
            )
        console.width = max(
            console.width,
            Measurement.get(console, console.options.update(max_width=1000), table).maximum,
        )
        if title:
            console.print(title, style="italic", highlight=False, markup=False)
        console.print(table)
