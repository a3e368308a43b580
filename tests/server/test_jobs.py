"""Jobs: queued, worked on in threads, stopped, kept, written."""

import asyncio
import json
import threading
from contextlib import contextmanager

import numpy as np
import pytest
import rasterio

from fake import FakeModel, paint
from geomagnifier.errors import (
    BoxError,
    Busy,
    FileNotThere,
    JobNotFound,
    OptionError,
    QuestionEmpty,
    QuestionError,
    SceneNotFound,
)
from geomagnifier.export.image_file import write_picture
from geomagnifier.server import jobs as module
from geomagnifier.server.jobs import FILES, Jobs
from geomagnifier.server.scenes import Library
from geomagnifier.server.settings import Settings
from served import HEIGHT, PATIENT, SHIPS, WIDTH, Held, make_root, overdue, until, write_wide

MANY = {"view_pixels": 200_000, "tile": 400, "overlap": 32}
"""A model for which a picture of 1000 x 800 px is many windows."""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = make_root(tmp_path_factory.mktemp("pictures"))
    write_wide(root / "wide.tif")
    return root


@contextmanager
def working(root, model=None, **settings):
    chosen = Settings(root=root, **settings)
    with Library(chosen) as library:
        jobs = Jobs(chosen, model or FakeModel(), library)
        try:
            yield jobs, library.place
        finally:
            if isinstance(model, Held):
                model.go.set()
            jobs.close()


def test_a_job_is_asked_done_and_kept(root):
    with working(root) as (jobs, place):
        job = jobs.submit(place("utm.tif"), "Segment every ship.")
        assert job.wait(PATIENT) and job.finished and job.state == "done" and job.error is None
        assert (
            job.answer.text.startswith("Found 3 ships.")
            and job.answer.scene.name == "utm.tif"
            and job.answer.complete
        )
        assert (job.done, job.known) == (1, 1) and job.seconds > 0 and job.waited >= 0
        assert jobs.job(job.id) is job and jobs.counts["done"] == 1
        assert "mask" not in job.answer.__dict__  # worked out anew when asked for
        before = job.changes
        job.cancel()
        assert job.state == "done" and job.changes == before
        with pytest.raises(JobNotFound):
            jobs.job("nothing")


def test_what_was_seen_of_a_picture_is_kept_for_questions_about_it_alone(root):
    model, kept = FakeModel(), module.FEATURES
    with working(root, model) as (jobs, place):
        for name, told in (
            ("utm.tif", [0, kept]),
            ("utm.tif", []),
            ("wide.tif", [0, kept]),
            ("utm.tif", [0, kept]),
        ):
            model.remembered.clear()
            assert (
                jobs.submit(place(name), "Find every ship.").wait(PATIENT)
                and model.remembered == told
            )
        model.remembered.clear()
        assert jobs.search("a harbour").wait(PATIENT) and model.remembered == [0, kept]
        model.remembered.clear()
        assert jobs.search("an airport").wait(PATIENT) and model.remembered == [
            0,
            kept,
        ], "a search looks at many pictures"


def test_what_is_asked_reaches_the_pipeline(root):
    with working(root) as (jobs, place):
        boxed = jobs.submit(
            place("utm.tif"),
            "Find every ship.",
            box=(0, 0, 100, 100),
            search="exhaustive",
            min_score=0.2,
        )
        assert boxed.wait(PATIENT) and [region.box[:2] for region in boxed.answer.regions] == [
            (40, 40)
        ]
        for given, kind in (
            ({"box": (900, 900, 950, 950)}, BoxError),
            ({"search": "magic"}, OptionError),
            ({"min_score": 7}, OptionError),
            ({"recall": 0.5, "min_score": 0.5}, OptionError),
            ({"budget": "lots"}, OptionError),
            ({"budget": "20"}, OptionError),
            ({"box": (40, 40, 40, 50)}, BoxError),
            ({"box_crs": "EPSG:4326"}, OptionError),
            ({"box": (1, 1, 2, 2), "box_crs": "nonsense"}, OptionError),
            ({"recall": 0.5}, OptionError),  # this model has no curve
        ):
            with pytest.raises(kind):
                jobs.submit(place("utm.tif"), "Find every ship.", **given)
        assert jobs.counts["failed"] == jobs.waiting == 0 and jobs._jobs.keys() == {
            boxed.id
        }  # refused before they take a place


