"""Small disks, for what has to be written where there is no room."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


class Disk:
    """A disk of so many bytes; by root on Linux only."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        path.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", _size(size), "tmpfs", str(path)]
        if (
            sys.platform != "linux"
            or os.geteuid() != 0
            or subprocess.run(command, capture_output=True, check=False).returncode
        ):
            pytest.skip("only root on Linux may mount a small disk")

    def grow(self, size: int) -> None:
        """Make room."""
        self._remount(_size(size))

    def lock(self, locked: bool) -> None:
        """Make it read-only, or writable again."""
        self._remount("ro" if locked else "rw")

    def _remount(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.path)], check=True)

    def remove(self) -> None:
        subprocess.run(["umount", "-l", str(self.path)], check=True)


def _size(size: int) -> str:
    return f"size={-(-size // 4096) * 4}k"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[int], Disk]]:
    """Makes small disks of so many bytes."""
    made: list[Disk] = []

    def make_disk(size: int) -> Disk:
        made.append(Disk(tmp_path / f"disk{len(made)}", size))
        return made[-1]

    yield make_disk
    for one in made:
        one.remove()
