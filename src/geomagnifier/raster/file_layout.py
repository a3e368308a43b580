"""How a raster lies in its file: what decides how fast a window of it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geomagnifier.types import Affine6


@dataclass(frozen=True)
class Layout:
    """driver: GDAL's short name.

    Dtypes, nodata, colours, descriptions: of each band; colours such as "red", "nir", "undefined".

    block: width and height of a block, px.  tiled: blocks are not rows of the raster.  overviews:
        how many times smaller each is.
    compression: GDAL's word, or None.  bounds: west, south, east, north in the scene's CRS, or
        None.
    """

    driver: str
    dtypes: tuple[str, ...]
    nodata: tuple[float | None, ...]
    colours: tuple[str, ...]
    descriptions: tuple[str | None, ...]
    block: tuple[int, int]
    tiled: bool
    overviews: tuple[int, ...]
    compression: str | None
    bounds: tuple[float, float, float, float] | None


def layout(dataset: Any, transform: Affine6 | None) -> Layout:
    """Of an open rasterio dataset.

    Args:
        transform: pixel -> CRS, of the scene, or None.
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
    """Of all four corners, as the map may turn."""
    a, b, c, d, e, f = transform
    corners = [(a * x + b * y + c, d * x + e * y + f) for x in (0, width) for y in (0, height)]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
