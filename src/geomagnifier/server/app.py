"""The service: questions about pictures over HTTP.

It puts scenes, tiles and jobs behind addresses, and adds nothing to them.

    POST   /v1/scenes                            send a picture
    GET    /v1/scenes, /v1/scenes/{id}           pictures that there are
    GET    /v1/scenes/{id}/tiles/{z}/{x}/{y}     map tiles
    POST   /v1/ask, /v1/search                   answered when done; with ?wait=false a job is
    GET    /v1/jobs/{id}, /v1/jobs/{id}/events   how far it is; the same as it changes (server-sent events)
    DELETE /v1/jobs/{id}                         stop it
    GET    /v1/jobs/{id}/{file}                  answer.json, regions.geojson, regions.gpkg, mask.tif, overlay.png, heat.png
    GET    /healthz, /metrics, /docs, /openapi.json

Whatever goes wrong is {"error": {"type", "message"}}, with its status in `STATUS`. Slow work is
done in threads, never in the event loop.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict
from functools import partial
from html import escape
from http import HTTPStatus
from typing import Any

from anyio import CapacityLimiter, move_on_after, to_thread
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, StreamingResponse
from prometheus_client import generate_latest
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from geomagnifier import __version__
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
from geomagnifier.export.answer_json import schema as answer_schema
from geomagnifier.export.search_hit import to_json
from geomagnifier.model_protocol import Model
from geomagnifier.server import schemas, tiles
from geomagnifier.server.image_search import Hit
from geomagnifier.server.job import Job
from geomagnifier.server.jobs import FILES, Jobs
from geomagnifier.server.metrics import Counted, Metrics
from geomagnifier.server.requests import MOST, AskRequest, Sought, Wait
from geomagnifier.server.scenes import Card, Library
from geomagnifier.server.security import Guard
from geomagnifier.server.settings import Settings

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
"""By the class of an error or the nearest above it. Beside these: 401, 403, 421 of `Guard`, and 504
of a job that took too long.
"""

GONE, STOPPED, LATE = 499, 409, 504
TYPES = {
    "json": "application/json",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "tif": "image/tiff; application=geotiff; profile=cloud-optimized",
    "png": "image/png",
}
TAKING, ROOM = 16, 5.0
"""Uploads that may be on their way in together, and seconds that one waits for that: each may fill
`Settings.upload_bytes` of the disk.
"""
DRAWING, WRITING = 8, 2
"""Tiles that are drawn, and files that are written, at the same time: a map asks for many, and
other requests need threads too.
"""
OVERDUE = 10.0
"""Seconds past `Settings.seconds` for which a request still waits for its job to come to its next
window.
"""
INLINE = 1 << 20
"""Bytes of an answer that are told inside of an error."""
SWEEP = 600.0
"""Seconds between two looks for uploads that are too old."""

_log = logging.getLogger(__name__)


def create_app(settings: Settings, model: Model) -> FastAPI:
    """The service as an ASGI app.

    `app.state.library` and `app.state.jobs` are its parts; they end with the app.

    Args:
        settings: of the service.
        model: of `load_model`, shared by all questions.

    Raises:
        OutputError: the work folder cannot be written to.
    """
    library = Library(settings)
    jobs = Jobs(settings, model, library)
    drawing, writing, taking = (
        CapacityLimiter(DRAWING),
        CapacityLimiter(WRITING),
        CapacityLimiter(TAKING),
    )

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async def sweep() -> None:
            while True:
                await asyncio.sleep(SWEEP)
                await to_thread.run_sync(library.expire)

        sweeper = asyncio.create_task(sweep())
        try:
            yield
        finally:
            sweeper.cancel()
            await to_thread.run_sync(jobs.close)
            library.close()

    app = FastAPI(
        title="geomagnifier",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        lifespan=life,
        description=(__doc__ or ""),
    )
    app.state.library, app.state.jobs = library, jobs
    app.state.metrics = metrics = Metrics(jobs)
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(Counted, metrics=metrics)
    for kind in (
        GeomagError,
        HTTPException,
        RequestValidationError,
        ValidationError,
        ClientDisconnect,
        Exception,
    ):
        app.add_exception_handler(kind, told_error)

    @app.get("/healthz", summary="Whether the service is alive")
    async def healthz() -> dict[str, Any]:
        return {
            "status": "ok",
            "version": __version__,
            "model": model.spec.name,
            "running": jobs.running,
            "waiting": jobs.waiting,
        }

    @app.get("/metrics", summary="Figures for Prometheus", response_class=Response)
    async def figures() -> Response:
        return Response(generate_latest(metrics.registry), media_type="text/plain; version=0.0.4")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(_docs(app.openapi()))

    @app.get(
        "/v1/scenes",
        summary="The pictures under the root; uploads are known to those who sent them",
    )
    def scenes() -> dict[str, Any]:
        return {"scenes": [_shown(card) for card in library.listing(uploads=False)]}

    @app.post(
        "/v1/scenes",
        status_code=201,
        summary="Send a picture, as a form with `file` or as the body",
        openapi_extra=schemas.sent(None),
    )
    async def upload(request: Request, name: str = "picture") -> dict[str, Any]:
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            fields, card = await _form(request, library, taking)
            if card is None or fields:
                raise OptionError(
                    "a picture is sent as the form's `file`, and nothing else with it"
                )
        else:
            card = await _received(request, library, taking, name)
        return await to_thread.run_sync(_shown, card, True)

    @app.get("/v1/scenes/{id}", summary="One picture, with what a map must know")
    def scene(id: str) -> dict[str, Any]:
        return _shown(library.card(id), layers=True)

    @app.get(
        "/v1/scenes/{id}/tiles/{z}/{x}/{y}", summary="A map tile, 256 px", response_class=Response
    )
    async def tile(id: str, z: int, x: int, y: int) -> Response:
        def draw() -> bytes:
            card = library.card(id)
            with library.naming(card):
                return tiles.tile(library.path(id), z, x, y)

        png = await to_thread.run_sync(draw, limiter=drawing)
        return Response(
            png, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"}
        )

    told = schemas.answered(
        200, "answer.json, where the format is json", answer_schema()
    ) | schemas.answered(202, "The job", schemas.JOB)

    @app.post(
        "/v1/ask", summary="Ask a question", openapi_extra=schemas.sent(AskRequest), responses=told
    )
    async def ask(request: Request, wait: Wait = True, format: str = "json") -> Response:
        file = {"json": "answer.json", "geojson": "regions.geojson"}.get(format)
        if file is None:
            raise OptionError(f"the format is json or geojson, not {format[:80]}")
        jobs.check_room()  # before a picture is taken in
        card: Card | None = None
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            fields, card = await _form(request, library, taking)
            asked = await to_thread.run_sync(AskRequest.model_validate, fields)
        else:
            asked = await to_thread.run_sync(AskRequest.model_validate_json, await _words(request))
        before = jobs.job(asked.after) if asked.after is not None else None
        if (
            before is not None
            and before.card is not None
            and (card, asked.scene, asked.path) == (None, None, None)
        ):
            card = before.card
        if sum(given is not None for given in (card, asked.scene, asked.path)) != 1:
            raise OptionError("say which picture is meant by one of scene, path and file")
        about = (
            card
            if card is not None
            else await to_thread.run_sync(_named, library, asked.scene, asked.path)
        )
        options = {
            name: getattr(asked, name)
            for name in ("box", "box_crs", "search", "min_score", "recall", "budget")
        }
        job = await to_thread.run_sync(
            partial(jobs.submit, about, asked.question, after=before, **options)
        )
        return await _reply(
            request,
            jobs,
            job,
            wait,
            lambda: to_thread.run_sync(_sent, jobs, job, file, limiter=writing),
        )

    @app.post(
        "/v1/search", summary="Rank the pictures under the root", openapi_extra=schemas.sent(Sought)
    )
    async def search(request: Request, wait: Wait = True) -> Response:
        sought = await to_thread.run_sync(Sought.model_validate_json, await _words(request))
        named = sought.scene is not None or sought.path is not None
        like = (
            await to_thread.run_sync(_named, library, sought.scene, sought.path) if named else None
        )
        job = jobs.search(sought.words, like, sought.wanted())

        async def sent() -> Response:
            return JSONResponse(_found(job, sought.top), headers=_links(job))

        return await _reply(request, jobs, job, wait, sent)

    @app.get(
        "/v1/jobs/{id}",
        summary="How far a job is",
        responses=schemas.answered(200, "The job", schemas.JOB),
    )
    async def one(id: str) -> dict[str, Any]:
        return facts(jobs.job(id))

    @app.delete("/v1/jobs/{id}", summary="Stop a job: at its next window where it has begun")
    async def cancel(id: str) -> dict[str, Any]:
        job = jobs.job(id)
        job.cancel()
        return facts(job)

    @app.get(
        "/v1/jobs/{id}/events",
        summary="A job as it changes (server-sent events)",
        response_class=StreamingResponse,
    )
    async def events(id: str) -> Response:
        job = jobs.job(id)

        async def stream() -> AsyncIterator[str]:
            async with aclosing(job.follow()) as changes:
                async for now in changes:
                    yield (
                        f"event: {'end' if now.finished else 'progress'}\ndata:"
                        f" {json.dumps(facts(now), ensure_ascii=False)}\n\n"
                    )

        return StreamingResponse(
            stream(),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    @app.get(
        "/v1/jobs/{id}/{file}",
        summary=f"An answer as {', '.join(FILES)}",
        response_class=FileResponse,
    )
    async def answer(id: str, file: str) -> Response:
        return await to_thread.run_sync(_sent, jobs, jobs.job(id), file, limiter=writing)

    for path in (
        "/v1",
        "/v1/{rest:path}",
        "/healthz",
        "/metrics",
        "/docs",
        "/openapi.json",
    ):  # the page would answer what is left
        app.router.routes.append(Route(path, Stray(app), include_in_schema=False))
    return app


class Stray:
    """An address, or a way of using one, that there is not.

    Told in the shape of all errors, and not logged.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        others = [
            route
            for route in self._app.routes
            if isinstance(route, Route) and route.endpoint is not self
        ]
        ways = sorted(
            {
                way
                for route in others
                if route.matches(scope)[0] is Match.PARTIAL
                for way in route.methods or ()
            }
        )
        if ways:
            raise HTTPException(
                405,
                f"{scope['method'][:20]} is not done there, but {', '.join(ways)}",
                {"Allow": ", ".join(ways)},
            )
        raise HTTPException(404, "there is no such address; /docs lists those there are")


