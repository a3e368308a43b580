"""Capture the warnings of each job in its own thread.

`warnings.showwarning` is one function for all threads; the one set here hands each warning to the
thread that raised it.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from geomagnifier.errors import GeomagWarning

MOST = 20
"""Most warnings of one job."""

_mine = threading.local()
_lock = threading.Lock()


class _PerThread:
    """Replacement of `warnings.showwarning` while the service runs.

    A `GeomagWarning` goes to the job of its thread, any other where it went before.
    """

    def __init__(self, usual: Any) -> None:
        self._usual = usual

    def __call__(
        self, message: Warning | str, category: type[Warning], *more: Any, **named: Any
    ) -> None:
        messages: list[str] | None = getattr(_mine, "messages", None)
        if messages is None or not issubclass(category, GeomagWarning):
            self._usual(message, category, *more, **named)
        elif len(messages) < MOST and str(message) not in messages:
            messages.append(str(message))


@contextmanager
def captured_warnings() -> Iterator[list[str]]:
    """Collect the messages of `GeomagWarning`s that this thread raises in the block, each once."""
    with _lock:
        if not isinstance(warnings.showwarning, _PerThread):
            warnings.showwarning = _PerThread(warnings.showwarning)
        if not any(
            rule[0] == "always" and rule[2] is GeomagWarning for rule in warnings.filters[:1]
        ):
            warnings.simplefilter("always", GeomagWarning)
    messages: list[str] = []
    _mine.messages = messages
    try:
        yield messages
    finally:
        _mine.messages = None
