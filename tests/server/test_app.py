"""Every address of the service, over a real socket.

What it answers, in which form, and what it refuses with which status.
"""

import io
import json
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import httpx
import jsonschema
import numpy as np
import pytest
from PIL import Image
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from fake import FakeModel, paint
from geomagnifier import errors
from geomagnifier.errors import GeomagError, GeomagWarning, OptionError
from geomagnifier.export.image_file import write_picture
from geomagnifier.retrieval import update
from geomagnifier.server import job_responses
from geomagnifier.server.error_responses import STATUS
from geomagnifier.server.jobs import FILES
from geomagnifier.server.serve import listen
from geomagnifier.server.settings import Settings
from served import (
    DAY,
    HEIGHT,
    PATIENT,
    SHIPS,
    UTM,
    WIDTH,
    Held,
    make_root,
    overdue,
    serving,
    until,
    write_wide,
)

MANY = {"view_pixels": 200_000, "tile": 400, "overlap": 32}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = make_root(tmp_path_factory.mktemp("pictures"))
    write_wide(root / "wide.tif")
    return root


@pytest.fixture(scope="module")
def service(root):
    with serving(root=root, question_letters=200, upload_bytes=5_000_000) as service:
        yield service


@pytest.fixture(scope="module")
def client(service):
    with service.client() as client:
        yield client


def refused(reply, status, kind=None):
    """The message of an error, which is one line in the one shape that all errors have."""
    assert reply.status_code in (status if isinstance(status, tuple) else (status,)), reply.text
    told = reply.json()
    assert set(told) >= {"error"} and set(told["error"]) == {"type", "message"}
    assert kind is None or told["error"]["type"] == kind
    assert len(told["error"]["message"].splitlines()) == 1 and "Traceback" not in reply.text
    return told["error"]["message"]


def ask(client, **given):
    return client.post(
        "/v1/ask", json={"path": "utm.tif", "question": "Segment every ship."} | given
    )


def test_health_says_what_runs(client):
    told = client.get("/healthz").json()
    assert (
        told["status"] == "ok"
        and told["model"] == "fake"
        and told["running"] == told["waiting"] == 0
    )


def test_scenes_are_listed_and_shown(client):
    scenes = {scene["name"]: scene for scene in client.get("/v1/scenes").json()["scenes"]}
    assert {"utm.tif", "plain.png", "deep/turned.tif", "deep/sixteen.tif", "cut.tif"} <= set(
        scenes
    ) and "link.tif" not in scenes
    one = client.get(f"/v1/scenes/{scenes['utm.tif']['id']}").json()
    assert (one["width"], one["height"], one["crs"], one["gsd"]) == (
        WIDTH,
        HEIGHT,
        "EPSG:32633",
        0.5,
    )
    assert one["layers"]["crs"] == "EPSG:3857" and one["layers"]["tiles"].startswith(
        f"/v1/scenes/{one['id']}/tiles/"
    )
    refused(client.get("/v1/scenes/unknown"), 404, "SceneNotFound")


def test_a_picture_is_sent_as_a_form_or_as_it_is(client, root):
    data = (root / "utm.tif").read_bytes()
    form = client.post("/v1/scenes", files={"file": ("my harbour.tif", data)})
    bare = client.post("/v1/scenes", params={"name": "my harbour.tif"}, content=data)
    assert form.status_code == bare.status_code == 201
    for sent in (form.json(), bare.json()):
        assert (
            sent["name"] == "my harbour.tif"
            and sent["uploaded"]
            and sent["layers"]["max_zoom"] == 18
        )
        assert client.get(f"/v1/scenes/{sent['id']}").json() == sent
        assert sent["id"] not in client.get("/v1/scenes").text  # its id is its key
    refused(client.post("/v1/scenes", files={"picture": ("x.tif", data)}), 422, "OptionError")
    refused(
        client.post("/v1/scenes", files={"file": ("x.tif", data)}, data={"question": "Find ships"}),
        422,
        "OptionError",
    )
    assert "x.tif is empty" in refused(
        client.post("/v1/scenes", params={"name": "x.tif"}, content=b""), 422, "SceneUnreadable"
    )


