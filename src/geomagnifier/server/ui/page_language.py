"""The language of a page: chosen by its reader, else the browser's.

A page is built, and its events are handled, in tasks that share no context; the choice is therefore
kept with NiceGUI's client, and `_` looks there.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from nicegui import ui

from geomagnifier import translation
from geomagnifier.translation import Language, language_of, preferred

STORED = "geomag-language"
"""Where the storage of a browser has the language that its reader chose."""
_ON_CLIENT = "geomag_language"
NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}
"""What each language is called in itself, for the switch."""
TAGS: dict[Language, str] = {"en": "en-US", "zh": "zh-CN"}
"""Language tag of the page's HTML."""


def choose(asked: str | None, accept_language: str, store: MutableMapping[str, Any]) -> Language:
    """Choose the language of the page that is being built, and remember what was asked for.

    Args:
        asked: of the page's URL, `?lang=`: "zh" or "en"; None or anything else: not asked.
        accept_language: the header of that name.
        store: NiceGUI's storage of this browser.

    Returns:
        The one asked for, else the one chosen earlier, else the browser's, else that of the
        service.
    """
    wanted = language_of(asked or "")
    if wanted is not None:
        store[STORED] = wanted
    stored = store.get(STORED)
    chosen = (
        wanted
        or language_of(stored if isinstance(stored, str) else "")
        or preferred(accept_language)
        or translation.language()
    )
    setattr(ui.context.client, _ON_CLIENT, chosen)
    return chosen


def chosen() -> Language:
    """The language of the page whose code runs; outside any, that of messages."""
    try:
        client = ui.context.client
    except RuntimeError:  # no page is being built or served
        return translation.language()
    return getattr(client, _ON_CLIENT, None) or translation.language()


def _(text: str) -> str:
    """A text of the page in its language; placeholders {name} are left to `format`."""
    return translation.gettext(text, chosen())


def ngettext(one: str, many: str, number: int) -> str:
    """A text of the page about a number of things.

    Args:
        one: English for one of them.
        many: English for none or several.
        number: how many.
    """
    return translation.ngettext(one, many, number, chosen())
