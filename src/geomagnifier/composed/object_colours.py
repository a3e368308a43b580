"""The colour of a thing in a word, from the pixels inside its mask.

By lightness, chroma and hue of CIELAB (CIE 15:2004, D65), which are closer to what is seen than
ratios of red, green and blue.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

NAMES = ("white", "black", "grey", "red", "orange", "yellow", "green", "blue", "brown", "purple")
HUES = (
    (45.0, "red"),
    (75.0, "orange"),
    (112.0, "yellow"),
    (190.0, "green"),
    (310.0, "blue"),
    (340.0, "purple"),
    (360.0, "red"),
)
"""Upper ends of hues, in degrees."""
PLAIN = {"red": 8.0, "orange": 13.0, "yellow": 13.0, "green": 8.0, "blue": 10.0, "purple": 10.0}
"""Chroma below which a thing of a hue is white, grey or black: dust and haze tint what has no
colour yellow and blue, but seldom red.
"""
BRIGHT, PALE, CREAM = 74.0, 85.0, 5.0
"""Lightness, of 100, from which what has no colour is white; lightness from which it is white even
with so much more chroma.
"""
FIRM = 20.0
"""Chroma of the median from which a thing has its colour whatever its brightest part is: a red
court with white lines is red.
"""
BLACK, DARK = 4.0, 22.0
"""Lightness below which a thing is black, and below which it is black if it has little colour."""
VIVID, YELLOW = (38.0, 45.0), (25.0, 60.0)
"""Least chroma and lightness of orange and yellow; below, they are brown."""
OLIVE = (95.0, 150.0, 4.0, 60.0)
"""Hues, least chroma and most lightness of courts and lawns under dust, which are green when nearly
grey.
"""
MANY = 2000
"""Pixels that are looked at, at most: more do not change the word."""
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
"""Linear sRGB to XYZ."""


def name(pixels: NDArray[np.uint8]) -> str:
    """The colour that most of some pixels have.

    Args:
        pixels: (N, 3) or (h, w, 3) RGB, N > 0.
    """
    pixels = pixels.reshape(-1, 3)
    middle, upper = np.percentile(pixels[:: -(-len(pixels) // MANY)], (50, 80), axis=0)
    # Whether a thing is white is seen in its brightest fifth: shadows, windows, decks and tyres
    # darken it, and little brightens it.
    top, tint, shade = _seen(upper)
    light, chroma, hue = _seen(middle)
    if (
        top >= BRIGHT
        and tint < PLAIN[_hue(shade)] + (CREAM if top >= PALE else 0)
        and chroma < FIRM
    ):
        return "white"
    found = _hue(hue)
    if light < BLACK or (light < DARK and chroma < PLAIN[found]):
        return "black"
    olive = OLIVE[0] <= hue <= OLIVE[1]
    if chroma < PLAIN[found]:
        return "green" if olive and chroma >= OLIVE[2] and light < OLIVE[3] else "grey"
    if found == "orange" and (chroma < VIVID[0] or light < VIVID[1]):
        return "brown"
    if found == "yellow" and (chroma < YELLOW[0] or light < YELLOW[1]):
        return "green" if olive else "brown"
    return found


def _hue(degrees: float) -> str:
    return next(word for end, word in HUES if degrees <= end)


def _seen(colour: NDArray[np.float64]) -> tuple[float, float, float]:
    """Lightness 0 to 100, chroma, and hue in degrees of a (3,) sRGB colour of 0 to 255."""
    share = colour / 255
    linear = np.where(share > 0.04045, ((share + 0.055) / 1.055) ** 2.4, share / 12.92)
    xyz = XYZ @ linear / XYZ.sum(axis=1)
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116).tolist()
    a, b = 500 * (x - y), 200 * (y - z)
    return 116 * y - 16, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360
