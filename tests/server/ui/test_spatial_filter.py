"""The place and time of a search as a person types them."""

from datetime import datetime

from geomagnifier.server.ui.spatial_filter import SpatialFilter


def test_a_place_and_a_time_are_read_as_they_are_typed():
    where = SpatialFilter.of(
        {"near": " 11.57 48.14 ", "within": "5 km", "after": "2024", "words": "a stadium"}
    )
    assert where.problems() == {} and where.summary() == "within 5 km of 11.57 48.14, from 2024"
    wanted = where.query()
    assert (wanted.near, wanted.within, wanted.after, wanted.vector) == (
        (11.57, 48.14),
        5000.0,
        datetime(2024, 1, 1),
        None,
    )
    assert (
        SpatialFilter().query() is None
        and SpatialFilter().summary() == ""
        and SpatialFilter().problems() == {}
    )
    assert SpatialFilter(bbox="170, -20, -170, -10").problems() == {}  # across the antimeridian
    wrong = SpatialFilter("1", "-2 km", "0,5,1,4", "yesterday", "2024-13")
    assert set(wrong.problems()) == {"near", "within", "bbox", "after", "before"}
    assert set(SpatialFilter(after="2024", before="2024").problems()) == {"before"}
    assert set(SpatialFilter(within="2 km").problems()) == {"within"}
