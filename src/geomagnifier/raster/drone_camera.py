"""Where a drone's JPEG lies, approximately: from GPS position, height, focal length and yaw.

The image is taken for one of flat ground, seen straight down. EXIF has the position and the lens;
XMP, as DJI and others write it, the height above take-off and the camera's angles.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from rasterio.crs import CRS

from geomagnifier.errors import GeomagWarning
from geomagnifier.raster.dataset import tags_of
from geomagnifier.raster.georeference import convert
from geomagnifier.raster.stated import Stated
from geomagnifier.types import Affine6

DIAGONAL = 43.267
"""Diagonal of a 35 mm frame, mm: focal lengths "in 35 mm" compare diagonals."""
UNITS = {"2": 25.4, "3": 10.0, "4": 1.0}
"""Millimetres in the units of the focal plane's resolution."""
MAKERS = ("dji", "hasselblad", "autel", "parrot", "skydio", "yuneec", "sensefly", "wingtra")
"""Makers of cameras on drones: of another camera the altitude is no height above ground."""
ASIDE = 15.0
"""Degrees from straight down up to which an image is given a place."""
HIGHEST = 10_000.0
"""Greatest height above ground that is believed, m."""
DEGREES = re.compile(r"\(([\d.]+)\) \(([\d.]+)\) \(([\d.]+)\)")
XMP = re.compile(r"[\w-]+:(\w+)\s*(?:=\s*[\"']|>)\s*([+-]?\d+(?:\.\d+)?)\s*(?:[\"']|<)")
"""A number of XMP, as an attribute or an element."""


def stated_of(dataset: Any, name: str) -> Stated | None:
    """Return the approximate place of a drone's JPEG, None where it is none or says too little.

    Args:
        dataset: the open rasterio dataset.
        name: of the file, for warnings.
    """
    if dataset.driver != "JPEG":
        return None
    exif = tags_of(dataset)
    xmp = dict(XMP.findall(tags_of(dataset, domain="xml:XMP").get("xml:XMP", "")[:100_000]))
    if not _by_drone(exif, xmp) or exif.get("EXIF_Orientation", "1") != "1":
        return None
    where = _position(exif, xmp)
    height, above = _height(exif, xmp)
    per_height = _ground_per_height(exif, math.hypot(dataset.width, dataset.height))
    if where is None or height is None or per_height is None:
        return None
    pitch = _number(xmp.get("GimbalPitchDegree"))
    if pitch is not None and abs(pitch + 90) > ASIDE:
        warnings.warn(
            f"{name} was taken aside (camera pitch {pitch:g} degrees, straight down is -90): it is"
            " given no place and no size on the ground",
            GeomagWarning,
            stacklevel=5,
        )
        return None
    yaw = _number(xmp.get("GimbalYawDegree"))
    told = [
        f"from the camera's GPS, {height:.0f} m of height and its focal length, as if it looked"
        " straight down on flat ground"
    ]
    if not above:
        told.append(
            "its height is GPS altitude, above sea level and not above the ground: sizes are too"
            " large where the ground is high"
        )
    if yaw is None:
        told.append("the camera's direction is not given: north is taken to be up")
    zone = min(60, int((where[0] + 180) // 6) + 1)
    transform = _transform(where, zone, height * per_height, yaw or 0.0, dataset)
    return Stated(
        by="the camera (EXIF and XMP)",
        crs=f"EPSG:{(32600 if where[1] >= 0 else 32700) + zone}",
        transform=transform,
        approximate=tuple(told),
    )


def _by_drone(exif: Mapping[str, str], xmp: Mapping[str, str]) -> bool:
    maker = exif.get("EXIF_Make", "").strip().lower()
    return "RelativeAltitude" in xmp or "GimbalPitchDegree" in xmp or maker.startswith(MAKERS)


def _position(exif: Mapping[str, str], xmp: Mapping[str, str]) -> tuple[float, float] | None:
    """Return longitude and latitude, None where they are missing or no place of UTM."""
    found = []
    for axis, names in (("Longitude", ("GpsLongitude", "GpsLongtitude")), ("Latitude", ())):
        value = next((_number(xmp[n]) for n in (*names, f"Gps{axis}") if n in xmp), None)
        known = DEGREES.search(exif.get(f"EXIF_GPS{axis}", ""))
        if value is None and known is not None:
            degrees, minutes, seconds = (float(part) for part in known.groups())
            sign = -1 if exif.get(f"EXIF_GPS{axis}Ref", "").strip().upper() in ("S", "W") else 1
            value = sign * (degrees + minutes / 60 + seconds / 3600)
        if value is None:
            return None
        found.append(value)
    longitude, latitude = found
    nowhere = longitude == latitude == 0  # what a receiver without a fix writes
    return None if nowhere or abs(longitude) > 180 or abs(latitude) > 80 else (longitude, latitude)


def _height(exif: Mapping[str, str], xmp: Mapping[str, str]) -> tuple[float | None, bool]:
    """Return the height, m, and whether it is above take-off, not above the sea."""
    relative = _number(xmp.get("RelativeAltitude"))
    height = _number(exif.get("EXIF_GPSAltitude")) if relative is None else relative
    return (height if height is not None and 0 < height < HIGHEST else None), relative is not None


def _ground_per_height(exif: Mapping[str, str], diagonal: float) -> float | None:
    """Return the side of a pixel on the ground by the height: its side on the sensor by the lens.

    Args:
        exif: tags of the file.
        diagonal: of the image, px.
    """
    same = _number(exif.get("EXIF_FocalLengthIn35mmFilm"))
    if same is not None and same > 0:
        return DIAGONAL / (same * diagonal)
    focal, density = (
        _number(exif.get(f"EXIF_{name}")) for name in ("FocalLength", "FocalPlaneXResolution")
    )
    unit = UNITS.get(exif.get("EXIF_FocalPlaneResolutionUnit", "2").strip())
    if not focal or not density or focal < 0 or density < 0 or unit is None:
        return None
    return unit / density / focal


def _transform(
    where: tuple[float, float], zone: int, gsd: float, yaw: float, dataset: Any
) -> Affine6:
    """Return pixel -> UTM of an image whose middle and upward direction are known."""
    utm = CRS.from_epsg((32600 if where[1] >= 0 else 32700) + zone)
    longitude, latitude = np.array([where[0]]), np.array([where[1]])
    (east,), (north,) = convert(CRS.from_epsg(4326), utm, longitude, latitude)
    # North of the grid is not north of the Earth, away from the middle of a zone.
    middle = math.radians(where[0] - (zone * 6 - 183))
    grid = math.atan(math.tan(middle) * math.sin(math.radians(where[1])))
    angle = math.radians(yaw) - grid
    a, b = gsd * math.cos(angle), -gsd * math.sin(angle)
    d, e = -gsd * math.sin(angle), -gsd * math.cos(angle)
    x, y = dataset.width / 2, dataset.height / 2
    return a, b, float(east) - a * x - b * y, d, e, float(north) - d * x - e * y


def _number(text: str | None) -> float | None:
    """Return the number of a tag, which GDAL writes in brackets."""
    try:
        value = float((text or "").strip().strip("()"))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
