"""Progress on stderr: a bar on a terminal, a line now and then in a log, or one for each step."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from geomagnifier.cli.messages import say
from geomagnifier.translation import gettext

if TYPE_CHECKING:
    from geomagnifier.inference.scan_state import Progress


SILENT = 30.0
"""Seconds between two lines where stderr is no terminal."""


@contextmanager
def progress_bar(of: str = "windows") -> Iterator[Progress]:
    """Show progress on stderr: a bar on a terminal, else a line every half minute.

    With GEOMAG_PROGRESS=lines in the environment there is a line for each step instead, "geomag: 3
    of 17 windows", for a program that reads it.

    Args:
        of: what is counted, in the plural.

    Yields:
        A function to call with (done, total).
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
    columns = (TextColumn(gettext(of)), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task(of, total=None, visible=False)

        def move(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total, visible=total > 1)

        yield move


def _seldom(of: str) -> Progress:
    """Print a line only every `SILENT` seconds."""
    last = [time.monotonic()]

    def move(done: int, total: int) -> None:
        if total > 1 and time.monotonic() - last[0] >= SILENT:
            last[0] = time.monotonic()
            say(f"{done:,} of {total:,} {of}")

    return move