def test_a_question_is_checked_before_it_waits(root):
    with working(root, question_letters=20) as (jobs, place):
        for question, kind in (
            ("", QuestionEmpty),
            (" \n", QuestionEmpty),
            ("x" * 21, QuestionError),
        ):
            with pytest.raises(kind):
                jobs.submit(place("utm.tif"), question)
            with pytest.raises(kind):
                jobs.search(question)
        assert jobs.waiting == jobs.running == 0


def test_a_polygon_is_what_the_question_is_about(root):
    x0, y0, x1, y1 = SHIPS[0]
    with working(root) as (jobs, place):
        ring = [(x0 - 2, y0 - 2), (x1 + 2, y0 - 2), (x1 + 2, y1 + 2), (x0 - 2, y1 + 2)]
        job = jobs.submit(place("utm.tif"), "Segment every ship.", polygon=ring)
        assert job.wait(PATIENT) and job.error is None
        assert [region.box for region in job.answer.regions] == [tuple(map(float, SHIPS[0]))]
        them = jobs.submit(place("utm.tif"), "Segment those.", polygon=ring, after=job)
        assert them.wait(PATIENT) and them.error is None and len(them.answer.regions) == 1
        outside = [(-90, -90), (-50, -90), (-50, -50)]
        with pytest.raises(BoxError):
            jobs.submit(place("utm.tif"), "Segment every ship.", polygon=outside)


def test_a_first_view_gives_way_to_questions(root):
    model = Held()
    with working(root, model) as (jobs, place):
        card = place("utm.tif")
        job = jobs.submit(card, "Find every ship.")
        assert jobs.first_view(card) is None  # while a question is asked
        model.go.set()
        assert job.wait(PATIENT)
        until(lambda: not jobs.running)
        first = jobs.first_view(card)
        assert first.wait(PATIENT) and first.state == "done" and first.first is not None
    with working(root, queue=0) as (jobs, place):
        assert jobs.first_view(place("utm.tif")) is None  # it would take the only place


def test_a_full_queue_says_so_and_when_to_come_back(root):
    model = Held()
    with working(root, model, queue=2) as (jobs, place):
        card = place("utm.tif")
        first = jobs.submit(card, "Find every ship.")
        assert model.begun.wait(PATIENT)
        waiting = [jobs.submit(card, f"Find ship {n}.") for n in range(2)]
        with pytest.raises(Busy) as told:
            jobs.submit(card, "Find one more ship.")
        assert told.value.seconds >= 1 and (jobs.running, jobs.waiting) == (1, 2)
        assert [job.state for job in (first, *waiting)] == ["running", "queued", "queued"]
        waiting[0].cancel()
        assert waiting[0].state == "cancelled" and waiting[0].answer is None
        late = jobs.submit(card, "Find the place that was left.")
        model.go.set()
        assert all(job.wait(PATIENT) for job in (first, waiting[1], late))
        assert [job.state for job in (first, *waiting, late)] == [
            "done",
            "cancelled",
            "done",
            "done",
        ]


@pytest.mark.parametrize("queue", [0, 1])
def test_no_place_is_lost_between_jobs(root, queue):
    with working(root, queue=queue) as (jobs, place):
        for _ in range(30):
            assert jobs.submit(place("utm.tif"), "Find every ship.").wait(PATIENT)


