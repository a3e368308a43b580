"""Long readings can be stopped.

Who waits for one says when, and the reading asks between its pieces.

The one who waits is known to the thread (`contextvars`): a scene may be read for several at the
same time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_stop: ContextVar[Callable[[], bool] | None] = ContextVar("stop", default=None)


class Halted(Exception):  # no error: somebody asked for it
    """A reading was stopped before its end, and has given nothing."""


@contextmanager
def stoppable(stop: Callable[[], bool]) -> Iterator[None]:
    """Readings of this context end with `Halted` once `stop` says True.

    It is asked often, from the threads that read.
    """
    token = _stop.set(stop)
    try:
        yield
    finally:
        _stop.reset(token)


def check() -> None:
    """Between two pieces of a reading.

    Raises:
        Halted: it is to stop.
    """
    stop = _stop.get()
    if stop is not None and stop():
        raise Halted
