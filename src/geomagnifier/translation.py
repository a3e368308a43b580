"""The language of messages: English as written in the code, Chinese from the catalogue.

Help, errors, warnings, table heads, progress and the page come from one gettext catalogue in
`locale/`. Answers do not: they are composed in the language of the question (`language/`).

The language is, in this order: the setting GEOMAG_LANGUAGE, the one that `use_language` sets for a
thread or task (the question's, the browser's), the locale (LC_ALL, LC_MESSAGES, LANG).
"""

from __future__ import annotations

import gettext as _gettext
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

Language = Literal["en", "zh"]
SETTING = "GEOMAG_LANGUAGE"
DOMAIN = "geomagnifier"
FOLDER = Path(__file__).parent / "locale"
LOCALES: dict[Language, str] = {"zh": "zh_CN"}
"""Folder in `locale/` by language; English needs none."""
_LONGEST = 4000
"""Letters of a message that is looked up among the templates."""
_LEAST = 6
"""Letters of its own that a template needs: "{path}: {reason}" would be found in anything."""
_VERBATIM = {
    *("address", "file", "folder", "image", "out", "path"),
    *("root", "source", "target", "text", "where"),
}
"""Placeholders for names of files: a folder may be called "images" or "classes"."""
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_chosen: ContextVar[Language | None] = ContextVar("language", default=None)


def language_of(tag: str) -> Language | None:
    """The language that a locale, a setting or a language tag names.

    "zh_CN.UTF-8", "zh-Hant" and "zh" are Chinese, "en_GB" and "C" English.

    Returns:
        None for one that has no catalogue here, and for "".
    """
    name = re.split("[-_.@]", tag.strip().lower(), maxsplit=1)[0]
    if name in ("zh", "chinese"):
        return "zh"
    return "en" if name in ("en", "english", "c", "posix") else None


def language() -> Language:
    """The language of messages here and now."""
    if (setting := language_of(os.environ.get(SETTING, ""))) is not None:
        return setting
    if (chosen := _chosen.get()) is not None:
        return chosen
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return language_of(next(filter(None, names), "")) or "en"


def set_language(wanted: Language | None) -> None:
    """Set the language of messages from here on in this context; None leaves it as it is."""
    if wanted is not None:
        _chosen.set(wanted)


@contextmanager
def use_language(wanted: Language | None, over: bool = True) -> Iterator[None]:
    """Set the language of messages in this thread or task.

    Args:
        wanted: the language; None leaves it as it is.
        over: also where one is set already.
    """
    if wanted is None or (not over and _chosen.get() is not None):
        yield
        return
    token = _chosen.set(wanted)
    try:
        yield
    finally:
        _chosen.reset(token)


def preferred(accept_language: str) -> Language | None:
    """The language that a browser's Accept-Language header prefers; None for neither."""
    ranked: list[tuple[float, Language]] = []
    for part in accept_language[:_LONGEST].split(","):
        tag, _, rest = part.partition(";")
        weight = re.search(r"q=([\d.]{1,5})", rest)
        try:
            share = float(weight[1]) if weight else 1.0
        except ValueError:
            share = 0.0
        if share > 0 and (found := language_of(tag)) is not None:
            ranked.append((share, found))
    return max(ranked, key=lambda one: one[0])[1] if ranked else None


def gettext(text: str, wanted: Language | None = None) -> str:
    """A text of the program in the language of messages.

    Args:
        text: as written in English, with placeholders {name} still open.
        wanted: the language; None: that of here and now.
    """
    return _catalogue(wanted or language()).gettext(text) if text else text


def marked(text: str) -> str:
    """A text that becomes part of a message, and is translated with it."""
    return text


def ngettext(one: str, many: str, number: int, wanted: Language | None = None) -> str:
    """A text about a number of things; {number} is left to the caller.

    Args:
        one: English for one of them.
        many: English for none or several.
        number: how many.
        wanted: the language; None: that of here and now.
    """
    return _catalogue(wanted or language()).ngettext(one, many, number)


def translated(message: str, wanted: Language | None = None) -> str:
    """A finished English message in the language of messages.

    Errors are raised with their values in place; the template that fits is found in the catalogue,
    and its values are put into the translation, themselves translated where they are messages too.
    What fits none is left in English.

    Args:
        message: in English.
        wanted: the language; None: that of here and now.
    """
    wanted = wanted or language()
    if wanted == "en" or not message or len(message) > _LONGEST:
        return message
    return _translated(message, wanted, 0)


def _translated(message: str, wanted: Language, depth: int) -> str:
    exact = gettext(message, wanted)
    if exact != message or depth > 3:
        return exact
    for template in _templates(wanted):
        if found := template.pattern.fullmatch(message):
            values = [
                value if name in _VERBATIM else _translated(value, wanted, depth + 1)
                for name, value in zip(template.names, found.groups(), strict=True)
            ]
            return _filled(template, values)
    head, colon, rest = message.partition(": ")  # "harbour.tif: it has no pixels"
    told = _translated(rest, wanted, depth + 1) if colon else rest
    return f"{head}{colon}{told}"


@cache
def _catalogue(wanted: Language) -> _gettext.NullTranslations:
    if wanted not in LOCALES:
        return _gettext.NullTranslations()
    return _gettext.translation(DOMAIN, FOLDER, [LOCALES[wanted]])


class _Template(NamedTuple):
    """A message with values."""

    own: int
    """Letters that are not of values."""
    pattern: re.Pattern[str]
    """What finds the message."""
    names: list[str]
    """Its placeholders, in the order of the pattern's groups."""
    translation: str


def _filled(template: _Template, values: Sequence[str]) -> str:
    said = dict(zip(template.names, values, strict=True))
    return _PLACEHOLDER.sub(lambda hole: said[hole[1]], template.translation)


@cache
def _templates(wanted: Language) -> list[_Template]:
    """Messages with values, those with the most letters of their own first."""
    # gettext lists its messages nowhere else
    texts = getattr(_catalogue(wanted), "_catalog", {})
    found = []
    for text, translation in texts.items():
        names = _PLACEHOLDER.findall(text) if isinstance(text, str) else []
        own = len(re.sub(r"\W", "", _PLACEHOLDER.sub("", text))) if names else 0
        if own < _LEAST or len(set(names)) < len(names):
            continue
        parts = [re.escape(part) for part in _PLACEHOLDER.split(text)[::2]]
        pattern = re.compile("(.*?)".join(parts), re.DOTALL)
        found.append(_Template(own, pattern, names, translation))
    return sorted(found, key=lambda one: -one.own)
