"""Runs measurements in processes of their own.

Their peaks of memory do not mix, and one that dies is reported in a line.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from geomagnifier.errors import ModelError

QUIET = 3600.0
"""Seconds between two lines after which a process is given up."""


def lines(
    module: str, arguments: Sequence[str], what: str, quiet: float = QUIET
) -> Iterator[dict[str, Any]]:
    """Run `python -m MODULE ARGUMENTS` and yield the JSON objects it prints, one a line.

    Args:
        module: with a `__main__` part that ends with 0 when all went well, else with a message on
            stderr.
        arguments: of the command.
        what: is measured, for messages.
        quiet: most seconds from one line to the next.

    Yields:
        each object as it comes.

    Raises:
        ModelError: the process failed, was killed, or printed nothing for too long.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
        command = [sys.executable, "-m", module, *arguments]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, text=True)
        late = threading.Event()
        timer = _watch(child, late, quiet)
        try:
            assert child.stdout is not None
            for line in child.stdout:
                timer.cancel()
                if line.startswith("{"):  # a library may have something to say as well
                    yield json.loads(line)
                timer = _watch(child, late, quiet)
            child.wait()
        finally:
            timer.cancel()
            child.kill()
            child.wait()
            if child.stdout is not None:
                child.stdout.close()
        if late.is_set():
            raise ModelError(
                f"measuring {what} said nothing for {quiet:.0f} s; try fewer or smaller scenes"
            )
        if child.returncode:
            complaints.seek(0)
            last = (complaints.read().strip().splitlines() or [_silent(child.returncode)])[-1]
            raise ModelError(f"measuring {what} failed: {last}")


def _watch(child: subprocess.Popen[str], late: threading.Event, quiet: float) -> threading.Timer:
    def give_up() -> None:
        late.set()
        child.kill()

    timer = threading.Timer(quiet, give_up)
    timer.daemon = True
    timer.start()
    return timer


def _silent(code: int) -> str:
    return (
        f"killed by signal {-code} (too little memory?)"
        if code < 0
        else f"it ended with {code} and no message"
    )
