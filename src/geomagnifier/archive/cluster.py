"""Ray: a cluster that is started here and ends with this, or one that is there already."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from geomagnifier.errors import LibraryMissing, OptionError, install

TRIES = 3
"""Times that a busy cluster is asked for a place."""


def library() -> Any:
    """Ray.

    Raises:
        LibraryMissing: it is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise LibraryMissing(f"geomag map needs the extra map; install it: {install('map')} ({error})") from error
    return ray


class Stopped(threading.Event):
    """Set by Ctrl-C or SIGTERM. An exception in the middle of a call of Ray crashes it, and Ray answers SIGTERM with a stack dump."""

    def listen(self) -> None:
        """Take the signals; again after Ray has taken them."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, self._press)

    def _press(self, number: int, frame: object) -> None:
        if self.is_set():
            raise KeyboardInterrupt  # the second time: at once
        self.set()


@contextmanager
def cluster(ray: Any, workers: int | None, address: str | None) -> Iterator[tuple[int, Stopped]]:
    """A connection to Ray: how many workers there are to be, and whether a person has stopped it."""
    if workers is not None and workers < 1:
        raise OptionError(f"workers is the number of processes, at least 1, not {workers}")
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    usual = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    stopped = Stopped()
    stopped.listen()
    try:
        if address is None:
            count = workers or len(os.sched_getaffinity(0))
            ray.init(address="local", num_cpus=count, include_dashboard=False, object_store_memory=80_000_000, **quiet)
        else:
            _connect(ray, address, quiet)
            count = workers or int(ray.cluster_resources().get("CPU", 1))
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise OptionError(f"no Ray cluster answers at {address or 'this machine'}: {' '.join(str(error).split())[:200]}") from error
    try:
        stopped.listen()
        yield count, stopped
    finally:
        ray.shutdown()
        if threading.current_thread() is threading.main_thread():
            for number, handler in usual.items():
                signal.signal(number, handler)


def _connect(ray: Any, address: str, quiet: dict[str, Any]) -> None:
    """A cluster that is busy may not get a process for a new client started in the half minute that Ray allows: then once more."""
    for left in reversed(range(TRIES)):
        try:
            ray.init(address=address, **quiet)
            return
        except ConnectionError as error:
            if not left or "Initialization failure" not in str(error):
                raise
