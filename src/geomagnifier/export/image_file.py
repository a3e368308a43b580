"""Write an image to a file: GeoTIFF, PNG or JPEG by its suffix."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

from geomagnifier.atomic import Staging
from geomagnifier.errors import OutputError
from geomagnifier.raster import georeference
from geomagnifier.raster.dataset import CACHE
from geomagnifier.types import Affine6, Bytes


def write_picture(
    path: str | os.PathLike[str],
    pixels: Bytes,
    crs: str | None = None,
    transform: Affine6 | None = None,
) -> None:
    """Write an image as .tif (tiled, deflate), .png or .jpg.

    Args:
        path: of the file; its suffix chooses the format.
        pixels: (H, W, 3) uint8.
        crs: name of the CRS, which only a .tif keeps.
        transform: pixel -> CRS (a, b, c, d, e, f), which only a .tif keeps.

    Raises:
        OutputError: an unknown suffix, a wrong shape, or a folder that cannot be written to.
        OptionError: `crs` names no coordinate reference system.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or pixels.size == 0:
        raise OutputError(
            f"{path} cannot be written: an image is (H, W, 3) uint8, not {pixels.shape}"
            f" {pixels.dtype}"
        )
    if suffix not in (".tif", ".tiff", ".png", ".jpg", ".jpeg"):
        raise OutputError(
            f"{path} cannot be written: the suffix {suffix!r} is not known; use .tif, .png or .jpg"
        )
    system = georeference.parse_crs(crs) if crs is not None else None
    with Staging(path.parent) as stage:
        target = stage.path(path.name)
        if suffix in (".tif", ".tiff"):
            _write_tif(target, pixels, system, transform)
        else:
            from PIL import Image

            # PNG ignores both options.
            Image.fromarray(pixels).save(target, quality=92, subsampling=0)


def _write_tif(target: Path, pixels: Bytes, crs: object, transform: Affine6 | None) -> None:
    height, width = pixels.shape[:2]
    large = min(height, width) >= 256
    with warnings.catch_warnings(), rasterio.Env(GDAL_CACHEMAX=CACHE):
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            target,
            "w",
            driver="GTiff",
            width=width,
            height=height,
            count=3,
            dtype="uint8",
            crs=crs,
            transform=Affine(*transform) if transform is not None else None,
            photometric="RGB",
            interleave="pixel",
            compress="deflate",
            predictor=2,
            BIGTIFF="IF_SAFER",
            **({"tiled": True, "blockxsize": 256, "blockysize": 256} if large else {}),
        ) as dataset:
            dataset.write(pixels.transpose(2, 0, 1))
        # Read it back: GDAL does not always raise when a disk is full at the very end.
        with rasterio.open(target) as dataset:
            if not np.array_equal(dataset.read(), pixels.transpose(2, 0, 1)):
                raise OSError("not all of its pixels are there")
