"""Stop a long read of a raster between two of its pieces.

The caller sets a condition in its context (`contextvars`), as one scene may be read for several
callers at the same time; the read asks it between pieces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_stop: ContextVar[Callable[[], bool] | None] = ContextVar("stop", default=None)


class Halted(Exception):  # not a GeomagError: somebody asked for it
    """A read was stopped before its end and has returned nothing."""


@contextmanager
def stoppable(stop: Callable[[], bool]) -> Iterator[None]:
    """Let reads of this context end with `Halted` once `stop` returns True.

    `stop` is called often, from the threads that read.
    """
    token = _stop.set(stop)
    try:
        yield
    finally:
        _stop.reset(token)


def check() -> None:
    """End the read if it is to stop; called between two of its pieces.

    Raises:
        Halted: it is to stop.
    """
    stop = _stop.get()
    if stop is not None and stop():
        raise Halted
