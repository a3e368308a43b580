"""Memory that was freed goes back to the system."""

from __future__ import annotations

import platform
import sys

import pytest

from geomagnifier.io.memory import give_back, peak, resident


@pytest.mark.skipif(sys.platform != "linux" or platform.libc_ver()[0] != "glibc", reason="it is glibc that keeps what was freed")
def test_freed_memory_goes_back() -> None:
    give_back()
    before = resident()
    pieces = [b"x" * 100_000 for _ in range(2_000)]  # below the size from which each has pages of its own
    pin = b"x" * 100_000  # above them all, so that the heap does not just shrink
    assert resident() - before > 150e6 and peak() >= resident()
    del pieces
    give_back()
    assert resident() - before < 50e6 and len(pin) == 100_000
