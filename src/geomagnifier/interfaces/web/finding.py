"""Pictures found by what they show: by words, or by likeness to the one that is open."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Sequence

from geomagnifier.errors import GeomagError
from geomagnifier.interfaces.job import Job
from geomagnifier.interfaces.jobs import Jobs
from geomagnifier.interfaces.scenes import Card
from geomagnifier.interfaces.searching import Hit
from geomagnifier.interfaces.web import reading
from geomagnifier.interfaces.web.parts import button, set_attributes, shown, tag, words

BEST = 24
"""Hits that are shown."""
EVERY = 0.2
"""Seconds between two looks at a search under way."""


class Finding:
    """What a search has found, in the menu of pictures.

    Args:
        jobs: of the service.
        draw: called with the pictures found, the best first, and what is said of each; inside the element that they belong to.
        on_end: called where all pictures are to be shown again.
    """

    def __init__(self, jobs: Jobs, draw: Callable[[Sequence[Card], Sequence[str]], None], on_end: Callable[[], Awaitable[None]]) -> None:
        self._jobs, self._draw, self._on_end = jobs, draw, on_end
        self._job: Job | None = None
        self._root = tag("section", aria_label="Pictures found")
        with self._root:
            with tag("div", "titled"):
                self._title = words("h2", "", "cut", aria_live="polite")
                button("All pictures", None, self.end, "edged low")
            self._bar = tag("div", "bar", role="progressbar", aria_label="Pictures looked at", aria_valuemin="0")
            with self._bar:
                self._done = tag("i")
            self._list = tag("ol")
            self._note = words("p", "", "note")
        shown(self._root, False)

    @property
    def on(self) -> bool:
        """Whether there is a search, under way or done."""
        return self._job is not None

    async def by(self, what: str | Card) -> None:
        """Search by words or by a picture, and follow it to its end. What cannot be asked is told in place of hits."""
        self._stop()
        shown(self._root, True)
        self._list.clear()
        self._note.text = ""
        shown(self._bar, False)
        try:
            job = self._job = self._jobs.search(words=what.strip()) if isinstance(what, str) else self._jobs.search(like=what)
        except GeomagError as error:
            self._title.text = reading.line(error)
            return
        about = f"“{job.question}”" if isinstance(what, str) else f"like {what.name}"
        shown(self._bar, True)
        async with contextlib.aclosing(job.follow(EVERY)) as changes:
            async for _ in changes:
                if self._job is not job or self._root.is_deleted:
                    return
                self._title.text = f"Looking for pictures {about} …"
                self._done.style(f"width: {100 * job.done / job.known if job.known else 0:.1f}%")
                set_attributes(self._bar, aria_valuenow=str(job.done), aria_valuemax=str(job.known or 1))
        shown(self._bar, False)
        self._show(job, about, None if isinstance(what, str) else what.id)

    async def end(self) -> None:
        """Show all pictures again."""
        self._stop()
        self._job = None
        shown(self._root, False)
        await self._on_end()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _show(self, job: Job, about: str, itself: str | None) -> None:
        if job.error is not None:
            self._title.text = reading.line(job.error)
            return
        best = _each([hit for hit in job.hits or () if hit.card.id != itself])
        self._title.text = f"Pictures {about}" if best else f"No pictures {about}"
        with self._list:
            said = [f"likeness {hit.score:.2f}" if hit.score is not None else "" for hit in best[:BEST]]
            self._draw([hit.card for hit in best[:BEST]], said)
        left = f"The {BEST} best of {len(best):,}. " if len(best) > BEST else ""
        unread = len(job.unreadable)
        self._note.text = left + (f"{unread:,} could not be read." if unread else "")


def _each(hits: Sequence[Hit]) -> list[Hit]:
    """The best hit of each picture: of a large one several parts may have been found."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.card.id, hit)
    return list(best.values())
