"""Routes of the page: map layers of an answer, and thumbnails of scenes."""

import io

import numpy as np
import pytest

pytest.importorskip("nicegui")

from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient
from test_jobs import working

from geomagnifier.errors import BoxError, FileNotThere, SceneNotFound
from geomagnifier.server.ui.routes import BLANK, THUMB, document_url, routes
from served import DAY, HEIGHT, PATIENT, WIDTH, make_root


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    root = make_root(tmp_path_factory.mktemp("pictures"))
    with working(root, seconds=DAY) as (jobs, place):
        app = FastAPI()
        app.include_router(routes(jobs.library, jobs))
        yield TestClient(app), jobs, place


def test_a_thumbnail_is_small_and_of_the_part(page):
    client, _, place = page
    card = place("utm.tif")
    whole = client.get(f"/web/scenes/{card.id}/thumb.png")
    picture = Image.open(io.BytesIO(whole.content))
    assert whole.headers["cache-control"].startswith("private")
    assert picture.size == (THUMB, THUMB * HEIGHT // WIDTH)
    ship = client.get(f"/web/scenes/{card.id}/thumb.png?box=40,40,80,56")
    pixels = np.asarray(Image.open(io.BytesIO(ship.content)).convert("RGB"))
    assert pixels.shape[1] == THUMB and (pixels[5:-5, 5:-5, 0] > 200).all()


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "400,0,500,10", "5,5,5,9", "1,2,3,4,5"])
def test_a_part_that_is_none_is_said(page, box):
    client, _, place = page
    with pytest.raises(BoxError):
        client.get(f"/web/scenes/{place('utm.tif').id}/thumb.png?box={box}")


def test_a_large_scene_without_overviews_is_not_read_for_a_thumbnail(page, monkeypatch):
    from geomagnifier.server.ui import routes as module

    client, _, place = page
    monkeypatch.setattr(module, "CHEAP", WIDTH * HEIGHT - 1)
    card = place("utm.tif")
    assert client.get(f"/web/scenes/{card.id}/thumb.png").content == BLANK
    part = client.get(f"/web/scenes/{card.id}/thumb.png?box=0,0,50,50")
    assert part.headers["content-type"] == "image/png"


def test_a_scene_that_is_pointed_at_is_opened(page):
    client, _, place = page
    card = place("utm.tif")
    assert client.get(f"/web/scenes/{card.id}/ahead").status_code == 204
    with pytest.raises(SceneNotFound):
        client.get("/web/scenes/none/ahead")


def test_the_layers_of_an_answer_and_of_none(page):
    client, jobs, place = page
    job = jobs.submit(place("utm.tif"), "Find every ship.")
    assert job.wait(PATIENT)
    told = client.get(document_url(job.id, "en")).json()
    assert told["url"] == f"/web/jobs/{job.id}/map.json?lang=en"
    with pytest.raises(FileNotThere, match="no relevance map"):
        client.get(f"/web/jobs/{job.id}/heat.png")
    search = jobs.search("red", None, None)
    assert search.wait(PATIENT)
    with pytest.raises(FileNotThere, match="has no answer"):
        client.get(document_url(search.id, "en"))