def test_tiles_are_pictures(client):
    scene = client.get("/v1/scenes").json()["scenes"]
    id = next(one["id"] for one in scene if one["name"] == "plain.png")
    reply = client.get(f"/v1/scenes/{id}/tiles/1/0/0")
    assert (
        reply.headers["content-type"] == "image/png" and "max-age" in reply.headers["cache-control"]
    )
    with Image.open(io.BytesIO(reply.content)) as tile:
        assert (
            np.asarray(tile.convert("RGB"))[:HEIGHT] == paint(WIDTH, HEIGHT, *SHIPS)[:, :256]
        ).all()
    assert client.get(f"/v1/scenes/{id}/tiles/1/900/900").status_code == 200
    refused(client.get("/v1/scenes/unknown/tiles/0/0/0"), 404)
    refused(client.get(f"/v1/scenes/{id}/tiles/one/0/0"), 422)


def test_ask_answers_when_done(client):
    reply = ask(client)
    told = reply.json()
    assert reply.status_code == 200 and reply.headers["content-type"] == "application/json"
    assert (
        told["text"].startswith("Found 3 ships.")
        and told["granularity"] == "pixel"
        and told["crs"] == "EPSG:32633"
    )
    assert told["scene"]["name"] == "utm.tif" and [region["box"] for region in told["regions"]]
    again = client.get(f"/v1/jobs/{reply.headers['x-job']}/answer.json")
    assert again.json() == told and 'filename="answer.json"' in again.headers["content-disposition"]
    by_id = ask(
        client,
        path=None,
        scene=reply.headers["x-scene"],
        box=[0, 0, 100, 100],
        search="exhaustive",
        min_score=0.2,
        budget="4 Mpx",
    )
    assert len(by_id.json()["regions"]) == 1
    x, y = UTM[2], UTM[5]
    on_the_map = ask(
        client,
        box=[x, y - 100 * UTM[0], x + 100 * UTM[0], y],
        box_crs="scene",
        search="exhaustive",
        min_score=0.2,
    )
    assert [region["box"] for region in on_the_map.json()["regions"]] == [
        region["box"] for region in by_id.json()["regions"]
    ]


def test_ask_takes_a_picture_with_the_question(client, root):
    data = (root / "plain.png").read_bytes()
    fields = {
        "question": "Find every ship.",
        "box": "0, 0,100,100",
        "min_score": "0.5",
        "recall": "",
    }
    reply = client.post("/v1/ask", files={"file": ("kai.png", data)}, data=fields)
    assert reply.status_code == 200, reply.text
    told = reply.json()
    assert told["scene"]["name"] == "kai.png" and len(told["regions"]) == 1 and told["crs"] is None
    assert client.get(f"/v1/scenes/{reply.headers['x-scene']}").json()["name"] == "kai.png"


def test_geojson_is_answered_where_it_is_wanted(client):
    reply = client.post(
        "/v1/ask?format=geojson", json={"path": "utm.tif", "question": "Find every ship."}
    )
    assert reply.headers["content-type"] == "application/geo+json"
    features = reply.json()["features"]
    assert len(features) == 3 and features[0]["properties"]["label"] == "ship"
    assert features[0]["geometry"]["coordinates"][0][0] == pytest.approx([15, 47.85], abs=0.01)
    refused(
        client.post("/v1/ask?format=xml", json={"path": "utm.tif", "question": "Find every ship."}),
        422,
    )


