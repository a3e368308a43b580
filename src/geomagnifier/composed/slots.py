"""Forms with slots, of either language.

Where one fits a question, and what it builds of what stands in its slots.

Slots: {a} {b} noun phrases, {c} conditions, {n} an amount; `word` is the first argument of what
builds, the other groups go by their names.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Protocol

from geomagnifier.composed import program as p
from geomagnifier.composed.placeholders import Amount, Lexicon

Build = Callable[..., p.Program | None]


class NoPlace(Exception):
    """A word that finds no place."""


class Reads(Protocol):
    """What reads the words in a slot.

    Both `english_phrases.Reader` and `chinese_phrases.Reader` do.
    """

    @property
    def lexicon(self) -> Lexicon: ...
    def phrase(self, text: str) -> p.Select: ...
    def conditions(self, text: str) -> tuple[p.Filter, ...]: ...
    def amount(self, mark: str) -> Amount: ...


@dataclass(frozen=True, eq=False)
class Form:
    """A form of question."""

    written: str
    """A regular expression with slots."""
    slots: Mapping[str, str]
    """The pattern of each slot."""
    build: Build | str
    """The function that builds the program; a word names one of `english_parser`."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """`written` with the slots filled in."""
        return re.compile(_pattern(self.written, self.slots))

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """What every text that fits holds. To compile a pattern takes long; most have no chance."""
        return letters_of(self.written)

    def fits(self, text: str) -> Iterator[dict[str, str]]:
        """The contents of the slots, once for each place where the first noun phrase may end."""
        if not all(letters in text for letters in self.needed):
            return
        found = self.pattern.fullmatch(text)
        while found is not None:
            yield {name: value for name, value in found.groupdict().items() if value is not None}
            if "{a}" not in self.written or found["a"] is None:
                return
            found = re.fullmatch(_pattern(self.written, self.slots, len(found["a"])), text)


def letters_of(written: str) -> tuple[str, ...]:
    """Letters that stand side by side in every text that a regular expression fits.

    Those outside of all brackets, before and behind slots, signs and what may be left out.

    Args:
        written: with slots.
    """
    if re.search(r"[\[\\]", written):  # sets and escapes may hold brackets
        written = re.sub(r"\\.|\[\^?\]?[^]]*\]", "\0", written)
    found = [""]
    depth = 0
    for sign in re.findall(r"\{[^}]*\}|.", written, re.DOTALL):
        if sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
        if depth:
            found.append("") if found[-1] else None
        elif sign == "|":
            return ()
        elif sign in "?*" or re.match(r"\{\d*,?\d*\}", sign):
            found[-1:] = [found[-1][:-1], ""]
        elif sign.isalnum() or sign in " -'":
            found[-1] += sign
        else:
            found.append("")
    return tuple(letters for letters in found if letters.strip())


def _pattern(written: str, slots: Mapping[str, str], least: int = 0) -> str:
    """least: letters of the first noun phrase."""
    for slot, pattern in slots.items():
        written = written.replace(slot, pattern)
    return written.replace(".{0,}?", f".{{{least},}}?")


def read(said: Mapping[str, str], reader: Reads) -> dict[str, Any]:
    """The contents of the slots, parsed; groups that are no slots stay words.

    Args:
        said: text by slot, as `Form.fits` yields it.
        reader: parses noun phrases, conditions and amounts.

    Raises:
        NoPlace: a word finds no place in a phrase.
    """
    slots: dict[str, Any] = dict(said)
    for names, of in (
        (("a", "b"), reader.phrase),
        (("c",), reader.conditions),
        (("n",), reader.amount),
    ):
        slots |= {name: of(said[name]) for name in names if name in said}
    return slots


def built(build: Build, slots: dict[str, Any], reader: Reads, said: str = "") -> p.Program | None:
    """The program that a form builds.

    Args:
        build: the function of the form.
        slots: its arguments, as `read` returns them.
        reader: with the classes that "everything" stands for.
        said: the words of the first noun phrase, for a function that takes them.
    """
    takes = _takes(build)
    if "everything" in takes:
        slots["everything"] = p.Select(reader.lexicon.every)
    if "said" in takes:
        slots["said"] = said
    if "word" in slots:
        return build(slots.pop("word"), **slots)
    return build(**slots)


@lru_cache(maxsize=256)
def _takes(build: Build) -> frozenset[str]:
    return frozenset(inspect.signature(build).parameters)
