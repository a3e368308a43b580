"""One process at a time in a folder."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geomagnifier.atomic import output_error
from geomagnifier.errors import GeomagError, OutputError

LOCK = ".lock"
"""Of a folder that one run writes."""


@contextmanager
def locked(path: Path, busy: GeomagError) -> Iterator[None]:
    """Hold the lock that the file `path` stands for.

    The file and its folder are made where needed. SQLite's lock goes with the process that holds
    it, also when that is killed.

    Args:
        path: of the lock.
        busy: raised where another process holds it.

    Raises:
        OutputError: the folder cannot be written.
        `busy`: another process holds it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(
            path, timeout=0, isolation_level=None, check_same_thread=False
        )  # let go by whoever ends it
    except (OSError, sqlite3.Error) as error:
        raise output_error(path.parent, error) from error
    try:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise output_error(path.parent, error) from error
            raise busy from error
        yield
    finally:
        lock.close()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the one run that writes a folder. It may be killed at any moment: the next one comes in.

    Raises:
        OutputError: another run is writing it, or it cannot be written.
    """
    with locked(
        folder / LOCK,
        OutputError(
            f"another run is writing {folder}; wait for it to end, or choose another --out"
        ),
    ):
        yield