def test_an_answer_comes_in_every_form(client):
    job = ask(client, path="wide.tif", search="paper").headers["x-job"]
    files = {name: client.get(f"/v1/jobs/{job}/{name}") for name in FILES}
    assert {reply.status_code for reply in files.values()} == {200}
    assert client.get(f"/v1/jobs/{job}").json()["files"] == {
        name: f"/v1/jobs/{job}/{name}" for name in FILES
    }
    for name in ("overlay.png", "heat.png"):
        assert files[name].headers["content-type"] == "image/png"
        with Image.open(io.BytesIO(files[name].content)) as picture:
            picture.load()
    with warnings.catch_warnings(), MemoryFile(files["mask.tif"].content) as file:
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        mask = file.open()
        assert (mask.width, mask.height) == (1000, 800) and mask.tags()["GEOMAG_COMPLETE"] == "yes"
        assert mask.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG" and mask.read(1).max() == 1
    assert files["regions.gpkg"].content[:15] == b"SQLite format 3"
    assert json.loads(files["regions.geojson"].content)["coordinates"] == "pixel"
    refused(client.get(f"/v1/jobs/{job}/answer.exe"), 404, "FileNotThere")
    plain = ask(client, question="Find every ship.").headers["x-job"]
    assert "segmented" in refused(client.get(f"/v1/jobs/{plain}/mask.tif"), 404, "FileNotThere")
    assert "mask.tif" not in client.get(f"/v1/jobs/{plain}").json()["files"]


def test_a_geopackage_lies_where_the_scene_lies(client, tmp_path):
    job = ask(client).headers["x-job"]
    path = tmp_path / "regions.gpkg"
    path.write_bytes(client.get(f"/v1/jobs/{job}/regions.gpkg").content)
    database = sqlite3.connect(path)
    (srs,), (count,) = (
        database.execute(f"SELECT {what}").fetchone()
        for what in ("srs_id FROM gpkg_contents", "count(*) FROM regions")
    )
    database.close()
    assert (srs, count) == (32633, 3)


def test_a_job_is_followed_and_stopped(root):
    model = Held(**MANY)
    with serving(model, root=root) as service, service.client() as client:
        reply = client.post(
            "/v1/ask?wait=false",
            json={"path": "wide.tif", "question": "Find every ship.", "search": "exhaustive"},
        )
        job = reply.json()
        assert (
            reply.status_code == 202
            and reply.headers["location"] == f"/v1/jobs/{job['id']}"
            and job["state"] in ("queued", "running")
        )
        assert model.begun.wait(PATIENT)
        refused(client.get(f"/v1/jobs/{job['id']}/answer.json"), 404, "FileNotThere")
        events = []

        def listen():
            with (
                service.client() as own,
                own.stream("GET", f"/v1/jobs/{job['id']}/events") as stream,
            ):
                assert stream.headers["content-type"].startswith("text/event-stream")
                for line in stream.iter_lines():
                    events.append(line)

        thread = threading.Thread(target=listen)
        thread.start()
        until(lambda: events)
        model.allow()
        until(lambda: any(re.search('"done": [1-9]', line) for line in events))
        assert client.delete(f"/v1/jobs/{job['id']}").status_code == 200
        model.go.set()
        thread.join(PATIENT)
        assert not thread.is_alive()
        kinds = [line for line in events if line.startswith("event:")]
        last = json.loads([line for line in events if line.startswith("data:")][-1][5:])
        assert set(kinds[:-1]) == {"event: progress"} and kinds[-1] == "event: end"
        assert (
            last["state"] == "cancelled"
            and last["complete"] is False
            and 0 < last["done"] < last["known"]
        )
        part = client.get(f"/v1/jobs/{job['id']}/answer.json")
        assert (
            part.json()["complete"] is False
            and 'filename="answer.partial.json"' in part.headers["content-disposition"]
        )
        for way in (client.get, client.delete):
            refused(way("/v1/jobs/unknown"), 404, "JobNotFound")
        refused(client.get("/v1/jobs/unknown/events"), 404, "JobNotFound")


def test_one_who_waits_is_told_that_it_was_stopped(root):
    model = Held(**MANY)
    with (
        serving(model, root=root) as service,
        service.client() as client,
        ThreadPoolExecutor(1) as person,
    ):
        asked = person.submit(ask, client, path="wide.tif", search="exhaustive")
        assert model.begun.wait(PATIENT)
        (job,) = service.jobs._jobs
        with service.client() as other:
            other.delete(f"/v1/jobs/{job}")
        model.go.set()
        refused(asked.result(), 409, "Stopped")
        assert asked.result().json()["job"]["state"] == "cancelled"


