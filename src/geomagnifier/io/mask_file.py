"""The answer's mask as a Cloud-Optimized GeoTIFF: 0 and 1 at scene size, aligned with the scene, written block by block."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning
from rasterio.windows import Window as RasterWindow

from geomagnifier.geometry import Box
from geomagnifier.io import georeference
from geomagnifier.values import Answer

BLOCK = 512
STEP = 8 * BLOCK
"""Side of the windows that are held in memory, px."""

COLOURS = {0: (0, 0, 0, 0), 1: (230, 159, 0, 255)}
"""A GIS shows the mask in orange on nothing; the numbers are 0 and 1."""


def write_mask(path: Path, scratch: Path, answer: Answer) -> None:
    """Write the mask of an answer that has patches. scratch: a path for the plain GeoTIFF that the COG is made from."""
    scene = answer.scene
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "width": scene.width,
        "height": scene.height,
        "count": 1,
        "dtype": "uint8",
        "crs": georeference.parse_crs(scene.crs) if scene.crs and scene.transform else None,
        "transform": Affine(*scene.transform) if scene.transform else None,
        "tiled": True,
        "blockxsize": BLOCK,
        "blockysize": BLOCK,
        "compress": "deflate",
        "photometric": "palette",
        "SPARSE_OK": "TRUE",
        "BIGTIFF": "IF_SAFER",
    }
    with warnings.catch_warnings(), rasterio.Env(GDAL_CACHEMAX=128):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(scratch, "w", **profile) as dataset:
            dataset.write_colormap(1, COLOURS)
            for y, x in itertools.product(range(0, scene.height, STEP), range(0, scene.width, STEP)):
                window = Box(x, y, min(x + STEP, scene.width), min(y + STEP, scene.height))
                if not any(patch.core.intersection(window) for patch in answer.patches or ()):
                    continue
                mask = answer.read_mask(window)
                if mask.any():
                    dataset.write(mask.astype(np.uint8), 1, window=RasterWindow(x, y, mask.shape[1], mask.shape[0]))
        rasterio.shutil.copy(
            scratch, path, driver="COG", compress="DEFLATE", blocksize=BLOCK, overview_resampling="MODE", BIGTIFF="IF_SAFER"
        )
