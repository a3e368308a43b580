"""A bar while a command works; now and then a line where no terminal shows it.

Lines for a program that runs it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geomagnifier.inference.scan_state import Progress


SILENT = 30.0
"""Seconds from one line to the next where there is no terminal, as in a log."""


@contextmanager
def progress_bar(of: str = "windows") -> Iterator[Progress]:
    """A bar on stderr, where a person looks on and there is more than one thing to wait for.

    Elsewhere a line every half minute.

    With GEOMAG_PROGRESS=lines in the environment a line for each step instead, "geomag: 3 of 17
    windows", for a program that looks on.
    """
    if os.environ.get("GEOMAG_PROGRESS") == "lines":
        yield lambda done, total: print(
            f"geomag: {done} of {total} {of}", file=sys.stderr, flush=True
        )
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _seldom(of)
        return
    columns = (TextColumn(of), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task(of, total=None, visible=False)

        def move(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total, visible=total > 1)

        yield move


def _seldom(of: str) -> Progress:
    """Says how far it is, but not all the time."""
    said = [time.monotonic()]

    def move(done: int, total: int) -> None:
        if total > 1 and time.monotonic() - said[0] >= SILENT:
            said[0] = time.monotonic()
            print(f"geomag: {done:,} of {total:,} {of}", file=sys.stderr, flush=True)

    return move
