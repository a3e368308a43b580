"""Ray: a cluster that is started here and ends with this, or one that is there already."""

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
"""Times that a busy cluster is asked for a place."""
LOOPBACK = "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"
"""Setting of Ray: with "0" a node's address is 127.0.0.1, as it is by itself on macOS and Windows,
and everything listens there alone.
"""
WORKER = 1.4e9
"""Bytes that a worker with the small model takes at most, on scenes of any size."""


def check() -> None:
    """Whether Ray is there, without the seconds that its import takes.

    Raises:
        LibraryMissing: it is not installed.
    """
    if find_spec("ray") is None:
        raise LibraryMissing(f"geomag map needs the extra map; install it: {install('map')}")


def library(local: bool) -> Any:
    """Ray, imported. local.

    For a cluster on this machine alone, whose ports listen on the loopback address.

    Raises:
        LibraryMissing: it cannot be imported.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    # read at the import; `ray.init(_node_ip_address="127.0.0.1")` would be replaced by the
    # machine's address
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
    """A connection to Ray, of `library`: how many workers there are to be.

    Raises:
        OptionError: it is not reached.
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
    """How many workers there are to be on this machine.

    As many as were asked for, else one a core, but no more than fit into memory.

    Either is said where it matters, as a warning.

    Args:
        workers: that were asked for.
        cores: of this machine.
        free: bytes that it has left; None for what `room.available` says.
    """
    free = available() if free is None else free
    most = max(1, int(free // WORKER)) if free is not None else cores
    count = workers or min(cores, most)
    if free is not None and most < max(count, cores if workers is None else 0):
        told = (
            f"{free / 1e9:.1f} GB of memory are free, and a worker may take {WORKER / 1e9:.1f} GB"
        )
        how = (
            f"{count} of {cores} cores are used"
            if workers is None
            else f"{count} workers may not find room"
        )
        warnings.warn(f"{told}: {how}", GeomagWarning, stacklevel=2)
    return count


def places(nodes: Iterable[Mapping[str, Any]]) -> int:
    """How many workers a cluster has room for.

    On each of its machines one a core, but no more than fit into the memory that Ray gives out.

    Args:
        nodes: as `ray.nodes` lists them.
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
    """A cluster that is busy may not get a process for a new client started in the half minute that Ray allows: then once more."""
    for left in reversed(range(TRIES)):
        try:
            ray.init(address=address, **quiet)
            return
        except ConnectionError as error:
            if not left or "Initialization failure" not in str(error):
                raise
