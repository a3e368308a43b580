"""Give scenes to workers, record their results, and carry on when some of them die."""

from __future__ import annotations

import math
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from threading import Event
from typing import Any

from geomagnifier.archive.manifest import Entry, Manifest
from geomagnifier.archive.tasks import (
    INDEX,
    REGIONS,
    SCENES,
    WORKING,
    Tally,
    Task,
    part_name,
    working,
)
from geomagnifier.archive.worker import Worker
from geomagnifier.errors import GeomagError, ModelError, OutputError
from geomagnifier.export import geoparquet
from geomagnifier.inference.resume import join

PART = 1000
"""Scenes in one file of regions."""
ATTEMPTS = 3
"""Times that workers may die of a scene before it fails."""
PAUSE = 1.0
"""Seconds until a worker that died is called again."""


@dataclass(frozen=True)
class _Job:
    """Work for one worker: a scene as a whole, or one share of its windows."""

    entry: Entry
    turn: int = 0
    share: tuple[int, int] | None = None
    split: float = math.inf
    """Scene px above which the scene is to be shared."""


@dataclass
class _Split:
    """A large scene that is shared, in turns, between workers."""

    turn: int
    missing: int
    """Shares of this turn that are not back yet."""
    finished: bool = True
    """Whether all shares that are back had no windows left."""