def test_a_late_job_is_504_with_what_was_seen(root, monkeypatch):
    monkeypatch.setattr(job_responses, "OVERDUE", 10 * DAY)  # however long the last window takes
    model = Held(looks=1, **MANY)
    with (
        serving(model, root=root, seconds=1234.5) as service,
        service.client() as client,
        ThreadPoolExecutor(1) as person,
    ):
        asked = person.submit(ask, client, path="wide.tif", search="exhaustive")
        assert model.begun.wait(PATIENT)
        (job,) = service.jobs._jobs.values()
        overdue(job)
        model.go.set()
        reply = asked.result()
        assert "1234.5 s" in refused(reply, 504, "Late") and int(reply.headers["retry-after"]) >= 1
        told = reply.json()
        assert (
            told["job"]["state"] == "late"
            and told["answer"]["complete"] is False
            and told["answer"]["looked_at"]
        )
        assert client.get(f"/v1/jobs/{reply.headers['x-job']}/overlay.png").status_code == 200
        assert 'geomag_jobs_total{state="late"} 1.0' in client.get("/metrics").text


def test_a_job_that_never_comes_to_its_next_window_is_not_waited_for(root):
    model = Held()
    with (
        serving(model, root=root) as service,
        service.client() as client,
        ThreadPoolExecutor(1) as person,
    ):
        asked = person.submit(ask, client)
        assert model.begun.wait(PATIENT)
        (job,) = service.jobs._jobs.values()
        overdue(job)
        reply = asked.result()
        refused(reply, 504, "Late")
        assert reply.json()["job"]["state"] == "running" and "answer" not in reply.json()
        model.go.set()


def test_a_full_queue_is_503_with_a_time_to_come_back(root):
    model = Held()
    with serving(model, root=root, queue=1) as service, service.client() as client:
        replies = [
            client.post(
                "/v1/ask?wait=false", json={"path": "utm.tif", "question": "Find every ship."}
            )
            for _ in range(2)
        ]
        assert [reply.status_code for reply in replies] == [202, 202]
        assert model.begun.wait(PATIENT)
        for refusal in (ask(client), client.post("/v1/search?wait=false", json={"words": "red"})):
            refused(refusal, 503, "Busy")
            assert int(refusal.headers["retry-after"]) >= 1
        before = len(service.library.listing())
        refused(
            client.post(
                "/v1/ask",
                files={"file": ("x.tif", (root / "utm.tif").read_bytes())},
                data={"question": "Find"},
            ),
            503,
        )
        assert (
            len(service.library.listing()) == before
        )  # nothing is taken in that cannot be asked about
        text = client.get("/metrics").text
        assert "geomag_jobs_running 1.0" in text and "geomag_jobs_waiting 1.0" in text
        model.go.set()
        until(
            lambda: all(
                client.get(reply.headers["location"]).json()["state"] == "done" for reply in replies
            )
        )
        assert ask(client).status_code == 200


def test_search_ranks_by_words_and_by_likeness(tmp_path):
    for name, colour in (("red", (250, 0, 0)), ("green", (0, 250, 0)), ("blue", (0, 0, 250))):
        write_picture(tmp_path / f"{name}.tif", paint(60, 60, (0, 0, 60, 60), colour=colour))
    with serving(root=tmp_path) as service, service.client() as client:
        told = client.post("/v1/search", json={"words": "green green", "top": 2}).json()
        assert (
            [hit["scene"]["name"] for hit in told["hits"]][0] == "green.tif"
            and len(told["hits"]) == 2
            and told["complete"]
        )
        like = client.post("/v1/search", json={"path": "blue.tif"}).json()
        assert like["hits"][0]["scene"]["name"] == "blue.tif" and like["hits"][0]["score"] > 0.999
        job = client.post(
            "/v1/search?wait=false", json={"scene": like["hits"][1]["scene"]["id"]}
        ).headers["location"]
        until(lambda: client.get(job).json()["state"] == "done")
        assert client.get(job).json()["hits"][0]["scene"] == like["hits"][1]["scene"]
        for wrong in (
            {},
            {"words": "red", "path": "blue.tif"},
            {"words": " "},
            {"words": "red", "top": 0},
            {"scene": "x", "path": "y"},
        ):
            refused(client.post("/v1/search", json=wrong), 422)
        refused(client.post("/v1/search", json={"path": "nowhere.tif"}), 404)


