"""The number of workers, by cores and by free memory, on this machine and in a cluster."""

from __future__ import annotations

import warnings

import pytest

from geomagnifier.archive.cluster import WORKER, fitting, places
from geomagnifier.errors import GeomagWarning


@pytest.mark.parametrize(
    ("workers", "cores", "room", "count", "said"),
    [
        (None, 4, 3.5, 3, "3 of 4 cores are used"),
        (None, 4, 0.2, 1, "1 of 4 cores are used"),
        (None, 4, 4.0, 4, None),
        (None, 1, 9.0, 1, None),
        (2, 4, 2.5, 2, None),
        (3, 2, 2.5, 3, "3 workers may not find room"),
    ],
)
def test_workers_fit_into_memory(
    workers: int | None, cores: int, room: float, count: int, said: str | None
) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert fitting(workers, cores, room * WORKER) == count
    if said is None:
        assert not told
    else:
        (warning,) = told
        assert (
            warning.category is GeomagWarning
            and str(warning.message).endswith(said)
            and "free" in str(warning.message)
        )


def test_a_cluster_has_room_by_machine() -> None:
    def machine(cores: float, room: float, alive: bool = True) -> dict[str, object]:
        return {
            "Alive": alive,
            "Resources": {"CPU": cores, "memory": room * WORKER, "node:10.0.0.1": 1.0},
        }

    assert places([machine(4, 9)]) == 4
    assert places([machine(64, 7.9), machine(2, 30), machine(8, 8, alive=False)]) == 7 + 2
    assert places([{"Alive": True, "Resources": {"memory": 9 * WORKER}}]) == 1, (
        "a head without cores: Ray itself waits for a machine"
    )
    assert places([{"Alive": True, "Resources": {"CPU": 3.0}}]) == 3
