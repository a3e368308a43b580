"""Routes of the page beside the REST API: map layers of an answer, and thumbnails of scenes."""

from __future__ import annotations

import io

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from geomagnifier.errors import BoxError, FileNotThere
from geomagnifier.geometry import Box
from geomagnifier.results import Answer
from geomagnifier.server import tiles
from geomagnifier.server.job import Job
from geomagnifier.server.jobs import Jobs
from geomagnifier.server.scenes import Library
from geomagnifier.server.ui import answer_layers
from geomagnifier.server.ui.map_coordinates import MapCoordinates
from geomagnifier.translation import language_of, use_language
from geomagnifier.types import Window

THUMB = 224
"""Longest side of a thumbnail, px."""
CHEAP = 40_000_000
"""A scene with more px than this and no overviews has no thumbnail: all of it would be read."""
BLANK = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"/>'
CACHED = {"Cache-Control": "private, max-age=3600"}


def routes(library: Library, jobs: Jobs) -> APIRouter:
    """The routes under /web, as plain functions, which FastAPI runs outside the event loop.

    Args:
        library: scenes of the service.
        jobs: job queue of the service.
    """
    router = APIRouter(prefix="/web", include_in_schema=False)

    @router.get("/jobs/{id}/map.json")
    def document(id: str, lang: str = "") -> Response:
        answer, places = _answer_of(jobs.job(id))
        with use_language(language_of(lang)):
            found = answer_layers.document(answer, places)
        return JSONResponse(found | {"url": document_url(id, lang)}, headers=CACHED)

    @router.get("/jobs/{id}/early.json")
    def early(id: str, start: int = 0) -> Response:
        job = jobs.job(id)
        if job.card is None:
            raise FileNotThere("a search through pictures has no regions")
        found = answer_layers.early(job.early, max(0, start), MapCoordinates(job.card))
        return JSONResponse(found, headers={"Cache-Control": "no-store"})

    @router.get("/jobs/{id}/heat.png")
    def heat(id: str) -> Response:
        answer, places = _answer_of(jobs.job(id))
        if answer.trace.heat is None:
            raise FileNotThere("this answer has no relevance map")
        return Response(
            answer_layers.heat_picture(answer, places), media_type="image/png", headers=CACHED
        )

    @router.get("/scenes/{id}/ahead", status_code=204)
    def ahead(id: str) -> None:
        tiles.prepare(library.path(id))

    @router.get("/scenes/{id}/thumb.png")
    def thumb(id: str, box: str | None = None) -> Response:
        with library.open(id) as scene:
            part = scene.info.box if box is None else _part(box, scene.info.box)
            if scene.info.pixels > CHEAP and not scene.pyramid and part == scene.info.box:
                return Response(BLANK, media_type="image/svg+xml", headers=CACHED)
            factor = max(part.width, part.height) / THUMB
            width, height = max(1, round(part.width / factor)), max(1, round(part.height / factor))
            view = scene.read(Window(part, width, height, "thumb", part))
        from PIL import Image

        file = io.BytesIO()
        Image.fromarray(view.pixels).save(file, "PNG")
        return Response(file.getvalue(), media_type="image/png", headers=CACHED)

    return router


def document_url(id: str, lang: str) -> str:
    """URL of the map layers of an answer.

    Args:
        id: of the job.
        lang: language of the texts in it.
    """
    return f"/web/jobs/{id}/map.json?lang={lang}"


def _part(text: str, whole: Box) -> Box:
    """Parse x0,y0,x1,y1 in px as a part of a scene, cut to it.

    Raises:
        BoxError: the text is no box, or the box is outside the scene.
    """
    try:
        part = Box(*(int(side) for side in text.split(","))).intersection(whole)
    except (TypeError, ValueError):
        part = None
    if part is None:
        raise BoxError(f"{text[:80]} is no part of the picture; write x0,y0,x1,y1 in its px")
    return part


def _answer_of(job: Job) -> tuple[Answer, MapCoordinates]:
    if job.answer is None or job.card is None or not job.finished:
        raise FileNotThere(f"the job is {job.state} and has no answer")
    return job.answer, MapCoordinates(job.card)
