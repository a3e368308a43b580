"""The job queue: worker threads that share one model, and finished jobs kept for a while."""

from __future__ import annotations

import hashlib
import logging
import shutil
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from weakref import WeakValueDictionary

from geomagnifier.ask_arguments import checked
from geomagnifier.atomic import Staging
from geomagnifier.conversation import follow
from geomagnifier.errors import (
    Busy,
    FileNotThere,
    GeomagError,
    JobNotFound,
    OptionError,
    OutputError,
    QuestionError,
)
from geomagnifier.export import answer_json, heatmap, mask_cog, overlay, table_csv, vectors
from geomagnifier.export.image_file import write_picture
from geomagnifier.language import chinese_text
from geomagnifier.memory import give_back
from geomagnifier.model_protocol import Model
from geomagnifier.raster.halt import Halted, stoppable
from geomagnifier.results import Answer
from geomagnifier.retrieval import SearchQuery
from geomagnifier.scene_search import search_worth
from geomagnifier.server.first_classes import first_classes
from geomagnifier.server.image_search import ImageSearch
from geomagnifier.server.job import ENDED, Job, State
from geomagnifier.server.scenes import Card, Library
from geomagnifier.server.settings import Settings
from geomagnifier.server.warning_capture import captured_warnings
from geomagnifier.translation import use_language
from geomagnifier.types import Bytes, Query

KEPT = 200
"""Finished jobs that are kept; those that nobody asked for the longest go first."""
KEPT_BYTES = 128 << 20
"""Memory that the answers of finished jobs may take together."""
CHEAP = 40_000_000
"""A scene with more px than this and no overviews has no first view."""
FEATURES = 320_000_000
"""Bytes of features that the model may cache for the next question about the same scene."""
FILES = (
    "answer.json",
    "regions.csv",
    "regions.geojson",
    "regions.gpkg",
    "mask.tif",
    "overlay.png",
    "heat.png",
)
"""Files that an answer can be fetched as."""

_log = logging.getLogger(__name__)


