"""What may be looked for.

Moments in any time zone, places and boxes up to the edges of the map, and no further.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from geomagnifier.errors import OptionError
from geomagnifier.retrieval import SearchQuery

EAST = timezone(timedelta(hours=2))


def test_moments_are_utc_whatever_their_zone() -> None:
    made = SearchQuery(
        after=datetime(2024, 6, 1, 2, tzinfo=EAST), before=datetime(2024, 6, 2, 1, 30, tzinfo=EAST)
    )
    assert (made.after, made.before) == (datetime(2024, 6, 1), datetime(2024, 6, 1, 23, 30))
    assert SearchQuery(after=datetime(2024, 6, 1)).after == datetime(2024, 6, 1)
    SearchQuery(
        after=datetime(2024, 6, 1, 1, tzinfo=EAST), before=datetime(2024, 5, 31, 23, 0, 1)
    )  # a second later
    for before in (datetime(2024, 5, 31, 23), datetime(2024, 5, 31)):
        with pytest.raises(OptionError, match="exchange the two dates"):
            SearchQuery(after=datetime(2024, 6, 1, 1, tzinfo=EAST), before=before)


@pytest.mark.parametrize(
    "given",
    [
        {"near": (180, 90)},
        {"near": (-180, -90)},
        {"near": (0, 0), "within": 1e-9},
        {"bbox": (-180, -90, 180, 90)},
        {"bbox": (170, 10, -170, 10)},  # across the antimeridian, and flat
    ],
)
def test_the_edges_of_the_map_are_on_it(given: dict[str, Any]) -> None:
    assert len(SearchQuery(**given).boxes) == 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "nothing to look for"),
        ({"near": (180.1, 0)}, "is not on the Earth"),
        ({"near": (0, -90.1)}, "is not on the Earth"),
        ({"near": (math.nan, 0)}, "is not on the Earth"),
        ({"near": (0, 0), "within": 0}, "above 0 m"),
        ({"near": (0, 0), "within": -1}, "above 0 m"),
        ({"near": (0, 0), "within": math.inf}, "above 0 m"),
        ({"bbox": (0, 10, 1, 9)}, "no box in degrees"),
        ({"bbox": (-181, 0, 1, 1)}, "no box in degrees"),
        ({"bbox": (0, 0, 1, 91)}, "no box in degrees"),
    ],
)
def test_what_is_not_on_the_map_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(OptionError, match=told):
        SearchQuery(**given)


def test_a_place_and_a_box_are_both_asked_for() -> None:
    assert len(SearchQuery(near=(10, 50), bbox=(0, 40, 20, 60)).boxes) == 2
    assert SearchQuery(after=datetime(2024, 1, 1)).boxes == []
