"""One question over many scenes, on Ray: one model a worker, one result a scene, whatever dies in between.

    scenes -> manifest -> workers: answer.json + mask.tif (COG) + regions.parquet   -> partitions of a thousand scenes (GeoParquet)
                                   a large scene: shares of its windows -> one journal -> its answer

The driver alone writes the manifest, and only when a scene's files are in place. A worker that dies is started anew by Ray, on another
machine where its own is gone, and its scene is given to one that is ready; a scene that three workers died of is set down as failed.
Scenes, model and output folder must lie where every worker sees them.
"""

from __future__ import annotations

import math
import os
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from geomagnifier.errors import GeomagError, LibraryMissing, ModelError, OptionError
from geomagnifier.io import partitions
from geomagnifier.io.document import write_json
from geomagnifier.io.footprint import geojson, outlines
from geomagnifier.io.journal import join
from geomagnifier.io.manifest import WAITING, Entry, Manifest
from geomagnifier.io.mask_file import write_mask
from geomagnifier.io.scene import open_scene
from geomagnifier.io.staging import Staging
from geomagnifier.pipeline import ask, look_at_share

SPLIT = 100_000_000
"""Scene px above which a scene is looked at by all workers together."""
PART = 1000
"""Scenes in one file of regions."""
ATTEMPTS = 3
"""Workers that may die of a scene before it is given up."""
PAUSE = 1.0
"""Seconds until a worker that died is called again."""
WORKING, SCENES, REGIONS, INDEX, MANIFEST = ".working", "scenes", "regions", "scenes.parquet", "manifest.sqlite"
"""In the output folder."""


@dataclass(frozen=True)
class Task:
    """What is asked of every scene, and with what. out: folder that every worker sees."""

    question: str
    out: Path
    model: str = "small"
    model_options: Mapping[str, Any] = field(default_factory=dict)
    search: str = "adaptive"
    recall: float | None = None
    min_score: float | None = None

    @property
    def asked(self) -> dict[str, Any]:
        return {"search": self.search, "recall": self.recall, "min_score": self.min_score}


@dataclass(frozen=True)
class Tally:
    """How far it is. done, failed, total: scenes.  pixels: of the scenes that were answered in this run.  seconds: since it began.

    restarts: workers that died.
    """

    done: int
    failed: int
    total: int
    pixels: int
    seconds: float
    restarts: int


@dataclass(frozen=True)
class _Job:
    """Work for one worker: a scene as a whole, or one share of its windows. split: scene px from which it is to be shared."""

    entry: Entry
    turn: int = 0
    share: tuple[int, int] | None = None
    split: float = math.inf


@dataclass
class _Split:
    """A large scene under way: shares of this turn that are not back yet, and whether all of those that are saw nothing left."""

    turn: int
    missing: int
    finished: bool = True


def entries(paths: Iterable[Path]) -> Iterator[Entry]:
    """Scenes named by their paths below the folder that they have in common.

    Raises:
        OptionError: a path is given twice, or there is none.
    """
    listed = [Path(os.path.abspath(path)) for path in paths]
    if not listed:
        raise OptionError("there are no scenes to ask; give a folder, a list of paths or a STAC ItemCollection")
    if len(set(listed)) < len(listed):
        twice = next(path for path in listed if listed.count(path) > 1)
        raise OptionError(f"{twice} is in the list twice; each scene is answered once")
    root = os.path.commonpath([path.parent for path in listed])
    for path in listed:
        try:
            stat = path.stat()
        except OSError:
            stat = None  # the worker says so, in the words of `open_scene`
        yield Entry(os.path.relpath(path, root), str(path), stat.st_size if stat else -1, stat.st_mtime if stat else 0.0)


