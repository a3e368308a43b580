"""Which picture is open, and the others that there are: a menu under the header, and the page while none is open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from nicegui.events import GenericEventArguments

from geomagnifier.interfaces.scenes import Card
from geomagnifier.interfaces.web import reading
from geomagnifier.interfaces.web.parts import Words, button, icon, set_attributes, shown, tag, words

MOST = 100
"""Pictures in the menu; a word narrows it down to others."""
FEW = 8
"""Above so many pictures there is a field for that word."""

Choose = Callable[[str], Awaitable[None]]


class Chooser:
    """The button with the picture's name, and its menu.

    Args:
        list_cards: tells the pictures there are; it reads the disk.
        on_choose: called with the id of a picture.
    """

    def __init__(self, list_cards: Callable[[], list[Card]], on_choose: Choose) -> None:
        self._list_cards, self._on_choose = list_cards, on_choose
        self._current: str | None = None
        self._wanted = ""
        self._menu = tag("div", "menu", popover="auto", role="dialog", aria_label="Pictures")
        with self._menu:
            self._field = tag("input", "field", type="search", placeholder="Narrow down by name", aria_label="Narrow down by name")
            self._field.on("input", self._narrow, js_handler="(e) => emit(e.target.value)", throttle=0.3)
            self._list = tag("ul")
        self._menu.on("toggle", self.refresh, js_handler="(e) => e.newState === 'open' && emit()")
        self._button = tag("button", "button scene edged", type="button", popovertarget=self._menu.html_id, aria_haspopup="dialog")
        with self._button:
            self._name: Words = words("span", "Choose a picture", "name")
            self._size: Words = words("span", "", "size number")
            icon("down")

    def set(self, card: Card | None) -> None:
        """Say which picture is open."""
        self._current = card.id if card else None
        self._name.text = card.name if card else "Choose a picture"
        self._size.text = reading.sized(card.width, card.height, card.gsd) if card else ""
        set_attributes(self._button, aria_label=f"Picture: {card.name}. Choose another" if card else "Choose a picture")

    async def refresh(self) -> None:
        """Look again which pictures there are."""
        cards = await asyncio.to_thread(self._list_cards)
        self._list.clear()
        shown(self._field, len(cards) > FEW)
        fitting = [card for card in cards if self._wanted.lower() in card.name.lower()]
        with self._list:
            choices(fitting[:MOST], self._current, self._chosen)
            if len(fitting) > MOST:
                words("li", f"and {len(fitting) - MOST:,} more; a word of their names finds them", "empty")
            if not fitting:
                words(
                    "li",
                    "No pictures of that name." if cards else "No pictures yet. Open one with the button above, or drop it here.",
                    "empty",
                )

    async def _narrow(self, event: GenericEventArguments) -> None:
        self._wanted = str(event.args)
        await self.refresh()

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


def choices(cards: list[Card], current: str | None, on_choose: Choose) -> None:
    """A line for each picture."""
    for card in cards:
        with tag("li"):
            line = tag("button", "button choice", type="button", aria_current="true" if card.id == current else None)
            with line:
                tag("img", "thumb", src=f"/web/scenes/{card.id}/thumb.png", alt="", loading="lazy")
                with tag("span", "words"):
                    words("strong", card.name)
                    words(
                        "small",
                        " · ".join(part for part in (reading.sized(card.width, card.height, card.gsd), card.crs or "no CRS")),
                        "number",
                    )
            line.on("click", lambda id=card.id: on_choose(id), args=[])