def test_answers_about_one_picture_share_its_preview(root, monkeypatch):
    with working(root) as (jobs, place):
        made = [
            jobs.submit(place(name), "Find every ship.")
            for name in ("utm.tif", "utm.tif", "wide.tif", "utm.tif")
        ]
        assert all(job.wait(PATIENT) for job in made)
        one, again, other, last = (job.answer.preview for job in made)
        assert one is again is last and other is not one
        assert made[1].turn.answer is made[1].answer
        until(lambda: not jobs.running)
        room = other.nbytes + one.nbytes + 200_000  # beside them, a little of each answer counts
        monkeypatch.setattr("geomagnifier.server.jobs.KEPT_BYTES", room)
        jobs._forget()
        assert [jobs.job(job.id) for job in made] == made
        monkeypatch.setattr("geomagnifier.server.jobs.KEPT_BYTES", one.nbytes + 100_000)
        jobs._forget()
        with pytest.raises(JobNotFound):
            jobs.job(made[2].id)
        assert jobs.job(made[3].id) is made[3], "the shared one stays with the last that has it"


def test_as_many_at_once_as_the_settings_say(root):
    model = Held()
    with working(root, model, jobs=3) as (jobs, place):
        some = [jobs.submit(place("utm.tif"), "Find every ship.") for _ in range(5)]
        until(lambda: jobs.running == 3)
        assert [job.state for job in some] == ["running"] * 3 + ["queued"] * 2
        model.go.set()
        assert all(job.wait(PATIENT) for job in some)


def test_a_running_job_stops_at_its_next_window_and_answers_what_it_saw(root):
    model = Held(looks=2, **MANY)
    with working(root, model) as (jobs, place):
        job = jobs.submit(place("wide.tif"), "Find every ship.", search="exhaustive")
        until(lambda: job.done >= 2)
        job.cancel()
        model.go.set()
        assert job.wait(PATIENT) and job.state == "cancelled"
        assert not job.answer.complete and 0 < job.done < job.known
        assert 0 < len(job.answer.regions) < 20  # the others were not reached


def test_a_job_over_its_time_is_late_with_what_it_saw(root):
    model = Held(looks=1, **MANY)
    with working(root, model) as (jobs, place):
        job = jobs.submit(place("wide.tif"), "Find every ship.", search="exhaustive")
        assert model.begun.wait(PATIENT)
        overdue(job)
        model.go.set()
        assert (
            job.wait(PATIENT)
            and job.state == "late"
            and not job.answer.complete
            and 0 < job.done < job.known
        )
        assert jobs.counts["late"] == 1


def test_whatever_breaks_the_worker_goes_on(root, caplog):
    class Broken(FakeModel):
        def granularity(self, query):
            if "break" in query.text:
                raise ZeroDivisionError("inside, at /srv/secret")
            return super().granularity(query)

    with working(root, Broken()) as (jobs, place):
        broken = jobs.submit(place("utm.tif"), "break")
        after = jobs.submit(place("utm.tif"), "Find every ship.")
        assert broken.wait(PATIENT) and after.wait(PATIENT)
        assert (
            broken.state == "failed" and "secret" not in str(broken.error) and after.state == "done"
        )
    assert "ZeroDivisionError" in caplog.text


def test_a_scene_that_goes_away_while_it_waits_is_said_by_its_name(root, tmp_path):
    model = Held()
    with working(root, model) as (jobs, place):
        jobs.submit(place("utm.tif"), "Find every ship.")
        card = jobs.library.upload("mine.tif", [(root / "utm.tif").read_bytes()])
        job = jobs.submit(card, "Find every ship.")
        jobs.library.path(card.id).unlink()
        model.go.set()
        assert job.wait(PATIENT) and job.state == "failed" and isinstance(job.error, SceneNotFound)
        assert str(jobs.library.folder) not in str(job.error)


def test_progress_reaches_threads_and_the_event_loop(root):
    model = Held(**MANY)
    with working(root, model) as (jobs, place):
        seen, told = [], []
        job = jobs.submit(place("wide.tif"), "Find every ship.", search="exhaustive")
        leave = job.watch(lambda: told.append((job.state, job.done)))

        async def follow():
            async for now in job.follow(every=0.01):
                seen.append((now.state, now.done, now.changes))
                model.allow()  # the next look only when this one was told
            return await job.end(1)

        assert asyncio.run(asyncio.wait_for(follow(), PATIENT))
        until(lambda: told[-1][0] == "done")  # the thread that works tells one after the other
        leave()
        assert (
            seen[-1][0] == "done" and len(seen) > 4 and seen == sorted(seen, key=lambda one: one[2])
        )
        assert told[-1][0] == "done" and [done for _, done in told] == sorted(
            done for _, done in told
        )
        assert not job._watchers


