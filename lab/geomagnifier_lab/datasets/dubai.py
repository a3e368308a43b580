"""MBRSC Dubai (Humans in the Loop, CC0): satellite tiles with a land cover for each pixel.

Sides up to 1200 px. Layout: `dubai/tileN/*.jpg` with `*.png` of the same name. Tiles 2 and 6 are
kept aside for validation.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geomagnifier_lab.datasets.sample import CoverSample, read_pixels

COLOURS = {
    "building": (60, 16, 152),
    "water": (226, 169, 41),
    "vegetation": (254, 221, 58),
    "road": (110, 193, 228),
    "land": (132, 41, 246),
}
"""Land cover -> its colour in the PNG files."""
COVER = tuple(COLOURS)
NOTHING = 255
"""Number of what is not labelled."""
VALIDATION = (2, 6)
"""Tiles kept aside."""


def dubai(root: Path, split: str) -> list[CoverSample]:
    """Images of a split.

    Args:
        root: folder of the data sets, with `dubai/` in it.
        split: "train" or "val".
    """
    tiles = [n for n in range(1, 9) if (n in VALIDATION) == (split == "val")]
    paths = [p for n in tiles for p in sorted((root / "dubai" / f"tile{n}").glob("*.jpg"))]
    return [CoverSample(p, p.with_suffix(".png")) for p in paths]


def read_cover(path: Path) -> NDArray[np.uint8]:
    """Land cover of an image, (H, W) uint8: index into `COVER`, `NOTHING` where unlabelled."""
    colours = read_pixels(path).astype(np.int16)
    cover = np.full(colours.shape[:2], NOTHING, np.uint8)
    for index, colour in enumerate(COLOURS.values()):
        cover[np.abs(colours - np.array(colour)).sum(2) < 30] = index
    return cover
