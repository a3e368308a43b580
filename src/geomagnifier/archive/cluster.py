"""Connect to Ray: a cluster that is started here and ends with the call, or a running one."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from geomagnifier.errors import GeomagWarning, LibraryMissing, OptionError, install
from geomagnifier.free_memory import available

TRIES = 3
"""Times that a busy cluster is asked for a connection."""
LOOPBACK = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
"""Environment variable of Ray: with "0" a node's address is 127.0.0.1, the default on macOS and
Windows, and everything listens there alone.
"""
WORKER = 1.4e9
"""Most bytes that a worker with the small model takes, on scenes of any size."""


def check() -> None:
    """Check that Ray is installed, without the seconds that its import takes.

    Raises:
        LibraryMissing: it is not installed.
    """
    if find_spec("ray") is None:
        raise LibraryMissing(f"geomag map needs the extra map; install it: {install('map')}")


def library(local: bool) -> Any:
    """Import Ray.

    Args:
        local: whether the cluster is on this machine alone; its ports then listen on the loopback
            address.

    Raises:
        LibraryMissing: it cannot be imported.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # Ray reads it when it is imported; `ray.init(_node_ip_address="127.0.0.1")` would be replaced
    # by the machine's address.
    if local:
        os.environ[LOOPBACK] = "0"
    try:
        import ray
    except ImportError as error:
        raise LibraryMissing(
            f"geomag map needs the extra map; install it: {install('map')} ({error})"
        ) from error
    return ray


@contextmanager
def cluster(ray: Any, workers: int | None, address: str | None) -> Iterator[int]:
    """Connect to Ray, and yield the number of workers.

    Args:
        ray: from `library`.
        workers: that were asked for, or None.
        address: of a running cluster; None to start one on this machine.

    Raises:
        OptionError: it cannot be reached.
    """
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    try:
        if address is None:
            count = fitting(workers, len(os.sched_getaffinity(0)))
            ray.init(
                address="local",
                num_cpus=count,
                include_dashboard=False,
                object_store_memory=80_000_000,
                **quiet,
            )
        else:
            _connect(ray, address, quiet)
            count = workers or places(ray.nodes())
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise OptionError(
            f"no Ray cluster answers at {address or 'this machine'}:"
            f" {' '.join(str(error).split())[:200]}"
        ) from error
    try:
        yield count
    finally:
        ray.shutdown()


def fitting(workers: int | None, cores: int, free: float | None = None) -> int:
    """Choose the number of workers on this machine.

    It is the number that was asked for, else one a core, but no more than fit into memory. There is
    a warning where memory is short.

    Args:
        workers: that were asked for, or None.
        cores: of this machine.
        free: bytes of free memory; None for `free_memory.available`.
    """
    free = available() if free is None else free
    most = max(1, int(free // WORKER)) if free is not None else cores
    count = workers or min(cores, most)
    if free is not None and most < max(count, cores if workers is None else 0):
        memory = (
            f"{free / 1e9:.1f} GB of memory are free, and a worker may take {WORKER / 1e9:.1f} GB"
        )
        result = (
            f"{count} of {cores} cores are used"
            if workers is None
            else f"{count} workers may not find room"
        )
        warnings.warn(f"{memory}: {result}", GeomagWarning, stacklevel=2)
    return count


def places(nodes: Iterable[Mapping[str, Any]]) -> int:
    """Count the workers that a cluster has room for.

    On each of its machines it is one a core, but no more than fit into the memory of Ray there.

    Args:
        nodes: from `ray.nodes`.
    """
    given = [node["Resources"] for node in nodes if node["Alive"]]
    return max(
        1,
        sum(
            int(min(each.get("CPU", 0), each.get("memory", float("inf")) // WORKER))
            for each in given
        ),
    )


def _connect(ray: Any, address: str, quiet: dict[str, Any]) -> None:
    """Connect to a running cluster.

    A busy one may not start a process for a new client within the half minute that Ray allows: then
    it is asked again.
    """
    for left in reversed(range(TRIES)):
        try:
            ray.init(address=address, **quiet)
            return
        except ConnectionError as error:
            if not left or "Initialization failure" not in str(error):
                raise
