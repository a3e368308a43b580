"""How jobs end and what is told of it.

Stopped after their time, failed writes, the queue's numbers, what is let go.
"""

from __future__ import annotations

import pytest
from test_jobs import MANY, working

from fake import FakeModel
from geomagnifier.errors import (
    Busy,
    FileNotThere,
    ModelError,
    OptionError,
    OutputError,
    QuestionEmpty,
)
from geomagnifier.retrieval import SearchQuery
from geomagnifier.server import jobs as module
from geomagnifier.server.job import Job
from served import PATIENT, Held, make_root, overdue, until, write_wide


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = make_root(tmp_path_factory.mktemp("pictures"))
    write_wide(root / "wide.tif")
    return root


@pytest.mark.parametrize(("cancelled", "state"), [(True, "cancelled"), (False, "late")])
def test_one_that_is_cancelled_after_its_time_is_cancelled(root, cancelled, state):
    model = Held(**MANY)
    with working(root, model) as (jobs, place):
        job = jobs.submit(place("wide.tif"), "Find every ship.", search="exhaustive")
        assert model.begun.wait(PATIENT)
        overdue(job)
        if cancelled:
            job.cancel()
        model.go.set()
        assert job.wait(PATIENT) and job.state == state and jobs.counts[state] == 1
        assert not job.answer.complete and job.answer.stopped


def test_an_error_of_writing_tells_no_folder_and_leaves_nothing_half_done(root):
    with working(root) as (jobs, place):
        job = jobs.submit(place("utm.tif"), "Segment every ship.")
        assert job.wait(PATIENT)
        (jobs.folder).mkdir(parents=True, exist_ok=True)
        (jobs.folder / job.id).write_text("in the way")
        for name in ("answer.json", "regions.gpkg", "mask.tif", "overlay.png"):
            with pytest.raises(OutputError, match="the answer") as told:
                jobs.file(job, name)
            assert str(jobs.folder) not in str(told.value) and str(root) not in str(told.value)
        (jobs.folder / job.id).unlink()
        for name in ("answer.json", "regions.gpkg", "mask.tif", "overlay.png"):
            path = jobs.file(job, name)
            assert path == jobs.folder / job.id / name and path.stat().st_size > 100
        assert sorted(path.name for path in (jobs.folder / job.id).iterdir()) == [
            "answer.json",
            "mask.tif",
            "overlay.png",
            "regions.gpkg",
        ]


def test_what_an_answer_does_not_have_is_said(root):
    model = Held()
    with working(root, model) as (jobs, place):
        running = jobs.submit(place("utm.tif"), "Find every ship.")
        assert model.begun.wait(PATIENT)
        waiting = jobs.submit(place("utm.tif"), "Find every ship again.")
        with pytest.raises(FileNotThere, match="the job is running and has no answer yet"):
            jobs.file(running, "answer.json")
        waiting.cancel()
        with pytest.raises(FileNotThere, match=r"the job is cancelled and has no answer$"):
            jobs.file(waiting, "answer.json")
        model.go.set()
        assert running.wait(PATIENT)
        with pytest.raises(FileNotThere, match="nothing was segmented"):
            jobs.file(running, "mask.tif")
        with pytest.raises(FileNotThere, match="no relevance map"):
            jobs.file(running, "heat.png")
        with pytest.raises(FileNotThere, match="not as passwords"):
            jobs.file(running, "passwords")
        until(lambda: jobs.counts["cancelled"] == 1)
        assert jobs.counts == {"done": 1, "failed": 0, "cancelled": 1, "late": 0}


