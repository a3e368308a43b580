"""Writes a raster of any size that is nodata but for a few images.

Memory is measured on it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.windows import Window as RasterWindow

from geomagnifier.atomic import Staging
from geomagnifier.raster.dataset import CACHE
from geomagnifier.types import Bytes

BLOCK = 512
"""Side of the file's tiles, px."""
PLACE = Affine(0.5, 0, 500_000, 0, -0.5, 5_300_000)
"""Transform from px to m of EPSG:32633."""


def write_sparse(
    path: str | os.PathLike[str], side: int, parts: Iterable[tuple[tuple[int, int], Bytes]]
) -> None:
    """Write a square GeoTIFF in tiles, without overviews.

    Tiles in which nothing lies take no space on the disk.

    Args:
        path: a .tif.
        side: of the raster, px.
        parts: the upper left corner (x, y) px, and (h, w, 3) uint8 of each image, which lies
            inside; its black becomes nearly black.

    Raises:
        OutputError: the path cannot be written to.
    """
    path = Path(path)
    tiles = {
        "tiled": True,
        "blockxsize": BLOCK,
        "blockysize": BLOCK,
        "compress": "deflate",
        "SPARSE_OK": "TRUE",
        "BIGTIFF": "IF_SAFER",
    }
    shape = {
        "width": side,
        "height": side,
        "count": 3,
        "dtype": "uint8",
        "nodata": 0,
        "crs": "EPSG:32633",
        "transform": PLACE,
    }
    with (
        Staging(path.parent) as stage,
        rasterio.Env(GDAL_CACHEMAX=CACHE),
        rasterio.open(stage.path(path.name), "w", driver="GTiff", **shape, **tiles) as dataset,
    ):
        for (x, y), pixels in parts:
            high, wide = pixels.shape[:2]
            dataset.write(
                np.maximum(pixels, 1).transpose(2, 0, 1), window=RasterWindow(x, y, wide, high)
            )
