"""Find a box that is drawn in the image itself.

"what is in the red box?" finds the frame by its colour, and is about its inside.

    question -> colour -> pixels of that colour -> pieces whose four sides are drawn and whose
    inside is not -> the largest

A frame is a rectangle along the picture's sides, its lines at least half a pixel of the preview
wide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geomagnifier.geometry import Box
from geomagnifier.mask_components import components
from geomagnifier.types import Bools, Bytes, View

HUES = {
    "red": ((0, 18), (342, 360)),
    "orange": ((18, 44),),
    "yellow": ((44, 70),),
    "green": ((70, 165),),
    "cyan": ((165, 200),),
    "blue": ((200, 262),),
    "purple": ((262, 300),),
    "magenta": ((300, 342),),
}
"""Degrees of each hue; white and black have none."""
CHINESE = {
    "红": "red",
    "橙": "orange",
    "黄": "yellow",
    "绿": "green",
    "青": "cyan",
    "蓝": "blue",
    "紫": "purple",
    "粉": "magenta",
    "白": "white",
    "黑": "black",
}
NAMES = "|".join((*HUES, "pink", "white", "black"))
ENGLISH = re.compile(
    rf"\b({NAMES})(?:[- ]colou?red)?\s+(?:bounding )?(?:box|rectangle|frame|square)\b"
)
ZH = re.compile(rf"([{''.join(CHINESE)}])色?(?:的)?(?:方框|矩形框|边框|框)(?!出|选|标)")
DRAW = re.compile(r"\b(draw|mark|highlight|outline|show|put|paint|with|using)\b[^.?!]*$")
"""Before a box of a colour: it is one to draw, not one that is there."""
VIVID, BRIGHT = 0.45, 0.35
"""Saturation and value from which a pixel has a hue: lines drawn over a picture are strong, and
grow pale where it is shrunk.
"""
DRAWN, EMPTY = 0.85, 0.35
"""Share of each side that is drawn at least, and of the inside at most."""
LINE = 0.5
"""Share of a row or column that is drawn, from which it is a line: what only touches the frame is
none.
"""
SMALLEST = 6
"""Sides of a frame, preview px."""
THICKEST = 0.2
"""Of a frame's shorter side, the lines."""


@dataclass(frozen=True)
class Frame:
    """A frame that was found."""

    colour: str
    """As it was asked for."""
    box: Box
    """Scene px, with and without its lines."""
    inside: Box
    """Scene px, with and without its lines."""

    def told(self, language: str) -> str:
        """Where it is, as a sentence."""
        x0, y0, x1, y1 = (f"{v:.0f}" for v in self.inside.tuple())
        if language == "zh":
            return (
                f"{next(zh for zh, name in CHINESE.items() if name == self.colour)}色框内是像素"
                f" {x0},{y0} 到 {x1},{y1}。"
            )
        return f"The {self.colour} box holds pixels {x0},{y0} to {x1},{y1}."


def asked(question: str) -> str | None:
    """The colour of the drawn box that a question is about; None where it is about none."""
    plain = " ".join(question.lower().split())
    found = ENGLISH.search(plain)
    if found is not None and not DRAW.search(plain[: found.start()]):
        return "magenta" if found[1] == "pink" else found[1]
    chinese = ZH.search(question)
    return (
        CHINESE[chinese[1]]
        if chinese is not None and "用" not in question[: chinese.start()]
        else None
    )


def find(view: View, colour: str) -> Frame | None:
    """The largest frame drawn in a colour; None where there is none.

    Args:
        view: the whole scene.
        colour: the name of a colour.
    """
    mask = of_colour(view.pixels, colour)
    best: tuple[int, int, int, int, int] | None = None
    for x, y, whole in components(mask, 4 * SMALLEST):
        rows, columns = np.flatnonzero(whole.mean(1) >= LINE), np.flatnonzero(whole.mean(0) >= LINE)
        if not len(rows) or not len(columns):
            continue
        left, top, piece = (
            x + columns[0],
            y + rows[0],
            whole[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1],
        )
        height, width = piece.shape
        thick = _thickness(piece)
        if (
            min(height, width) >= SMALLEST
            and thick
            and (best is None or width * height > best[2] * best[3])
        ):
            best = left, top, width, height, thick
    if best is None:
        return None
    left, top, width, height, thick = best
    sx, sy = view.window.placement.scale
    box = view.window.box
    outer = Box(
        box.x0 + left * sx,
        box.y0 + top * sy,
        box.x0 + (left + width) * sx,
        box.y0 + (top + height) * sy,
    )
    return Frame(
        colour,
        outer,
        Box(
            outer.x0 + thick * sx,
            outer.y0 + thick * sy,
            outer.x1 - thick * sx,
            outer.y1 - thick * sy,
        ),
    )


def of_colour(pixels: Bytes, colour: str) -> Bools:
    """Which pixels of an image have a colour, (h, w).

    Args:
        pixels: (h, w, 3).
        colour: the name of a colour.
    """
    rgb: NDArray[np.float32] = pixels.astype(np.float32) / np.float32(255)
    high, low = rgb.max(2), rgb.min(2)
    if colour == "white":
        return np.asarray(low > 0.9)
    if colour == "black":
        return np.asarray(high < 0.1)
    chroma = high - low
    hue = _hue(rgb, high, chroma)
    inside = np.logical_or.reduce([(hue >= first) & (hue <= last) for first, last in HUES[colour]])
    return np.asarray(inside & (chroma > VIVID * high) & (high > BRIGHT))


def _hue(
    rgb: NDArray[np.float32], high: NDArray[np.float32], chroma: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Degrees; 0 where there is none."""
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    safe = np.maximum(chroma, 1e-6)
    hue = np.where(
        high == red,
        (green - blue) / safe % 6,
        np.where(high == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    return np.asarray(60 * hue, np.float32)


def _thickness(piece: Bools) -> int:
    """Width of the lines, px, of a piece that is a frame; 0 of any other."""
    height, width = piece.shape
    for thick in range(1, max(1, int(THICKEST * min(height, width))) + 1):
        sides = (
            piece[:thick].any(0),
            piece[-thick:].any(0),
            piece[:, :thick].any(1),
            piece[:, -thick:].any(1),
        )
        inside = piece[thick:-thick, thick:-thick]
        if (
            inside.size
            and min(side.mean() for side in sides) >= DRAWN
            and inside.mean() <= EMPTY
            and not _lined(inside)
        ):
            return thick
    return 0


def _lined(inside: Bools) -> bool:
    """Whether one of the outermost rows or columns is still a line of the frame."""
    return bool(
        max(inside[0].mean(), inside[-1].mean(), inside[:, 0].mean(), inside[:, -1].mean()) > LINE
    )
