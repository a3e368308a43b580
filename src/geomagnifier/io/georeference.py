"""Where pixels lie on the Earth: CRS, affine map and metres per pixel, from rasterio to plain values and back."""

from __future__ import annotations

import math
from typing import Any

from rasterio.crs import CRS
from rasterio.errors import CRSError
from rasterio.warp import transform as reproject

from geomagnifier.errors import OptionError
from geomagnifier.values import Affine6

TRUE_TO_SCALE = 0.02
"""A projection whose metres are this close to metres on the ground is taken at its word (UTM is, Web Mercator is not)."""


def parse_crs(text: str) -> CRS:
    """A CRS from "EPSG:32633", WKT or PROJ text.

    Raises:
        OptionError: it names no CRS.
    """
    try:
        return CRS.from_user_input(text)
    except (CRSError, ValueError) as error:
        raise OptionError(f"{text!r} is not a coordinate reference system; give it as EPSG:32633 or as WKT") from error


def crs_text(crs: CRS | None) -> str | None:
    """Its code ("EPSG:32633"), WKT where there is no code, None where there is nothing."""
    return (str(crs.to_string()) or None) if crs else None


def affine6(transform: Any) -> Affine6 | None:
    """Rasterio's Affine -> (a, b, c, d, e, f); None for the identity, which says that nothing is known, and for a flat one."""
    a, b, c, d, e, f = (float(value) for value in tuple(transform)[:6])
    if (a, b, c, d, e, f) == (1, 0, 0, 0, 1, 0) or a * e == b * d or not all(map(math.isfinite, (a, b, c, d, e, f))):
        return None
    return a, b, c, d, e, f


def to_crs(transform: Affine6, x: float, y: float) -> tuple[float, float]:
    """Scene px -> coordinates of the CRS."""
    a, b, c, d, e, f = transform
    return a * x + b * y + c, d * x + e * y + f


def metres_per_pixel(crs: CRS | None, transform: Affine6 | None, width: int, height: int) -> float | None:
    """Metres on the ground for one px at the centre of the scene, or None where the CRS does not say.

    Rotated and oblong pixels: the side of a square of the same area.
    """
    if crs is None or transform is None:
        return None
    a, b, _, d, e, _ = transform
    side = math.sqrt(abs(a * e - b * d))
    nominal = side * float(crs.linear_units_factor[1]) if crs.is_projected else None
    ground = _on_the_ground(crs, transform, width, height)
    if ground is None or (nominal is not None and abs(ground / nominal - 1) < TRUE_TO_SCALE):
        return nominal
    return ground


def _on_the_ground(crs: CRS, transform: Affine6, width: int, height: int) -> float | None:
    corners = [to_crs(transform, width / 2 + x, height / 2 + y) for x, y in ((0, 0), (1, 0), (0, 1))]
    try:
        longitude, latitude = reproject(crs, CRS.from_epsg(4326), *zip(*corners, strict=True))[:2]
    except Exception:  # local engineering CRSs, other planets, points outside the projection: rasterio has many names for "cannot"
        return None
    if not all(map(math.isfinite, (*longitude, *latitude))) or abs(latitude[0]) >= 90:
        return None
    phi = math.radians(latitude[0])
    east = (111_412.84 * math.cos(phi) - 93.5 * math.cos(3 * phi)) or 1e-9  # metres of a degree, WGS 84 series
    north = 111_132.92 - 559.82 * math.cos(2 * phi) + 1.175 * math.cos(4 * phi)
    (x1, y1), (x2, y2) = (((longitude[i] - longitude[0]) * east, (latitude[i] - latitude[0]) * north) for i in (1, 2))
    area = abs(x1 * y2 - x2 * y1)
    return math.sqrt(area) if area > 0 else None
