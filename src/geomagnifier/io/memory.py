"""Resident memory of this process."""

from __future__ import annotations

import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def resident() -> float:
    """Bytes in memory now; where the system does not say, the most that there ever were."""
    return _line("VmRSS:")


def peak() -> float:
    """The most bytes that were ever in memory.

    Read from /proc where there is one: getrusage also counts the process that started this one.
    """
    return _line("VmHWM:")


def _line(name: str) -> float:
    if STATUS.is_file():
        for line in STATUS.read_text().splitlines():
            if line.startswith(name):
                return float(line.split()[1]) * 1024
    import resource

    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * (1 if sys.platform == "darwin" else 1024)
