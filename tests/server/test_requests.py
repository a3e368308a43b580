"""Bodies of requests: unknown fields and wrong values are refused, the filter is read."""

from datetime import datetime

import pytest
from pydantic import ValidationError

from geomagnifier.server.requests import MOST, AskRequest, SearchRequest


def test_a_search_without_place_and_time_has_no_filter():
    assert SearchRequest(words="a harbor").query() is None


def test_place_and_time_are_read():
    query = SearchRequest(near=(11.5, 48.1), within="500 m", after="2024", before="2024-06").query()
    assert (query.near, query.within) == ((11.5, 48.1), 500.0)
    assert query.after == datetime(2024, 1, 1)
    assert query.before == datetime(2024, 6, 1)


@pytest.mark.parametrize("top", [0, MOST + 1])
def test_the_number_of_hits_has_bounds(top):
    with pytest.raises(ValidationError, match="top"):
        SearchRequest(words="a harbor", top=top)


def test_an_unknown_field_is_refused():
    with pytest.raises(ValidationError, match="colour"):
        AskRequest.model_validate({"question": "Find every ship.", "colour": "red"})
