"""Memory of this process."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from pathlib import Path
from typing import Any

STATUS = Path("/proc/self/status")
LARGE = 8 << 20
"""Bytes from which `part_large` has memory go back as soon as it is freed."""
_MMAP_THRESHOLD = -3
"""M_MMAP_THRESHOLD of malloc.h."""


def resident() -> float:
    """Bytes in memory now; where the system does not say, the most that there ever were."""
    return _line("VmRSS:")


def peak() -> float:
    """The most bytes that were ever in memory.

    Read from /proc where there is one: getrusage also counts the process that started this one.
    """
    return _line("VmHWM:")


def give_back() -> None:
    """Hand memory that was freed back to the system, which the C library keeps for the next one who asks.

    glibc's malloc_trim, which releases free pages anywhere in the heap; nothing is done where the C library has none such.
    """
    if (trim := _trim()) is not None:
        trim(0)


def part_large() -> None:
    """For the rest of this process, keep every `LARGE` array apart, so that its memory goes back as soon as it is freed.

    glibc's mallopt. By itself glibc takes the size of what was freed, up to 32 MB, for the size below which arrays share a heap: one small
    object that outlives its neighbours then holds their place, and a process that looks at one picture after another grows.
    """
    if _trim() is not None:  # it is glibc
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, LARGE)


@cache
def _trim() -> Any:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library; no name for it on Windows
        return None


def _line(name: str) -> float:
    if STATUS.is_file():
        for line in STATUS.read_text().splitlines():
            if line.startswith(name):
                return float(line.split()[1]) * 1024
    import resource

    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * (1 if sys.platform == "darwin" else 1024)
