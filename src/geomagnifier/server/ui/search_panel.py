"""Image search in the menu: by words or similarity to the open scene, by place and by time."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Sequence

from geomagnifier.errors import GeomagError, OptionError
from geomagnifier.server.image_search import Hit
from geomagnifier.server.job import Job
from geomagnifier.server.jobs import Jobs
from geomagnifier.server.scenes import Card
from geomagnifier.server.ui import presentation
from geomagnifier.server.ui.page_language import _
from geomagnifier.server.ui.spatial_filter import SpatialFilter
from geomagnifier.server.ui.widgets import button, set_attributes, set_shown, tag, text_tag

BEST = 24
"""Most hits that are shown."""
EVERY = 0.2
"""Seconds between two updates on a search in progress."""
CUT_OFF = {"small": (0.25, 0.7)}
"""By model the likeness below which a picture is no hit, for words and for a picture. Measured on
4 pictures of each of 51 scene classes (AID, UC Merced): all of the right class are above, and 3 %
(words) and 1 % (pictures) of the others.
"""


def _nothing() -> str:
    """What is said of an empty search."""
    return _("Say what the pictures show, or where or when they were taken.")


def _nowhere() -> str:
    """Why a search by place or time may have no hits."""
    return _("A picture without a CRS is in no place, and one without a date at no time.")


class SearchPanel:
    """The hits of a search, in the menu of scenes.

    Args:
        jobs: job queue of the service.
        draw: called with the hits, best first, inside the element that they belong in.
        on_end: called when all scenes are to be shown again.
    """

    def __init__(
        self,
        jobs: Jobs,
        draw: Callable[[Sequence[Hit]], None],
        on_end: Callable[[], Awaitable[None]],
    ) -> None:
        self._jobs, self._draw, self._on_end = jobs, draw, on_end
        self._job: Job | None = None
        self._root = tag("section", aria_label=_("Pictures found"))
        with self._root:
            with tag("div", "titled"):
                self._title = text_tag("h2", "", "cut", aria_live="polite")
                button(_("All pictures"), None, self.end, "edged low")
            self._bar = tag(
                "div",
                "bar",
                role="progressbar",
                aria_label=_("Pictures looked at"),
                aria_valuemin="0",
            )
            with self._bar:
                self._done = tag("i")
            self._list = tag("ol", "gallery")
            self._note = text_tag("p", "", "note")
        set_shown(self._root, False)

    @property
    def on(self) -> bool:
        """Whether there is a search, in progress or done."""
        return self._job is not None

    async def search(self, what: str | Card, where: SpatialFilter) -> None:
        """Search by words or a scene, and by place and time, and follow the search to its end.

        The message of an error is shown in place of hits.

        Args:
            what: words, which may be empty where there is a place or a time; or the scene to find
                similar images to.
            where: place and time, without problems.
        """
        self.stop()
        set_shown(self._root, True)
        self._list.clear()
        self._note.text = ""
        set_shown(self._bar, False)
        words = what.strip() if isinstance(what, str) else ""
        like = None if isinstance(what, str) else what
        what_text = (
            f"“{words}”" if words else _("like {name}").format(name=like.name) if like else ""
        )
        about = " ".join(part for part in (what_text, where.summary()) if part)
        try:
            if not about:
                raise OptionError(_nothing())
            job = self._job = self._jobs.search(words or None, like, where.query())
        except GeomagError as error:
            self._title.text = presentation.error_line(error)
            return
        set_shown(self._bar, True)
        async with contextlib.aclosing(job.follow(EVERY)) as changes:
            async for _change in changes:
                if self._job is not job or self._root.is_deleted:
                    return
                self._title.text = _("Looking for pictures {about} …").format(about=about)
                self._done.style(f"width: {100 * job.done / job.known if job.known else 0:.1f}%")
                set_attributes(
                    self._bar, aria_valuenow=str(job.done), aria_valuemax=str(job.known or 1)
                )
        set_shown(self._bar, False)
        self._show(job, about, like, where)

    async def end(self) -> None:
        """Show all scenes again."""
        self.stop()
        self._job = None
        set_shown(self._root, False)
        await self._on_end()

    def stop(self) -> None:
        """Cancel a search in progress."""
        if self._job is not None:
            self._job.cancel()

    def _show(self, job: Job, about: str, itself: Card | None, where: SpatialFilter) -> None:
        if job.error is not None:
            self._title.text = presentation.error_line(job.error)
            return
        others = [hit for hit in job.hits or () if itself is None or hit.card.id != itself.id]
        least = CUT_OFF.get(self._jobs.model.spec.name, (-1.0, -1.0))[itself is not None]
        best = [hit for hit in others if hit.score is None or hit.score >= least]
        left = len(others) - len(best)
        self._title.text = (_("Pictures {about}") if best else _("No pictures {about}")).format(
            about=about
        )
        with self._list:
            self._draw(best[:BEST])
        notes = (
            _("Less alike than {least}: {n}.").format(least=f"{least:.2f}", n=f"{left:,}")
            if left
            else "",
            _("The {most} best of {all}.").format(most=BEST, all=f"{len(best):,}")
            if len(best) > BEST
            else "",
            _nowhere() if where.given and not best else "",
            _("{n} could not be read.").format(n=f"{len(job.unreadable):,}")
            if job.unreadable
            else "",
        )
        self._note.text = " ".join(note for note in notes if note)
