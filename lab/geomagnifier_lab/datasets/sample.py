"""Labelled images, read late.

Nothing here knows questions or networks.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geomagnifier.errors import OptionError


@dataclass(frozen=True, eq=False)
class LabelledObject:
    """One object."""

    kind: str
    """Its class."""
    box: tuple[float, float, float, float]
    """(x0, y0, x1, y1) px."""
    polygons: tuple[NDArray[np.float32], ...]
    """Rings (N, 2) px."""


@dataclass(frozen=True, eq=False)
class ObjectSample:
    """An image with all objects of `kinds` labelled.

    A class without an object is absent, not unknown.
    """

    path: Path
    """The image file."""
    objects: tuple[LabelledObject, ...]
    """In the order of the labels."""
    kinds: tuple[str, ...]
    """The classes labelled."""


@dataclass(frozen=True, eq=False)
class CoverSample:
    """An image with a land cover for each pixel."""

    path: Path
    """The image file."""
    cover: Path
    """Path of a colour-coded PNG of the same size."""


@dataclass(frozen=True, eq=False)
class SceneSample:
    """An image with a scene class."""

    path: Path
    """The image file."""
    scenes: tuple[str, ...]
    """The plain names its class covers."""
    captions: tuple[str, ...]
    """Sentences about it, perhaps none."""


def data_root(given: str | os.PathLike[str] | None = None) -> Path:
    """The folder of the data sets.

    The one given, else the setting GEOMAG_DATA, else `../shared/data` where it exists.

    Args:
        given: of the command line; None without.

    Raises:
        OptionError: there is none.
    """
    for candidate in (given, os.environ.get("GEOMAG_DATA"), "../shared/data"):
        if candidate and Path(candidate).is_dir():
            return Path(candidate)
    raise OptionError(
        "no data sets found; set GEOMAG_DATA to their folder or pass --data DIR (docs/model_card.md"
        " lists them)"
    )


def read_pixels(path: Path) -> NDArray[np.uint8]:
    """The pixels of an image file, (H, W, 3) uint8."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))