def test_the_end_can_be_waited_for_with_patience(root):
    model = Held()
    with working(root, model) as (jobs, place):
        job = jobs.submit(place("utm.tif"), "Find every ship.")

        async def look():
            first = await job.end(0.05)
            beats = 0
            async for _ in job.follow(beat=0.02):
                beats += 1
                if beats == 5:
                    model.go.set()
            return first, beats, await job.end()

        first, beats, over = asyncio.run(asyncio.wait_for(look(), PATIENT))
        assert (first, over) == (False, True) and beats >= 5 and job.wait(0) is not False


def test_files_are_written_when_asked_for(root):
    with working(root) as (jobs, place):
        job = jobs.submit(place("utm.tif"), "Segment every ship.")
        assert job.wait(PATIENT)
        led = jobs.submit(place("wide.tif"), "Segment every ship.", search="paper")
        assert led.wait(PATIENT) and jobs.file(led, "heat.png").read_bytes()[:4] == b"\x89PNG"
        paths = {name: jobs.file(job, name) for name in FILES if name != "heat.png"}
        assert (
            all(path.name == name for name, path in paths.items())
            and jobs.file(job, "mask.tif") == paths["mask.tif"]
        )
        assert json.loads(paths["answer.json"].read_text())["text"].startswith("Found 3 ships.")
        features = json.loads(paths["regions.geojson"].read_text())["features"]
        assert len(features) == 3 and 14.9 < features[0]["geometry"]["coordinates"][0][0][0] < 15.1
        with rasterio.open(paths["mask.tif"]) as mask:
            truth = np.zeros((HEIGHT, WIDTH), bool)
            for x0, y0, x1, y1 in SHIPS:
                truth[y0:y1, x0:x1] = True
            assert mask.crs.to_epsg() == 32633 and ((mask.read(1) > 0) == truth).all()
        import pyogrio

        assert pyogrio.read_info(paths["regions.gpkg"], layer="regions")["features"] == 3
        assert paths["overlay.png"].read_bytes()[:4] == b"\x89PNG"
        assert not [path for path in jobs.folder.rglob("*") if path.name.startswith(".")]
        for name in ("../../etc/passwd", "answer.txt", "", "x" * 1000):
            with pytest.raises(FileNotThere):
                jobs.file(job, name)
        plain = jobs.submit(place("utm.tif"), "Find every ship.")
        assert plain.wait(PATIENT)
        for name, lacks in (("mask.tif", "mask"), ("heat.png", "relevance map")):
            with pytest.raises(FileNotThere, match=f"this answer has no {lacks}"):
                jobs.file(plain, name)


def test_a_search_ranks_what_is_under_the_root_once(root, tmp_path):
    for name, colour in (("red", (250, 0, 0)), ("green", (0, 250, 0)), ("blue", (0, 0, 250))):
        write_picture(tmp_path / f"{name}.tif", paint(60, 60, (0, 0, 60, 60), colour=colour))
    with working(tmp_path) as (jobs, place):
        jobs.library.upload("mine.tif", [(tmp_path / "red.tif").read_bytes()])
        job = jobs.search("red red red")
        assert (
            job.wait(PATIENT)
            and job.state == "done"
            and [hit.card.name for hit in job.hits][0] == "red.tif"
        )
        assert len(job.hits) == 3 and (job.done, job.known) == (
            3,
            3,
        )  # not the upload: its sender alone knows of it
        like = jobs.search(like=place("blue.tif"))
        assert (
            like.wait(PATIENT)
            and like.hits[0].card.name == "blue.tif"
            and like.hits[0].score == pytest.approx(1, abs=1e-4)
        )
        assert len(jobs._image_search._cache) == 3
        for given in ({}, {"words": "red", "like": place("red.tif")}):
            with pytest.raises(OptionError):
                jobs.search(**given)
        (tmp_path / "none.tif").write_bytes((tmp_path / "red.tif").read_bytes()[:-4000])
        again = jobs.search("green")
        assert (
            again.wait(PATIENT)
            and again.state == "done"
            and len(again.hits) + len(again.unreadable) >= 3
        )