class Jobs:
    """The queue, its worker threads and the finished jobs.

    Args:
        settings: of the service.
        model: shared by all workers.
        library: the scenes that questions are about.
    """

    def __init__(self, settings: Settings, model: Model, library: Library) -> None:
        self.settings, self.model, self.library = settings, model, library
        self.folder = library.folder / "answers"
        self.counts = dict.fromkeys(ENDED, 0)
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._waiting: deque[Job] = deque()
        self._running: set[Job] = set()
        self._spent: deque[float] = deque([1.0], maxlen=20)
        self._last_scene: str | None = None
        model.remember(FEATURES)
        self._previews: WeakValueDictionary[tuple[tuple[int, ...], bytes], Bytes] = (
            WeakValueDictionary()
        )
        self._image_search = ImageSearch(settings, model, library)
        self._work = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._serve, name=f"geomag-job-{i}", daemon=True)
            for i in range(settings.jobs)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def running(self) -> int:
        """Number of jobs that are running."""
        return len(self._running)

    @property
    def waiting(self) -> int:
        """Number of jobs in the queue, without cancelled ones."""
        with self._work:
            return sum(not job.finished for job in self._waiting)

    def submit(
        self,
        card: Card,
        question: str,
        *,
        box: tuple[float, float, float, float] | None = None,
        box_crs: str | None = None,
        polygon: Sequence[Sequence[float]] | None = None,
        search: str = "adaptive",
        min_score: float | None = None,
        recall: float | None = None,
        budget: float | str | None = None,
        after: Job | None = None,
    ) -> Job:
        """Put a question about a scene into the queue; the options are those of `pipeline.ask`.

        Args:
            card: of the scene.
            question: in plain words.
            box: part of the scene that it is about, (x0, y0, x1, y1) in the CRS of `box_crs`.
            box_crs: None for scene px.
            polygon: area of interest in place of a box, (N, 2) scene px.
            search: how windows are chosen.
            min_score: threshold on the score, in place of the calibrated one.
            recall: share of all objects to find, by the model's calibration curve.
            budget: limit on pixels or seconds, such as "4 Mpx" or "20 s".
            after: a job about the same scene that a follow-up question refers back to.

        Raises:
            QuestionError: the question is empty or too long.
            OptionError: `after` is about another scene, or an option is out of range.
            BoxError: the box is not in the scene.
            Busy: the queue is full.
        """
        aoi = None if polygon is None else _wkt(polygon)
        aoi_crs = None if aoi is None else "px"
        with use_language(chinese_text.message_language(question)):
            self._check(question)
            # All options are checked here, so that a wrong one takes no place in the queue.
            given = (box, search, budget, recall, min_score, None, box_crs)
            checked(card.info, question, *given, aoi=aoi, aoi_crs=aoi_crs)
            search_worth(self.model, recall)
            if after is not None and (after.card is None or after.card.id != card.id):
                raise OptionError(
                    "a question can refer back to an answer about the same scene only"
                )
        options = {
            "box": box,
            "box_crs": box_crs,
            "search": search,
            "min_score": min_score,
            "recall": recall,
            "budget": budget,
            "aoi": aoi,
            "aoi_crs": aoi_crs,
        }

        def work(job: Job) -> None:
            with self.library.open(card.id) as scene:
                last = after.turn if after is not None else None
                seen = {"progress": self._progress(job), "found": job.found}
                turn = follow(question, last, scene, self.model, **options, **seen)
            # A copy: the mask that the answer may have cached is not kept.
            job.answer = replace(turn.answer, preview=self._shared(turn.answer.preview))
            job.turn = replace(turn, answer=job.answer)

        return self._queue(Job(question, card, work))

    def first_view(self, card: Card) -> Job | None:
        """Put a first view of a scene into the queue, from which questions are suggested.

        Questions come first: while any is running or waiting there is none, and none of a large
        scene without overviews, all of which would be read.
        """
        if self.running or self.waiting or not self.settings.queue:
            return None

        def work(job: Job) -> None:
            with self.library.open(card.id) as scene:
                if scene.pyramid or card.width * card.height <= CHEAP:
                    job.first = first_classes(scene, self.model)

        return self._queue(Job("", card, work))

    def search(
        self,
        words: str | None = None,
        like: Card | None = None,
        wanted: SearchQuery | None = None,
        top: int | None = None,
    ) -> Job:
        """Put a search through the images under the root into the queue.

        Args:
            words: what the images should show, or
            like: an image that they should be similar to; at most one of the two.
            wanted: filter by place and time, with or without the above.
            top: most hits, as of `ImageSearch.find`.

        Raises:
            OptionError: nothing is given, or both words and an image.
            QuestionError: the words are empty or too long.
            Busy: the queue is full.
        """
        if (words is not None and like is not None) or (
            words is None and like is None and wanted is None
        ):
            raise OptionError(
                "give words or a scene to search by, not both; or only a place or a date"
            )
        if words is not None:
            self._check(words)

        def work(job: Job) -> None:
            hits, unreadable = self._image_search.find(
                words, like, wanted, self._progress(job), top
            )
            job.hits, job.unreadable = tuple(hits), tuple(unreadable)

        return self._queue(Job(words or "", like, work))

    def check_room(self) -> None:
        """Check that the queue has room for one more job.

        Raises:
            Busy: the queue is full.
        """
        with self._work:
            room = self.settings.queue + max(0, self.settings.jobs - len(self._running))
            if self._closed or self.waiting >= room:
                raise Busy(
                    "the queue of questions is full; try again later",
                    self.retry_after(),
                )

    def job(self, id: str) -> Job:
        """Get a job by its id.

        Raises:
            JobNotFound: there is none, or not any more.
        """
        with self._work:
            job = self._jobs.get(id)
            if job is None:
                raise JobNotFound("there is no such job; finished ones are kept for a while only")
            self._jobs.move_to_end(id)
        return job

    def file(self, job: Job, name: str) -> Path:
        """Path of an answer as a file, which is written when it is first asked for.

        Not for the event loop.

        Args:
            job: with an answer.
            name: one of `FILES`.

        Raises:
            FileNotThere: there is no answer, or it has no such file.
            OutputError: the disk is full.
        """
        answer = job.answer
        if name not in FILES:
            raise FileNotThere(f"an answer comes as {', '.join(FILES)}, not as {name[:80]}")
        if answer is None or not job.finished:
            raise FileNotThere(
                f"the job is {job.state} and has no answer{'' if job.finished else ' yet'}"
            )
        if (name == "mask.tif" and answer.patches is None) or (
            name == "heat.png" and answer.trace.heat is None
        ):
            raise FileNotThere(
                f"this answer has no {name}: nothing was segmented"
                if name == "mask.tif"
                else "this answer has no relevance map"
            )
        path = self.folder / job.id / name
        with job.file_lock:
            if not path.is_file():
                try:
                    write_file(answer, path)
                except OutputError as error:
                    raise OutputError(
                        str(error).replace(str(self.folder / job.id), "the answer")
                    ) from None
        return path

    def close(self) -> None:
        """Cancel all jobs and end the worker threads."""
        with self._work:
            self._closed = True
            jobs = list(self._jobs.values())
            self._work.notify_all()
        for job in jobs:
            job.cancel()
        for thread in self._threads:
            thread.join(timeout=5)

    def retry_after(self) -> float:
        """Seconds until a place in the queue should be free, from how long the last jobs took."""
        usual = sum(self._spent) / len(self._spent)
        return max(1.0, usual * max(1, self.waiting) / self.settings.jobs / 2)

    def _check(self, question: str) -> None:
        if len(question) > self.settings.question_letters:
            raise QuestionError(
                f"the question has {len(question)} letters; at most"
                f" {self.settings.question_letters} are taken here"
            )
        Query(question)

    def _queue(self, job: Job) -> Job:
        with self._work:
            for cancelled in [other for other in self._waiting if other.finished]:
                self._waiting.remove(cancelled)
                self.counts[cancelled.state] += 1
            self.check_room()
            self._jobs[job.id] = job
            self._waiting.append(job)
            self._work.notify()
        return job

    def _serve(self) -> None:
        """Loop of a worker thread."""
        while True:
            with self._work:
                while not self._waiting and not self._closed:
                    self._work.wait()
                if self._closed:
                    return
                job = self._waiting.popleft()
                job.update("running")
                if job.state == "running":
                    self._running.add(job)
            if job.state == "running":
                self._make_room(job.card)
                state = self._do(job)
                with self._work:
                    self._running.discard(job)
                    self._spent.append(job.seconds)
                    self.counts[state] += 1
                job.update(state)
                self._forget()
                # The allocator would keep the freed memory of large scenes for the next one.
                give_back()
            else:
                self.counts[job.state] += 1

    def _make_room(self, card: Card | None) -> None:
        """Drop the model's cached features of another scene before a scene is processed.

        The features of two scenes are then never in memory together.
        """
        with self._work:
            scene = None if card is None else card.id
            other, self._last_scene = scene is None or scene != self._last_scene, scene
        if other:
            self.model.remember(0)
            self.model.remember(FEATURES)

    def _do(self, job: Job) -> State:
        """Work on a job and return the state that it ends in."""

        def stop() -> bool:  # called between the blocks of a read
            return job.stop_requested or job.seconds > self.settings.seconds

        halted = False
        asked_in = chinese_text.message_language(str(job.question))
        with captured_warnings() as warned, stoppable(stop), use_language(asked_in):
            try:
                job.work(job)
            except Halted:  # before the first window was done
                halted = True
            except GeomagError as error:
                job.error = error
            except Exception:  # whatever an image does, the worker thread goes on
                _log.exception("job %s failed", job.id)
                job.error = GeomagError(
                    "something went wrong inside; the log of the service has more"
                )
        job.warnings = tuple(warned)
        if job.error is not None:
            return "failed"
        whole = not job.answer.stopped if job.answer is not None else job.done >= job.known
        if whole and not halted:
            return "done"
        overdue = job.seconds > self.settings.seconds
        return "late" if overdue and not job.stop_requested else "cancelled"

    def _progress(self, job: Job) -> Callable[[int, int], bool]:
        def progress(done: int, known: int) -> bool:
            job.update(done=done, known=known)
            return not job.stop_requested and job.seconds <= self.settings.seconds

        return progress

    def _shared(self, preview: Bytes) -> Bytes:
        """The equal preview of an earlier answer, where there is one.

        Most questions are about scenes that were asked about before, and share their preview.
        """
        with self._work:
            return self._previews.setdefault(
                (preview.shape, hashlib.sha256(preview.tobytes()).digest()), preview
            )

    def _forget(self) -> None:
        """Drop finished jobs beyond `KEPT` and `KEPT_BYTES`, with their files."""
        gone = []
        with self._work:
            ended = [job for job in self._jobs.values() if job.finished]
            sizes = memory_of(ended)
            while len(sizes) > 1 and (len(sizes) > KEPT or sum(sizes) > KEPT_BYTES):
                sizes.pop(0)
                gone.append(ended.pop(0))
                del self._jobs[gone[-1].id]
        for job in gone:
            with job.file_lock:
                shutil.rmtree(self.folder / job.id, ignore_errors=True)


