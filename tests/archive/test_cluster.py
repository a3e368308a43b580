"""How many workers there are to be, by cores and by free memory."""

from __future__ import annotations

import warnings

import pytest

from geomagnifier.archive.cluster import WORKER, fitting
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
def test_workers_fit_into_memory(workers: int | None, cores: int, room: float, count: int, said: str | None) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert fitting(workers, cores, room * WORKER) == count
    if said is None:
        assert not told
    else:
        (warning,) = told
        assert warning.category is GeomagWarning and str(warning.message).endswith(said) and "free" in str(warning.message)
