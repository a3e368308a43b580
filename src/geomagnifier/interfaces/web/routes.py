"""What the page's browser fetches beside the service's own addresses: an answer for the map, its heat, small pictures for the menu."""

from __future__ import annotations

import io

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from geomagnifier.errors import FileNotThere
from geomagnifier.interfaces.job import Job
from geomagnifier.interfaces.jobs import Jobs
from geomagnifier.interfaces.scenes import Library
from geomagnifier.interfaces.web import drawing
from geomagnifier.interfaces.web.places import Places
from geomagnifier.values import Answer, Window

THUMB = 104
"""Side of a small picture, px: twice what it is shown at."""
CHEAP = 40_000_000
"""Pixels above which a picture without overviews gets no small one: all of it would have to be read."""
BLANK = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"/>'
KEPT = {"Cache-Control": "private, max-age=3600"}


def routes(library: Library, jobs: Jobs) -> APIRouter:
    """The addresses under /web. They are plain functions, so that FastAPI runs them outside the event loop."""
    router = APIRouter(prefix="/web", include_in_schema=False)

    @router.get("/jobs/{id}/map.json")
    def document(id: str) -> Response:
        answer, places = _answered(jobs.job(id))
        return JSONResponse(drawing.document(answer, places), headers=KEPT)

    @router.get("/jobs/{id}/heat.png")
    def heat(id: str) -> Response:
        answer, places = _answered(jobs.job(id))
        if answer.trace.heat is None:
            raise FileNotThere("this answer has no heat map")
        return Response(drawing.heat_picture(answer, places), media_type="image/png", headers=KEPT)

    @router.get("/scenes/{id}/thumb.png")
    def thumb(id: str) -> Response:
        with library.open(id) as scene:
            if scene.info.pixels > CHEAP and not scene.pyramid:
                return Response(BLANK, media_type="image/svg+xml", headers=KEPT)
            shrink = max(scene.info.width, scene.info.height) / THUMB
            width, height = max(1, round(scene.info.width / shrink)), max(1, round(scene.info.height / shrink))
            view = scene.read(Window(scene.info.box, width, height, "thumb", scene.info.box))
        from PIL import Image

        file = io.BytesIO()
        Image.fromarray(view.pixels).save(file, "PNG")
        return Response(file.getvalue(), media_type="image/png", headers=KEPT)

    return router


def _answered(job: Job) -> tuple[Answer, Places]:
    if job.answer is None or job.card is None or not job.finished:
        raise FileNotThere(f"the job is {job.state} and has no answer")
    return job.answer, Places(job.card)
