"""The one worker is never held: time and DELETE end a job in the middle of a reading; searches by place and time read no pixels."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
import rasterio
from served import UTM, serving, until, write

from fake import FakeModel, paint
from geomagnifier.interfaces.jobs import Jobs, Wanted
from geomagnifier.interfaces.scenes import Library
from geomagnifier.interfaces.settings import Settings
from geomagnifier.io import raw


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("zeros")
    zeros = np.zeros((3, 4096, 4096), np.uint8)
    write(root / "zeros.tif", zeros, UTM, "EPSG:32633", tiled=True, blockxsize=512, blockysize=512, compress="deflate", interleave="pixel")
    write(root / "ships.tif", paint(300, 200, (40, 40, 80, 56)).transpose(2, 0, 1), UTM, "EPSG:32633")
    return root


@pytest.fixture
def slow(monkeypatch):
    """Readings that never end by themselves: what is asked between two pieces alone ends them."""
    fill = raw.Reader._fill

    def endless(self, *given, **named):
        fill(self, *given, **named)
        while self._scene.x1 > 1000:
            fill(self, *given, **named)

    monkeypatch.setattr(raw.Reader, "_fill", endless)


@pytest.fixture
def jobs(root, slow):
    settings = Settings(root=root, seconds=0.5)
    with Library(settings) as library:
        made = Jobs(settings, FakeModel(), library)
        yield made
        made.close()


def test_time_ends_a_question_in_the_middle_of_a_reading(jobs):
    job = jobs.submit(jobs.library.place("zeros.tif"), "Find every ship.")
    assert job.wait(60) and job.state == "late" and job.answer is None and job.error is None
    after = jobs.submit(jobs.library.place("ships.tif"), "Find every ship.")
    assert after.wait(60) and after.state == "done" and len(after.answer.regions) == 1


def test_time_ends_a_search_in_the_middle_of_a_picture(jobs):
    job = jobs.search("a harbour")
    assert job.wait(60) and job.state == "late" and [hit.card.name for hit in job.hits] == ["ships.tif"]
    like = jobs.search(like=jobs.library.place("zeros.tif"))
    assert like.wait(60) and like.state == "late" and like.hits is None


def test_a_search_by_place_or_time_reads_no_pixels(jobs):
    job = jobs.search(wanted=Wanted(near=(15.0, 47.85), within=100_000.0))
    assert job.wait(60) and job.state == "done" and {hit.card.name for hit in job.hits} == {"ships.tif", "zeros.tif"}


def test_a_folder_is_searched_by_place_without_its_pixels(root, tmp_path, slow):
    from geomagnifier import retrieval

    shutil.copy(root / "zeros.tif", tmp_path / "zeros.tif")
    found = retrieval.search(tmp_path, Wanted(bbox=(14.0, 47.0, 16.0, 48.0)), FakeModel())
    assert [hit.path.name for hit in found.hits] == ["zeros.tif"]


def test_delete_ends_a_job_in_the_middle_of_a_reading(root, slow):
    with serving(root=root) as service, service.client() as client:
        for body, where in (({"path": "zeros.tif", "question": "Find every ship."}, "/v1/ask"), ({"words": "red"}, "/v1/search")):
            job = client.post(f"{where}?wait=false", json=body).json()["id"]
            until(lambda job=job: client.get(f"/v1/jobs/{job}").json()["state"] == "running")
            client.delete(f"/v1/jobs/{job}")
            until(lambda job=job: client.get(f"/v1/jobs/{job}").json()["state"] == "cancelled")
        late = client.post("/v1/ask", json={"path": "ships.tif", "question": "Find every ship."})
        assert late.status_code == 200 and len(late.json()["regions"]) == 1


def test_a_late_question_without_an_answer_is_504(root, slow):
    with serving(root=root, seconds=0.3) as service, service.client() as client:
        told = client.post("/v1/ask", json={"path": "zeros.tif", "question": "Find every ship."})
        assert told.status_code == 504 and told.json()["error"]["type"] == "Late" and "answer" not in told.json()
        assert told.json()["job"]["state"] == "late"


def test_a_small_upload_of_huge_blocks_is_refused(tmp_path, root):
    given = {"driver": "GTiff", "count": 3, "dtype": "uint8", "interleave": "pixel", "compress": "deflate", "tiled": True}
    with rasterio.open(tmp_path / "z.tif", "w", width=12_000, height=12_000, blockxsize=8192, blockysize=8192, crs="EPSG:32633",
                       transform=rasterio.Affine(*UTM), **given) as file:  # fmt: skip
        file.write(np.zeros((3, 10, 10), np.uint8), window=rasterio.windows.Window(0, 0, 10, 10))
    with serving(root=root) as service, service.client() as client:
        sent = client.post("/v1/scenes", files={"file": ("z.tif", (tmp_path / "z.tif").read_bytes())})
        assert sent.status_code == 413 and sent.json()["error"]["type"] == "SceneTooLarge"
