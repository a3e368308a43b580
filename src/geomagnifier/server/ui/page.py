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

from nicegui import background_tasks, ui
from nicegui.events import GenericEventArguments

from geomagnifier.errors import GeomagError, JobNotFound, SceneError
from geomagnifier.geometry import Box
from geomagnifier.server import tiles
from geomagnifier.server.first_classes import FirstClasses
from geomagnifier.server.job import Job
from geomagnifier.server.jobs import Jobs
from geomagnifier.server.scenes import Card, Library
from geomagnifier.server.ui import capabilities, presentation
from geomagnifier.server.ui.answer_panel import AnswerPanel
from geomagnifier.server.ui.ask_options import AskOptions
from geomagnifier.server.ui.base_map import base_map_form
from geomagnifier.server.ui.history import Entry, History
from geomagnifier.server.ui.links import Links
from geomagnifier.server.ui.map_coordinates import MapCoordinates, Ring, outline
from geomagnifier.server.ui.page_language import NAMES, TAGS, _, chosen
from geomagnifier.server.ui.question_panel import QuestionPanel
from geomagnifier.server.ui.routes import document_url
from geomagnifier.server.ui.scene_map import Bounds, MapPanel
from geomagnifier.server.ui.scene_picker import MOST, ScenePicker
from geomagnifier.server.ui.suggestions import SuggestionPanel, suggested_questions
from geomagnifier.server.ui.transcript_view import TranscriptView
from geomagnifier.server.ui.welcome import Welcome
from geomagnifier.server.ui.widgets import button, icon, tag, text_tag
from geomagnifier.translation import Language

Polygon = tuple[tuple[float, float], ...]

UPLOADS = "geomag-uploads"
"""Where the storage of a browser has the ids of its uploads."""
LATER = (0, 2, 5, 10, 20)
"""Seconds after which a first view is tried again, as questions come first."""
EVERY = 0.2
"""Seconds between two updates on a job in progress."""


