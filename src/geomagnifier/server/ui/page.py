"""One person's page: what is open, what was asked, what is under way.

It hands the parts what they show, and hears what they want.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from geomagnifier.errors import GeomagError, JobNotFound, SceneError
from geomagnifier.geometry import Box
from geomagnifier.server.job import Job
from geomagnifier.server.jobs import Jobs
from geomagnifier.server.scenes import Card, Library
from geomagnifier.server.ui import capabilities, presentation
from geomagnifier.server.ui.answer_panel import Answered
from geomagnifier.server.ui.ask_options import Manner
from geomagnifier.server.ui.history import Earlier, Entry
from geomagnifier.server.ui.map_coordinates import Places, Ring
from geomagnifier.server.ui.question_panel import Asking
from geomagnifier.server.ui.scene_map import Bounds, Stage
from geomagnifier.server.ui.scene_picker import MOST, Chooser, Welcome
from geomagnifier.server.ui.transcript_view import Turns
from geomagnifier.server.ui.widgets import button, icon, tag, words

UPLOADS = "geomag-uploads"
"""Where the ids of this browser's uploads are kept."""
EVERY = 0.2
"""Seconds between two looks at a job under way."""


class Page:
    """Build the page and keep it.

    Args:
        library: of the service.
        jobs: of the service.
        store: what NiceGUI keeps for this browser.
    """

    def __init__(self, library: Library, jobs: Jobs, store: MutableMapping[str, Any]) -> None:
        self._library, self._jobs, self._store = library, jobs, store
        self._card: Card | None = None
        self._places: Places | None = None
        self._box: Box | None = None
        self._job: Job | None = None
        self._last: Job | None = None
        self._gone = False
        self._client = ui.context.client
        self._client.on_delete(self._leave)
        skip = words("button", "Skip to the question", "skip button main", type="button")
        skip.on(
            "click", js_handler="() => document.querySelector('textarea[name=question]').focus()"
        )
        with tag("div", "frame"):
            with tag("header", "head"):
                with tag("div", "brand"):
                    icon("lens")
                    words("h1", "geomagnifier", "word")
                self._chooser = Chooser(jobs, self._cards, self.choose, lambda: self._stage.shows())
                button(
                    "Open",
                    "open",
                    None,
                    "edged open",
                    data_act="choose",
                    label="Open a picture from this device",
                )
                tag("div", "gap")
                with button("", None, None, "round theme", data_act="theme", label="Colours"):
                    for drawn, kind in (("screen", "auto"), ("sun", "light"), ("moon", "dark")):
                        icon(drawn, f"mark {kind}")
            with tag("section", "stage", aria_label="Map"):
                self._stage = Stage(self._drawn)
                self._welcome = Welcome(library.settings.upload_bytes, self.choose)
            with tag("aside", "panel", aria_label="Questions and answers"):
                self._asking = Asking(
                    library.settings.question_letters,
                    self.ask,
                    self._cancel,
                    self._no_box,
                    lambda: self._topic(None),
                )
                self._turns = Turns(self._again)
                self._answered = Answered()
                self._earlier = Earlier(store, self._again)
                capabilities.show(jobs.model.spec, self._asking.write)
        self._chooser.set(None)
        ui.on("geomag-sent", self._sent)
        ui.on("geomag-refused", self._refused)

    async def begin(self, scene: str | None, job: str | None) -> None:
        """Open what the address names; the only picture there is where it names none."""
        cards = await asyncio.to_thread(self._cards)
        wanted = scene or (cards[0].id if len(cards) == 1 else None)
        if wanted is not None:
            await self.choose(wanted)
        if self._card is None:
            self._welcome.show(cards)
        entry = self._earlier.find(job) if job else None
        if entry is not None and self._card is not None and entry.scene == self._card.id:
            with contextlib.suppress(JobNotFound):
                self._jobs.job(entry.job)
                await self._again(entry)

    async def choose(self, id: str, at: Box | None = None) -> None:
        """Open a picture and go to a part of it; where that cannot be, what is open stays."""
        try:
            card = await asyncio.to_thread(self._library.card, id)
        except GeomagError as error:
            self._asking.wrong(presentation.line(error))
            return
        part = None if at is None else Places(card).corners(at.tuple())
        if self._card is None or card.id != self._card.id:
            self._open(card, part)
            self._address()
        elif part is not None:
            self._stage.go(part)

    async def ask(self, question: str, manner: Manner) -> None:
        """Put a question, which may refer back to the answer that is shown, and follow it to its end."""
        if self._card is None:
            self._asking.wrong("Open a picture first: drop one on the map, or choose a file.")
            return
        if self._job is not None and not self._job.finished:
            self._asking.wrong("One question at a time: wait for this one, or cancel it.")
            return
        box = self._box.tuple() if self._box else None
        try:
            unit = "px" if box else None
            job = self._jobs.submit(
                self._card,
                question.strip(),
                box=box,
                box_crs=unit,
                after=self._last,
                **manner.options(),
            )
        except GeomagError as error:
            self._asking.wrong(presentation.line(error))
            return
        after = self._last.id if self._last else None
        entry = Entry(
            job.id, self._card.id, self._card.name, job.question, manner, box, time.time(), after
        )
        self._earlier.put(entry)
        await self._follow(job, entry)

    async def _follow(self, job: Job, entry: Entry) -> None:
        self._job = job
        self._address()
        self._asking.wrong(None)
        async with contextlib.aclosing(job.follow(EVERY)) as changes:
            async for _ in changes:
                if self._gone or self._job is not job:
                    return
                self._asking.working(job)
        self._asking.working(None)
        if job.answer is not None and job.error is None:
            await self._show(job, entry)
            return
        wrong = (
            presentation.line(job.error)
            if job.error is not None
            else "Cancelled before anything was seen."
        )
        self._asking.wrong(wrong)
        self._earlier.put(replace(entry, wrong=wrong))

    async def _show(self, job: Job, entry: Entry) -> None:
        answer = job.answer
        assert answer is not None
        self._stage.show(f"/web/jobs/{job.id}/map.json", f"/web/jobs/{job.id}/heat.png")
        trace = answer.trace
        self._stage.has(
            bool(answer.regions),
            trace.heat is not None,
            bool(trace.crops or trace.skipped or trace.closed or trace.broken),
        )
        self._topic(job)
        meant = presentation.meant(job.turn)
        self._earlier.put(replace(entry, text=answer.text, meant=meant))
        self._turns.show(self._earlier.before(job.id))
        await self._answered.show(job, _around(entry.box), meant)

    async def _again(self, entry: Entry) -> None:
        """Show an earlier question; ask it anew where its answer has been forgotten."""
        if self._card is None or self._card.id != entry.scene:
            await self.choose(entry.scene)
            if self._card is None or self._card.id != entry.scene:
                return
        self._set_box(Box(*entry.box) if entry.box else None)
        self._asking.write(entry.question)
        self._asking.set(entry.manner)
        try:
            job = self._jobs.job(entry.job)
        except JobNotFound:
            self._topic(None)  # what it referred back to is forgotten too, but not what it meant
            await self.ask(entry.meant or entry.question, entry.manner)
            return
        self._earlier.mark(entry.job)
        await self._follow(job, entry)

    def _cards(self) -> list[Card]:
        """Pictures of the service, then those that this browser has sent, the newest first."""
        own = []
        for id in self._store.get(UPLOADS, []):
            with contextlib.suppress(SceneError):  # kept for a while only
                own.append(self._library.card(id))
        return self._library.listing(uploads=False) + own

    def _open(self, card: Card, part: Ring | None) -> None:
        self._card, self._places, self._job = card, Places(card), None
        layers = self._places.layers
        self._stage.open(
            {
                "name": card.name,
                "tiles": layers["tiles"],
                "earth": card.georeferenced,
                "least": layers["min_zoom"],
                "most": layers["max_zoom"],
                "zoom": layers["max_zoom"],
                "bounds": self._places.bounds,
                "part": part,
            }
        )
        self._welcome.hide()
        self._chooser.set(card)
        title = json.dumps(f"{card.name} – geomagnifier")
        self._client.run_javascript(
            f"document.title = {title}; document.querySelector('.panel').scrollTo(0, 0)"
        )
        self._answered.clear()
        self._turns.show([])
        self._topic(None)
        self._asking.working(None)
        self._asking.wrong(None)
        self._earlier.mark(None)
        self._set_box(None)

    def _topic(self, job: Job | None) -> None:
        """Let the next question refer back to the answer of a job, or to none."""
        self._last = job
        answer = job.answer if job else None
        self._asking.topic(
            answer if answer is not None and answer.trace.pixels_processed else None
        )  # a refusal is nothing to go on from

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            if self._job.stopping:  # it may take a while to come to its next window
                self._asking.working(self._job)

    async def _drawn(self, bounds: Bounds) -> None:
        if self._places is None:
            return
        try:
            self._set_box(self._places.box(bounds))
        except GeomagError as error:
            self._asking.wrong(presentation.line(error))

    def _no_box(self) -> None:
        self._set_box(None)

    def _set_box(self, box: Box | None) -> None:
        self._box = box
        self._asking.box(_around(box.tuple()) if box else None)
        self._stage.box(self._places.corners(box.tuple()) if box and self._places else None)

    async def _sent(self, event: GenericEventArguments) -> None:
        self._store[UPLOADS] = [str(event.args["id"]), *self._store.get(UPLOADS, [])][:MOST]
        await self.choose(str(event.args["id"]))

    def _refused(self, event: GenericEventArguments) -> None:
        self._asking.wrong(presentation.line(event.args["message"]))

    def _address(self) -> None:
        """Keep in the address what is shown, so that a reload shows it again."""
        parts = {
            "scene": self._card.id if self._card else None,
            "job": self._job.id if self._job else None,
        }
        query = "&".join(f"{name}={value}" for name, value in parts.items() if value)
        self._client.run_javascript(f"history.replaceState(null, '', {json.dumps('?' + query)})")

    def _leave(self) -> None:
        self._gone = True
        self._chooser.leave()


def _around(box: tuple[float, float, float, float] | None) -> str | None:
    return f"{box[0]:,.0f}, {box[1]:,.0f} – {box[2]:,.0f}, {box[3]:,.0f} px" if box else None
