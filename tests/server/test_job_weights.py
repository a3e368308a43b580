"""What finished jobs hold, and which of them are let go."""

from __future__ import annotations

import pytest
from test_jobs import MANY, working

from fake import FakeModel
from geomagnifier.errors import JobNotFound
from geomagnifier.server import jobs as module
from served import PATIENT, make_root, write_wide


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = make_root(tmp_path_factory.mktemp("pictures"))
    write_wide(root / "wide.tif")
    return root


def asked(jobs, card, **how):
    job = jobs.submit(card, "Find every ship.", **how)
    assert job.wait(PATIENT) and job.state == "done"
    return job


def test_each_window_and_the_heat_map_weigh(root):
    with working(root, FakeModel(**MANY)) as (jobs, place):
        plain = asked(jobs, place("wide.tif"), search="exhaustive").answer
        views, regions = len(plain.trace.views), len(plain.regions)
        assert views > 4 and regions
        assert (
            module.memory_without_preview(jobs.job(next(iter(jobs._jobs))))
            == 2000 * views + 1000 * regions
        )
        searched = asked(jobs, place("wide.tif"))
        heat = searched.answer.trace.heat
        answer = searched.answer
        assert heat is not None
        assert module.memory_without_preview(searched) == heat.nbytes + 2000 * len(
            answer.trace.views
        ) + 1000 * len(answer.regions)


def test_the_oldest_are_let_go_until_the_rest_weighs_little_enough(root, monkeypatch):
    """The first one weighs most: without it the others may stay."""
    with working(root, FakeModel(**MANY)) as (jobs, place):
        heavy = asked(jobs, place("wide.tif"))
        light = [asked(jobs, place("utm.tif")) for _ in range(3)]
        weights = module.memory_of([heavy, *light])
        assert weights[0] > sum(weights[1:])
        limit = sum(weights[1:]) + weights[2]
        monkeypatch.setattr(module, "KEPT_BYTES", limit)
        light.append(asked(jobs, place("utm.tif")))
        jobs.submit(place("utm.tif"), "Find every ship.").wait(
            PATIENT
        )  # one worker: what followed the job before is done
        with pytest.raises(JobNotFound):
            jobs.job(heavy.id)
        assert [jobs.job(job.id) for job in light[1:]] == light[1:]


def test_so_many_are_kept_and_always_the_last(root, monkeypatch):
    with working(root, FakeModel()) as (jobs, place):
        monkeypatch.setattr(module, "KEPT", 2)
        some = [asked(jobs, place("utm.tif")) for _ in range(4)]
        jobs.submit(place("utm.tif"), "Find every ship.").wait(PATIENT)
        for job in some[:2]:
            with pytest.raises(JobNotFound):
                jobs.job(job.id)
        assert jobs.job(some[-1].id) is some[-1]
        monkeypatch.setattr(module, "KEPT_BYTES", 0)
        last = asked(jobs, place("utm.tif"))
        jobs.submit(place("utm.tif"), "Find every ship.").wait(PATIENT)
        kept = list(jobs._jobs.values())
        assert kept and last.finished and some[-1] not in kept