class Page:
    """The page, built when it is made.

    Args:
        library: scenes of the service.
        jobs: job queue of the service.
        store: NiceGUI's storage of this browser.
        links: of the service.
    """

    def __init__(
        self, library: Library, jobs: Jobs, store: MutableMapping[str, Any], links: Links
    ) -> None:
        self._library, self._jobs, self._store, self._links = library, jobs, store, links
        self._card: Card | None = None
        self._coordinates: MapCoordinates | None = None
        self._box: Box | None = None
        self._polygon: Polygon | None = None
        self._job: Job | None = None
        self._last: Job | None = None
        self._seen: dict[str, FirstClasses] = {}
        self._gone = False
        self._client = ui.context.client
        self._client.on_delete(self._leave)
        skip = text_tag("button", _("Skip to the question"), "skip button main", type="button")
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
                    _("Open"),
                    "open",
                    None,
                    "edged open",
                    data_act="choose",
                    label=_("Open a picture from this device"),
                )
                tag("div", "gap")
                button(
                    _("Copy link"),
                    "link",
                    None,
                    "edged link",
                    data_act="link",
                    label=_("Copy link"),
                )
                other = _other_language()
                text_tag(
                    "a",
                    NAMES[other],
                    "button edged language",
                    href=f"?lang={other}",
                    lang=TAGS[other],
                    data_act="language",
                )
                with button("", None, None, "round theme", data_act="theme", label=_("Colours")):
                    for drawn, kind in (("screen", "auto"), ("sun", "light"), ("moon", "dark")):
                        icon(drawn, f"mark {kind}")
            with tag(
                "section",
                "stage",
                aria_label=_("Map"),
                data_drop=_("Drop the picture to open it"),
            ):
                self._map = MapPanel(self._drawn)
                self._welcome = Welcome(jobs, self.choose)
            with tag("aside", "panel", aria_label=_("Questions and answers")):
                self._question = QuestionPanel(
                    library.settings.question_letters,
                    self.ask,
                    self._cancel,
                    self._no_part,
                    lambda: self._topic(None),
                )
                self._answer = AnswerPanel(self._map)
                self._suggestions = SuggestionPanel(self._question.form)
                self._transcript = TranscriptView(self._again)
                self._history = History(store, self._again, library.settings.keep is not None)
                base_map_form()
                capabilities.show(jobs.model.spec, self._question.write)
        self._picker.set(None)
        ui.on("geomag-sent", self._sent)
        ui.on("geomag-refused", self._refused)

    async def begin(self, scene: str | None, job: str | None) -> None:
        """Open what the page's URL names, or the only scene where it names none.

        Args:
            scene: id of the scene.
            job: id of the job whose answer is shown, or asked for again where the service has
                only the question left.
        """
        entry = (self._history.find(job) or self._links.find(job)) if job else None
        cards = await asyncio.to_thread(self._cards)
        wanted = entry.scene if entry is not None else scene
        if wanted is None and len(cards) == 1:
            wanted = cards[0].id
        if wanted is not None:
            await self.choose(wanted)
        if self._card is None:
            self._welcome.show(cards)
        elif entry is not None:
            await self._again(entry)
        elif job:
            self._question.wrong(_("The answer of this link is not kept any more; ask again."))

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
            background_tasks.create(asyncio.to_thread(self._prepare, card))
            self._open(card, part)
            self._address()
            background_tasks.create(self._look(card))
        elif part is not None:
            self._map.go(part)

    def _prepare(self, card: Card) -> None:
        """Open the file before the browser asks for the first tile."""
        with contextlib.suppress(GeomagError):  # told where a tile or a question needs it
            tiles.prepare(self._library.path(card.id))

    async def _look(self, card: Card) -> None:
        """Have a first view of the picture that was opened, and suggest questions from it."""
        for wait in LATER:
            if card.id in self._seen or self._gone or self._card is not card:
                break
            await asyncio.sleep(wait)
            try:
                job = self._jobs.first_view(card)
            except GeomagError:  # the queue has filled up meanwhile
                continue
            if job is not None:
                if await job.end() and job.first is not None:
                    self._seen[card.id] = job.first
                break
        if card.id in self._seen and not self._gone and self._card is card:
            with self._client:  # a task of its own does not know whose page it is for
                self._suggest()

    async def ask(self, question: str, options: AskOptions, again: Entry | None = None) -> None:
        """Ask a question, which may refer back to the answer shown, and follow it to its end.

        Args:
            question: as it was typed.
            options: search options as they were typed.
            again: the question as it was asked before, where the service has lost the answer.
        """
        if self._card is None:
            self._question.wrong(_("Open a picture first: drop one on the map, or choose a file."))
            return
        if self._job is not None and not self._job.finished:
            self._question.wrong(_("One question at a time: wait for this one, or cancel it."))
            return
        box = self._box.tuple() if self._box else None
        try:
            unit = "px" if box else None
            job = self._jobs.submit(
                self._card,
                question.strip(),
                box=box,
                box_crs=unit,
                polygon=self._polygon,
                after=self._last,
                **options.submit_options(),
            )
        except GeomagError as error:
            self._question.wrong(presentation.error_line(error))
            return
        after = self._last.id if self._last else None
        after = again.after if again is not None else after
        entry = Entry(
            job.id,
            self._card.id,
            self._card.name,
            job.question,
            options,
            box,
            time.time(),
            self._polygon,
            after,
        )
        self._history.put(entry, again.job if again is not None else None)
        self._links.put(entry)
        self._question.write("")
        await self._follow(job, entry)

    async def _follow(self, job: Job, entry: Entry) -> None:
        self._job = job
        self._address()
        self._question.wrong(None)
        early = 0
        async with contextlib.aclosing(job.follow(EVERY)) as changes:
            async for _change in changes:
                if self._gone or self._job is not job:
                    return
                self._question.working(job)
                if len(job.early) > early:
                    early = len(job.early)
                    self._map.early(f"/web/jobs/{job.id}/early.json")
        self._question.working(None)
        if job.answer is not None and job.error is None:
            self._show(job, entry)
            return
        self._map.early(None)
        wrong = (
            presentation.error_line(job.error)
            if job.error is not None
            else _("Cancelled before anything was seen.")
        )
        self._question.wrong(wrong)
        self._question.restore(entry.question)
        self._history.put(replace(entry, wrong=wrong))

    def _show(self, job: Job, entry: Entry) -> None:
        answer = job.answer
        assert answer is not None
        self._map.show(document_url(job.id, chosen()), f"/web/jobs/{job.id}/heat.png")
        trace = answer.trace
        self._map.has(
            trace.heat is not None,
            bool(trace.crops or trace.skipped or trace.closed or trace.broken),
        )
        self._topic(job)
        meant = presentation.understood_question(job.turn)
        self._history.put(replace(entry, text=answer.text, meant=meant))
        self._transcript.show(self._history.before(job.id))
        self._answer.show(job, _part(entry.box, entry.polygon), meant)

    async def _again(self, entry: Entry) -> None:
        """Show an earlier question; ask it again where the service no longer has the answer."""
        if self._card is None or self._card.id != entry.scene:
            await self.choose(entry.scene)
            if self._card is None or self._card.id != entry.scene:
                return
        self._set_part(Box(*entry.box) if entry.box else None, entry.polygon)
        self._question.set(entry.options)
        try:
            job = self._jobs.job(entry.job)
        except JobNotFound:
            self._topic(None)  # the job that it referred back to is gone too: ask it in full
            await self.ask(entry.meant or entry.question, entry.options, entry)
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
                "grid": self._coordinates.grid(),
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
        self._set_part(None)

    def _topic(self, job: Job | None) -> None:
        """Let the next question refer back to the answer of a job, or to none."""
        self._last = job
        answer = job.answer if job else None
        refused = answer is not None and not answer.trace.pixels_processed
        self._question.topic(None if refused else answer)
        self._suggest()

    def _suggest(self) -> None:
        """Suggest questions that fit the picture, the box and the answer shown."""
        if self._card is None:
            self._suggestions.show(())
            return
        answer = self._last.answer if self._last is not None else None
        self._suggestions.show(
            suggested_questions(
                self._seen.get(self._card.id),
                self._share(self._card),
                answer,
                self._jobs.model.spec.chinese,
            )
        )

    def _share(self, card: Card) -> float | None:
        """Share of the picture of the part that questions are about; None: all of it."""
        if self._box is not None:
            return self._box.area / (card.width * card.height)
        return 1.0 if self._polygon is not None else None

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            if self._job.stopping:  # until its next window, which may take a while
                self._question.working(self._job)

    async def _drawn(self, tool: str, ring: Bounds) -> None:
        if self._coordinates is None:
            return
        try:
            if tool == "polygon":
                points = self._coordinates.pixels(ring)
                self._set_part(None, tuple((x, y) for x, y in points))
            else:
                self._set_part(self._coordinates.box(ring))
        except GeomagError as error:
            self._question.wrong(presentation.error_line(error))

    def _no_part(self) -> None:
        self._set_part(None)

    def _set_part(self, box: Box | None, polygon: Polygon | None = None) -> None:
        """Choose the part of the picture that questions are about: a box, a polygon, or all."""
        self._box, self._polygon = box, polygon
        self._question.part(_part(box.tuple() if box else None, polygon))
        ring = None
        if self._coordinates is not None and (box or polygon):
            points = polygon or outline(box.tuple() if box else ())
            ring = self._coordinates.rings([points])[0]
        self._map.box(ring)
        self._suggest()

    async def _sent(self, event: GenericEventArguments) -> None:
        self._store[UPLOADS] = [str(event.args["id"]), *self._store.get(UPLOADS, [])][:MOST]
        await self.choose(str(event.args["id"]))

    def _refused(self, event: GenericEventArguments) -> None:
        self._question.wrong(presentation.error_line(event.args["message"]))

    def _address(self) -> None:
        """Put the job, or else the scene, into the page's URL: a link to what is shown."""
        if self._job is not None:
            query = f"?job={self._job.id}"
        else:
            query = f"?scene={self._card.id}" if self._card else ""
        self._client.run_javascript(
            f"history.replaceState(null, '', location.pathname + {json.dumps(query)} +"
            " location.hash)"
        )

    def _leave(self) -> None:
        self._gone = True
        self._picker.leave()


def _other_language() -> Language:
    return "en" if chosen() == "zh" else "zh"


def _part(box: tuple[float, float, float, float] | None, polygon: Polygon | None) -> str | None:
    """The part of a picture in words; None: all of it."""
    if polygon:
        return _("polygon of {n} corners").format(n=len(polygon))
    if box is None:
        return None
    sides = f"{box[0]:,.0f}, {box[1]:,.0f} – {box[2]:,.0f}, {box[3]:,.0f} px"
    return _("box {sides}").format(sides=sides)