def run(
    scenes: Iterable[Entry],
    task: Task,
    *,
    workers: int | None = None,
    address: str | None = None,
    again: bool = False,
    split: int = SPLIT,
    progress: Callable[[Tally], object] | None = None,
) -> Tally:
    """Ask all scenes, and leave their answers in a folder; what is answered there already is not asked again.

    Args:
        scenes: of `entries`.
        task: what is asked.
        workers: processes with a model each; None for one a core, of this machine or of the cluster.
        address: of a Ray cluster, "ray://host:10001" or "auto"; None for one that is started here and ends with this.
        again: ask also the scenes that failed before.
        split: scene px above which a scene is shared by all workers.
        progress: called after every scene.

    Raises:
        LibraryMissing: Ray or geopandas is not installed.
        OptionError: the folder holds the answers to another question, or the cluster is not reached.
        OutputError: the folder cannot be written.
        ModelError: the workers cannot load the model.
    """
    partitions.library()
    ray = _ray()
    manifest = Manifest(task.out / MANIFEST, _key(task))
    try:
        for entry in manifest.add(scenes):
            assert entry.part is not None
            partitions.drop(task.out / REGIONS / _part(entry.part), [entry.name])
        if again:
            manifest.again()
        if not manifest.counts()[WAITING] and (task.out / INDEX).exists():
            return _Driver(ray, task, manifest, 0, split, progress).tally()
        with _cluster(ray, workers, address) as count:
            return _Driver(ray, task, manifest, count, split, progress).run()
    finally:
        manifest.close()


def failures(task: Task, most: int) -> list[tuple[str, str]]:
    """Scenes without an answer, with the reason; read from the folder's manifest."""
    manifest = Manifest(task.out / MANIFEST, _key(task))
    try:
        return manifest.failures(most)
    finally:
        manifest.close()


def _key(task: Task) -> dict[str, Any]:
    return {"question": task.question, "model": task.model, "model options": dict(task.model_options), **task.asked}


class Worker:
    """What runs in a process of its own: one model, one scene at a time."""

    def __init__(self, task: Task) -> None:
        self.task, self.model = task, cast(Any, None)

    def ready(self) -> int:
        """Load the model; its process number."""
        from geomagnifier.model.checkpoint import load_model

        if self.model is None:
            self.model = load_model(self.task.model, **self.task.model_options)
        return os.getpid()

    def whole(self, entry: Entry, split: float) -> dict[str, Any]:
        """Answer a scene and write its files; its facts, or why there is no answer, or that it is to be shared."""
        self.ready()
        begin, task = time.perf_counter(), self.task
        journal = _work(task, entry) / "whole.sqlite"
        try:
            with open_scene(entry.path) as scene:
                if scene.info.pixels > split:
                    return {"large": True}
                kept = journal if journal.exists() else None
                answer = ask(scene, task.question, self.model, journal=kept, **task.asked)
            folder = task.out / SCENES / entry.name
            partitions.write_scene(folder / "regions.parquet", entry.name, answer)
            with Staging(folder) as stage:
                write_json(stage.path("answer.json"), answer)
                if answer.patches is not None:
                    write_mask(stage.path("mask.tif"), stage.scratch("mask.tif"), answer)
                stage.outdate(["mask.tif"])
        except GeomagError as error:
            return {"why": str(error)}
        facts = {"text": answer.text, "granularity": str(answer.granularity), "regions": len(answer.regions)}
        facts |= {"labels": [[name, p] for name, p in answer.labels[:1]], "pixels": scene.info.pixels, "crs": scene.info.crs}
        [outline] = outlines(scene.info, [scene.info.box])
        return facts | {"seconds": time.perf_counter() - begin, "footprint": outline and geojson(outline)}

    def part(self, entry: Entry, turn: int, share: tuple[int, int]) -> dict[str, Any]:
        """Look at a share of a large scene's windows; whether that was all there is."""
        self.ready()
        folder = _work(self.task, entry)
        own = folder / f"{turn}-{share[0]}.sqlite"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if (folder / "whole.sqlite").exists() and not own.exists():
                shutil.copyfile(folder / "whole.sqlite", folder / f".{own.name}")
                os.replace(folder / f".{own.name}", own)
            with open_scene(entry.path) as scene:
                return {"finished": look_at_share(scene, self.task.question, self.model, own, share, **self.task.asked)}
        except GeomagError as error:
            return {"why": str(error)}


