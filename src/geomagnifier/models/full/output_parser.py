"""Boxes and points in the words of models that were not trained for [BOX] and [SEG].

    Qwen2.5-VL, Qwen3-VL     [{"bbox_2d": [x0, y0, x1, y1], "label": "ship"},
                              {"point_2d": [x, y], "label": "ship"}]
    Qwen2-VL, thousandths    <|object_ref_start|>ship<|object_ref_end|>
                             <|box_start|>(x0,y0),(x1,y1)<|box_end|>
    LLaVA                    a ship at [0.12, 0.34, 0.56, 0.78]

Models write carelessly: without brackets or fences, with single quotes and trailing commas, cut off
in the middle, the same box over and over. So nothing is parsed as JSON: items are picked out by
patterns whose work grows with the length of the text alone.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Scale = Literal["pixels", "thousand", "unit"]
"""What coordinates count: px of the image shown (Qwen2.5-VL), thousandths of it (Qwen3-VL,
Qwen2-VL), shares of it (LLaVA).
"""
Quad = tuple[float, float, float, float]
MOST = 300
"""Most objects read from one text."""

NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
NUMBERS = re.compile(NUMBER)
ITEM = re.compile(
    r"<\|object_ref_start\|>(?P<name>[^<]*)<\|object_ref_end\|>"
    r"|<\|box_start\|>(?P<tagged>[^<]*)<\|box_end\|>"
    r"|(?P<object>\{[^{}]*)"  # up to the next brace: an innermost object, or what encloses others
    rf"|(?P<bare>\[\s*{NUMBER}(?:\s*,\s*{NUMBER}){{3}}\s*(?:,\s*)?\])"
)
PLACE = re.compile(
    r"""\b(bbox_2d|bbox|box_2d|box|point_2d|point)["']?\s*:\s*([\[(][\[\](),\s0-9.eE+-]*)"""
)
LABEL = re.compile(
    r"""\blabel["']?\s*:\s*(["'])(.{0,200}?)(?<!\\)\1\s*(?:,|\Z)""", re.DOTALL
)  # a label's own quotes end no label
WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Spoken:
    """One object that the model named."""

    label: str
    """Its words, "" where there are none."""
    box: Quad | None
    """x0, y0, x1, y1, shares of the image; None where there is a point."""
    point: tuple[float, float] | None
    """x, y, shares of the image; None where there is a box."""
    span: tuple[int, int]
    """The characters of the text it was read from, half-open."""


def read(text: str, scale: Scale, shown: tuple[int, int]) -> list[Spoken]:
    """All boxes and points of a text, in its order, each once, at most `MOST`.

    Any text will do. Boxes are clipped to the image and their corners put in order. What has no
    area, lies outside or was cut off is left out.

    Args:
        text: what the model wrote, special tokens included.
        scale: what its coordinates count.
        shown: width and height of the image as the model saw it, px.
    """
    width, height = {"pixels": shown, "thousand": (1000, 1000), "unit": (1, 1)}[scale]
    found: dict[tuple[str, Quad | None, tuple[float, float] | None], Spoken] = {}
    for label, numbers, tagged, span in _items(text):
        across, down = (1000, 1000) if tagged else (width, height)
        shares = [n / (down if i % 2 else across) for i, n in enumerate(numbers)]
        box = _box(shares) if len(shares) == 4 else None
        point = (
            (shares[0], shares[1])
            if len(shares) == 2 and all(0 <= v <= 1 for v in shares)
            else None
        )
        if box or point:
            found.setdefault((label, box, point), Spoken(label, box, point, span))
        if len(found) == MOST:
            break
    return list(found.values())


def _items(text: str) -> Iterator[tuple[str, list[float], bool, tuple[int, int]]]:
    """Label, the four or two numbers as written, whether tags stand around them, characters."""
    name, begin, end = "", 0, -1  # of the last name in tags; many boxes may follow one name
    for match in ITEM.finditer(text):
        kind, body, span = match.lastgroup, match[0], match.span()
        if kind == "name":
            name, (begin, end) = _clean(match["name"]), span
        elif kind == "tagged":
            yield name, _numbers(body), True, (begin if span[0] == end else span[0], span[1])
        elif kind == "bare":
            yield "", _numbers(body), False, span
        elif span[1] < len(text):  # an object that runs into the end was cut off
            labelled = LABEL.search(body)
            label = _clean(_unescape(labelled[2])) if labelled else ""
            for key, value in PLACE.findall(body):
                numbers, size = _numbers(value), 2 if key.startswith("point") else 4
                if len(numbers) % size == 0:
                    for i in range(0, len(numbers), size):
                        yield (
                            label,
                            numbers[i : i + size],
                            False,
                            (span[0], span[1] + (text[span[1]] == "}")),
                        )


def _numbers(text: str) -> list[float]:
    return [float(n) for n in NUMBERS.findall(text)]


def _box(shares: list[float]) -> Quad | None:
    """Corners in order, clipped to the image; None without area."""
    if not all(math.isfinite(v) for v in shares):
        return None
    x0, x1 = sorted(min(max(v, 0.0), 1.0) for v in shares[::2])
    y0, y1 = sorted(min(max(v, 0.0), 1.0) for v in shares[1::2])
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _unescape(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False)) if "\\" in text else text
    except ValueError:
        return text.replace("\\", "")


def _clean(label: str) -> str:
    """One line that can be written as UTF-8."""
    return " ".join(label.encode("utf-8", "replace").decode().split())


def score(
    span: tuple[int, int], offsets: Sequence[tuple[int, int]], probabilities: Sequence[float]
) -> float:
    """How sure the model was of what it wrote: the geometric mean over the tokens of a span.

    Args:
        span: characters of the text, half-open.
        offsets: the characters of each token, half-open; tokens without characters do not count.
        probabilities: of each token, when it was chosen.

    Returns:
        0 where no token shares characters with the span.
    """
    pairs = zip(offsets, probabilities, strict=True)
    p = np.array(
        [p for (start, end), p in pairs if max(start, span[0]) < min(end, span[1])], np.float64
    )
    return float(np.exp(np.log(p).mean())) if len(p) and (p > 0).all() else 0.0


def kind_of(label: str, asked: Sequence[str]) -> str | None:
    """Which of the classes asked for a label means; None where that cannot be said.

    The equal one, whatever the case and the plural; else one that contains the label or is
    contained in it, as whole words ("a large cargo ship" is a ship), the longest and then the first
    in the label; else the only one asked.

    Args:
        label: the model's words.
        asked: classes.
    """
    words = _words(label)
    kinds = [(kind, _words(kind)) for kind in asked]
    equal = [
        kind
        for kind, other in kinds
        if len(other) == len(words) and _place(words, other) is not None
    ]
    if equal:
        return equal[0]
    inside = [
        (-len(other), at, i)
        for i, (_, other) in enumerate(kinds)
        if (at := _place(other, words)) is not None
    ]
    if inside:
        return asked[min(inside)[2]]
    around = [kind for kind, other in kinds if _place(words, other) is not None]
    if len(around) == 1:  # "court" may be any court
        return around[0]
    return asked[0] if len(asked) == 1 else None


def _words(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def _place(part: list[str], whole: list[str]) -> int | None:
    """Where the words of a part follow each other in a whole, plurals aside."""
    for at in range(len(whole) - len(part) + 1) if part else ():
        if all(_same(a, b) for a, b in zip(part, whole[at:], strict=False)):
            return at
    return None


def _same(a: str, b: str) -> bool:
    return a == b or a in (f"{b}s", f"{b}es") or b in (f"{a}s", f"{a}es")
