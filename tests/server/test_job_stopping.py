"""The one worker is never held: time and DELETE end a job in the middle of a reading.

Searches by place and time read no pixels.
"""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import rasterio

from fake import FakeModel, paint
from geomagnifier.raster import reader
from geomagnifier.server import job_responses
from geomagnifier.server.jobs import Jobs, SearchQuery
from geomagnifier.server.scenes import Library
from geomagnifier.server.settings import Settings
from served import DAY, PATIENT, UTM, overdue, serving, until, write


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("zeros")
    zeros = np.zeros((3, 4096, 4096), np.uint8)
    write(
        root / "zeros.tif",
        zeros,
        UTM,
        "EPSG:32633",
        tiled=True,
        blockxsize=512,
        blockysize=512,
        compress="deflate",
        interleave="pixel",
    )
    write(
        root / "ships.tif", paint(300, 200, (40, 40, 80, 56)).transpose(2, 0, 1), UTM, "EPSG:32633"
    )
    return root


@pytest.fixture
def endless(monkeypatch):
    """Readings of the large picture never end by themselves.

    What is asked between two pieces alone ends them. Set when one has begun.
    """
    fill, begun = reader.RasterReader._fill, threading.Event()

    def endless(self, *given, **named):
        fill(self, *given, **named)
        while self._scene.x1 > 1000:
            begun.set()
            fill(self, *given, **named)

    monkeypatch.setattr(reader.RasterReader, "_fill", endless)
    return begun


@pytest.fixture
def jobs(root, endless):
    settings = Settings(root=root)
    with Library(settings) as library:
        made = Jobs(settings, FakeModel(), library)
        yield made
        made.close()


def late(job, endless):
    """A job whose time is over in the middle of a reading, at its end."""
    assert endless.wait(PATIENT)
    overdue(job)
    assert job.wait(PATIENT)
    endless.clear()
    return job


def test_time_ends_a_question_in_the_middle_of_a_reading(jobs, endless):
    job = late(jobs.submit(jobs.library.place("zeros.tif"), "Find every ship."), endless)
    assert job.state == "late" and job.answer is None and job.error is None
    after = jobs.submit(jobs.library.place("ships.tif"), "Find every ship.")
    assert after.wait(PATIENT) and after.state == "done" and len(after.answer.regions) == 1


def test_time_ends_a_search_in_the_middle_of_a_picture(jobs, endless):
    job = late(jobs.search("a harbour"), endless)
    assert job.state == "late" and [hit.card.name for hit in job.hits] == ["ships.tif"]
    like = late(jobs.search(like=jobs.library.place("zeros.tif")), endless)
    assert like.state == "late" and like.hits is None


def test_a_search_by_place_or_time_reads_no_pixels(jobs):
    job = jobs.search(wanted=SearchQuery(near=(15.0, 47.85), within=100_000.0))
    assert (
        job.wait(PATIENT)
        and job.state == "done"
        and {hit.card.name for hit in job.hits} == {"ships.tif", "zeros.tif"}
    )


def test_a_folder_is_searched_by_place_without_its_pixels(root, tmp_path, endless):
    from geomagnifier import retrieval

    shutil.copy(root / "zeros.tif", tmp_path / "zeros.tif")
    found = retrieval.search(tmp_path, SearchQuery(bbox=(14.0, 47.0, 16.0, 48.0)), FakeModel())
    assert [hit.path.name for hit in found.hits] == ["zeros.tif"]


def test_delete_ends_a_job_in_the_middle_of_a_reading(root, endless):
    with serving(root=root) as service, service.client() as client:
        for body, where in (
            ({"path": "zeros.tif", "question": "Find every ship."}, "/v1/ask"),
            ({"words": "red"}, "/v1/search"),
        ):
            job = client.post(f"{where}?wait=false", json=body).json()["id"]
            assert endless.wait(PATIENT)
            client.delete(f"/v1/jobs/{job}")
            until(lambda job=job: client.get(f"/v1/jobs/{job}").json()["state"] == "cancelled")
            endless.clear()
        late = client.post("/v1/ask", json={"path": "ships.tif", "question": "Find every ship."})
        assert late.status_code == 200 and len(late.json()["regions"]) == 1


def test_a_late_question_without_an_answer_is_504(root, endless, monkeypatch):
    monkeypatch.setattr(job_responses, "OVERDUE", 10 * DAY)  # however long the last piece takes
    with serving(root=root) as service, service.client() as client, ThreadPoolExecutor(1) as person:
        asked = person.submit(
            client.post, "/v1/ask", json={"path": "zeros.tif", "question": "Find every ship."}
        )
        assert endless.wait(PATIENT)
        (job,) = service.jobs._jobs.values()
        overdue(job)
        told = asked.result()
        assert (
            told.status_code == 504
            and told.json()["error"]["type"] == "Late"
            and "answer" not in told.json()
        )
        assert told.json()["job"]["state"] == "late"


def test_a_small_upload_of_huge_blocks_is_refused(tmp_path, root):
    given = {
        "driver": "GTiff",
        "count": 3,
        "dtype": "uint8",
        "interleave": "pixel",
        "compress": "deflate",
        "tiled": True,
    }
    size = {"width": 12_000, "height": 12_000, "blockxsize": 8192, "blockysize": 8192}
    place = {"crs": "EPSG:32633", "transform": rasterio.Affine(*UTM)}
    with rasterio.open(tmp_path / "z.tif", "w", **size, **place, **given) as file:
        file.write(np.zeros((3, 10, 10), np.uint8), window=rasterio.windows.Window(0, 0, 10, 10))
    with serving(root=root) as service, service.client() as client:
        sent = client.post(
            "/v1/scenes", files={"file": ("z.tif", (tmp_path / "z.tif").read_bytes())}
        )
        assert sent.status_code == 413 and sent.json()["error"]["type"] == "SceneTooLarge"