class _Driver:
    """Gives out jobs, and sets down what comes back."""

    def __init__(
        self, ray: Any, task: Task, manifest: Manifest, count: int, split: int, progress: Callable[[Tally], object] | None
    ) -> None:
        self.ray, self.task, self.manifest, self.count, self.split, self.progress = ray, task, manifest, count, split, progress
        actor = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=0)(Worker)
        self.workers = [actor.remote(task) for _ in range(count)]
        self.jobs: deque[_Job] = deque()
        self.shared: dict[str, _Split] = {}
        self.deaths: dict[str, int] = {}
        counts = manifest.counts()
        self.done, self.failed, self.total = counts["done"], counts["failed"], sum(counts.values())
        self.loose = len(manifest.unpacked(PART))
        self.pixels = self.restarts = self.failures = 0
        self.awake = False
        self.begin = time.perf_counter()

    def run(self) -> Tally:
        """Until no scene waits."""
        coming = self.manifest.waiting()
        idle: list[int] = []
        resting: dict[int, float] = dict.fromkeys(range(self.count), 0.0)  # workers that are to be woken, and when
        running: dict[Any, tuple[_Job | None, int]] = {}
        while True:
            while idle and (job := self._next(coming)) is not None:
                number = idle.pop()
                running[self._give(job, number)] = (job, number)
            if idle and not any(job for job, _ in running.values()):
                break  # workers that are not ready, on a machine that may not come back, are not waited for
            for number in [number for number, when in resting.items() if when <= time.monotonic()]:
                running[self.workers[number].ready.remote()] = (None, number)
                del resting[number]
            if not running:
                time.sleep(PAUSE)
                continue
            back, _ = self.ray.wait(list(running), num_returns=1, timeout=PAUSE if resting else None)
            for call in back:
                job, number = running.pop(call)
                try:
                    told = self.ray.get(call)
                except self.ray.exceptions.RayError as error:
                    resting[number] = time.monotonic() + PAUSE
                    self._died(job, error) if job is not None else self._stillborn(error)
                    continue
                idle.append(number)
                if job is None:
                    self.awake = True
                else:
                    self._take(job, told)
        self._pack()
        partitions.write_index(self.task.out / INDEX, self.manifest.rows())
        shutil.rmtree(self.task.out / WORKING, ignore_errors=True)
        return self.tally()

    def _stillborn(self, error: Exception) -> None:
        """A worker that could not load the model. Where others can, its machine is gone, and Ray looks for another."""
        cause = getattr(error, "cause", None)
        if isinstance(cause, GeomagError):
            raise cause
        self.failures += 1
        if not self.awake and self.failures >= ATTEMPTS:
            raise ModelError(f"workers died while they loaded the model: {' '.join(str(error).split())[:200]}") from error

    def _give(self, job: _Job, number: int) -> Any:
        worker = self.workers[number]
        return worker.whole.remote(job.entry, job.split) if job.share is None else worker.part.remote(job.entry, job.turn, job.share)

    def tally(self) -> Tally:
        """How far it is."""
        return Tally(self.done, self.failed, self.total, self.pixels, time.perf_counter() - self.begin, self.restarts)

    def _next(self, coming: Iterator[Entry]) -> _Job | None:
        if self.jobs:
            return self.jobs.popleft()
        entry = next(coming, None)
        return None if entry is None else _Job(entry, split=self.split if self.count > 1 else math.inf)

    def _take(self, job: _Job, told: Mapping[str, Any]) -> None:
        """What a worker tells of its job."""
        name = job.entry.name
        if "why" in told:
            self._give_up(job.entry, str(told["why"]))
        elif told.get("large"):
            folder = _work(self.task, job.entry)
            left = sorted(folder.glob("[0-9]*.sqlite"))  # of a run that was killed
            join(folder / "whole.sqlite", left)
            for path in left:
                path.unlink()
            self._share(job.entry, 0)
        elif job.share is None:
            self.manifest.finish(name, told)
            self.pixels += int(told["pixels"])
            self.done += 1
            self.loose += 1
            self._forget(job.entry)
            if self.loose >= PART:
                self._pack()
            self._show()
        elif (state := self.shared.get(name)) is not None:
            state.missing -= 1
            state.finished &= bool(told["finished"])
            if not state.missing:
                self._join(job.entry, state)

    def _share(self, entry: Entry, turn: int) -> None:
        self.shared[entry.name] = _Split(turn, self.count)
        self.jobs.extendleft(_Job(entry, turn, (k, self.count)) for k in range(self.count))

    def _join(self, entry: Entry, state: _Split) -> None:
        """All shares of a turn are back: the next turn, or the answer."""
        folder = _work(self.task, entry)
        own = [folder / f"{state.turn}-{k}.sqlite" for k in range(self.count)]
        join(folder / "whole.sqlite", own)
        for path in own:
            path.unlink(missing_ok=True)
        if state.finished:
            del self.shared[entry.name]
            self.jobs.appendleft(_Job(entry))
        else:
            self._share(entry, state.turn + 1)

    def _died(self, job: _Job, error: Exception) -> None:
        """The worker, or something nobody thought of: give the job out again, a few times."""
        name, cause = job.entry.name, getattr(error, "cause", None) or error
        dead = isinstance(error, self.ray.exceptions.RayActorError)
        self.restarts += dead
        self.deaths[name] = self.deaths.get(name, 0) + 1
        if self.deaths[name] < ATTEMPTS:
            self.jobs.appendleft(job)
            return
        why = "the worker died" if dead else f"{type(cause).__name__}: {' '.join(str(cause).split())[:200]}"
        self._give_up(job.entry, f"{why}, {ATTEMPTS} times; to see more, ask it by itself: geomag ask {job.entry.path}")

    def _give_up(self, entry: Entry, why: str) -> None:
        self.manifest.fail(entry.name, why)
        self.failed += 1
        self.shared.pop(entry.name, None)
        self.jobs = deque(job for job in self.jobs if job.entry.name != entry.name)
        self._forget(entry)
        self._show()

    def _forget(self, entry: Entry) -> None:
        shutil.rmtree(_work(self.task, entry), ignore_errors=True)

    def _show(self) -> None:
        if self.progress is not None:
            self.progress(self.tally())

    def _pack(self) -> None:
        """Regions of a thousand scenes into one file."""
        while names := self.manifest.unpacked(PART):
            part = self.manifest.next_part()
            files = [self.task.out / SCENES / name / "regions.parquet" for name in names]
            partitions.join(self.task.out / REGIONS / _part(part), files)
            self.manifest.packed(names, part)
            for file in files:
                file.unlink(missing_ok=True)
        self.loose = 0


