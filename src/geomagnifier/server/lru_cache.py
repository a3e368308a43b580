"""What is kept at hand because it is likely to be asked for again: open files, finished tiles.

Bounded, and safe for several threads.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from geomagnifier.errors import SceneNotFound


class Openable(Protocol):
    """What can be held open."""

    def close(self) -> None:
        """Let go of it."""


Held = TypeVar("Held", bound=Openable)


class Kept(Generic[Held]):
    """Files that are held open, a few; those used longest ago are closed when nobody uses them.

    A changed file is opened anew.

    Args:
        make: opens a file.
        most: that are held open while nobody uses them.
    """

    def __init__(self, make: Callable[[Path], Held], most: int) -> None:
        self._make, self._most = make, most
        self._held: OrderedDict[tuple[str, int, int, str], Held] = OrderedDict()
        self._users: Counter[tuple[str, int, int, str]] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def use(self, path: Path, name: str = "") -> Iterator[Held]:
        """The opened file; `name` tells apart what is opened twice.

        Raises:
            SceneNotFound: it is not there.
        """
        try:
            stat = path.stat()
        except OSError:
            raise SceneNotFound(f"{path} is no longer there") from None
        key = (str(path), stat.st_mtime_ns, stat.st_size, name)
        with self._lock:
            if key not in self._held:
                self._held[key] = self._make(path)
            self._held.move_to_end(key)
            self._users[key] += 1
            held = self._held[key]
        try:
            yield held
        finally:
            with self._lock:
                self._users[key] -= 1
            self.close(self._most)

    def close(self, most: int = 0, path: Path | None = None) -> None:
        """Close those that nobody uses, down to some; or those of one path."""
        with self._lock:
            idle = [
                key
                for key in self._held
                if not self._users[key] and (path is None or key[0] == str(path))
            ]
            for key in idle[: max(0, len(self._held) - most)]:
                self._held.pop(key).close()
                del self._users[key]


class Drawn:
    """Finished tiles, those asked for last. most: bytes that are kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: OrderedDict[Any, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Any) -> bytes | None:
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def put(self, key: Any, png: bytes) -> None:
        with self._lock:
            self._bytes += len(png) - len(self._held.pop(key, b""))
            self._held[key] = png
            while self._bytes > self._most:
                self._bytes -= len(self._held.popitem(last=False)[1])
