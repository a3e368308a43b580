"""Jobs, their answers and the hits of a search as JSON and as HTTP responses."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from anyio import to_thread
from fastapi import Request, Response
from fastapi.responses import FileResponse, JSONResponse

from geomagnifier.export.search_hit import to_json
from geomagnifier.server import tiles
from geomagnifier.server.error_responses import CLIENT_GONE, error_json
from geomagnifier.server.image_search import Hit
from geomagnifier.server.job import Job
from geomagnifier.server.jobs import FILES, Jobs
from geomagnifier.server.requests import MOST
from geomagnifier.server.scenes import Card

STOPPED = 409
"""Status of a job that was cancelled before its end."""
LATE = 504
"""Status of a job that took longer than `Settings.seconds`."""
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "geojson": "application/geo+json",
    "gpkg": "application/geopackage+sqlite3",
    "tif": "image/tiff; application=geotiff; profile=cloud-optimized",
    "png": "image/png",
}
"""Media type of an answer's file by its suffix."""
OVERDUE = 10.0
"""Seconds past `Settings.seconds` for which a request still waits for its job to come to its next
window.
"""
INLINE = 1 << 20
"""Most bytes of a partial answer that is put inside the error of a job that took too long."""


def job_json(job: Job) -> dict[str, Any]:
    """A job as JSON values; of a finished one also the answer's text and the URLs of its files.

    `done` and `known` count windows, or the images of a search.
    """
    answer = job.answer if job.finished else None
    error = job.error
    body: dict[str, Any] = {
        "id": job.id,
        "state": job.state,
        "scene": job.card.id if job.card is not None else None,
        "question": job.question,
        "done": job.done,
        "known": job.known,
        "seconds": round(job.seconds, 3),
        "waited": round(job.waited, 3),
        "error": None if error is None else error_json(type(error).__name__, str(error))["error"],
        "warnings": list(job.warnings),
    }
    if answer is not None:
        missing = {"mask.tif": answer.patches is None, "heat.png": answer.trace.heat is None}
        body |= {
            "text": answer.text,
            "value": answer.value,
            "unit": answer.unit,
            "understood": answer.understood,
            "complete": answer.complete,
            "files": {name: f"/v1/jobs/{job.id}/{name}" for name in FILES if not missing.get(name)},
        }
        if job.turn is not None and job.turn.sort != "fresh":
            body["meant"] = job.turn.meant
    if job.finished and job.hits is not None:
        body |= hits_json(job, MOST)
    return body


def hits_json(job: Job, top: int) -> dict[str, Any]:
    """The result of a search as JSON values.

    Args:
        job: of a search, finished.
        top: the most hits, best first.
    """
    return {
        "hits": [
            {"scene": scene_json(hit.card), **_hit_json(hit)} for hit in (job.hits or ())[:top]
        ],
        "unreadable": [{"name": name, "reason": reason} for name, reason in job.unreadable],
        "complete": job.state == "done",
    }


def _hit_json(hit: Hit) -> dict[str, Any]:
    """Score of a hit, which part of the scene it is, where and when.

    Without what its card has, and without the path of the file.
    """
    fields = to_json(hit.found)
    names = ("tile", "centre", "date", "distance_m", "footprint")
    return {"score": hit.score} | {name: fields[name] for name in names if name in fields}


def scene_json(card: Card, layers: bool = False) -> dict[str, Any]:
    """A scene as JSON values.

    Args:
        card: of the scene.
        layers: add what a web map needs to show its tiles.
    """
    fields = asdict(card)
    return fields | {"layers": tiles.layers(card)} if layers else fields


async def wait_and_reply(
    request: Request,
    jobs: Jobs,
    job: Job,
    wait: bool,
    make_response: Callable[[], Awaitable[Response]],
) -> Response:
    """Wait for a job and answer with its result; without waiting, answer with the job itself.

    A client that disconnects while it waits cancels its job.

    Args:
        request: that started the job.
        jobs: of the service.
        job: to wait for.
        wait: False answers 202 at once.
        make_response: called when the job is done, to make the response.

    Raises:
        GeomagError: the job failed.
        OutputError: a partial answer could not be written.
    """
    if not wait:
        return JSONResponse(job_json(job), 202, headers={"Location": f"/v1/jobs/{job.id}"})
    ended, gone = asyncio.create_task(job.end()), asyncio.create_task(_disconnected(request))
    try:
        while (
            not ended.done() and not gone.done() and job.seconds < jobs.settings.seconds + OVERDUE
        ):
            await asyncio.wait((ended, gone), timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
        if gone.done() and not job.finished:
            job.cancel()
            return Response(status_code=CLIENT_GONE)
    finally:
        ended.cancel()
        gone.cancel()
    if job.state == "done":
        return await make_response()
    if job.error is not None:
        raise job.error
    if job.state == "cancelled":
        body = error_json("Stopped", "the job was stopped before its end")
        return JSONResponse(body | {"job": job_json(job)}, STOPPED, headers=job_headers(job))
    job.cancel()
    return await _late_response(jobs, job)


async def _late_response(jobs: Jobs, job: Job) -> Response:
    """504, with the answer of what was seen in time where it is short."""
    message = (
        f"it took more than the {jobs.settings.seconds:g} s of one question; ask about a box of the"
        " scene, or give a budget"
    )
    body: dict[str, Any] = error_json("Late", message) | {"job": job_json(job)}
    headers = {**job_headers(job), "Retry-After": str(math.ceil(jobs.retry_after()))}
    if job.finished and job.answer is not None:
        path = await to_thread.run_sync(jobs.file, job, "answer.json")
        if path.stat().st_size <= INLINE:
            body["answer"] = json.loads(path.read_text("utf-8"))
    return JSONResponse(body, LATE, headers=headers)


async def _disconnected(request: Request) -> None:
    """Return when the client has gone away."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def file_response(jobs: Jobs, job: Job, name: str) -> Response:
    """An answer as a file; that of a stopped job is called `NAME.partial.SUFFIX`.

    Not for the event loop: the file may have to be written first.

    Args:
        jobs: of the service.
        job: with an answer.
        name: one of `FILES`.

    Raises:
        FileNotThere: there is no answer, or it has no such file.
        OutputError: the disk is full.
    """
    path = jobs.file(job, name)
    whole = job.answer is not None and not job.answer.stopped
    stem, _, suffix = name.partition(".")
    return FileResponse(
        path,
        media_type=MEDIA_TYPES[suffix],
        filename=name if whole else f"{stem}.partial.{suffix}",
        headers=job_headers(job),
    )


def job_headers(job: Job) -> dict[str, str]:
    """Headers that name the job of a response and its scene, and keep it out of shared caches."""
    scene = {"X-Scene": job.card.id} if job.card is not None else {}
    return {"X-Job": job.id, **scene, "Cache-Control": "private, no-cache"}
