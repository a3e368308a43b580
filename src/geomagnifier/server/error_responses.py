"""Errors as HTTP responses: {"error": {"type", "message"}}, with the status from `STATUS`."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from geomagnifier.errors import (
    BodyTooLarge,
    BoxError,
    Busy,
    FileNotThere,
    GeomagError,
    JobNotFound,
    NotReady,
    OptionError,
    OutputError,
    QuestionError,
    SceneError,
    SceneNotFound,
    SceneTooLarge,
    TooSlow,
)
from geomagnifier.server.not_found_page import not_found_page, wants_page
from geomagnifier.translation import translated

STATUS: dict[type[GeomagError], int] = {
    SceneNotFound: 404,
    JobNotFound: 404,
    FileNotThere: 404,
    TooSlow: 408,
    SceneTooLarge: 413,
    BodyTooLarge: 413,
    SceneError: 422,
    QuestionError: 422,
    BoxError: 422,
    OptionError: 422,
    GeomagError: 500,
    Busy: 503,
    NotReady: 503,
    OutputError: 507,
}
"""HTTP status by error class; an error takes the status of its nearest base class here.

Beside these there are 401, 403 and 421 of `Guard`, and 504 for a job that took too long.
"""
CLIENT_GONE = 499
"""Status of a response that nobody receives, as nginx logs it."""


def handle_errors(app: FastAPI) -> None:
    """Have an app answer every error with `error_response`."""
    for kind in (
        GeomagError,
        HTTPException,
        RequestValidationError,
        ValidationError,
        ClientDisconnect,
        Exception,
    ):
        app.add_exception_handler(kind, error_response)


def error_json(name: str, message: str) -> dict[str, Any]:
    """The JSON body of an error response.

    Args:
        name: of the error's class.
        message: what went wrong, in one sentence.
    """
    return {"error": {"type": name, "message": message}}


async def error_response(request: Request, error: Exception) -> Response:
    """Any error as a response; an unexpected one gives away nothing but that it happened.

    Args:
        request: that failed.
        error: that was raised.
    """
    if isinstance(error, GeomagError):
        status = next(STATUS[base] for base in type(error).__mro__ if base in STATUS)
        wait = getattr(error, "seconds", None)
        return JSONResponse(
            error_json(type(error).__name__, str(error)),
            status,
            headers={"Retry-After": str(math.ceil(wait))} if wait else {},
        )
    if isinstance(error, HTTPException):
        if error.status_code == 404 and wants_page(request.headers.get("accept", "")):
            return HTMLResponse(not_found_page(), 404)
        name = HTTPStatus(error.status_code).phrase.replace(" ", "")
        return JSONResponse(
            error_json(name, translated(str(error.detail))),
            error.status_code,
            headers=error.headers,
        )
    if isinstance(error, (RequestValidationError, ValidationError)):
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc'])) or 'the body'}: {one['msg']}"
            for one in error.errors()[:5]
        )
        return JSONResponse(error_json("OptionError", wrong[:1000]), 422)
    if isinstance(error, ClientDisconnect):
        return Response(status_code=CLIENT_GONE)
    body = error_json(
        "InternalError",
        translated("something went wrong inside; the log of the service has more"),
    )
    return JSONResponse(body, 500, headers={"Connection": "close"})  # uvicorn closes it anyway


class UnknownRoute:
    """Endpoint for paths and methods that the service does not have: 404 or 405.

    It gives them the JSON shape of all other errors, and keeps them out of the log.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        others = [
            route
            for route in self._app.routes
            if isinstance(route, Route) and route.endpoint is not self
        ]
        methods = sorted(
            {
                method
                for route in others
                if route.matches(scope)[0] is Match.PARTIAL
                for method in route.methods or ()
            }
        )
        if methods:
            raise HTTPException(
                405,
                f"{scope['method'][:20]} is not done there, but {', '.join(methods)}",
                {"Allow": ", ".join(methods)},
            )
        raise HTTPException(404, "there is no such address; /docs lists those there are")
