"""The scene picker: a menu of scenes with search."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from nicegui.events import GenericEventArguments

from geomagnifier.geometry import Box
from geomagnifier.raster.footprint import Bounds
from geomagnifier.server.image_search import Hit
from geomagnifier.server.jobs import Jobs
from geomagnifier.server.scenes import Card
from geomagnifier.server.ui import presentation
from geomagnifier.server.ui.collapsible_form import VALUES
from geomagnifier.server.ui.page_language import _
from geomagnifier.server.ui.scene_choice import choice
from geomagnifier.server.ui.search_panel import SearchPanel
from geomagnifier.server.ui.spatial_filter import SpatialFilter, SpatialFilterForm
from geomagnifier.server.ui.widgets import (
    TextTag,
    button,
    icon,
    set_attributes,
    set_shown,
    tag,
    text_tag,
)

MOST = 100
"""Most scenes in the menu; typing part of a name narrows them down."""

Choose = Callable[[str, Box | None], Awaitable[None]]
"""Called with the id of a scene, and the part of it to go to, scene px, or None."""
SENT = (
    f"(e) => {{ e.preventDefault(); emit({{ ...{VALUES.format('e.target')}, like: e.submitter?.name"
    " === 'like' }); }"
)


class ScenePicker:
    """The button with the name of the open scene, and the menu under it.

    Args:
        jobs: job queue of the service, which searches.
        list_cards: lists the scenes; it reads the disk.
        on_choose: called with the scene that is chosen.
        shows: returns the view of the map, as for `SpatialFilterForm`.
    """

    def __init__(
        self,
        jobs: Jobs,
        list_cards: Callable[[], list[Card]],
        on_choose: Choose,
        shows: Callable[[], Awaitable[Bounds | None]],
    ) -> None:
        self._list_cards, self._on_choose = list_cards, on_choose
        self._card: Card | None = None
        self._wanted = ""
        self._menu = tag("div", "menu", popover="auto", role="dialog", aria_label=_("Pictures"))
        with self._menu:
            with tag("div", "titled narrow"):
                text_tag("h2", _("Pictures"))
                button(
                    "",
                    "close",
                    None,
                    "round",
                    label=_("Close the list of pictures"),
                    popovertarget=self._menu.html_id,
                    popovertargetaction="hide",
                )
            self._tools = tag("form", "seek", role="search", aria_label=_("Pictures"))
            with self._tools:
                field = tag(
                    "input",
                    "entry",
                    type="search",
                    name="words",
                    aria_label=_("Find pictures"),
                    autocomplete="off",
                )
                set_attributes(
                    field,
                    placeholder=_("Name, or what they show"),
                    maxlength=str(jobs.settings.question_letters),
                )
                field.on(
                    "input", self._narrow, js_handler="(e) => emit(e.target.value)", throttle=0.3
                )
                with tag(
                    "button",
                    "button edged",
                    type="submit",
                    title=_("Rank the pictures by what they show (Enter)"),
                ):
                    text_tag("span", _("Search"))
                self._where = SpatialFilterForm(shows)
                with tag("button", "button low edged", type="submit", name="like") as self._like:
                    text_tag("span", _("More like this one"))
            self._tools.on("submit", self._seek, js_handler=SENT)
            self._results = SearchPanel(jobs, self._found, self.refresh)
            self._list = tag("ul")
        self._menu.on("toggle", self.refresh, js_handler="(e) => e.newState === 'open' && emit()")
        with tag(
            "button",
            "button scene edged",
            type="button",
            popovertarget=self._menu.html_id,
            aria_haspopup="dialog",
        ):
            self._name: TextTag = text_tag("span", _("Choose a picture"), "name")
            self._size: TextTag = text_tag("span", "", "size number")
            self._other: TextTag = text_tag("span", "", "unseen")
            icon("down")

    def set(self, card: Card | None) -> None:
        """Show which scene is open."""
        self._card = card
        self._name.text = card.name if card else _("Choose a picture")
        self._size.text = presentation.size_text(card.width, card.height, card.gsd) if card else ""
        self._where.earth(card is not None and card.georeferenced)
        self._other.text = _("Choose another picture") if card else ""

    async def refresh(self) -> None:
        """List the scenes anew."""
        cards = await asyncio.to_thread(self._list_cards)
        self._list.clear()
        set_shown(self._tools, len(cards) > 1)
        set_shown(self._like, self._card is not None)
        set_shown(self._list, not self._results.on)
        fitting = [card for card in cards if self._wanted.lower() in card.name.lower()]
        with self._list:
            for card in fitting[:MOST]:
                choice(card, self._card, self._chosen)
            if len(fitting) > MOST:
                text_tag(
                    "li",
                    _("and {n} more; a word of their names finds them").format(
                        n=f"{len(fitting) - MOST:,}"
                    ),
                    "empty",
                )
            if not fitting:
                text_tag(
                    "li",
                    (
                        _("No pictures of that name; Search looks at what they show.")
                        if cards
                        else _("No pictures yet. Open one with the button above, or drop it here.")
                    ),
                    "empty",
                )

    async def _narrow(self, event: GenericEventArguments) -> None:
        self._wanted = str(event.args)
        if not self._results.on:
            await self.refresh()

    def leave(self) -> None:
        """Cancel a search in progress, as the page is closed."""
        self._results.stop()

    async def _seek(self, event: GenericEventArguments) -> None:
        where = SpatialFilter.of(event.args)
        if self._where.check(where):
            set_shown(self._list, False)
            like = self._card if event.args.get("like") else None
            await self._results.search(like or str(event.args.get("words", "")), where)

    def _found(self, hits: Sequence[Hit]) -> None:
        for hit in hits:
            choice(hit.card, self._card, self._chosen, hit)

    async def _chosen(self, id: str, at: Box | None) -> None:
        self._menu.client.run_javascript(f"getHtmlElement({self._menu.id}).hidePopover()")
        await self._on_choose(id, at)