def facts(job: Job) -> dict[str, Any]:
    """A job as plain values for JSON, without its answer.

    Done, known: windows, or pictures of a search.
    """
    answer = job.answer if job.finished else None
    told: dict[str, Any] = {
        "id": job.id,
        "state": job.state,
        "scene": job.card.id if job.card is not None else None,
        "question": job.question,
        "done": job.done,
        "known": job.known,
        "seconds": round(job.seconds, 3),
        "waited": round(job.waited, 3),
        "error": _error(job.error)["error"] if job.error is not None else None,
        "warnings": list(job.warnings),
    }
    if answer is not None:
        lacking = {"mask.tif": answer.patches is None, "heat.png": answer.trace.heat is None}
        files = {name: f"/v1/jobs/{job.id}/{name}" for name in FILES if not lacking.get(name)}
        told |= {
            "text": answer.text,
            "value": answer.value,
            "unit": answer.unit,
            "understood": answer.understood,
        }
        told |= {"complete": answer.complete, "files": files}
        if job.turn is not None and job.turn.sort != "fresh":
            told["meant"] = job.turn.meant
    if job.finished and job.hits is not None:
        told |= _found(job, MOST)
    return told


async def _reply(
    request: Request, jobs: Jobs, job: Job, wait: bool, sent: Callable[[], Awaitable[Response]]
) -> Response:
    """The answer of a job that has ended; the job itself for those who do not wait.

    A client that goes away takes its job with it.
    """
    if not wait:
        return JSONResponse(facts(job), 202, headers={"Location": f"/v1/jobs/{job.id}"})
    ended, left = asyncio.create_task(job.end()), asyncio.create_task(_left(request))
    try:
        while (
            not ended.done() and not left.done() and job.seconds < jobs.settings.seconds + OVERDUE
        ):
            await asyncio.wait((ended, left), timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
        if left.done() and not job.finished:
            job.cancel()
            return Response(status_code=GONE)
    finally:
        ended.cancel()
        left.cancel()
    if job.state == "done":
        return await sent()
    if job.error is not None:
        raise job.error
    again = {**_links(job), "Retry-After": str(math.ceil(jobs.retry_after()))}
    if job.state == "cancelled":
        stopped = {
            "error": {"type": "Stopped", "message": "the job was stopped before its end"},
            "job": facts(job),
        }
        return JSONResponse(stopped, STOPPED, headers=_links(job))
    job.cancel()
    what = (
        f"more than the {jobs.settings.seconds:g} s of one question; ask about a box of the scene,"
        " or give a budget"
    )
    late: dict[str, Any] = {
        "error": {"type": "Late", "message": f"it took {what}"},
        "job": facts(job),
    }
    if job.finished and job.answer is not None:
        path = await to_thread.run_sync(jobs.file, job, "answer.json")
        if path.stat().st_size <= INLINE:
            late["answer"] = json.loads(path.read_text("utf-8"))
    return JSONResponse(late, LATE, headers=again)


async def _left(request: Request) -> None:
    """Until the client is gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _sent(jobs: Jobs, job: Job, name: str) -> Response:
    path = jobs.file(job, name)
    whole = job.answer is not None and not job.answer.stopped
    stem, _, kind = name.partition(".")
    return FileResponse(
        path,
        media_type=TYPES[kind],
        filename=name if whole else f"{stem}.partial.{kind}",
        headers=_links(job),
    )


def _links(job: Job) -> dict[str, str]:
    about = {"X-Scene": job.card.id} if job.card is not None else {}
    return {"X-Job": job.id, **about, "Cache-Control": "private, no-cache"}


def _found(job: Job, top: int) -> dict[str, Any]:
    """What a search has found."""
    return {
        "hits": [{"scene": _shown(hit.card), **_placed(hit)} for hit in (job.hits or ())[:top]],
        "unreadable": [{"name": name, "reason": reason} for name, reason in job.unreadable],
        "complete": job.state == "done",
    }


def _placed(hit: Hit) -> dict[str, Any]:
    """How alike a hit is, and which part of the scene, where and when.

    Without what its card tells, or where the file lies.
    """
    told = to_json(hit.found)
    return {"score": hit.score} | {
        name: told[name]
        for name in ("tile", "centre", "date", "distance_m", "footprint")
        if name in told
    }


def _shown(card: Card, layers: bool = False) -> dict[str, Any]:
    told = asdict(card)
    return told | {"layers": tiles.layers(card)} if layers else told


def _named(library: Library, id: str | None, path: str | None) -> Card:
    if (id is None) == (path is None):
        raise OptionError("say which picture is meant by its id or by its path, one of the two")
    return library.card(id) if id is not None else library.place(path or "")


async def _words(request: Request) -> bytes:
    """A body that is not a picture; `Guard` keeps it short."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise HTTPException(415, "send application/json, or a form with a picture")
    return await request.body()


@asynccontextmanager
async def _room(taking: CapacityLimiter) -> AsyncIterator[None]:
    """A place among the uploads on their way in.

    Raises:
        Busy: there is none for too long.
    """
    with move_on_after(ROOM) as waited:
        await taking.acquire()
    if waited.cancelled_caught:
        raise Busy(
            "as many pictures as may be sent at once are being sent already; come back a little"
            " later",
            ROOM,
        )
    try:
        yield
    finally:
        taking.release()


async def _received(request: Request, library: Library, taking: CapacityLimiter, name: str) -> Card:
    """A picture that is the body of a request, written as it comes."""
    async with _room(taking):
        with library.receive(name) as upload:
            held = bytearray()
            async for chunk in request.stream():
                held += chunk
                if len(held) >= 1 << 20:
                    await to_thread.run_sync(upload.write, bytes(held))
                    held.clear()
            if held:
                await to_thread.run_sync(upload.write, bytes(held))
            return await to_thread.run_sync(upload.finish)


async def _form(
    request: Request, library: Library, taking: CapacityLimiter
) -> tuple[dict[str, Any], Card | None]:
    """The fields of a form and the picture in it, which starlette keeps on the disk, not in memory, while it comes."""
    async with (
        _room(taking),
        request.form(max_files=1, max_fields=20, max_part_size=64 << 10) as form,
    ):
        fields: dict[str, Any] = {
            name: value for name, value in form.items() if isinstance(value, str) and value.strip()
        }
        sent = form.get("file")
        if any(
            isinstance(value, UploadFile) and name != "file" for name, value in form.items()
        ) or isinstance(sent, str):
            raise OptionError("a form sends its picture as `file`")
        card = None
        if isinstance(sent, UploadFile):
            chunks = iter(lambda: sent.file.read(1 << 20), b"")
            card = await to_thread.run_sync(library.upload, sent.filename or "picture", chunks)
    if "box" in fields:
        fields["box"] = [part for part in fields["box"].replace(",", " ").split(" ") if part]
    return fields, card


def _error(error: GeomagError) -> dict[str, Any]:
    return {"error": {"type": type(error).__name__, "message": str(error)}}


async def told_error(request: Request, error: Exception) -> Response:
    """Any error as an answer. What was not raised on purpose is told as such, and no more."""
    headers: dict[str, str] = {}
    if isinstance(error, GeomagError):
        status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
        wait = getattr(error, "seconds", None)
        return JSONResponse(
            _error(error),
            status,
            headers=headers | ({"Retry-After": str(math.ceil(wait))} if wait else {}),
        )
    if isinstance(error, HTTPException):
        told = {
            "error": {
                "type": HTTPStatus(error.status_code).phrase.replace(" ", ""),
                "message": str(error.detail),
            }
        }
        return JSONResponse(told, error.status_code, headers=error.headers)
    if isinstance(error, (RequestValidationError, ValidationError)):
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc'])) or 'the body'}: {one['msg']}"
            for one in error.errors()[:5]
        )
        return JSONResponse({"error": {"type": "OptionError", "message": wrong[:1000]}}, 422)
    if isinstance(error, ClientDisconnect):
        return Response(status_code=GONE)
    told = {
        "error": {
            "type": "InternalError",
            "message": "something went wrong inside; the log of the service has more",
        }
    }
    return JSONResponse(told, 500, headers={"Connection": "close"})  # uvicorn closes it anyway


