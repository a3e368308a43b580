"""Which picture is open, and the others that there are: a menu under the header, and the page while none is open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from nicegui.events import GenericEventArguments

from geomagnifier.interfaces.jobs import Jobs
from geomagnifier.interfaces.scenes import Card
from geomagnifier.interfaces.web import reading
from geomagnifier.interfaces.web.finding import Finding
from geomagnifier.interfaces.web.parts import Words, button, icon, set_attributes, shown, tag, words

MOST = 100
"""Pictures in the menu; a word narrows it down to others."""

Choose = Callable[[str], Awaitable[None]]


class Chooser:
    """The button with the picture's name, and its menu.

    Args:
        jobs: of the service; they search.
        list_cards: tells the pictures there are; it reads the disk.
        on_choose: called with the id of a picture.
    """

    def __init__(self, jobs: Jobs, list_cards: Callable[[], list[Card]], on_choose: Choose) -> None:
        self._list_cards, self._on_choose = list_cards, on_choose
        self._card: Card | None = None
        self._wanted = ""
        self._menu = tag("div", "menu", popover="auto", role="dialog", aria_label="Pictures")
        with self._menu:
            self._tools = tag("form", "seek", role="search")
            with self._tools:
                field = tag("input", "entry", type="search", name="words", aria_label="Find pictures", autocomplete="off")
                set_attributes(field, placeholder="Name, or what they show", maxlength=str(jobs.settings.question_letters))
                field.on("input", self._narrow, js_handler="(e) => emit(e.target.value)", throttle=0.3)
                with tag("button", "button edged", type="submit", title="Rank the pictures by what they show (Enter)"):
                    words("span", "Search")
                self._like = button("More like this one", None, self._alike, "low")
            self._tools.on("submit", self._seek, js_handler="(e) => { e.preventDefault(); emit(e.target.elements.words.value); }")
            self._finding = Finding(jobs, self._found, self.refresh)
            self._list = tag("ul")
        self._menu.on("toggle", self.refresh, js_handler="(e) => e.newState === 'open' && emit()")
        self._button = tag("button", "button scene edged", type="button", popovertarget=self._menu.html_id, aria_haspopup="dialog")
        with self._button:
            self._name: Words = words("span", "Choose a picture", "name")
            self._size: Words = words("span", "", "size number")
            icon("down")

    def set(self, card: Card | None) -> None:
        """Say which picture is open."""
        self._card = card
        self._name.text = card.name if card else "Choose a picture"
        self._size.text = reading.sized(card.width, card.height, card.gsd) if card else ""
        set_attributes(self._button, aria_label=f"Picture: {card.name}. Choose another" if card else "Choose a picture")

    async def refresh(self) -> None:
        """Look again which pictures there are."""
        cards = await asyncio.to_thread(self._list_cards)
        self._list.clear()
        shown(self._tools, len(cards) > 1)
        shown(self._like, self._card is not None)
        shown(self._list, not self._finding.on)
        fitting = [card for card in cards if self._wanted.lower() in card.name.lower()]
        with self._list:
            choices(fitting[:MOST], self._card, self._chosen)
            if len(fitting) > MOST:
                words("li", f"and {len(fitting) - MOST:,} more; a word of their names finds them", "empty")
            if not fitting:
                words(
                    "li",
                    "No pictures of that name; Search looks at what they show."
                    if cards
                    else "No pictures yet. Open one with the button above, or drop it here.",
                    "empty",
                )

    async def _narrow(self, event: GenericEventArguments) -> None:
        self._wanted = str(event.args)
        if not self._finding.on:
            await self.refresh()

    async def _seek(self, event: GenericEventArguments) -> None:
        await self._find(str(event.args))

    async def _alike(self) -> None:
        if self._card is not None:
            await self._find(self._card)

    async def _find(self, what: str | Card) -> None:
        shown(self._list, False)
        await self._finding.by(what)

    def _found(self, cards: Sequence[Card], said: Sequence[str]) -> None:
        choices(cards, self._card, self._chosen, said)

    async def _chosen(self, id: str) -> None:
        self._menu.client.run_javascript(f"getHtmlElement({self._menu.id}).hidePopover()")
        await self._on_choose(id)


class Welcome:
    """What lies over the map while no picture is open.

    Args:
        upload_bytes: the largest upload.
        on_choose: called with the id of a picture.
    """

    def __init__(self, upload_bytes: int, on_choose: Choose) -> None:
        self._on_choose = on_choose
        self._root = tag("section", "welcome", aria_label="Open a picture")
        with self._root, tag("div", "inside"):
            with tag("div", "drop"):
                icon("open")
                with tag("div"):
                    words("h1", "Open a picture of the Earth")
                    most = f"{upload_bytes / 1e6:,.0f} MB"
                    words(
                        "p",
                        f"GeoTIFF, COG, JPEG 2000, PNG or JPEG, up to {most}. Drop it here, or choose a file. It stays on this service.",
                    )
                button("Choose a file", None, None, "main", data_act="choose")
            self._others = tag("div", "menuless menu-like")
        shown(self._root, False)

    def show(self, cards: list[Card]) -> None:
        """Say which pictures there are already."""
        shown(self._root, True)
        shown(self._others, bool(cards))
        self._others.clear()
        with self._others, tag("ul"):
            choices(cards[:MOST], None, self._on_choose)

    def hide(self) -> None:
        """A picture is open."""
        shown(self._root, False)


def choices(cards: Sequence[Card], current: Card | None, on_choose: Choose, said: Sequence[str] = ()) -> None:
    """A line for each picture, with what else is said of it."""
    for card, more in zip(cards, said or [""] * len(cards), strict=True):
        with tag("li"):
            open = current is not None and card.id == current.id
            line = tag("button", "button choice", type="button", aria_current="true" if open else None)
            with line:
                tag("img", "thumb", src=f"/web/scenes/{card.id}/thumb.png", alt="", loading="lazy")
                with tag("span", "words"):
                    words("strong", card.name)
                    words(
                        "small",
                        " · ".join(part for part in (more, reading.sized(card.width, card.height, card.gsd), card.crs or "no CRS") if part),
                        "number",
                    )
            line.on("click", lambda id=card.id: on_choose(id), args=[])