def test_search_by_place_with_and_without_an_index(tmp_path):
    scenes = tmp_path / "scenes"
    scenes.mkdir()
    for name, east in (("west", 400_000), ("middle", 500_000), ("east", 600_000)):
        pixels = paint(
            60, 60, (0, 0, 60, 60), colour=(250, 0, 0) if name == "east" else (0, 250, 0)
        )
        write_picture(scenes / f"{name}.tif", pixels, "EPSG:32633", (1, 0, east, 0, -1, 5_300_000))
    write_picture(scenes / "nowhere.png", paint(60, 60))
    update(scenes, tmp_path / "index", FakeModel())
    for index in (None, tmp_path / "index"):
        with serving(root=scenes, index=index) as service, service.client() as client:

            def names(client=client, **sought):
                reply = client.post("/v1/search", json=sought)
                assert reply.status_code == 200, reply.text
                assert str(tmp_path) not in reply.text
                return [hit["scene"]["name"] for hit in reply.json()["hits"]]

            assert names(words="green", bbox=[14, 47, 18, 49]) == ["middle.tif", "east.tif"]
            assert names(words="red", bbox=[15.5, 47, 18, 49]) == ["east.tif"]
            assert names(near=[15.0, 47.85], within="150 km") == [
                "middle.tif",
                "west.tif",
                "east.tif",
            ]
            assert sorted(names(words="red")) == [
                "east.tif",
                "middle.tif",
                "nowhere.png",
                "west.tif",
            ]
            assert names(words="red", after="2024") == []
            (hit,) = client.post(
                "/v1/search", json={"near": [15.0, 47.85], "within": "20 km"}
            ).json()["hits"]
            assert (
                hit["score"] is None
                and hit["distance_m"] < 20_000
                and hit["footprint"]["type"] == "Polygon"
            )
            for wrong in (
                {"near": [500, 0]},
                {"words": "red", "after": "soon"},
                {"bbox": [0, 5, 1, 4]},
            ):
                refused(client.post("/v1/search", json=wrong), 422, "OptionError")


@pytest.mark.parametrize(
    ("given", "status", "kind", "message"),
    [
        ({"question": ""}, 422, "QuestionEmpty", "empty"),
        ({"question": "ship " * 50}, 422, "QuestionError", "250 letters"),
        ({"question": None}, 422, "OptionError", "question"),
        ({"path": None}, 422, "OptionError", "one of scene, path and file"),
        ({"scene": "x"}, 422, "OptionError", "one of scene, path and file"),
        ({"path": None, "scene": "unknown"}, 404, "SceneNotFound", "/v1/scenes"),
        ({"path": "nowhere.tif"}, 404, "SceneNotFound", "nowhere.tif"),
        ({"path": "note.txt"}, 422, "SceneUnreadable", "note.txt"),
        ({"box": [0, 0, 0, 0]}, 422, "BoxError", "area"),
        ({"box": [900, 900, 950, 950]}, 422, "BoxError", "outside"),
        ({"box": [15.0001, 47.8, 15.0002, 47.9]}, 422, "BoxError", "smaller than a pixel"),
        ({"box": [0, 0, 5, 5], "box_crs": "EPSG:4326"}, 422, "BoxError", "outside"),
        (
            {"box": [0, 0, 50, 50], "box_crs": "nonsense"},
            422,
            "OptionError",
            "coordinate reference system",
        ),
        ({"box_crs": "EPSG:4326"}, 422, "OptionError", "box"),
        ({"box": [1, 2, 3]}, 422, "OptionError", "box"),
        ({"box": "here"}, 422, "OptionError", "box"),
        ({"search": "magic"}, 422, "OptionError", "adaptive"),
        ({"min_score": 7}, 422, "OptionError", "min_score"),
        ({"recall": 2}, 422, "OptionError", "recall"),
        ({"budget": "lots"}, 422, "OptionError", "lots"),
        ({"serach": "paper"}, 422, "OptionError", "serach"),
    ],
)
def test_what_cannot_be_asked_is_said(given, status, kind, message, client):
    assert message in refused(ask(client, **given), status, kind)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"question": 1}', b'{"box": NaN}', b"[" * 10_000],
)
def test_what_is_no_json_is_said(content, client):
    refused(
        client.post("/v1/ask", content=content, headers={"content-type": "application/json"}),
        422,
        "OptionError",
    )
    refused(
        client.post("/v1/ask", content=content, headers={"content-type": "text/plain"}),
        415,
        "UnsupportedMediaType",
    )
    refused(
        client.post(
            "/v1/ask", content=content, headers={"content-type": "multipart/form-data; boundary=x"}
        ),
        (400, 422),
    )


