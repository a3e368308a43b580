"""A Chinese question into a program, by rules, as `english` does it: a form of `chinese_forms`, phrases by `chinese_phrases`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_forms import FORMS, Build, in_unit
from geomagnifier.composed.chinese_phrases import NoPlace, Reader, marked
from geomagnifier.composed.chinese_said import plainly
from geomagnifier.composed.lexicon import Lexicon

_SLOTS = {"{a}": r"(?P<a>.{0,}?(?:K\d+(?!\d)|们|它|些|其中))", "{b}": "(?P<b>.+?)", "{c}": "(?P<c>.+?)", "{n}": r"(?P<n>N\d+)"}


def _pattern(form: str, least: int = 0) -> str:
    for slot, pattern in _SLOTS.items():
        form = form.replace(slot, pattern)
    return form.replace(".{0,}?", f".{{{least},}}?")


_COMPILED = tuple((re.compile(_pattern(form)), form, build) for form, build in FORMS)


def read(question: str, lexicon: Lexicon) -> p.Program | None:
    """The program of a Chinese question; None where a word of it finds no place, or where it asks for nothing of this sort."""
    return read_all(question, lexicon)[0]


def read_all(question: str, lexicon: Lexicon) -> tuple[p.Program | None, tuple[str, ...]]:
    """The same, and places that no class is ("机场"), which were passed over: they hold for the whole picture, or for none of it."""
    text, unit = plainly(question, lexicon)
    marks = marked(text, lexicon)
    for pattern, form, build in _COMPILED:
        for found in _matches(pattern, form, marks.text):
            reader = Reader(marks, lexicon)
            try:
                program = _built(build, found.groupdict(), reader)
            except NoPlace:
                continue
            if program is not None and unit:
                program = in_unit(program, unit)
            if program is not None:
                return (program, tuple(reader.passed)) if p.kinds(program) or p.refers(program) else (None, ())
    return None, ()


def _matches(pattern: re.Pattern[str], form: str, text: str) -> Iterator[re.Match[str]]:
    found = pattern.fullmatch(text)
    while found is not None:
        yield found
        if "{a}" not in form or found["a"] is None:
            return
        found = re.fullmatch(_pattern(form, len(found["a"])), text)


def _built(build: Build, groups: Mapping[str, str | None], reader: Reader) -> p.Program | None:
    slots: dict[str, Any] = {name: value for name, value in groups.items() if value is not None}
    for name in ("a", "b"):
        if name in slots:
            slots[name] = reader.phrase(slots[name])
    if "c" in slots:
        slots["c"] = reader.conditions(slots["c"])
    if "n" in slots:
        slots["n"] = reader.amount(slots["n"])
    if "d" in slots:  # a condition before the whole question, and one of the thing asked for
        slots["a"] = replace(slots["a"], filters=(*slots["a"].filters, *reader.conditions(slots.pop("d"))))
    if "word" in slots:
        return build(slots.pop("word"), **slots)
    if "everything" in inspect.signature(build).parameters:
        slots["everything"] = p.Select(tuple(reader.lexicon.objects))
    return build(**slots)
