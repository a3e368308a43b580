"""Georeference pixels: CRS, affine transform and ground sample distance as plain values."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio._err import CPLE_AppDefinedError, CPLE_BaseError
from rasterio.crs import CRS
from rasterio.errors import CRSError
from rasterio.warp import transform as reproject

from geomagnifier.errors import OptionError
from geomagnifier.types import Affine6

Floats64 = NDArray[np.float64]
Numbers = TypeVar("Numbers", float, Floats64)

TRUE_TO_SCALE = 0.02
"""A projection whose metres are this close to metres on the ground, as a share, is taken at its
word (UTM is, Web Mercator is not).
"""

LONGEST = 100_000
"""Most characters of a CRS; the longest WKT in use has a tenth of them."""
PLACE = re.compile(r"\s*(\w+://|/)")
"""A path or an address in place of a name."""
OPENGIS = re.compile(r"\s*https?://(www\.)?opengis\.net/")
"""Addresses that are names: they are not fetched."""
FILES = re.compile(
    r'(?:grids|init|model|file|catalog)\s*=\s*[^\s"]{0,999}[/\\]'
    r'|(?:PROJ4_GRIDS|PARAMETERFILE\["[^"]{0,999})","[^"]{0,999}[/\\]',
    re.IGNORECASE,
)
"""Datum shift grids and definitions by path or address: PROJ would open them. Those given by name
alone it looks for among its own.
"""


def parse_crs(text: str) -> CRS:
    """Read a CRS from "EPSG:32633", WKT or PROJ text.

    Raises:
        OptionError: it names no CRS.
    """
    try:
        # GDAL would open a path, and fetch an address.
        if len(text) > LONGEST or (PLACE.match(text) and not OPENGIS.match(text)):
            raise ValueError("it is not the name of one")
        if FILES.search(text):
            raise ValueError("it names a file")
        with rasterio.Env():  # outside of it PROJ prints its own line on stderr
            return _without_files(CRS.from_user_input(text))
    except (CRSError, ValueError) as error:
        raise OptionError(
            f"{text[:80]!r} is not a coordinate reference system; give it as EPSG:32633 or as WKT"
        ) from error


def crs_of(dataset: Any) -> CRS | None:
    """Return the CRS of an open raster, None where it has none.

    Raises:
        CRSError: it means nothing to GDAL, or names a file that PROJ would open.
    """
    try:
        found = dataset.crs
    except CPLE_BaseError as error:  # rasterio lets errors of GDAL through there
        raise CRSError(str(error)) from error
    return _without_files(found) if found else None


def _without_files(crs: CRS) -> CRS:
    text = crs.to_wkt()
    if len(text) > LONGEST or FILES.search(text):
        raise CRSError("it names a file" if len(text) <= LONGEST else "it is too long")
    return crs


def crs_text(crs: CRS | None) -> str | None:
    """Return the code of a CRS ("EPSG:32633"), WKT where it has none, None for no CRS."""
    return (str(crs.to_string()) or None) if crs else None


def affine6(transform: Any) -> Affine6 | None:
    """Convert rasterio's Affine to (a, b, c, d, e, f).

    None for the identity, rasterio's word for "not georeferenced", and for one of no area.
    """
    a, b, c, d, e, f = (float(value) for value in tuple(transform)[:6])
    if (
        (a, b, c, d, e, f) == (1, 0, 0, 0, 1, 0)
        or a * e == b * d
        or not all(map(math.isfinite, (a, b, c, d, e, f)))
    ):
        return None
    return a, b, c, d, e, f


def to_crs(transform: Affine6, x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    """Transform scene pixels to coordinates of the CRS.

    Args:
        transform: pixel -> CRS, (a, b, c, d, e, f).
        x: scene px, to the right.
        y: scene px, down.
    """
    a, b, c, d, e, f = transform
    return a * x + b * y + c, d * x + e * y + f


def convert(crs: CRS, to: CRS, x: Floats64, y: Floats64) -> tuple[Floats64, Floats64]:
    """Reproject coordinates of one CRS to another.

    Args:
        crs: CRS of the coordinates.
        to: CRS they are converted to.
        x: (N,) first coordinates (easting or longitude).
        y: (N,) second coordinates.

    Returns:
        (N,) each; infinite where the projection does not reach.

    Raises:
        Exception: no transformation leads from one to the other (local CRSs, other planets);
            rasterio raises many types for that.
    """
    try:
        found = reproject(crs, to, x, y)[:2]
    except CPLE_AppDefinedError:
        # rasterio gives up all points for one outside the projection's domain: halve them until
        # that point is alone.
        if len(x) == 1:
            return np.array([np.inf]), np.array([np.inf])
        half = len(x) // 2
        first, second = convert(crs, to, x[:half], y[:half]), convert(crs, to, x[half:], y[half:])
        return np.concatenate([first[0], second[0]]), np.concatenate([first[1], second[1]])
    return np.asarray(found[0], float), np.asarray(found[1], float)


def longitude_latitude(crs: CRS, x: Floats64, y: Floats64) -> tuple[Floats64, Floats64]:
    """Reproject coordinates of a CRS to longitude and latitude on WGS 84.

    Args:
        crs: CRS of the coordinates.
        x: (N,) first coordinates.
        y: (N,) second coordinates.

    Returns:
        (N,) degrees each, not finite where the projection does not reach. Longitudes of a CRS
        `in_degrees` run on as its own do (200 stays 200), others are from -180 to 180.

    Raises:
        Exception: no transformation leads from the CRS to the Earth (local CRSs, other planets);
            rasterio raises many types for that.
    """
    longitude, latitude = convert(crs, CRS.from_epsg(4326), x, y)
    if in_degrees(crs):
        turns = np.round((np.degrees(x * crs.units_factor[1]) - longitude) / 360)
        longitude = longitude + 360 * np.where(np.isfinite(turns), turns, 0)
    return longitude, latitude


@lru_cache(maxsize=64)
def in_degrees(crs: CRS) -> bool:
    """Return whether coordinates are longitude and latitude, but for the datum.

    Those of a rotated pole or another prime meridian are not.
    """
    if not crs.is_geographic:
        return False
    angle = 1 / math.degrees(float(crs.units_factor[1]))  # units in a degree
    try:
        (longitude,), (latitude,) = reproject(crs, CRS.from_epsg(4326), [30 * angle], [20 * angle])[
            :2
        ]
    except Exception:  # other planets
        return False
    return bool(abs(longitude - 30) < 0.1 and abs(latitude - 20) < 0.1)


def turn(crs: CRS) -> float | None:
    """Return how much x grows once round the Earth, in units of the CRS.

    360 in degrees, 40,075,017 m in Web Mercator; None in other projections.
    """
    if crs.is_geographic:
        return 2 * math.pi / float(crs.units_factor[1])
    return 2 * math.pi * 6_378_137 if crs.to_epsg() == 3857 else None


def metres_per_pixel(
    crs: CRS | None, transform: Affine6 | None, width: int, height: int
) -> float | None:
    """Return the ground sample distance at the centre of a scene, m/px.

    Args:
        crs: CRS of the scene, or None.
        transform: pixel -> CRS, or None.
        width: of the scene, px.
        height: of the scene, px.

    Returns:
        m/px, of rotated or oblong pixels the side of a square of the same area; None where the CRS
        does not give it.
    """
    if crs is None or transform is None:
        return None
    ground = ground_steps(crs, transform, (width, height), np.array([[width / 2, height / 2]]))
    if ground is None or not np.isfinite(ground).all():
        return None
    return math.sqrt(abs(float(np.linalg.det(ground[0])))) or None


def aspect(crs: CRS | None, transform: Affine6 | None, width: int, height: int) -> float:
    """Return the width of a pixel on the ground divided by its height, at the centre of a scene.

    Args:
        crs: CRS of the scene, or None.
        transform: pixel -> CRS, or None.
        width: of the scene, px.
        height: of the scene, px.

    Returns:
        The ratio, of rotated or sheared pixels that of their lower to their left side; 1 where the
        CRS does not give it.
    """
    ground = ground_steps(crs, transform, (width, height), np.array([[width / 2, height / 2]]))
    if ground is None or not np.isfinite(ground).all():
        return 1.0
    across, down = (float(length) for length in np.hypot(*ground[0]))
    return across / down if across > 0 and down > 0 else 1.0


def ground_steps(
    crs: CRS | None, transform: Affine6 | None, size: tuple[int, int], points: Floats64
) -> Floats64 | None:
    """Return the ground vectors (east, north) of a step of one pixel at some points of a scene.

    Args:
        crs: CRS of the scene, or None.
        transform: pixel -> CRS, or None.
        size: width and height of the scene, px; whether a projection is taken at its word is
            decided at the centre.
        points: (N, 2) scene px.

    Returns:
        (N, 2, 2) metres: first column for a step to the right, second column for a step down. NaN
        where the projection does not reach; None where the CRS does not give it.
    """
    if crs is None or transform is None:
        return None
    a, b, _, d, e, _ = transform
    centre = _on_the_ground(crs, transform, np.array([[size[0] / 2, size[1] / 2]]))
    if crs.is_projected:
        steps = np.array([[a, b], [d, e]]) * float(crs.linear_units_factor[1])
        share = (
            math.inf
            if centre is None or not np.isfinite(centre).all()
            else math.sqrt(abs(float(np.linalg.det(centre[0]) / np.linalg.det(steps))))
        )
        if not math.isfinite(share) or abs(share - 1) < TRUE_TO_SCALE:
            return np.broadcast_to(steps, (len(points), 2, 2))
    return (
        None
        if centre is None or not np.isfinite(centre).all()
        else _on_the_ground(crs, transform, points)
    )


def _on_the_ground(crs: CRS, transform: Affine6, points: Floats64) -> Floats64 | None:
    """Measure `ground_steps` on the ellipsoid.

    None where no transformation leads from the CRS to longitude and latitude.
    """
    corners = points[:, None] + np.array([[0, 0], [1, 0], [0, 1]])  # (N, 3, 2)
    x, y = to_crs(transform, corners[..., 0].ravel(), corners[..., 1].ravel())
    try:
        found = longitude_latitude(crs, x, y)
    except Exception:
        # Local engineering CRSs, other planets: rasterio raises many types for "cannot".
        return None
    longitude, latitude = (values.reshape(-1, 3) for values in found)
    phi = np.radians(latitude[:, :1])
    with np.errstate(invalid="ignore"):  # points that the projection does not reach are not finite
        # Metres of a degree of longitude and of latitude: the usual series for WGS 84.
        east = 111_412.84 * np.cos(phi) - 93.5 * np.cos(3 * phi)
        north = 111_132.92 - 559.82 * np.cos(2 * phi) + 1.175 * np.cos(4 * phi)
        # Across the antimeridian, too.
        right = (longitude[:, 1:] - longitude[:, :1] + 180) % 360 - 180
        steps = np.stack(
            [right * east, (latitude[:, 1:] - latitude[:, :1]) * north], axis=1
        )  # (N, 2, 2)
    reached = np.isfinite(steps).all((1, 2)) & (np.abs(latitude[:, 0]) < 90)
    return np.where(reached[:, None, None], steps, np.nan)