def test_what_is_no_form_is_said(client):
    for kind in (
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "x" * 5000,
    ):
        assert client.post(
            "/v1/scenes", content=b"--x\r\nnonsense", headers={"content-type": kind}
        ).status_code in (400, 422)
    many = {f"f{n}": "x" for n in range(50)}
    refused(client.post("/v1/ask", files={"file": ("x.tif", b"x")}, data=many), 400)
    refused(
        client.post("/v1/ask", files={"file": ("x.tif", b"x")}, data={"question": "x" * 100_000}),
        400,
    )


def test_other_addresses_and_ways_are_said_in_the_same_shape(client):
    for where in ("/v1", "/v1/nothing", "/v1/scenes/x/y", "/nothing", "/healthz/x"):
        refused(client.get(where), 404, "NotFound")
    for way, where, ways in (
        ("PUT", "/v1/ask", "POST"),
        ("DELETE", "/v1/scenes", "GET, POST"),
        ("POST", "/healthz", "GET"),
        ("ODD", "/docs", "GET"),
    ):
        reply = client.request(way, where)
        assert ways in refused(reply, 405, "MethodNotAllowed") and reply.headers["allow"] == ways


def test_a_mistake_inside_is_told_without_its_inside(root):
    class Broken(FakeModel):
        def granularity(self, query):
            raise ZeroDivisionError(f"at {root}")

    with serving(Broken(), root=root) as service, service.client() as client:
        assert "log" in refused(ask(client), 500, "GeomagError")
        service.library.listing = None
        reply = client.get("/v1/scenes")
        assert (
            str(root) not in refused(reply, 500, "InternalError")
            and client.get("/healthz").status_code == 200
        )


def test_every_error_has_a_status():
    def all_below(kind):
        for below in kind.__subclasses__():
            yield below
            yield from all_below(below)

    assert not [
        kind for kind in all_below(GeomagError) if kind.__module__.startswith("geomagnifier.cli")
    ], "they are one tree"
    for kind in (
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, GeomagError)
    ):
        assert any(above in STATUS for above in kind.__mro__)


def test_metrics_count_requests_by_route(client):
    client.get("/v1/scenes/unknown")
    text = client.get("/metrics").text
    assert (
        'geomag_requests_total{route="/v1/scenes/{id}",status="404"}' in text
        and "geomag_request_seconds_bucket" in text
    )
    assert 'geomag_jobs_total{state="done"}' in text and "unknown" not in text


def test_the_description_needs_no_network(client):
    page, told = client.get("/docs").text, client.get("/openapi.json").json()
    for path in (
        "/v1/scenes",
        "/v1/scenes/{id}",
        "/v1/scenes/{id}/tiles/{z}/{x}/{y}",
        "/v1/ask",
        "/v1/search",
        "/v1/jobs/{id}",
        "/v1/jobs/{id}/events",
        "/v1/jobs/{id}/{file}",
        "/healthz",
        "/metrics",
    ):
        assert path in told["paths"] and path in page
    assert "src=" not in page and "https:" not in page and "<script" not in page
    asked = told["paths"]["/v1/ask"]["post"]["requestBody"]["content"]
    assert {"question", "scene", "path", "box"} <= set(
        asked["application/json"]["schema"]["properties"]
    )
    assert {"file", "question"} <= set(asked["multipart/form-data"]["schema"]["properties"])


