"""Writes an image too large to hold in memory as a tiled GeoTIFF with overviews, strip by strip.

This is what a large scene is in practice.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning
from rasterio.windows import Window as RasterWindow

from geomagnifier.atomic import Staging
from geomagnifier.errors import OutputError
from geomagnifier.types import Bytes

BLOCK = 512
"""Side of the file's tiles, px; also the size down to which overviews are made."""
QUALITY = 90
"""JPEG quality of the image and of its overviews."""
CACHE = 128
"""GDAL's cache of blocks while writing, MB."""


def write_pyramid(
    path: str | os.PathLike[str],
    size: tuple[int, int],
    strips: Iterable[Bytes],
    compress: Literal["deflate", "jpeg"] = "deflate",
) -> None:
    """Write an image that is handed over from top to bottom.

    Memory: one strip, a row of tiles and GDAL's cache, whatever the size.

    Args:
        path: a .tif.
        size: width and height of the whole, px.
        strips: (h, width, 3) uint8 each, of any height; together they have the height of the whole.
        compress: deflate keeps every pixel; JPEG takes a tenth of the disk space.

    Raises:
        OutputError: the strips do not make up the image, or the path cannot be written to.
    """
    path = Path(path)
    width, height = size
    profile: dict[str, Any] = {"compress": compress}
    profile |= (
        {"predictor": 2}
        if compress == "deflate"
        else {"photometric": "YCbCr", "jpeg_quality": QUALITY}
    )
    with (
        Staging(path.parent) as stage,
        warnings.catch_warnings(),
        rasterio.Env(GDAL_CACHEMAX=CACHE, JPEG_QUALITY_OVERVIEW=QUALITY),
    ):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        target, row = stage.path(path.name), 0
        with rasterio.open(
            target,
            "w",
            driver="GTiff",
            width=width,
            height=height,
            count=3,
            dtype="uint8",
            interleave="pixel",
            tiled=True,
            blockxsize=BLOCK,
            blockysize=BLOCK,
            BIGTIFF="IF_SAFER",
            **profile,
        ) as dataset:
            for rows in _whole_tiles(strips, width):
                if row + len(rows) > height:
                    raise OutputError(
                        f"{path} cannot be written: its strips have more rows than the {height} of"
                        " the picture"
                    )
                dataset.write(
                    rows.transpose(2, 0, 1), window=RasterWindow(0, row, width, len(rows))
                )
                row += len(rows)
        if row != height:
            raise OutputError(
                f"{path} cannot be written: its strips have {row} rows, the picture {height}"
            )
        factors = [2**k for k in range(1, 31) if max(size) / 2 ** (k - 1) > BLOCK]
        with rasterio.open(target, "r+") as dataset:
            dataset.build_overviews(factors, Resampling.average)


def _whole_tiles(strips: Iterable[Bytes], width: int) -> Iterator[Bytes]:
    """Group the same rows into multiples of `BLOCK`, the rest last.

    A tile that is written twice would be compressed twice.
    """
    waiting: Bytes = np.zeros((0, width, 3), np.uint8)
    for strip in strips:
        if strip.dtype != np.uint8 or strip.ndim != 3 or strip.shape[1:] != (width, 3):
            raise OutputError(f"a strip is (h, {width}, 3) uint8, not {strip.shape} {strip.dtype}")
        waiting = np.concatenate((waiting, strip)) if len(waiting) else strip
        whole = len(waiting) // BLOCK * BLOCK
        if whole:
            yield waiting[:whole]
            waiting = waiting[whole:]
    if len(waiting):
        yield waiting
