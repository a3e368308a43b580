"""Every error is JSON with a status; what was not foreseen gives nothing away."""

import asyncio
import json

import pytest
from starlette.exceptions import HTTPException

from geomagnifier import errors
from geomagnifier.server.error_responses import STATUS, error_response


def response(error):
    made = asyncio.run(error_response(None, error))
    return made, json.loads(made.body)["error"]


def test_an_error_takes_the_status_of_its_nearest_base():
    class TooOdd(errors.SceneUnreadable):
        """One that the table does not name."""

    made, body = response(TooOdd("it is odd"))
    assert made.status_code == STATUS[errors.SceneError] == 422
    assert body == {"type": "TooOdd", "message": "it is odd"}


def test_a_busy_service_says_when_to_come_back():
    made, _ = response(errors.Busy("the queue is full", 2.2))
    assert (made.status_code, made.headers["retry-after"]) == (503, "3")


def test_an_http_error_is_named_by_its_status():
    made, body = response(HTTPException(415, "send JSON"))
    assert (made.status_code, body["type"], body["message"]) == (
        415,
        "UnsupportedMediaType",
        "send JSON",
    )


@pytest.mark.parametrize("error", [RuntimeError("/secret/path"), KeyError("/secret/path")])
def test_what_was_not_foreseen_gives_nothing_away(error):
    made, body = response(error)
    assert made.status_code == 500 and body["type"] == "InternalError"
    assert b"secret" not in made.body
