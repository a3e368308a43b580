"""Describe how a raster is laid out in its file, which decides how fast a window is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geomagnifier.types import Affine6


@dataclass(frozen=True)
class Layout:
    """Layout of a raster in its file."""

    driver: str
    """GDAL's short name of the format."""
    dtypes: tuple[str, ...]
    """Data type of each band."""
    nodata: tuple[float | None, ...]
    """Nodata value of each band, or None."""
    colours: tuple[str, ...]
    """Colour interpretation of each band, such as "red", "nir" or "undefined"."""
    descriptions: tuple[str | None, ...]
    """Description of each band, or None."""
    block: tuple[int, int]
    """Width and height of a block, px."""
    tiled: bool
    """Whether blocks are tiles, not rows of the raster."""
    overviews: tuple[int, ...]
    """Downsampling factor of each overview."""
    compression: str | None
    """GDAL's name of the compression, or None."""
    bounds: tuple[float, float, float, float] | None
    """West, south, east, north in the scene's CRS, or None."""


def layout(dataset: Any, transform: Affine6 | None) -> Layout:
    """Return the layout of an open rasterio dataset.

    Args:
        dataset: the open dataset.
        transform: pixel -> CRS of the scene, or None.
    """
    height, width = dataset.block_shapes[0]
    return Layout(
        driver=dataset.driver,
        dtypes=tuple(dataset.dtypes),
        nodata=tuple(dataset.nodatavals),
        colours=tuple(colour.name for colour in dataset.colorinterp),
        descriptions=tuple(dataset.descriptions),
        block=(width, height),
        tiled=width < dataset.width,
        overviews=tuple(dataset.overviews(1)),
        compression=dataset.compression.value if dataset.compression is not None else None,
        bounds=None if transform is None else _bounds(transform, dataset.width, dataset.height),
    )


def _bounds(transform: Affine6, width: int, height: int) -> tuple[float, float, float, float]:
    """Return the bounds of all four corners, as the raster may be rotated."""
    a, b, c, d, e, f = transform
    corners = [(a * x + b * y + c, d * x + e * y + f) for x in (0, width) for y in (0, height)]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
