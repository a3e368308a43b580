"""Describe how a raster is laid out in its file, which decides how fast a window is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geomagnifier.raster.stated import Stated, of_band
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
    scale: tuple[float, ...] = ()
    """Factor from stored numbers to values of each band; it changes no answer."""
    offset: tuple[float, ...] = ()
    """What is added after the factor, of each band."""
    units: tuple[str | None, ...] = ()
    """Unit of the values of each band, or None."""
    stated_by: str | None = None
    """Who states what the file does not say: a STAC item, or a camera; None: nobody."""
    approximate: tuple[str, ...] = ()
    """Why the place is approximate; empty where it is not."""


def layout(dataset: Any, transform: Affine6 | None, stated: Stated | None = None) -> Layout:
    """Return the layout of an open rasterio dataset.

    Args:
        dataset: the open dataset.
        transform: pixel -> CRS of the scene, or None.
        stated: what is stated of it beside the file, or None.
    """
    height, width = dataset.block_shapes[0]
    return Layout(
        driver=dataset.driver,
        dtypes=tuple(dataset.dtypes),
        nodata=_filled(dataset.nodatavals, None, stated.nodata if stated else ()),
        colours=tuple(colour.name for colour in dataset.colorinterp),
        descriptions=tuple(dataset.descriptions),
        block=(width, height),
        tiled=width < dataset.width,
        overviews=tuple(dataset.overviews(1)),
        compression=dataset.compression.value if dataset.compression is not None else None,
        bounds=None if transform is None else _bounds(transform, dataset.width, dataset.height),
        scale=_filled(dataset.scales, 1.0, stated.scale if stated else ()),
        offset=_filled(dataset.offsets, 0.0, stated.offset if stated else ()),
        units=_filled(
            [unit or None for unit in dataset.units], None, stated.unit if stated else ()
        ),
        stated_by=stated.by if stated else None,
        approximate=stated.approximate if stated else (),
    )


def _filled(values: Sequence[Any], none: Any, stated: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the values of the file, or what is stated where it says nothing of any band."""
    if not stated or any(value != none for value in values):
        return tuple(values)
    found = [of_band(stated, band) for band in range(1, len(values) + 1)]
    return tuple(none if value is None else value for value in found)


def _bounds(transform: Affine6, width: int, height: int) -> tuple[float, float, float, float]:
    """Return the bounds of all four corners, as the raster may be rotated."""
    a, b, c, d, e, f = transform
    corners = [(a * x + b * y + c, d * x + e * y + f) for x in (0, width) for y in (0, height)]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
