"""Memory that was freed goes back to the system."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from geomagnifier.memory import give_back, peak, resident

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.libc_ver()[0] != "glibc",
    reason="it is glibc that keeps what was freed",
)
KEEPS = """
import sys
from geomagnifier.memory import stay_small, resident
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
SIZES = """
import sys
from geomagnifier.memory import give_back, resident, stay_small
if sys.argv[1] == "apart":
    stay_small()
import torch
pixels, layer = torch.zeros(1, 64, 64, 64), torch.nn.Conv2d(64, 64, 3)
with torch.inference_mode():
    layer(pixels)
    give_back()
    before = resident()
    for size in range(700):
        layer(pixels[:, :, : 8 + size // 28, : 8 + size % 28])
give_back()
print(resident() - before)
"""


def test_freed_memory_goes_back() -> None:
    give_back()
    before = resident()
    pieces = [
        b"x" * 100_000 for _ in range(2_000)
    ]  # below the size from which each has pages of its own
    pin = b"x" * 100_000  # above them all, so that the heap does not just shrink
    assert resident() - before > 150e6 and peak() >= resident()
    del pieces
    give_back()
    assert resident() - before < 50e6 and len(pin) == 100_000


def test_large_arrays_hold_no_heap() -> None:
    """Processes of their own: what is said to the C library holds to their end."""
    kept = {
        how: float(subprocess.check_output([sys.executable, "-c", KEEPS, how]))
        for how in ("together", "apart")
    }
    assert kept["together"] > 60e6 and kept["apart"] < 10e6


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() != "x86_64", reason="it is there that oneDNN writes kernels")
def test_few_kernels_are_kept() -> None:
    """Seven hundred sizes of a picture: a kernel for each is 35 MB."""
    # A command that ran in this process has set it for all that follow.
    given = {k: v for k, v in os.environ.items() if k != "ONEDNN_PRIMITIVE_CACHE_CAPACITY"}
    kept = {
        how: float(subprocess.check_output([sys.executable, "-c", SIZES, how], env=given))
        for how in ("together", "apart")
    }
    assert kept["together"] > 25e6 and kept["apart"] < 0.75 * kept["together"]
