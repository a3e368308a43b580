"""A bar while a command works; lines for a program that runs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geomagnifier.pipeline import Progress


@contextmanager
def progress_bar(of: str = "windows") -> Iterator[Progress]:
    """A bar on stderr, where a person looks on and there is more than one thing to wait for.

    With GEOMAG_PROGRESS=lines in the environment a line for each step instead, "geomag: 3 of 17 windows", for a program that looks on.
    """
    if os.environ.get("GEOMAG_PROGRESS") == "lines":
        yield lambda done, total: print(f"geomag: {done} of {total} {of}", file=sys.stderr, flush=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn(of), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task(of, total=None, visible=False)

        def move(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total, visible=total > 1)

        yield move
