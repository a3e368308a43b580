"""A Chinese question into a program, by rules, as `english` does it: a form of `chinese_forms`, phrases by `chinese_phrases`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

from geomagnifier.composed import program as p
from geomagnifier.composed.chinese_forms import FORMS, Build
from geomagnifier.composed.chinese_phrases import NoPlace, Reader, marked
from geomagnifier.composed.lexicon import Lexicon, normalized
from geomagnifier.unsupported import SIMPLIFIED

_SCENE = re.compile(
    "(?:在)?(?:这|该|此)?(?:张|幅|片|个)?(?:卫星|航拍|遥感)?(?:图像|图片|图|影像|画面|照片|场景)(?:中|里面|里|上面|上|内)(?:的)"
    "?|这里(?=有)|(?<=^)这里"
)
_POLITE = re.compile("^(?:请问|请你?|麻烦你?|帮我|帮忙|我想知道|告诉我|能不能|能否|可以)+|(?:一下|谢谢)")
_SLOTS = {"{a}": r"(?P<a>.{0,}?(?:K\d+(?!\d)|们|它|些|其中))", "{b}": "(?P<b>.+?)", "{c}": "(?P<c>.+?)", "{n}": r"(?P<n>N\d+)"}


def _pattern(form: str, least: int = 0) -> str:
    for slot, pattern in _SLOTS.items():
        form = form.replace(slot, pattern)
    return form.replace(".{0,}?", f".{{{least},}}?")


_COMPILED = tuple((re.compile(_pattern(form)), form, build) for form, build in FORMS)


def read(question: str, lexicon: Lexicon) -> p.Program | None:
    """The program of a Chinese question; None where a word of it finds no place, or where it asks for nothing of this sort."""
    text = re.sub(r"\s+", "", normalized(question).translate(SIMPLIFIED))
    text = re.sub("[?。!.]+$", "", _POLITE.sub("", text))
    text = _SCENE.sub("", text)
    marks = marked(text, lexicon)
    reader = Reader(marks, lexicon)
    for pattern, form, build in _COMPILED:
        for found in _matches(pattern, form, marks.text):
            try:
                program = _built(build, found.groupdict(), reader)
            except NoPlace:
                continue
            if program is not None:
                return program if p.kinds(program) or p.refers(program) else None
    return None


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
    if "word" in slots:
        return build(slots.pop("word"), **slots)
    if "everything" in inspect.signature(build).parameters:
        slots["everything"] = p.Select(tuple(reader.lexicon.objects))
    return build(**slots)
