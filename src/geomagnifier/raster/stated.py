"""What is stated of a scene beside its file: by a STAC item, or by the camera of a drone.

It is used where the file itself says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from geomagnifier.types import Affine6

T = TypeVar("T")


@dataclass(frozen=True)
class Stated:
    """Georeference and numbers of a raster, as something beside the file states them."""

    by: str
    """Who states it, for messages: "the STAC item S2A_1"."""
    crs: str | None = None
    """"EPSG:32633" or WKT, or None."""
    transform: Affine6 | None = None
    """Pixel -> CRS, or None."""
    shape: tuple[int, int] | None = None
    """Height and width that the transform is for, px; None: any."""
    nodata: tuple[float | None, ...] = ()
    """Nodata value of each band, one for all, or empty."""
    scale: tuple[float | None, ...] = ()
    """Factor from stored numbers to values of each band, one for all, or empty."""
    offset: tuple[float | None, ...] = ()
    """What is added after the factor, one for all, or empty."""
    unit: tuple[str | None, ...] = ()
    """Unit of the values of each band, one for all, or empty."""
    approximate: tuple[str, ...] = ()
    """Why the place is approximate, sentences for a warning; empty where it is not."""

    def fits(self, width: int, height: int) -> bool:
        """Return whether the transform is for a raster of this size.

        Args:
            width: of the raster, px.
            height: of the raster, px.
        """
        return self.shape is None or self.shape == (height, width)


def of_band(values: tuple[T, ...], band: int) -> T | None:
    """Return what is stated of a band; one value stands for all bands.

    Args:
        values: of `Stated`.
        band: band number, 1-based.
    """
    if len(values) == 1:
        return values[0]
    return values[band - 1] if band <= len(values) else None
