"""Pictures found by what they show, where and when.

By words or by likeness to the one that is open, in a place, at a time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Sequence

from geomagnifier.errors import GeomagError, OptionError
from geomagnifier.server.image_search import Hit
from geomagnifier.server.job import Job
from geomagnifier.server.jobs import Jobs
from geomagnifier.server.scenes import Card
from geomagnifier.server.ui import presentation
from geomagnifier.server.ui.spatial_filter import Where
from geomagnifier.server.ui.widgets import button, set_attributes, shown, tag, words

BEST = 24
"""Hits that are shown."""
EVERY = 0.2
"""Seconds between two looks at a search under way."""
NOTHING = "Say what the pictures show, or where or when they were taken."
NOWHERE = "A picture without a CRS is in no place, and one without a date at no time."


class Finding:
    """What a search has found, in the menu of pictures.

    Args:
        jobs: of the service.
        draw: called with what was found, the best first; inside the element that it belongs to.
        on_end: called where all pictures are to be shown again.
    """

    def __init__(
        self,
        jobs: Jobs,
        draw: Callable[[Sequence[Hit]], None],
        on_end: Callable[[], Awaitable[None]],
    ) -> None:
        self._jobs, self._draw, self._on_end = jobs, draw, on_end
        self._job: Job | None = None
        self._root = tag("section", aria_label="Pictures found")
        with self._root:
            with tag("div", "titled"):
                self._title = words("h2", "", "cut", aria_live="polite")
                button("All pictures", None, self.end, "edged low")
            self._bar = tag(
                "div", "bar", role="progressbar", aria_label="Pictures looked at", aria_valuemin="0"
            )
            with self._bar:
                self._done = tag("i")
            self._list = tag("ol")
            self._note = words("p", "", "note")
        shown(self._root, False)

    @property
    def on(self) -> bool:
        """Whether there is a search, under way or done."""
        return self._job is not None

    async def by(self, what: str | Card, where: Where) -> None:
        """Search by words or by a picture, and by place and time, and follow it to its end.

        What cannot be asked is told in place of hits.

        Args:
            what: words, which may be empty where there is a place or a time; or the picture.
            where: with nothing amiss.
        """
        self.stop()
        shown(self._root, True)
        self._list.clear()
        self._note.text = ""
        shown(self._bar, False)
        said = what.strip() if isinstance(what, str) else ""
        like = None if isinstance(what, str) else what
        about = " ".join(
            part
            for part in (f"“{said}”" if said else f"like {like.name}" if like else "", where.told())
            if part
        )
        try:
            if not about:
                raise OptionError(NOTHING)
            job = self._job = self._jobs.search(said or None, like, where.wanted())
        except GeomagError as error:
            self._title.text = presentation.line(error)
            return
        shown(self._bar, True)
        async with contextlib.aclosing(job.follow(EVERY)) as changes:
            async for _ in changes:
                if self._job is not job or self._root.is_deleted:
                    return
                self._title.text = f"Looking for pictures {about} …"
                self._done.style(f"width: {100 * job.done / job.known if job.known else 0:.1f}%")
                set_attributes(
                    self._bar, aria_valuenow=str(job.done), aria_valuemax=str(job.known or 1)
                )
        shown(self._bar, False)
        self._show(job, about, like, where)

    async def end(self) -> None:
        """Show all pictures again."""
        self.stop()
        self._job = None
        shown(self._root, False)
        await self._on_end()

    def stop(self) -> None:
        """Cancel a search that is under way: nobody waits for it any more."""
        if self._job is not None:
            self._job.cancel()

    def _show(self, job: Job, about: str, itself: Card | None, where: Where) -> None:
        if job.error is not None:
            self._title.text = presentation.line(job.error)
            return
        best = [hit for hit in job.hits or () if itself is None or hit.card.id != itself.id]
        self._title.text = f"Pictures {about}" if best else f"No pictures {about}"
        with self._list:
            self._draw(best[:BEST])
        notes = (
            f"The {BEST} best of {len(best):,}." if len(best) > BEST else "",
            NOWHERE if where.given and not best else "",
            f"{len(job.unreadable):,} could not be read." if job.unreadable else "",
        )
        self._note.text = " ".join(note for note in notes if note)
