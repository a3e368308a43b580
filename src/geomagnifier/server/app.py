"""The REST API: questions about images over HTTP.

    POST   /v1/scenes                            upload an image
    GET    /v1/scenes                            list the scenes
    GET    /v1/scenes/{id}                       describe a scene
    GET    /v1/scenes/{id}/tiles/{z}/{x}/{y}     map tiles of a scene
    POST   /v1/ask, /v1/search                   the result when done; with ?wait=false a job
    GET    /v1/jobs/{id}                         progress of a job
    GET    /v1/jobs/{id}/events                  the same as it changes (server-sent events)
    DELETE /v1/jobs/{id}                         cancel a job
    GET    /v1/jobs/{id}/{file}                  answer.json, regions.csv,
                                                 regions.geojson, regions.gpkg, mask.tif,
                                                 overlay.png, heat.png
    GET    /healthz, /metrics, /docs, /openapi.json

Errors are {"error": {"type", "message"}}, with a status by the class of the error. Slow work is
done in threads, never in the event loop.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, StreamingResponse
from prometheus_client import generate_latest
from starlette.routing import Route

from geomagnifier import __version__
from geomagnifier.errors import OptionError
from geomagnifier.export.answer_json import schema as answer_schema
from geomagnifier.model_protocol import Model
from geomagnifier.server import schemas, tiles
from geomagnifier.server.docs_page import docs_page
from geomagnifier.server.error_responses import UnknownRoute, handle_errors
from geomagnifier.server.job_responses import (
    file_response,
    hits_json,
    job_headers,
    job_json,
    scene_json,
    wait_and_reply,
)
from geomagnifier.server.jobs import FILES, Jobs
from geomagnifier.server.metrics import Metrics, RequestCounter
from geomagnifier.server.request_bodies import UploadReceiver, is_form, json_body
from geomagnifier.server.request_language import RequestLanguage
from geomagnifier.server.requests import AskRequest, SearchRequest, Wait
from geomagnifier.server.scenes import Card, Library
from geomagnifier.server.security import Guard
from geomagnifier.server.settings import Settings

TILES_AT_ONCE = 8
"""Tiles that are drawn at the same time: a map asks for many, and other requests need threads too.
"""
FILES_AT_ONCE = 2
"""Files of answers that are written at the same time."""
SWEEP = 600.0
"""Seconds between two removals of uploads that are too old."""


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
    app = FastAPI(
        title="geomagnifier",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        lifespan=partial(_lifespan, library=library, jobs=jobs),
        description=(__doc__ or ""),
    )
    app.state.library, app.state.jobs = library, jobs
    app.state.metrics = metrics = Metrics(jobs)
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(RequestLanguage)
    app.add_middleware(RequestCounter, metrics=metrics)
    handle_errors(app)
    receiver = UploadReceiver(library)
    file_limiter = CapacityLimiter(FILES_AT_ONCE)
    _add_service_routes(app, jobs, metrics)
    _add_scene_routes(app, library, receiver)
    _add_question_routes(app, library, jobs, receiver, file_limiter)
    _add_job_routes(app, jobs, file_limiter)
    # After all others: without these the page, which is mounted at "/", would answer what is left.
    for path in ("/v1", "/v1/{rest:path}", "/healthz", "/metrics", "/docs", "/openapi.json"):
        app.router.routes.append(Route(path, UnknownRoute(app), include_in_schema=False))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI, library: Library, jobs: Jobs) -> AsyncIterator[None]:
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


def _add_service_routes(app: FastAPI, jobs: Jobs, metrics: Metrics) -> None:
    """Health, metrics and documentation."""

    @app.get("/healthz", summary="Whether the service is alive")
    async def healthz() -> dict[str, Any]:
        return {
            "status": "ok",
            "version": __version__,
            "model": jobs.model.spec.name,
            "running": jobs.running,
            "waiting": jobs.waiting,
        }

    @app.get("/metrics", summary="Figures for Prometheus", response_class=Response)
    async def figures() -> Response:
        return Response(generate_latest(metrics.registry), media_type="text/plain; version=0.0.4")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(docs_page(app.openapi()))


def _add_scene_routes(app: FastAPI, library: Library, receiver: UploadReceiver) -> None:
    """Listing, upload and tiles."""
    tile_limiter = CapacityLimiter(TILES_AT_ONCE)

    @app.get(
        "/v1/scenes",
        summary="The pictures under the root; uploads are known to those who sent them",
    )
    def scenes() -> dict[str, Any]:
        return {"scenes": [scene_json(card) for card in library.listing(uploads=False)]}

    @app.post(
        "/v1/scenes",
        status_code=201,
        summary="Send a picture, as a form with `file` or as the body",
        openapi_extra=schemas.request_body(None),
    )
    async def upload(request: Request, name: str = "picture") -> dict[str, Any]:
        if is_form(request):
            fields, card = await receiver.form(request)
            if card is None or fields:
                raise OptionError("send the image as the form field `file`, and nothing else")
        else:
            card = await receiver.body(request, name)
        return await to_thread.run_sync(scene_json, card, True)

    @app.get("/v1/scenes/{id}", summary="One picture, with what a map must know")
    def scene(id: str) -> dict[str, Any]:
        return scene_json(library.card(id), layers=True)

    @app.get(
        "/v1/scenes/{id}/tiles/{z}/{x}/{y}", summary="A map tile, 256 px", response_class=Response
    )
    async def tile(id: str, z: int, x: int, y: int) -> Response:
        def draw() -> bytes:
            card = library.card(id)
            with library.naming(card):
                return tiles.tile(library.path(id), z, x, y)

        png = await to_thread.run_sync(draw, limiter=tile_limiter)
        return Response(
            png, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"}
        )


def _add_question_routes(
    app: FastAPI,
    library: Library,
    jobs: Jobs,
    receiver: UploadReceiver,
    file_limiter: CapacityLimiter,
) -> None:
    """Asking and searching."""
    responses = schemas.response(
        200, "answer.json, where the format is json", answer_schema()
    ) | schemas.response(202, "The job", schemas.JOB)

    @app.post(
        "/v1/ask",
        summary="Ask a question",
        openapi_extra=schemas.request_body(AskRequest),
        responses=responses,
    )
    async def ask(request: Request, wait: Wait = True, format: str = "json") -> Response:
        file = {"json": "answer.json", "geojson": "regions.geojson"}.get(format)
        if file is None:
            raise OptionError(f"the format is json or geojson, not {format[:80]}")
        jobs.check_room()  # before an upload is received
        sent: Card | None = None
        if is_form(request):
            fields, sent = await receiver.form(request)
            asked = await to_thread.run_sync(AskRequest.model_validate, fields)
        else:
            body = await json_body(request)
            asked = await to_thread.run_sync(AskRequest.model_validate_json, body)
        before = jobs.job(asked.after) if asked.after is not None else None
        if before is not None and (sent, asked.scene, asked.path) == (None, None, None):
            sent = before.card  # a follow-up is about the same scene unless it names one
        if sum(given is not None for given in (sent, asked.scene, asked.path)) != 1:
            raise OptionError("name the image by one of scene, path and file")
        card = (
            sent
            if sent is not None
            else await to_thread.run_sync(_find_card, library, asked.scene, asked.path)
        )
        names = ("box", "box_crs", "search", "min_score", "recall", "budget")
        options = {name: getattr(asked, name) for name in names}
        job = await to_thread.run_sync(
            partial(jobs.submit, card, asked.question, after=before, **options)
        )

        async def make_response() -> Response:
            return await to_thread.run_sync(file_response, jobs, job, file, limiter=file_limiter)

        return await wait_and_reply(request, jobs, job, wait, make_response)

    @app.post(
        "/v1/search",
        summary="Rank the pictures under the root",
        openapi_extra=schemas.request_body(SearchRequest),
    )
    async def search(request: Request, wait: Wait = True) -> Response:
        body = await json_body(request)
        sought = await to_thread.run_sync(SearchRequest.model_validate_json, body)
        named = sought.scene is not None or sought.path is not None
        like = (
            await to_thread.run_sync(_find_card, library, sought.scene, sought.path)
            if named
            else None
        )
        job = jobs.search(sought.words, like, sought.query(), sought.top)

        async def make_response() -> Response:
            return JSONResponse(hits_json(job, sought.top), headers=job_headers(job))

        return await wait_and_reply(request, jobs, job, wait, make_response)


def _add_job_routes(app: FastAPI, jobs: Jobs, file_limiter: CapacityLimiter) -> None:
    """Progress, events, cancelling and files of a job."""

    @app.get(
        "/v1/jobs/{id}",
        summary="How far a job is",
        responses=schemas.response(200, "The job", schemas.JOB),
    )
    async def one(id: str) -> dict[str, Any]:
        return job_json(jobs.job(id))

    @app.delete("/v1/jobs/{id}", summary="Stop a job: at its next window where it has begun")
    async def cancel(id: str) -> dict[str, Any]:
        job = jobs.job(id)
        job.cancel()
        return job_json(job)

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
                    event = "end" if now.finished else "progress"
                    data = json.dumps(job_json(now), ensure_ascii=False)
                    yield f"event: {event}\ndata: {data}\n\n"

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
        job = jobs.job(id)
        return await to_thread.run_sync(file_response, jobs, job, file, limiter=file_limiter)


def _find_card(library: Library, id: str | None, path: str | None) -> Card:
    """The scene that a request names by its id or by its path under the root."""
    if (id is None) == (path is None):
        raise OptionError("name the image by its id or by its path, not both")
    return library.card(id) if id is not None else library.place(path or "")
