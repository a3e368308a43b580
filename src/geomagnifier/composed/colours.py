"""The colour of a thing in a word, from the pixels inside its mask."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NAMES = ("white", "black", "grey", "red", "orange", "yellow", "green", "blue", "brown")
HUES = ((12.0, "red"), (40.0, "orange"), (68.0, "yellow"), (165.0, "green"), (262.0, "blue"), (335.0, "purple"), (360.0, "red"))
"""Upper ends of hues in degrees."""


def name(pixels: NDArray[np.uint8]) -> str:
    """The colour of most of some pixels.

    Their medians are taken in each channel: a shadow, a window or a mark on a roof is not the roof's colour.

    Args:
        pixels: (N, 3) RGB, N > 0.
    """
    r, g, b = np.median(pixels.reshape(-1, 3).astype(float), axis=0)
    high, low = max(r, g, b), min(r, g, b)
    chroma = high - low
    saturation = chroma / max(high, 1.0)
    if high < 50 or (high < 65 and chroma < 25):
        return "black"
    if chroma < 22 or saturation < 0.14:
        return "white" if low > 175 else "grey"
    if high == r:
        hue = 60 * ((g - b) / chroma) % 360
    elif high == g:
        hue = 60 * ((b - r) / chroma + 2)
    else:
        hue = 60 * ((r - g) / chroma + 4)
    found = next(word for end, word in HUES if hue <= end)
    if found in ("orange", "yellow") or (found == "red" and hue < 20):
        if saturation < 0.2 and low > 150:
            return "white"
        if found == "red":
            return "brown" if saturation < 0.45 or high < 110 else "red"
        if high < 190 or saturation < 0.45:
            return "brown"
    return found
