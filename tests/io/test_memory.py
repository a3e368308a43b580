"""Memory that was freed goes back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from geomagnifier.io.memory import give_back, peak, resident

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.libc_ver()[0] != "glibc", reason="it is glibc that keeps what was freed"
)
KEEPS = """
import sys
from geomagnifier.io.memory import stay_small, resident
if sys.argv[1] == "apart":
    stay_small()
large = bytearray(31 << 20)  # once freed, glibc takes its size for that of what shares the heap
del large
before, pieces, pins = resident(), [], []
for _ in range(8):
    pieces.append(b"x" * (10 << 20))
    pins.append(b"x" * 100_000)  # outlives the large ones beside it
del pieces
print(resident() - before)
"""


def test_freed_memory_goes_back() -> None:
    give_back()
    before = resident()
    pieces = [b"x" * 100_000 for _ in range(2_000)]  # below the size from which each has pages of its own
    pin = b"x" * 100_000  # above them all, so that the heap does not just shrink
    assert resident() - before > 150e6 and peak() >= resident()
    del pieces
    give_back()
    assert resident() - before < 50e6 and len(pin) == 100_000


def test_large_arrays_hold_no_heap() -> None:
    """A process of its own: what is said to the C library holds to its end."""
    kept = {how: float(subprocess.check_output([sys.executable, "-c", KEEPS, how])) for how in ("together", "apart")}
    assert kept["together"] > 60e6 and kept["apart"] < 10e6