def _wkt(polygon: Sequence[Sequence[float]]) -> str:
    ring = [*polygon, polygon[0]] if polygon else []
    return f"POLYGON (({', '.join(f'{x} {y}' for x, y in ring)}))"


def write_file(answer: Answer, path: Path) -> None:
    """Write an answer as one of `FILES`.

    Args:
        answer: to write.
        path: whose name is one of `FILES` and says the format.

    Raises:
        OutputError: the file cannot be written.
    """
    name = path.name
    if name in ("overlay.png", "heat.png"):
        return write_picture(
            path, overlay.draw(answer) if name == "overlay.png" else heatmap.draw(answer)
        )
    with Staging(path.parent) as stage:
        target = stage.path(name)
        if name == "mask.tif":
            mask_cog.write_mask(target, stage.scratch(name), answer)
        else:
            {
                "answer.json": answer_json.write_json,
                "regions.csv": table_csv.write_csv,
                "regions.geojson": vectors.write_geojson,
                "regions.gpkg": vectors.write_gpkg,
            }[name](target, answer)
    return None


def memory_of(jobs: Sequence[Job]) -> list[int]:
    """Estimate how much memory each of several finished jobs holds, bytes.

    A preview that several share counts for the last of them.
    """
    weights: list[int] = []
    shared: set[int] = set()
    for job in reversed(jobs):
        preview = None if job.answer is None else job.answer.preview
        weights.append(
            memory_without_preview(job)
            + (0 if preview is None or id(preview) in shared else preview.nbytes)
        )
        shared.add(id(preview))
    return weights[::-1]


def memory_without_preview(job: Job) -> int:
    """Estimate how much memory a finished job holds without its preview, bytes."""
    answer = job.answer
    if answer is None:
        return 1000 + 400 * len(job.hits or ())
    heat = 0 if answer.trace.heat is None else answer.trace.heat.nbytes
    patches = sum(
        len(patch.data) if isinstance(patch.data, bytes) else patch.data.nbytes
        for patch in answer.patches or ()
    )
    runs = sum(
        len(region.segmentation["counts"]) if region.segmentation else 0
        for region in answer.regions
    )
    return heat + patches + runs + 1000 * len(answer.regions) + 2000 * len(answer.trace.views)