class Driver:
    """Gives out jobs, and records their results.

    Args:
        ray: from `cluster.library`.
        task: the question, the model and the folder.
        manifest: of the folder.
        count: number of workers.
        split: scene px above which all workers share a scene.
        progress: called after every scene, or None.
    """

    def __init__(
        self,
        ray: Any,
        task: Task,
        manifest: Manifest,
        count: int,
        split: int,
        progress: Callable[[Tally], object] | None,
    ) -> None:
        self.ray, self.task, self.manifest = ray, task, manifest
        self.count, self.split, self.progress = count, split, progress
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

    def run(self, stopped: Event) -> Tally:
        """Work until no scene waits.

        Args:
            stopped: once it is set, this ends between two calls of Ray.

        Raises:
            OutputError: the folder cannot be written, or its disk is full.
            ModelError: the workers cannot load the model.
            KeyboardInterrupt: it was stopped.
        """
        coming = self.manifest.waiting()
        idle: list[int] = []
        # Workers that are to load the model, and when: all of them now, a dead one after a pause.
        resting: dict[int, float] = dict.fromkeys(range(self.count), 0.0)
        running: dict[Any, tuple[_Job | None, int]] = {}
        while True:
            while idle and (job := self._next(coming)) is not None:
                number = idle.pop()
                running[self._give(job, number)] = (job, number)
            if idle and not any(job for job, _ in running.values()):
                # Nothing is left to do. Workers that are not ready, on a machine that may not come
                # back, are not waited for.
                break
            for number in [number for number, when in resting.items() if when <= time.monotonic()]:
                running[self.workers[number].ready.remote()] = (None, number)
                del resting[number]
            if stopped.is_set():
                raise KeyboardInterrupt
            if not running:
                time.sleep(PAUSE)
                continue
            back, _ = self.ray.wait(list(running), num_returns=1, timeout=PAUSE)
            for call in back:
                job, number = running.pop(call)
                try:
                    result = self.ray.get(call)
                except self.ray.exceptions.RayError as error:
                    resting[number] = time.monotonic() + PAUSE
                    self._died(job, error) if job is not None else self._stillborn(error)
                    continue
                idle.append(number)
                if job is None:
                    self.awake = True
                else:
                    self._take(job, result)
        self._pack()
        geoparquet.write_index(self.task.out / INDEX, self.manifest.rows())
        shutil.rmtree(self.task.out / WORKING, ignore_errors=True)
        return self.tally()

    def _stillborn(self, error: Exception) -> None:
        """Record a worker that died while it loaded the model.

        Where others can load it, the machine is gone, and Ray looks for another.
        """
        cause = getattr(error, "cause", None)
        if isinstance(cause, GeomagError):
            raise cause
        self.failures += 1
        if not self.awake and self.failures >= ATTEMPTS:
            raise ModelError(
                f"workers died while they loaded the model: {' '.join(str(error).split())[:200]}"
            ) from error

    def _give(self, job: _Job, number: int) -> Any:
        worker = self.workers[number]
        return (
            worker.whole.remote(job.entry, job.split)
            if job.share is None
            else worker.part.remote(job.entry, job.turn, job.share)
        )

    def tally(self) -> Tally:
        """Return how far the work is."""
        return Tally(
            self.done,
            self.failed,
            self.total,
            self.pixels,
            time.perf_counter() - self.begin,
            self.restarts,
        )

    def _next(self, coming: Iterator[Entry]) -> _Job | None:
        if self.jobs:
            return self.jobs.popleft()
        entry = next(coming, None)
        return (
            None if entry is None else _Job(entry, split=self.split if self.count > 1 else math.inf)
        )

    def _take(self, job: _Job, result: Mapping[str, Any]) -> None:
        """Record the result of a job."""
        name = job.entry.name
        if self._is_over(job):
            return
        if "why" in result:
            self._give_up(job.entry, str(result["why"]))
        elif result.get("large"):
            folder = working(self.task, job.entry)
            left = sorted(folder.glob("[0-9]*.sqlite"))  # of a run that was killed
            join(folder / "whole.sqlite", left)
            for path in left:
                path.unlink()
            self._share(job.entry, 0)
        elif job.share is None:
            self.manifest.finish(name, result)
            self.pixels += int(result["pixels"])
            self.done += 1
            self.loose += 1
            self._forget(job.entry)
            if self.loose >= PART:
                self._pack()
            self._show()
        else:
            state = self.shared[name]
            state.missing -= 1
            state.finished &= bool(result["finished"])
            if not state.missing:
                self._join(job.entry, state)

    def _share(self, entry: Entry, turn: int) -> None:
        self.shared[entry.name] = _Split(turn, self.count)
        self.jobs.extendleft(_Job(entry, turn, (k, self.count)) for k in range(self.count))

    def _join(self, entry: Entry, state: _Split) -> None:
        """Join the journals of a turn when its shares are back, and start the next, or answer."""
        folder = working(self.task, entry)
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
        """Give a job out again, a few times, after its worker died or raised an unexpected error.

        Raises:
            OutputError: its folder cannot be written.
        """
        name, cause = job.entry.name, getattr(error, "cause", None) or error
        if isinstance(cause, OutputError):
            # The disk is full for every scene; those without an answer wait for the next run.
            raise cause
        dead = isinstance(error, self.ray.exceptions.RayActorError)
        self.restarts += dead
        if self._is_over(job):
            return
        self.deaths[name] = self.deaths.get(name, 0) + 1
        if self.deaths[name] < ATTEMPTS:
            self.jobs.appendleft(job)
            return
        why = (
            "the worker died"
            if dead
            else f"{type(cause).__name__}: {' '.join(str(cause).split())[:200]}"
        )
        self._give_up(
            job.entry,
            f"{why}, {ATTEMPTS} times; to see more, ask it by itself: geomag ask {job.entry.path}",
        )

    def _is_over(self, job: _Job) -> bool:
        """Return whether this is a share of a scene that failed because of another share."""
        return job.share is not None and job.entry.name not in self.shared

    def _give_up(self, entry: Entry, why: str) -> None:
        self.manifest.fail(entry.name, why)
        self.failed += 1
        self.shared.pop(entry.name, None)
        self.jobs = deque(job for job in self.jobs if job.entry.name != entry.name)
        self._forget(entry)
        self._show()

    def _forget(self, entry: Entry) -> None:
        shutil.rmtree(working(self.task, entry), ignore_errors=True)

    def _show(self) -> None:
        if self.progress is not None:
            self.progress(self.tally())

    def _pack(self) -> None:
        """Join the regions of each thousand scenes into one file."""
        while names := self.manifest.unpacked(PART):
            part = self.manifest.next_part()
            files = [self.task.out / SCENES / name / "regions.parquet" for name in names]
            geoparquet.join(self.task.out / REGIONS / part_name(part), files)
            self.manifest.packed(names, part)
            for file in files:
                file.unlink(missing_ok=True)
        self.loose = 0
