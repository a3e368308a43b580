"""Where regions lie, in words.

Only where at least nine in ten of their centres lie in that part of the scene. Both languages ask
here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 as shares of the scene's width and height."""
SHARE = 0.9
"""Least share of the centres that lie in a part that is named."""
LOW, HIGH = 0.4, 0.6
"""Left of the first is left, right of the second is right; up and down alike."""
MIDDLE = (0.3, 0.7)
"""The centre, both ways."""
NEAR = 0.06
"""Gap between two boxes, as a share of the scene, under which one lies near the other."""
PAIRS = 300

ENGLISH = {
    "upper left": "in the upper left",
    "upper right": "in the upper right",
    "lower left": "in the lower left",
    "lower right": "in the lower right",
    "left": "on the left",
    "right": "on the right",
    "upper": "in the upper part",
    "lower": "in the lower part",
    "centre": "in the centre",
}
"""Part of the scene -> words; the narrowest first."""
CHINESE = {
    "upper left": "左上方",
    "upper right": "右上方",
    "lower left": "左下方",
    "lower right": "右下方",
    "left": "左侧",
    "right": "右侧",
    "upper": "上方",
    "lower": "下方",
    "centre": "中央",
}

_ASKED = re.compile(
    r"\b(?:in|on|at|near|along|towards?|by) (?:the )?(?:very |far"
    r" )?(?=\w)(?>(?:(top|upper|bottom|lower)\b[ -]?)?(?:(left|right)\b)?)"
    r"(?> ?(?:hand )?(?:half|side|part|edge|corner|quarter|border|third)?)\b(?! ?of (?!the"
    r" (?:image|picture|photo|scene|frame|view)\b))"
)
_ASKED_ZH = re.compile(
    "(?:^|图|图像|图片|画面|照片|影像|在)(?:的|中|里)?(左|右)?(上|下)?(左|右)?(?:半?部分|半部|半边|角|方|侧|边|部)"
)


def asked_part(text: str, language: str) -> str:
    """The half or quarter of the scene that a question is about, as in `ENGLISH`; "" for all.

    "Is there a ship in the upper left?" is about the upper left quarter.

    Args:
        text: the question.
        language: "en" or "zh".
    """
    if language == "zh":
        matches: list[tuple[str | None, ...]] = [
            (m.group(2), m.group(1) or m.group(3)) for m in _ASKED_ZH.finditer(text)
        ]
        words = {"上": "upper", "下": "lower", "左": "left", "右": "right"}
    else:
        matches = [m.groups() for m in _ASKED.finditer(text.lower())]
        words = {
            "top": "upper",
            "upper": "upper",
            "bottom": "lower",
            "lower": "lower",
            "left": "left",
            "right": "right",
        }
    return next(
        (" ".join(words[word] for word in match if word) for match in matches if any(match)), ""
    )


def lies_in(box: Box, part: str) -> bool:
    """Whether the centre of a box lies in a half or quarter of the scene.

    Args:
        box: shares of width and height.
        part: as in `ENGLISH`.
    """
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    sides = {"left": x < 0.5, "right": x >= 0.5, "upper": y < 0.5, "lower": y >= 0.5}
    return all(sides[word] for word in part.split())


def parts(boxes: Sequence[Box]) -> tuple[str, ...]:
    """The parts of the scene that hold at least `SHARE` of the boxes' centres, the narrowest first.

    () without boxes.
    """
    if not boxes:
        return ()
    b = np.array(boxes)
    x, y = (b[:, 0] + b[:, 2]) / 2, (b[:, 1] + b[:, 3]) / 2
    inside = {"left": x < LOW, "right": x > HIGH, "upper": y < LOW, "lower": y > HIGH}
    inside |= {
        f"{down} {across}": inside[down] & inside[across]
        for down in ("upper", "lower")
        for across in ("left", "right")
    }
    inside["centre"] = (x > MIDDLE[0]) & (x < MIDDLE[1]) & (y > MIDDLE[0]) & (y < MIDDLE[1])
    return tuple(part for part in ENGLISH if inside[part].sum() >= SHARE * len(b) - 1e-9)


def near(boxes: Sequence[Box], others: Sequence[Box]) -> bool:
    """Whether any of the boxes lies near any of the others.

    Of very many, the first `PAIRS` of each are compared.

    Args:
        boxes: shares of width and height.
        others: as the boxes.
    """
    if not boxes or not others:
        return False
    a, b = np.array(boxes[:PAIRS])[:, None], np.array(others[:PAIRS])[None]
    gap = np.maximum(0, np.maximum(a[..., :2] - b[..., 2:], b[..., :2] - a[..., 2:]))
    return bool((np.hypot(gap[..., 0], gap[..., 1]) < NEAR).any())