def test_how_long_to_wait_is_by_the_last_jobs_and_those_that_wait(root):
    model = Held()
    with working(root, model, jobs=2, queue=20) as (jobs, place):
        assert jobs.retry_after() == 1.0  # never less than a second
        some = [jobs.submit(place("utm.tif"), f"Find ship {n}.") for n in range(2 + 6)]
        until(lambda: jobs.running == 2)
        jobs._spent.clear()
        jobs._spent.extend([6.0, 10.0])
        assert jobs.waiting == 6 and jobs.retry_after() == 8.0 * 6 / 2 / 2
        some[-1].cancel()
        assert jobs.waiting == 5 and jobs.retry_after() == 8.0 * 5 / 2 / 2
        model.go.set()
        assert all(job.wait(PATIENT) for job in some)


def test_a_closed_service_takes_no_question(root):
    with working(root, queue=0, jobs=2) as (jobs, place):
        assert jobs.submit(place("utm.tif"), "Find every ship.").wait(PATIENT)
        jobs.close()
        with pytest.raises(Busy):
            jobs.submit(place("utm.tif"), "Find every ship.")
        with pytest.raises(Busy):
            jobs.check_room()


def test_a_search_is_by_one_thing(root):
    with working(root) as (jobs, place):
        for given in ({}, {"words": "red", "like": place("utm.tif")}):
            with pytest.raises(OptionError, match="not both"):
                jobs.search(**given)
        with pytest.raises(QuestionEmpty):
            jobs.search("  ")
        for given in (
            {"words": "red"},
            {"like": place("utm.tif")},
            {"wanted": SearchQuery(near=(15.0, 45.1), within=1e6)},
        ):
            job = jobs.search(**given)
            assert job.wait(PATIENT) and job.state == "done" and job.hits, job.error
        assert job.question == "" and job.card is None


def test_a_follow_up_is_about_the_same_scene(root):
    with working(root) as (jobs, place):
        first = jobs.submit(place("utm.tif"), "Find every ship.")
        assert first.wait(PATIENT)
        with pytest.raises(OptionError, match="the same scene only"):
            jobs.submit(place("wide.tif"), "segment those", after=first)
        second = jobs.submit(place("utm.tif"), "segment those", after=first)
        assert second.wait(PATIENT) and second.turn.sort == "choose"
        assert [r.box for r in second.answer.regions] == [r.box for r in first.answer.regions]


def test_a_failed_job_has_no_answer_and_says_one_line(root):
    class Broken(FakeModel):
        def answer(self, query, granularity, views, beside=None):
            raise ModelError("the network cannot be read")

    with working(root, Broken()) as (jobs, place):
        job = jobs.submit(place("utm.tif"), "Find every ship.")
        assert (
            job.wait(PATIENT)
            and (job.state, job.answer) == ("failed", None)
            and str(job.error) == "the network cannot be read"
        )
        until(lambda: jobs.running == 0)
        assert jobs.counts["failed"] == 1


def test_answers_weigh_what_they_hold(root):
    """Bytes of masks and run lengths, and a little for each region and window.

    The picture that both share counts with the last.
    """
    with working(root) as (jobs, place):
        found, segmented = (
            jobs.submit(place("utm.tif"), words)
            for words in ("Find every ship.", "Segment every ship.")
        )
        assert found.wait(PATIENT) and segmented.wait(PATIENT)
        plain = 1000 * 3 + 2000 * len(found.answer.trace.views)
        assert module.memory_without_preview(found) == plain
        patches = sum(len(patch.data) for patch in segmented.answer.patches)
        runs = sum(len(region.segmentation["counts"]) for region in segmented.answer.regions)
        assert (
            module.memory_without_preview(segmented) == plain + patches + runs and patches and runs
        )
        whole = plain + patches + runs + found.answer.preview.nbytes
        assert segmented.answer.preview is found.answer.preview and module.memory_of(
            [found, segmented]
        ) == [plain, whole]
        search = Job("", None, lambda job: None)
        assert module.memory_without_preview(search) == 1000
        search.hits = (object(),) * 5
        assert module.memory_without_preview(search) == 3000
    assert (module.KEPT, module.KEPT_BYTES) == (200, 128 << 20)