def test_what_is_finished_is_kept_within_bounds(root, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 5)
    with working(root, queue=50) as (jobs, place):
        some = [jobs.submit(place("utm.tif"), "Segment every ship.") for _ in range(5)]
        assert all(job.wait(PATIENT) for job in some)
        first = jobs.file(some[0], "answer.json")
        jobs.job(some[0].id)  # asked for again: it stays, another goes
        more = [jobs.submit(place("utm.tif"), "Segment every ship.") for _ in range(2)]
        assert all(job.wait(PATIENT) for job in more)
        until(lambda: len(jobs._jobs) == 5)
        assert jobs.job(some[0].id) is some[0] and first.is_file()
        with pytest.raises(JobNotFound):
            jobs.job(some[1].id)
        monkeypatch.setattr(module, "KEPT_BYTES", 1)
        last = jobs.submit(place("utm.tif"), "Segment every ship.")
        assert last.wait(PATIENT)
        until(lambda: len(jobs._jobs) == 1)
        assert jobs.job(last.id) is last
        until(lambda: not first.exists())


def test_the_end_of_the_service_ends_its_jobs(root):
    model = Held(looks=1, **MANY)
    chosen = Settings(root=root)
    with Library(chosen) as library:
        jobs = Jobs(chosen, model, library)
        some = [
            jobs.submit(library.place("wide.tif"), "Find every ship.", search="exhaustive")
            for _ in range(3)
        ]
        assert model.begun.wait(PATIENT)
        closing = threading.Thread(target=jobs.close)
        closing.start()
        until(lambda: all(job.stop_requested for job in some))
        model.go.set()
        closing.join()
        assert all(job.wait(PATIENT) and job.state == "cancelled" for job in some)
        with pytest.raises(Busy):
            jobs.submit(library.place("utm.tif"), "Find every ship.")


def test_answers_of_many_threads_are_their_own(root, tmp_path):
    for number in range(1, 9):
        boxes = [(10 + 30 * i, 20, 30 + 30 * i, 40) for i in range(number)]
        write_picture(tmp_path / f"{number}.tif", paint(320, 60, *boxes))
    with working(tmp_path, jobs=2, queue=400) as (jobs, place):
        wrong = []

        def ask(turn):
            for number in np.random.default_rng(turn).permutation(8) + 1:
                job = jobs.submit(place(f"{number}.tif"), f"Find every ship. {turn} {number}")
                assert job.wait(PATIENT)
                if (
                    job.answer is None
                    or len(job.answer.regions) != number
                    or job.answer.question != f"Find every ship. {turn} {number}"
                ):
                    wrong.append((turn, number, job))

        threads = [threading.Thread(target=ask, args=(turn,)) for turn in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong and jobs.counts["done"] == 48


def test_the_real_model_answers_too(root):
    import geomagnifier as gm
    from geomagnifier_lab.render.scene import draw_scene

    scene = draw_scene(7, 640, 480, "mixed")
    with working(root, gm.load_model("small")) as (jobs, _):
        write_picture(
            jobs.library.folder / "drawn.tif",
            scene.pixels,
            crs="EPSG:32633",
            transform=(0.5, 0, 500_000, 0, -0.5, 5_300_000),
        )
        card = jobs.library.upload("drawn.tif", [(jobs.library.folder / "drawn.tif").read_bytes()])
        job = jobs.submit(card, "Segment every airplane.")
        assert job.wait(PATIENT) and job.state == "done", job.error
        assert job.answer.regions and job.answer.mask.any()
