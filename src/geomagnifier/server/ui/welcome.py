"""The screen over the map while no scene is open: a grid of pictures with a search field."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from nicegui.events import GenericEventArguments

from geomagnifier.geometry import Box
from geomagnifier.server.image_search import Hit
from geomagnifier.server.jobs import Jobs
from geomagnifier.server.scenes import Card
from geomagnifier.server.ui.collapsible_form import VALUES
from geomagnifier.server.ui.page_language import _
from geomagnifier.server.ui.scene_choice import choice
from geomagnifier.server.ui.search_panel import SearchPanel
from geomagnifier.server.ui.spatial_filter import SpatialFilter
from geomagnifier.server.ui.widgets import button, icon, set_shown, tag, text_tag

MOST = 100
"""Most pictures in the grid; typing part of a name narrows them down."""
SENT = f"(e) => {{ e.preventDefault(); emit({VALUES.format('e.target')}); }}"
Choose = Callable[[str, Box | None], Awaitable[None]]
"""Called with the id of a scene, and the part of it to go to, scene px, or None."""


class Welcome:
    """The screen over the map while no scene is open.

    Args:
        jobs: job queue of the service, which searches.
        on_choose: called with the scene that is chosen.
    """

    def __init__(self, jobs: Jobs, on_choose: Choose) -> None:
        self._on_choose = on_choose
        self._cards: list[Card] = []
        self._wanted = ""
        self._root = tag("section", "welcome", aria_label=_("Open a picture"))
        with self._root, tag("div", "inside"):
            with tag("div", "drop"):
                icon("open")
                with tag("div"):
                    text_tag("h2", _("Open a picture of the Earth"))
                    most = f"{jobs.settings.upload_bytes / 1e6:,.0f} MB"
                    text_tag(
                        "p",
                        _(
                            "GeoTIFF, COG, JPEG 2000, PNG or JPEG, up to {most}. Drop it here, or"
                            " choose a file. It stays on this service."
                        ).format(most=most),
                    )
                button(_("Choose a file"), None, None, "main", data_act="choose")
            self._others = tag("div", "gallery-part")
            with self._others:
                with tag("form", "seek", role="search", aria_label=_("Pictures here")) as form:
                    field = tag(
                        "input",
                        "entry",
                        type="search",
                        name="words",
                        aria_label=_("Search the pictures here"),
                        placeholder=_("Name, or what they show"),
                        autocomplete="off",
                        maxlength=str(jobs.settings.question_letters),
                    )
                    field.on(
                        "input",
                        self._narrow,
                        js_handler="(e) => emit(e.target.value)",
                        throttle=0.3,
                    )
                    with tag("button", "button edged", type="submit"):
                        text_tag("span", _("Search"))
                form.on("submit", self._seek, js_handler=SENT)
                self._results = SearchPanel(jobs, self._found, self._end)
                self._list = tag("ul", "gallery")
        set_shown(self._root, False)

    def show(self, cards: list[Card]) -> None:
        """Show the screen, with scenes to choose from."""
        self._cards = cards
        set_shown(self._root, True)
        set_shown(self._others, bool(cards))
        self._fill()

    def hide(self) -> None:
        """Hide the screen, as a scene is open."""
        self._results.stop()
        set_shown(self._root, False)

    def _fill(self) -> None:
        self._list.clear()
        set_shown(self._list, not self._results.on)
        fitting = [card for card in self._cards if self._wanted.lower() in card.name.lower()]
        with self._list:
            for card in fitting[:MOST]:
                choice(card, None, self._on_choose)
            if len(fitting) > MOST:
                more = _("and {n} more; a word of their names finds them").format(
                    n=f"{len(fitting) - MOST:,}"
                )
                text_tag("li", more, "empty")
            if not fitting:
                text_tag(
                    "li", _("No pictures of that name; Search looks at what they show."), "empty"
                )

    def _narrow(self, event: GenericEventArguments) -> None:
        self._wanted = str(event.args)
        if not self._results.on:
            self._fill()

    async def _seek(self, event: GenericEventArguments) -> None:
        set_shown(self._list, False)
        await self._results.search(str(event.args.get("words", "")), SpatialFilter())

    def _found(self, hits: Sequence[Hit]) -> None:
        for hit in hits:
            choice(hit.card, None, self._on_choose, hit)

    async def _end(self) -> None:
        self._fill()
