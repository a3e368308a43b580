"""One question or one search in the service: its scene, its progress and its result.

Several threads and the event loop read it at the same time. Its states:

    queued -> running -> done | failed | late | cancelled        late: over `Settings.seconds`
    queued -> cancelled

A job that is late, or was cancelled while it ran, has the answer of the windows processed until
then, and none where there were none.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from geomagnifier.conversation import Turn
from geomagnifier.errors import GeomagError
from geomagnifier.results import Answer, Region
from geomagnifier.server.first_classes import FirstClasses
from geomagnifier.server.image_search import Hit
from geomagnifier.server.scenes import Card

EARLY = 400
"""Most regions that are kept while a search goes on: as many as are quickly drawn one by one."""

State = Literal["queued", "running", "done", "failed", "cancelled", "late"]
ENDED = ("done", "failed", "cancelled", "late")


@dataclass(eq=False)
class Job:
    """One question, or one search.

    Its fields may be read at any time; the thread that works on it changes them.
    """

    question: str
    """The question; of a search its words, "" without any."""
    card: Card | None
    """The scene; None for a search through all images that is not for similar ones."""
    work: Callable[[Job], None] = field(repr=False)
    """Called by a worker to do the job."""
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    """Random, so that only its client knows it."""
    state: State = "queued"
    """One of the states above."""
    done: int = 0
    """Windows processed so far; images of a search."""
    known: int = 0
    """Windows to process, as far as known yet; images of a search."""
    answer: Answer | None = field(default=None, repr=False)
    """The answer, a partial one where the job was stopped; None before its end."""
    turn: Turn | None = field(default=None, repr=False)
    """The answer as a turn of a conversation, with what the question was taken to mean."""
    early: tuple[Region, ...] = field(default=(), repr=False)
    """Regions of the windows answered so far, not joined yet; none after the end."""
    warnings: tuple[str, ...] = ()
    """What was cut, skipped or guessed."""
    first: FirstClasses | None = None
    """What a first view of the scene shows, where the job is one."""
    hits: tuple[Hit, ...] | None = field(default=None, repr=False)
    """Hits of a search, best first."""
    unreadable: tuple[tuple[str, str], ...] = ()
    """Name and reason of each image that a search could not read."""
    error: GeomagError | None = None
    """Why the job failed; an unexpected error is replaced by one that says no more than that."""
    changes: int = 0
    """Goes up with every change."""
    asked_at: float = field(default_factory=time.time)
    """Seconds since 1970."""
    file_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """Held while a file of the answer is written or removed."""
    _queued: float = field(default_factory=time.monotonic, repr=False)
    _begun: float | None = field(default=None, repr=False)
    _ended: float | None = field(default=None, repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _watchers: list[Callable[[], object]] = field(default_factory=list, repr=False)

    @property
    def finished(self) -> bool:
        """Whether the job has ended and will not change any more."""
        return self.state in ENDED

    @property
    def stopping(self) -> bool:
        """Whether the job was cancelled and has not ended yet."""
        return self._stop.is_set() and not self.finished

    @property
    def stop_requested(self) -> bool:
        """Whether the job was cancelled, also after its end."""
        return self._stop.is_set()

    @property
    def seconds(self) -> float:
        """How long it has been running, or ran, seconds."""
        return 0.0 if self._begun is None else (self._ended or time.monotonic()) - self._begun

    @property
    def waited(self) -> float:
        """How long it has been, or was, in the queue, seconds."""
        return (self._begun or self._ended or time.monotonic()) - self._queued

    def cancel(self) -> None:
        """Cancel the job: at once in the queue, else at its next window or block of a read."""
        with self._changed:
            self._stop.set()
            waiting = self.state == "queued"
        if waiting:
            self.update("cancelled")

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end of the job in a thread; in the event loop use `end` or `follow`.

        Returns:
            Whether it has ended within `timeout` seconds.
        """
        with self._changed:
            return self._changed.wait_for(lambda: self.finished, timeout)

    def watch(self, on_change: Callable[[], object]) -> Callable[[], None]:
        """Call a function at every change of the job, from the thread that makes it.

        Returns:
            A function that ends this.
        """
        with self._changed:
            self._watchers.append(on_change)

        def unwatch() -> None:
            with self._changed, contextlib.suppress(ValueError):
                self._watchers.remove(on_change)

        return unwatch

    async def end(self, timeout: float | None = None) -> bool:
        """Wait for the end of the job in the event loop.

        Returns:
            Whether it has ended within `timeout` seconds.
        """
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        unwatch = self.watch(lambda: _set_from_thread(loop, ended) if self.finished else None)
        try:
            if not self.finished:
                await asyncio.wait_for(ended.wait(), timeout)
        except TimeoutError:
            return False
        finally:
            unwatch()
        return True

    async def follow(self, every: float = 0.1, beat: float = 15.0) -> AsyncGenerator[Job, None]:
        """Yield the job now, after changes, and at its end, in the event loop.

        Args:
            every: least seconds between two yields, but for the last.
            beat: most seconds between two yields, also without a change.
        """
        loop, changed = asyncio.get_running_loop(), asyncio.Event()
        unwatch = self.watch(lambda: _set_from_thread(loop, changed))
        try:
            while True:
                # Cleared and read before the yield: a change during it is not missed, and the last
                # state that is yielded is a finished one.
                changed.clear()
                finished = self.finished
                yield self
                if finished:
                    return
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), beat)
                await self.end(every)
        finally:
            unwatch()

    def found(self, regions: Sequence[Region]) -> None:
        """Keep the regions of a window that was just answered, up to `EARLY` of all windows."""
        more = regions[: max(0, EARLY - len(self.early))]
        if more and not self.finished:
            self.early += tuple(more)
            self.update()

    def update(
        self, state: State | None = None, done: int | None = None, known: int | None = None
    ) -> None:
        """Change the job and notify those who watch it; a finished job does not change any more.

        Args:
            state: the new one; a job that was cancelled goes to "cancelled" in place of "running".
            done: windows processed so far.
            known: windows to process, as far as known.
        """
        with self._changed:
            if self.finished:
                return
            if state == "running" and self._stop.is_set():
                state = "cancelled"
            self.state = state or self.state
            self.done = self.done if done is None else done
            self.known = self.known if known is None else known
            if self.state == "running" and self._begun is None:
                self._begun = time.monotonic()
            if self.finished:
                self._ended = time.monotonic()
                self.early = ()
            self.changes += 1
            self._changed.notify_all()
            watchers = list(self._watchers)
        for on_change in watchers:  # without the lock: they may read the job
            on_change()


def _set_from_thread(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed
        loop.call_soon_threadsafe(event.set)
