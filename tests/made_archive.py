"""An archive of coloured pictures for the FakeModel, some with a place and a date."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from fake import paint
from geomagnifier.export.image_file import write_picture

NAMES = ("blue_20230601.tif", "deep/green_20240601.tif", "red_20240101.tif", "plain.png")
"""In the order of a listing by name. The first three lie 20 km from each other, from west to east
red, green, blue.
"""
COLOURS = {"red": (250, 0, 0), "green": (0, 250, 0), "blue": (0, 0, 250)}
EAST = {"red": 690_000, "green": 710_000, "blue": 730_000}


def fill(folder: Path) -> Path:
    """Write the archive."""
    for name in NAMES[:3]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        colour = path.stem.split("_")[0]
        pixels = paint(120, 80, (0, 0, 120, 80), colour=COLOURS[colour])
        write_picture(path, pixels, "EPSG:32632", (1.0, 0.0, EAST[colour], 0.0, -1.0, 5_334_000.0))
    Image.fromarray(paint(120, 80)).save(folder / NAMES[3])
    return folder


def quilt(path: Path, side: int = 2400) -> None:
    """A large red scene with a blue patch at its lower right, and no data at its upper right."""
    pixels = np.zeros((side, side, 3), np.uint8)
    pixels[:] = COLOURS["red"]
    pixels[-600:, -600:] = COLOURS["blue"]
    write_picture(path, pixels, "EPSG:32632", (1.0, 0.0, 600_000.0, 0.0, -1.0, 5_334_000.0))
