"""The page of one browser tab: the open scene, the question and the job in progress.

It tells the panels what to show, and handles what they report.
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
from geomagnifier.server.ui.answer_panel import AnswerPanel
from geomagnifier.server.ui.ask_options import AskOptions
from geomagnifier.server.ui.history import Entry, History
from geomagnifier.server.ui.map_coordinates import MapCoordinates, Ring
from geomagnifier.server.ui.question_panel import QuestionPanel
from geomagnifier.server.ui.scene_map import Bounds, MapPanel
from geomagnifier.server.ui.scene_picker import MOST, ScenePicker, Welcome
from geomagnifier.server.ui.transcript_view import TranscriptView
from geomagnifier.server.ui.widgets import button, icon, tag, text_tag

UPLOADS = "geomag-uploads"
"""Where the storage of a browser has the ids of its uploads."""
EVERY = 0.2
"""Seconds between two updates on a job in progress."""


class Page:
    """The page, built when it is made.

    Args:
        library: scenes of the service.
        jobs: job queue of the service.
        store: NiceGUI's storage of this browser.
    """

    def __init__(self, library: Library, jobs: Jobs, store: MutableMapping[str, Any]) -> None:
        self._library, self._jobs, self._store = library, jobs, store
        self._card: Card | None = None
        self._coordinates: MapCoordinates | None = None
        self._box: Box | None = None
        self._job: Job | None = None
        self._last: Job | None = None
        self._gone = False
        self._client = ui.context.client
        self._client.on_delete(self._leave)
        skip = text_tag("button", "Skip to the question", "skip button main", type="button")
        skip.on(
            "click", js_handler="() => document.querySelector('textarea[name=question]').focus()"
        )
        with tag("div", "frame"):
            with tag("header", "head"):
                with tag("div", "brand"):
                    icon("lens")
                    text_tag("h1", "geomagnifier", "word")
                self._picker = ScenePicker(
                    jobs, self._cards, self.choose, lambda: self._map.shows()
                )
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
                self._map = MapPanel(self._drawn)
                self._welcome = Welcome(library.settings.upload_bytes, self.choose)
            with tag("aside", "panel", aria_label="Questions and answers"):
                self._question = QuestionPanel(
                    library.settings.question_letters,
                    self.ask,
                    self._cancel,
                    self._no_box,
                    lambda: self._topic(None),
                )
                self._transcript = TranscriptView(self._again)
                self._answer = AnswerPanel()
                self._history = History(store, self._again)
                capabilities.show(jobs.model.spec, self._question.write)
        self._picker.set(None)
        ui.on("geomag-sent", self._sent)
        ui.on("geomag-refused", self._refused)

    async def begin(self, scene: str | None, job: str | None) -> None:
        """Open what the page's URL names, or the only scene where it names none.

        Args:
            scene: id of the scene.
            job: id of the job whose answer is shown, where the service still has it.
        """
        cards = await asyncio.to_thread(self._cards)
        wanted = scene or (cards[0].id if len(cards) == 1 else None)
        if wanted is not None:
            await self.choose(wanted)
        if self._card is None:
            self._welcome.show(cards)
        entry = self._history.find(job) if job else None
        if entry is not None and self._card is not None and entry.scene == self._card.id:
            with contextlib.suppress(JobNotFound):
                self._jobs.job(entry.job)
                await self._again(entry)

    async def choose(self, id: str, at: Box | None = None) -> None:
        """Open a scene and go to a part of it; where that fails the open scene stays.

        Args:
            id: of the scene.
            at: the part, scene px; None: all of it.
        """
        try:
            card = await asyncio.to_thread(self._library.card, id)
        except GeomagError as error:
            self._question.wrong(presentation.error_line(error))
            return
        part = None if at is None else MapCoordinates(card).corners(at.tuple())
        if self._card is None or card.id != self._card.id:
            self._open(card, part)
            self._address()
        elif part is not None:
            self._map.go(part)

    async def ask(self, question: str, options: AskOptions) -> None:
        """Ask a question, which may refer back to the answer shown, and follow it to its end.

        Args:
            question: as it was typed.
            options: search options as they were typed.
        """
        if self._card is None:
            self._question.wrong("Open a picture first: drop one on the map, or choose a file.")
            return
        if self._job is not None and not self._job.finished:
            self._question.wrong("One question at a time: wait for this one, or cancel it.")
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
                **options.submit_options(),
            )
        except GeomagError as error:
            self._question.wrong(presentation.error_line(error))
            return
        after = self._last.id if self._last else None
        entry = Entry(
            job.id, self._card.id, self._card.name, job.question, options, box, time.time(), after
        )
        self._history.put(entry)
        await self._follow(job, entry)

    async def _follow(self, job: Job, entry: Entry) -> None:
        self._job = job
        self._address()
        self._question.wrong(None)
        async with contextlib.aclosing(job.follow(EVERY)) as changes:
            async for _ in changes:
                if self._gone or self._job is not job:
                    return
                self._question.working(job)
        self._question.working(None)
        if job.answer is not None and job.error is None:
            await self._show(job, entry)
            return
        wrong = (
            presentation.error_line(job.error)
            if job.error is not None
            else "Cancelled before anything was seen."
        )
        self._question.wrong(wrong)
        self._history.put(replace(entry, wrong=wrong))

    async def _show(self, job: Job, entry: Entry) -> None:
        answer = job.answer
        assert answer is not None
        self._map.show(f"/web/jobs/{job.id}/map.json", f"/web/jobs/{job.id}/heat.png")
        trace = answer.trace
        self._map.has(
            bool(answer.regions),
            trace.heat is not None,
            bool(trace.crops or trace.skipped or trace.closed or trace.broken),
        )
        self._topic(job)
        meant = presentation.understood_question(job.turn)
        self._history.put(replace(entry, text=answer.text, meant=meant))
        self._transcript.show(self._history.before(job.id))
        await self._answer.show(job, _around(entry.box), meant)

    async def _again(self, entry: Entry) -> None:
        """Show an earlier question; ask it again where the service no longer has the answer."""
        if self._card is None or self._card.id != entry.scene:
            await self.choose(entry.scene)
            if self._card is None or self._card.id != entry.scene:
                return
        self._set_box(Box(*entry.box) if entry.box else None)
        self._question.write(entry.question)
        self._question.set(entry.options)
        try:
            job = self._jobs.job(entry.job)
        except JobNotFound:
            self._topic(None)  # the job that it referred back to is gone too: ask it in full
            await self.ask(entry.meant or entry.question, entry.options)
            return
        self._history.mark(entry.job)
        await self._follow(job, entry)

    def _cards(self) -> list[Card]:
        """Scenes of the service, then the uploads of this browser, the newest first."""
        own = []
        for id in self._store.get(UPLOADS, []):
            with contextlib.suppress(SceneError):  # kept for a while only
                own.append(self._library.card(id))
        return self._library.listing(uploads=False) + own

    def _open(self, card: Card, part: Ring | None) -> None:
        self._card, self._coordinates, self._job = card, MapCoordinates(card), None
        layers = self._coordinates.layers
        self._map.open(
            {
                "name": card.name,
                "tiles": layers["tiles"],
                "earth": card.georeferenced,
                "least": layers["min_zoom"],
                "most": layers["max_zoom"],
                "zoom": layers["max_zoom"],
                "bounds": self._coordinates.bounds,
                "part": part,
            }
        )
        self._welcome.hide()
        self._picker.set(card)
        title = json.dumps(f"{card.name} – geomagnifier")
        self._client.run_javascript(
            f"document.title = {title}; document.querySelector('.panel').scrollTo(0, 0)"
        )
        self._answer.clear()
        self._transcript.show([])
        self._topic(None)
        self._question.working(None)
        self._question.wrong(None)
        self._history.mark(None)
        self._set_box(None)

    def _topic(self, job: Job | None) -> None:
        """Let the next question refer back to the answer of a job, or to none."""
        self._last = job
        answer = job.answer if job else None
        refused = answer is not None and not answer.trace.pixels_processed
        self._question.topic(None if refused else answer)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            if self._job.stopping:  # until its next window, which may take a while
                self._question.working(self._job)

    async def _drawn(self, bounds: Bounds) -> None:
        if self._coordinates is None:
            return
        try:
            self._set_box(self._coordinates.box(bounds))
        except GeomagError as error:
            self._question.wrong(presentation.error_line(error))

    def _no_box(self) -> None:
        self._set_box(None)

    def _set_box(self, box: Box | None) -> None:
        self._box = box
        self._question.box(_around(box.tuple()) if box else None)
        self._map.box(self._coordinates.corners(box.tuple()) if box and self._coordinates else None)

    async def _sent(self, event: GenericEventArguments) -> None:
        self._store[UPLOADS] = [str(event.args["id"]), *self._store.get(UPLOADS, [])][:MOST]
        await self.choose(str(event.args["id"]))

    def _refused(self, event: GenericEventArguments) -> None:
        self._question.wrong(presentation.error_line(event.args["message"]))

    def _address(self) -> None:
        """Put scene and job into the page's URL, so that a reload shows them again."""
        parts = {
            "scene": self._card.id if self._card else None,
            "job": self._job.id if self._job else None,
        }
        query = "&".join(f"{name}={value}" for name, value in parts.items() if value)
        self._client.run_javascript(f"history.replaceState(null, '', {json.dumps('?' + query)})")

    def _leave(self) -> None:
        self._gone = True
        self._picker.leave()


def _around(box: tuple[float, float, float, float] | None) -> str | None:
    return f"{box[0]:,.0f}, {box[1]:,.0f} – {box[2]:,.0f}, {box[3]:,.0f} px" if box else None