def _part(number: int) -> str:
    return f"part-{number:05}.parquet"


def _work(task: Task, entry: Entry) -> Path:
    return task.out / WORKING / entry.name


def _ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError as error:
        raise LibraryMissing(f"archives are asked on Ray, an extra: pip install 'geomagnifier[map]' ({error})") from error
    return ray


@contextmanager
def _cluster(ray: Any, workers: int | None, address: str | None) -> Iterator[int]:
    """A connection to Ray; how many workers there are to be."""
    if workers is not None and workers < 1:
        raise OptionError(f"workers is the number of processes, at least 1, not {workers}")
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    try:
        if address is None:
            count = workers or len(os.sched_getaffinity(0))
            ray.init(address="local", num_cpus=count, include_dashboard=False, object_store_memory=80_000_000, **quiet)
        else:
            _connect(ray, address, quiet)
            count = workers or int(ray.cluster_resources().get("CPU", 1))
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise OptionError(f"no Ray cluster answers at {address or 'this machine'}: {' '.join(str(error).split())[:200]}") from error
    try:
        yield count
    finally:
        ray.shutdown()


def _connect(ray: Any, address: str, quiet: dict[str, Any]) -> None:
    """A cluster that is busy may not get a process for a new client started in the half minute that Ray allows: then once more."""
    for left in reversed(range(ATTEMPTS)):
        try:
            ray.init(address=address, **quiet)
            return
        except ConnectionError as error:
            if not left or "Initialization failure" not in str(error):
                raise
