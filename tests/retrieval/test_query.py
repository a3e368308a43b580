"""Queries: which hits fit a place, a box and a time, in order, and what is no query.

The nearest hit comes first, an image once; dates may be in any time zone, and places and boxes
reach to the edges of the map, and no further.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import shapely

from geomagnifier.errors import OptionError
from geomagnifier.export.search_hit import Hit
from geomagnifier.geometry import Box
from geomagnifier.retrieval.query import SearchQuery, read_box, read_date, read_distance, read_place


def square(west: float, south: float, side: float = 1e-4) -> bytes:
    return shapely.to_wkb(shapely.box(west, south, west + side, south + side))


def hit(name: str, west: float = 0.0, **more: Any) -> Hit:
    return Hit(
        Path(name), None, more.pop("tile", None), 100, 100, outline=square(west, 0.0), **more
    )


def names(hits: list[Hit]) -> list[str]:
    return [str(one.path) for one in hits]


def test_what_holds_the_place_is_nearer_than_what_lies_a_hand_away() -> None:
    """4e-6 degrees of longitude on the equator are 0.45 m."""
    hits = [hit("beside", 4e-6), hit("far", 0.01), hit("over", -5e-5)]
    found = SearchQuery(near=(0.0, 5e-5), within=10_000).fitting(hits)
    assert names(found) == ["over", "beside", "far"]
    assert found[0].distance == 0 and 0.4 < (found[1].distance or 0) < 0.5


def test_a_picture_counts_once_as_a_whole_before_its_parts() -> None:
    parts = [hit("b", tile=Box(0, 0, 9, 9)), hit("b"), hit("a", tile=Box(0, 0, 9, 9))]
    found = SearchQuery(bbox=(-1, -1, 1, 1)).fitting(parts)
    assert [(str(one.path), one.tile is None) for one in found] == [("b", True), ("a", False)]
    assert names(
        SearchQuery(bbox=(-1, -1, 1, 1)).fitting([hit("a"), hit("b"), hit("c")], top=2)
    ) == [
        "a",
        "b",
    ]
    assert SearchQuery(bbox=(1, 1, 2, 2)).fitting(parts) == []


def test_a_time_has_its_beginning_and_not_its_end() -> None:
    days = [hit(f"{day}", date=datetime(2024, 6, day)) for day in (1, 2, 3, 4)]
    days.append(hit("none"))
    assert names(SearchQuery(after=datetime(2024, 6, 2)).fitting(days)) == ["2", "3", "4"]
    assert names(SearchQuery(before=datetime(2024, 6, 3)).fitting(days)) == ["1", "2"]
    assert names(
        SearchQuery(after=datetime(2024, 6, 2), before=datetime(2024, 6, 4)).fitting(days)
    ) == [
        "2",
        "3",
    ]


def test_a_box_may_be_a_line_and_not_upside_down() -> None:
    assert SearchQuery(bbox=(11.0, 48.0, 12.0, 48.0)).boxes == [(11.0, 48.0, 12.0, 48.0)]
    with pytest.raises(OptionError, match="no box in degrees"):
        SearchQuery(bbox=(11.0, 48.1, 12.0, 48.0))
    assert names(SearchQuery(bbox=(-1, 5e-5, 1, 5e-5)).fitting([hit("a"), hit("b", 2.0)])) == ["a"]


def test_places_boxes_distances_and_dates_are_read_from_words() -> None:
    assert read_place("11.57, 48.14") == (11.57, 48.14) and read_box("11.4,48,11.8,48.3") == (
        11.4,
        48.0,
        11.8,
        48.3,
    )
    assert (read_distance("10 km"), read_distance("500 m"), read_distance("250")) == (
        10_000,
        500,
        250,
    )
    assert [
        read_date(text) for text in ("2024", "2024-05", " 2024-05-31 ", "2024-05-31T10:15")
    ] == [
        datetime(2024, 1, 1),
        datetime(2024, 5, 1),
        datetime(2024, 5, 31),
        datetime(2024, 5, 31, 10, 15),
    ]
    for read, words in (
        (read_place, "1"),
        (read_box, "1,2,3"),
        (read_box, "a,b,c,d"),
        (read_date, "2024-13"),
        (read_date, "yesterday"),
    ):
        with pytest.raises(OptionError):
            read(words)


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
        ({}, "nothing to search for"),
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


def test_the_old_name_of_a_query_answers_with_a_warning() -> None:
    from geomagnifier import retrieval

    with pytest.warns(DeprecationWarning, match="Wanted is now SearchQuery"):
        assert retrieval.Wanted is SearchQuery
    with pytest.raises(AttributeError, match="no attribute 'Sought'"):
        retrieval.Sought  # noqa: B018