def test_replies_are_as_the_description_says(client):
    told = client.get("/openapi.json").json()["paths"]
    replies = told["/v1/ask"]["post"]["responses"]
    answer, job = (
        replies[status]["content"]["application/json"]["schema"] for status in ("200", "202")
    )
    assert (
        told["/v1/jobs/{id}"]["get"]["responses"]["200"]["content"]["application/json"][
            "schema"
        ].items()
        >= job.items()
    )
    wanted = {"path": "plain.png", "question": "What is the average length of the ships?"}
    reply = client.post("/v1/ask", json=wanted)
    jsonschema.validate(reply.json(), answer)
    for waited in (
        client.post("/v1/ask?wait=false", json=wanted),
        client.get(f"/v1/jobs/{reply.headers['x-job']}"),
    ):
        jsonschema.validate(waited.json(), job)
        assert set(waited.json()) <= set(job["properties"])
    assert (waited.json()["value"], waited.json()["unit"]) == (
        reply.json()["value"],
        "px",
    ) and waited.json()["value"] > 0
    found = client.post("/v1/search?wait=false", json={"words": "ships"}).json()
    jsonschema.validate(found, job)


def test_a_port_that_is_taken_is_said(service):
    with pytest.raises(OptionError, match=rf"127.0.0.1:{service.port} cannot be listened on"):
        listen(Settings(port=service.port))
    with pytest.raises(OptionError, match="cannot be listened on"):
        listen(Settings(host="192.0.2.1", port=0))


def test_nothing_is_left_of_a_service_that_has_ended(root, tmp_path):
    with serving(root=root, folder=tmp_path) as service, service.client() as client:
        assert (
            client.post(
                "/v1/scenes", files={"file": ("x.tif", (root / "utm.tif").read_bytes())}
            ).status_code
            == 201
        )
        assert ask(client).status_code == 200 and list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_the_real_model_serves(tmp_path):
    import geomagnifier as gm
    from geomagnifier_lab.render.scene import draw_scene

    write_picture(
        tmp_path / "drawn.tif",
        draw_scene(7, 640, 480, "mixed").pixels,
        "EPSG:32633",
        (0.5, 0, 500_000, 0, -0.5, 5_300_000),
    )
    with serving(gm.load_model("small"), root=tmp_path) as service, service.client() as client:
        told = client.post(
            "/v1/ask", json={"path": "drawn.tif", "question": "Segment every airplane."}
        )
        assert told.status_code == 200 and told.json()["regions"]
        foreign = client.post("/v1/ask", json={"path": "drawn.tif", "question": "где все корабли"})
        assert "Russian" in refused(foreign, 422, "QuestionUnreadable")
        with (
            MemoryFile(client.get(f"/v1/jobs/{told.headers['x-job']}/mask.tif").content) as file,
            file.open() as mask,
        ):
            assert mask.crs.to_epsg() == 32633 and mask.read(1).any()
        found = client.post("/v1/search", json={"words": "an airport with planes"}).json()
        assert [hit["scene"]["name"] for hit in found["hits"]] == ["drawn.tif"]


