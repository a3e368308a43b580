"""What fits a place, a box and a time, in order.

The nearest first, a picture once, the ends of a time as they are said.
"""

from __future__ import annotations

from datetime import datetime
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
