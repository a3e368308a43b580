"""The colour of a thing in a word, from the pixels inside its mask."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NAMES = ("white", "black", "grey", "red", "orange", "yellow", "green", "blue", "brown", "purple")
HUES = ((20.0, "red"), (40.0, "orange"), (80.0, "yellow"), (165.0, "green"), (262.0, "blue"), (315.0, "purple"), (360.0, "red"))
"""Upper ends of hues in degrees."""
MOST = 60
"""Percentile of each channel that is taken: above the median, as shadows, windows and tyres darken a thing, and little brightens it."""
DULL, PALE = 14.0, 0.125
"""Range of the channels, and that range as a part of the brightest, below which a colour is white, grey or black."""
LEAF, HAZE, EARTH = (65.0, 165.0), (165.0, 215.0), 0.25
"""Hues of courts and lawns, which are green when paler still; hues of haze, and of shadows on white; the least such part of these and of a
brown."""
BRIGHT = 150.0
"""The darkest channel from which what has no colour is white."""


def name(pixels: NDArray[np.uint8]) -> str:
    """The colour of most of some pixels.

    Args:
        pixels: (N, 3) RGB, N > 0.
    """
    r, g, b = np.percentile(pixels.reshape(-1, 3), MOST, axis=0).tolist()
    high, low = max(r, g, b), min(r, g, b)
    chroma = high - low
    saturation, hue = chroma / max(high, 1.0), _hue(r, g, b)
    plain = "white" if low > BRIGHT else "grey"
    if high < 50 or (high < 65 and chroma < 25):
        return "black"
    if chroma < DULL or saturation < PALE:
        leafy = chroma >= 0.75 * DULL and saturation >= 0.8 * PALE and LEAF[0] <= hue <= LEAF[1]
        return "green" if leafy and low <= BRIGHT else plain
    found = next(word for end, word in HUES if hue <= end)
    if saturation < EARTH and (found in ("red", "orange", "yellow") or HAZE[0] <= hue <= HAZE[1]):
        return "green" if LEAF[0] <= hue <= LEAF[1] and low <= BRIGHT else plain
    if found in ("red", "orange", "yellow") and (saturation < 0.42 or (found == "red" and high < 110) or (found != "red" and high < 190)):
        return "brown"
    return found


def _hue(r: float, g: float, b: float) -> float:
    """Degrees from red, 0 to 360; 0 for what has none."""
    high, chroma = max(r, g, b), max(r, g, b) - min(r, g, b)
    if chroma == 0:
        return 0.0
    if high == r:
        return 60 * ((g - b) / chroma) % 360
    return 60 * ((b - r) / chroma + 2) if high == g else 60 * ((r - g) / chroma + 4)