@pytest.mark.slow
@pytest.mark.parametrize("target", [".", "utm.tif"])
def test_serve_opens_a_folder_or_a_picture_and_ends_in_good_order(target, root, tmp_path):
    code = (
        "import sys; from pathlib import Path; from geomagnifier.server.serve import serve;from"
        " geomagnifier.server.settings import Settings; serve(Path(sys.argv[1]), Settings(port=0,"
        " folder=Path(sys.argv[2])))"
    )
    process = subprocess.Popen(
        [sys.executable, "-W", "error::UserWarning", "-c", code, str(root / target), str(tmp_path)],
        stdout=subprocess.PIPE,
    )
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline().decode())[0]
        until(lambda: _answers(address))
        assert httpx.get(address, timeout=PATIENT).text.startswith("<!doctype html>")
        names = [
            scene["name"]
            for scene in httpx.get(f"{address}/v1/scenes", timeout=PATIENT).json()["scenes"]
        ]
        assert names == ["utm.tif"] if target == "utm.tif" else "deep/sixteen.tif" in names
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENT) == 0
        process.stdout.close()
    assert not list(tmp_path.iterdir())


def _answers(address):
    try:
        return httpx.get(f"{address}/healthz", timeout=PATIENT).status_code == 200
    except httpx.ConnectError:
        return False


def test_the_command_line_does_not_pay_for_the_service():
    heavy = (
        "fastapi",
        "uvicorn",
        "starlette",
        "pydantic",
        "rio_tiler",
        "pyproj",
        "prometheus_client",
        "nicegui",
    )
    code = (
        f"import sys; from geomagnifier.cli.main import app; print([name for name in {heavy} if"
        " name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_question_may_refer_back_to_an_earlier_job(client):
    first = client.post(
        "/v1/ask",
        params={"wait": "false"},
        json={"path": "utm.tif", "question": "Find every ship."},
    ).json()
    until(lambda: client.get(f"/v1/jobs/{first['id']}").json()["state"] == "done")
    assert "meant" not in client.get(f"/v1/jobs/{first['id']}").json()
    ships = client.get(f"/v1/jobs/{first['id']}/answer.json").json()["regions"]
    reply = client.post(
        "/v1/ask", json={"question": "and the largest of them?", "after": first["id"]}
    )
    assert reply.status_code == 200, reply.text
    (largest,) = reply.json()["regions"]
    assert largest["box"] == max(
        (ship["box"] for ship in ships), key=lambda box: (box[2] - box[0]) * (box[3] - box[1])
    )
    assert "ship" in client.get(f"/v1/jobs/{reply.headers['x-job']}").json()["meant"]
    refused(
        client.post("/v1/ask", json={"question": "Find it.", "after": "nothing"}),
        404,
        "JobNotFound",
    )
    other = {"question": "and the largest of them?", "after": first["id"], "path": "plain.png"}
    assert "same scene" in refused(client.post("/v1/ask", json=other), 422, "OptionError")
    nothing = client.post(
        "/v1/ask", json={"path": "deep/sixteen.tif", "question": "What kind of place is this?"}
    ).headers["x-job"]
    assert "refers back" in refused(
        client.post("/v1/ask", json={"question": "Segment those.", "after": nothing}),
        422,
        "NothingMeant",
    )
    first = {"path": "utm.tif", "question": "Segment those."}
    assert "nothing was asked before" in refused(
        client.post("/v1/ask", json=first), 422, "NothingMeant"
    )


def test_what_was_cut_or_skipped_is_told_with_the_job_it_belongs_to(root):
    class Warns(FakeModel):
        def granularity(self, query):
            if "careful" in query.text:
                warnings.warn(f"heed {query.text}", GeomagWarning, stacklevel=2)
                time.sleep(0.05)
                warnings.warn("a library of another kind", UserWarning, stacklevel=2)
            return super().granularity(query)

    with (
        serving(Warns(), root=root, jobs=3) as service,
        service.client() as client,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", UserWarning)
        asked = {n: f"Find every ship, {'careful' if n % 2 else 'quick'} {n}." for n in range(8)}
        told = {
            n: (
                client.post(
                    "/v1/ask", params={"wait": "false"}, json={"path": "utm.tif", "question": q}
                ).json()["id"]
            )
            for n, q in asked.items()
        }
        for n, job in told.items():
            until(lambda job=job: client.get(f"/v1/jobs/{job}").json()["state"] == "done")
            assert client.get(f"/v1/jobs/{job}").json()["warnings"] == (
                [f"heed {asked[n]}"] if n % 2 else []
            )
