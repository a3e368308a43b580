"""Least-recently-used caches that several threads may share: open files, finished map tiles."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from geomagnifier.errors import SceneNotFound


class Closable(Protocol):
    """Anything that is open until it is closed."""

    def close(self) -> None:
        """Close the file."""


Opened = TypeVar("Opened", bound=Closable)


class OpenFiles(Generic[Opened]):
    """Cache of open files; the least recently used ones are closed once nobody uses them.

    A file that has changed on disk is opened anew.

    Args:
        make: opens a file.
        most: files that stay open while nobody uses them.
    """

    def __init__(self, make: Callable[[Path], Opened], most: int) -> None:
        self._make, self._most = make, most
        self._open: OrderedDict[tuple[str, int, int, str], Opened] = OrderedDict()
        self._users: Counter[tuple[str, int, int, str]] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def use(self, path: Path, name: str = "") -> Iterator[Opened]:
        """Hold a file open; it is not closed before the block ends.

        Args:
            path: of the file.
            name: tells apart several openings of one file.

        Raises:
            SceneNotFound: the file is not there.
        """
        try:
            stat = path.stat()
        except OSError:
            raise SceneNotFound(f"{path} is no longer there") from None
        key = (str(path), stat.st_mtime_ns, stat.st_size, name)
        with self._lock:
            if key not in self._open:
                self._open[key] = self._make(path)
            self._open.move_to_end(key)
            self._users[key] += 1
            opened = self._open[key]
        try:
            yield opened
        finally:
            with self._lock:
                self._users[key] -= 1
            self.close(self._most)

    def close(self, most: int = 0, path: Path | None = None) -> None:
        """Close files that nobody uses, the least recently used first.

        Args:
            most: files that may stay open.
            path: close only openings of this file; None: of any.
        """
        with self._lock:
            idle = [
                key
                for key in self._open
                if not self._users[key] and (path is None or key[0] == str(path))
            ]
            for key in idle[: max(0, len(self._open) - most)]:
                self._open.pop(key).close()
                del self._users[key]


class TileCache:
    """Cache of finished tiles, PNG.

    Args:
        most: bytes that all of them may take; above it the least recently used ones go.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._tiles: OrderedDict[Any, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Any) -> bytes | None:
        """Look a tile up; None where it is not cached."""
        with self._lock:
            tile = self._tiles.get(key)
            if tile is not None:
                self._tiles.move_to_end(key)
            return tile

    def put(self, key: Any, png: bytes) -> None:
        """Keep a tile.

        Args:
            key: hashable, names the tile.
            png: of the tile.
        """
        with self._lock:
            self._bytes += len(png) - len(self._tiles.pop(key, b""))
            self._tiles[key] = png
            while self._bytes > self._most:
                self._bytes -= len(self._tiles.popitem(last=False)[1])
