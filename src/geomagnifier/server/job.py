"""One question under way, or one search: what it is about, how far it is, how it ended.

Several threads and the event loop look at it.

    queued -> running -> done | failed | late | cancelled        late: over `Settings.seconds`
    queued -> cancelled

The answer of a late job, and of one cancelled while it ran, is of what was seen until then; there
is none where nothing was.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Literal

from geomagnifier.conversation import Turn
from geomagnifier.errors import GeomagError
from geomagnifier.results import Answer
from geomagnifier.server.image_search import Hit
from geomagnifier.server.scenes import Card

State = Literal["queued", "running", "done", "failed", "cancelled", "late"]
ENDED = ("done", "failed", "cancelled", "late")


@dataclass(eq=False)
class Job:
    """One question, or one search.

    Read its fields at any time; they are changed by the thread that works on it.

    question: what was asked; of a search the words.  card: the scene; None for a search through
    all.  done, known: windows (pictures) seen and known of so far.  answer: when it is done, also
    of what was seen of a late or cancelled one.  turn: the answer as a turn of a conversation, with
    what the question was taken to mean.  warnings: what was cut, skipped or guessed.  hits,
    unreadable: of a search.
    error: of a failed one; nothing but a GeomagError is told in full.  changes: goes up at every
        change.
    """

    question: str
    card: Card | None
    work: Callable[[Job], None] = field(repr=False)
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    state: State = "queued"
    done: int = 0
    known: int = 0
    answer: Answer | None = field(default=None, repr=False)
    turn: Turn | None = field(default=None, repr=False)
    warnings: tuple[str, ...] = ()
    hits: tuple[Hit, ...] | None = field(default=None, repr=False)
    unreadable: tuple[tuple[str, str], ...] = ()
    error: GeomagError | None = None
    changes: int = 0
    asked_at: float = field(default_factory=time.time)
    _queued: float = field(default_factory=time.monotonic, repr=False)
    _begun: float | None = field(default=None, repr=False)
    _ended: float | None = field(default=None, repr=False)
    _stop: threading.Event = field(default_factory=threading.Event, repr=False)
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _writing: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _watchers: list[Callable[[], object]] = field(default_factory=list, repr=False)

    @property
    def finished(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ENDED

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop, and has not ended yet."""
        return self._stop.is_set() and not self.finished

    @property
    def seconds(self) -> float:
        """How long it has been worked on."""
        return 0.0 if self._begun is None else (self._ended or time.monotonic()) - self._begun

    @property
    def waited(self) -> float:
        """How long it was or has been in the queue, seconds."""
        return (self._begun or self._ended or time.monotonic()) - self._queued

    def cancel(self) -> None:
        """Stop it: at once where it still waits, else at its next window, or between two pieces of what it reads."""
        with self._changed:
            self._stop.set()
            waiting = self.state == "queued"
        if waiting:
            self.move("cancelled")

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for its end. Returns whether it has ended. Not for the event loop; see `follow`."""
        with self._changed:
            return self._changed.wait_for(lambda: self.finished, timeout)

    def watch(self, tell: Callable[[], object]) -> Callable[[], None]:
        """Call `tell`, from any thread, at every change, until what is returned is called."""
        with self._changed:
            self._watchers.append(tell)

        def leave() -> None:
            with self._changed, contextlib.suppress(ValueError):
                self._watchers.remove(tell)

        return leave

    async def end(self, timeout: float | None = None) -> bool:
        """Wait for its end in the event loop. Returns whether it has ended."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        leave = self.watch(lambda: _soon(loop, over) if self.finished else None)
        try:
            if not self.finished:
                await asyncio.wait_for(over.wait(), timeout)
        except TimeoutError:
            return False
        finally:
            leave()
        return True

    async def follow(self, every: float = 0.1, beat: float = 15.0) -> AsyncGenerator[Job, None]:
        """The job itself: now, after changes, at its end.

        Once in `every` seconds at most, in `beat` at least. For the event loop.
        """
        loop, news = asyncio.get_running_loop(), asyncio.Event()
        leave = self.watch(lambda: _soon(loop, news))
        try:
            while True:
                news.clear()
                over = self.finished
                yield self
                if over:
                    return
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), beat)
                await self.end(every)
        finally:
            leave()

    def move(
        self, state: State | None = None, done: int | None = None, known: int | None = None
    ) -> None:
        """Change, and tell those who watch. A finished job changes no more."""
        with self._changed:
            if self.finished:
                return
            if state == "running" and self._stop.is_set():
                state = "cancelled"
            self.state = state or self.state
            self.done, self.known = (
                self.done if done is None else done,
                self.known if known is None else known,
            )
            if self.state == "running" and self._begun is None:
                self._begun = time.monotonic()
            if self.finished:
                self._ended = time.monotonic()
            self.changes += 1
            self._changed.notify_all()
            watchers = list(self._watchers)
        for tell in watchers:
            tell()


def _soon(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the loop is closed
        loop.call_soon_threadsafe(event.set)