def _docs(told: dict[str, Any]) -> str:
    """The description as a plain page: it loads nothing, from here or elsewhere."""
    rows = []
    for path, ways in told["paths"].items():
        for way, one in ways.items():
            fields = [f"{p['name']} ({p['in']})" for p in one.get("parameters", ())]
            for kind, body in one.get("requestBody", {}).get("content", {}).items():
                fields.append(
                    f"{kind}: {', '.join(body['schema'].get('properties', {}))}".rstrip(": ")
                )
            cells = (way.upper(), path, one.get("summary", ""), "; ".join(fields))
            rows.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    errors = "".join(
        f"<tr><td>{status}</td><td>{kind.__name__}</td><td>{escape(kind.__doc__ or '')}</td></tr>"
        for kind, status in STATUS.items()
    )
    style = (
        "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0"
        " 1rem}:root{color-scheme:light dark}"
    )
    style += "td{padding:.2rem .8rem .2rem 0;vertical-align:top}"
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport"
        f" content='width=device-width'><title>geomagnifier</title><style>{style}</style><h1>geomagnifier"
        f" {escape(told['info']['version'])}</h1><p>For programs: <a"
        f" href=openapi.json>openapi.json</a>.</p><table>{''.join(rows)}</table><pre>curl -F"
        " file=@harbour.tif -F 'question=Segment every ship.'"
        f" http://127.0.0.1:8000/v1/ask</pre><h2>Errors</h2><table>{errors}</table></html>"
    )
