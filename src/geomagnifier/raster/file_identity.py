"""Tell whether a file is the one that was opened before: a key that changes with its pixels.

A file that has lain unchanged for some seconds is known by its path, inode, size and times. Clocks
of file systems are coarse: a file that changed a moment ago may change again without another time,
so it is known by a hash of its content.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

from geomagnifier.raster.gdal_guard import BESIDE

Stamp = tuple[tuple[str, int, int, int, int, int], ...]
"""Of each file: path, device, inode, size, mtime and ctime (ns). ctime cannot be set back."""

SETTLED = 3.0
"""Seconds for which a file must have been unchanged. FAT counts in steps of two."""
READ = 64 << 20
"""Most bytes of all files together that are hashed."""


def stamp(paths: Sequence[str | os.PathLike[str]]) -> Stamp:
    """Return the stamp of the files that exist."""
    found = []
    for path in paths:
        with suppress(OSError, ValueError):
            status = os.stat(path)
            found.append(
                (
                    os.fspath(path),
                    status.st_dev,
                    status.st_ino,
                    status.st_size,
                    status.st_mtime_ns,
                    status.st_ctime_ns,
                )
            )
    return tuple(found)


def of(dataset: Any, opened: Stamp | None, bands: Sequence[int]) -> str | None:
    """Return a key for the pixels of an open raster, made of letters and digits.

    Args:
        dataset: the open rasterio dataset.
        opened: stamp of its file before it was opened.
        bands: numbers of the bands that are shown.

    Returns:
        The key; None for an array, an address, a VRT (which is made of other files) and a file that
        has changed since it was opened.
    """
    if not opened or dataset.driver == "VRT" or stamp([opened[0][0]]) != opened:
        return None
    path = Path(opened[0][0])
    beside = {str(Path(file).absolute()) for file in dataset.files} | {
        f"{path}{end}" for end in (*BESIDE, ".aux.xml")
    }
    every = stamp(sorted({str(path), *beside}))
    known: object = every if _settled(every) else _content(every)
    return (
        None
        if known is None
        else f"file{blake2b(repr((known, tuple(bands))).encode(), digest_size=12).hexdigest()}"
    )


def _settled(every: Stamp) -> bool:
    newest = max(max(one[4:]) for one in every)
    return newest < (time.time() - SETTLED) * 1e9


def _content(every: Stamp) -> list[tuple[str, str]] | None:
    """Hash the content of each file; None where that is too much to read."""
    if sum(one[3] for one in every) > READ:
        return None
    try:
        return [
            (os.path.basename(one[0]), blake2b(Path(one[0]).read_bytes()).hexdigest())
            for one in every
        ]
    except OSError:
        return None
