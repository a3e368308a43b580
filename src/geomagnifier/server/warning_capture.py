"""Warnings of one job, told to its person.

`warnings` knows one listener for all threads, this one hands each thread its own.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from geomagnifier.errors import GeomagWarning

MOST = 20
"""Warnings of a job that are kept."""

_mine = threading.local()
_lock = threading.Lock()


class _Listener:
    """What `warnings.showwarning` is while the service runs.

    Ours go to the job of the thread, all others where they went before.
    """

    def __init__(self, usual: Any) -> None:
        self._usual = usual

    def __call__(
        self, message: Warning | str, category: type[Warning], *more: Any, **named: Any
    ) -> None:
        kept: list[str] | None = getattr(_mine, "kept", None)
        if kept is None or not issubclass(category, GeomagWarning):
            self._usual(message, category, *more, **named)
        elif len(kept) < MOST and str(message) not in kept:
            kept.append(str(message))


@contextmanager
def heard() -> Iterator[list[str]]:
    """The warnings that this thread raises meanwhile, each once."""
    with _lock:
        if not isinstance(warnings.showwarning, _Listener):
            warnings.showwarning = _Listener(warnings.showwarning)
        if not any(
            rule[0] == "always" and rule[2] is GeomagWarning for rule in warnings.filters[:1]
        ):
            warnings.simplefilter("always", GeomagWarning)
    kept: list[str] = []
    _mine.kept = kept
    try:
        yield kept
    finally:
        _mine.kept = None
