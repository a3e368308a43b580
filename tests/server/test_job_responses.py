"""Jobs, their answers and hits as JSON and as files."""

from __future__ import annotations

import pytest
from test_jobs import working

from fake import FakeModel
from geomagnifier.errors import FileNotThere
from geomagnifier.server.job_responses import (
    MEDIA_TYPES,
    file_response,
    hits_json,
    job_headers,
    job_json,
    scene_json,
)
from geomagnifier.server.jobs import FILES
from served import DAY, PATIENT, make_root


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    root = make_root(tmp_path_factory.mktemp("pictures"))
    with working(root, FakeModel(), seconds=DAY) as (jobs, place):
        job = jobs.submit(place("utm.tif"), "Find every ship.")
        assert job.wait(PATIENT)
        yield jobs, job, place


def test_a_finished_job_lists_the_files_that_it_has(done):
    _, job, _ = done
    told = job_json(job)
    assert (told["state"], told["question"], told["error"]) == ("done", "Find every ship.", None)
    assert (told["text"], told["complete"]) == ("Found 3 ships.", True)
    assert {*FILES} - {*told["files"]} == {"mask.tif", "heat.png"}  # found, not outlined
    assert told["files"]["regions.csv"] == f"/v1/jobs/{job.id}/regions.csv"
    assert "meant" not in told and "hits" not in told


def test_a_file_has_the_type_of_its_ending_and_the_name_of_its_job(done):
    jobs, job, _ = done
    reply = file_response(jobs, job, "regions.geojson")
    assert reply.media_type == "application/geo+json"
    assert 'filename="regions.geojson"' in reply.headers["content-disposition"]
    assert reply.headers["x-job"] == job.id and reply.headers["x-scene"] == job.card.id
    assert reply.headers["cache-control"] == "private, no-cache"
    with pytest.raises(FileNotThere):
        file_response(jobs, job, "mask.tif")
    assert {name.partition(".")[2] for name in FILES} == {*MEDIA_TYPES}


def test_the_hits_of_a_search_are_the_best_and_tell_no_path(done):
    jobs, _, place = done
    job = jobs.search("red", None, None)
    assert job.wait(PATIENT) and job.hits
    told = hits_json(job, 2)
    assert len(told["hits"]) == 2 < len(job.hits) and told["complete"]
    scores = [hit["score"] for hit in told["hits"]]
    assert scores == sorted(scores, reverse=True)
    assert {row["name"] for row in told["unreadable"]} == {"cut.tif"}
    assert not any("path" in hit for hit in told["hits"])
    assert job_headers(job) == {"X-Job": job.id, "Cache-Control": "private, no-cache"}
    card = place("utm.tif")
    plain, shown = scene_json(card), scene_json(card, layers=True)
    assert {*shown} - {*plain} == {"layers"} and plain["name"] == "utm.tif"
