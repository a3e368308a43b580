"""Memory of this process."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

STATUS = Path("/proc/self/status")
LARGE = 8 << 20
"""Bytes from which `stay_small` has memory go back as soon as it is freed."""
KERNELS = 256
"""That oneDNN may keep: those of a few sizes of views. It writes a kernel for each layer and size,
and keeps 1024 by itself.
"""
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
    """Hand freed memory back to the system; the C library keeps it for the next allocation.

    glibc's malloc_trim, which releases free pages anywhere in the heap; nothing is done where the C
    library has none such.
    """
    if (trim := _trim()) is not None:
        trim(0)


def stay_small() -> None:
    """For a process that looks at one picture after another: have it keep less of those before.

    Holds for the rest of it.

    Arrays of `LARGE` bytes are kept apart (glibc's mallopt), so that their memory goes back as soon
    as they are freed. By itself glibc takes the size of what was freed, up to 32 MB, for that below
    which arrays share a heap: one small object that outlives its neighbours then holds their place.
    And oneDNN, which works for torch, keeps `KERNELS` kernels; it reads that when it is first asked
    for one, so this comes before a model is used.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(KERNELS))
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

    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * (
        1 if sys.platform == "darwin" else 1024
    )
