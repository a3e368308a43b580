"""Compute the footprint of a scene: its outline in longitude and latitude.

Also whether footprints meet a box, and how far they are from a place. Outlines are WKB. They follow
curved edges, are cut at the antimeridian, and reach round the Earth where a pole lies inside.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from rasterio.warp import transform as reproject

from geomagnifier.geometry import Box
from geomagnifier.raster import antimeridian, georeference
from geomagnifier.types import Bools, Floats, SceneInfo

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees. West is greater than east across the antimeridian."""

STEPS = 16
"""Points on each side of an outline: a straight side of an image is curved on the Earth."""
DECIMALS = 7
"""Decimals of degrees: a centimetre."""
STRAIGHT = 1e-4
"""How far a simplified outline may lie from the curve, as a share of its longer side: a tenth of a
pixel in a thousand.
"""
RADIUS = 6_371_000.0
"""Radius of the Earth, metres."""


def outlines(info: SceneInfo, boxes: Sequence[Box]) -> list[bytes | None]:
    """Return the outlines of parts of a scene in longitude and latitude.

    Args:
        info: the scene.
        boxes: its parts, scene px.

    Returns:
        WKB of each; None for a part that the projection does not reach, and for all where the scene
        is not georeferenced.
    """
    if info.crs is None or info.transform is None or not boxes:
        return [None] * len(boxes)
    along = np.linspace(0, 1, STEPS, endpoint=False)
    x = np.concatenate([along, np.ones(STEPS), 1 - along, np.zeros(STEPS)])
    y = np.concatenate([np.zeros(STEPS), along, np.ones(STEPS), 1 - along])
    columns = np.concatenate([box.x0 + x * box.width for box in boxes])
    rows = np.concatenate([box.y0 + y * box.height for box in boxes])
    try:
        crs = georeference.parse_crs(info.crs)
        longitude, latitude = georeference.longitude_latitude(
            crs, *georeference.to_crs(info.transform, columns, rows)
        )
    except Exception:
        # Local engineering CRSs, other planets: rasterio raises many types for "cannot".
        return [None] * len(boxes)
    flat = georeference.in_degrees(crs)
    # grids in degrees may reach half a pixel beyond the pole
    beyond = abs(info.transform[3]) + abs(info.transform[4]) if flat else 1e-6
    found = np.stack([longitude, latitude], 1).reshape(len(boxes), -1, 2)
    return [_outline(ring, flat, beyond) for ring in found]


def _outline(points: Any, continuous: bool, beyond: float) -> bytes | None:
    """Turn a ring into an outline, as WKB.

    Args:
        points: (N, 2) degrees, not closed.
        continuous: see `antimeridian.cut`.
        beyond: how far a point may lie past a pole, degrees.
    """
    import shapely

    if not np.isfinite(points).all() or np.abs(points[:, 1]).max() > 90 + beyond:
        return None
    points = np.stack([points[:, 0], points[:, 1].clip(-90, 90)], 1)
    ring = np.concatenate([points, points[:1]])
    ring = ring if continuous else antimeridian.unwrap(ring)
    extent = max(
        np.ptp(ring[:, 0]) * math.cos(math.radians(np.abs(ring[:, 1]).mean())), np.ptp(ring[:, 1])
    )
    # Rounding may make a thin polygon touch itself: it is made valid after that, not before.
    shape = shapely.Polygon(ring).simplify(STRAIGHT * extent)
    shape = shapely.make_valid(
        shapely.transform(shape, lambda corners: np.round(corners, DECIMALS))
    )
    placed = antimeridian.areas(antimeridian.wrap(shape))
    return None if placed.is_empty else bytes(shapely.to_wkb(placed))


def from_geojson(geometry: dict[str, Any]) -> bytes | None:
    """Convert a GeoJSON geometry to WKB; None where it is none."""
    import shapely

    try:
        shape = shapely.make_valid(shapely.geometry.shape(geometry))
    except Exception:  # what other people's files hold; shapely raises whatever the slip led to
        return None
    return None if shape.is_empty else bytes(shapely.to_wkb(shape))


def geojson(outline: bytes) -> dict[str, Any]:
    """Convert an outline (WKB) to a GeoJSON geometry."""
    import shapely

    written: dict[str, Any] = json.loads(shapely.to_geojson(shapely.from_wkb(outline)))
    return written


def bounds(outline: bytes) -> Bounds:
    """Return the bounds of an outline; parts on both sides of the antimeridian make one box."""
    import shapely

    shape = shapely.from_wkb(outline)
    west, south, east, north = map(float, shape.bounds)
    parts = [part.bounds for part in getattr(shape, "geoms", ())]
    right = [part for part in parts if part[2] == 180]
    left = [part for part in parts if part[0] == -180]
    if west == -180 and east == 180 and right and left and not set(right) & set(left):
        start = min((part[0] for part in parts if part[0] > 0), default=-180.0)
        end = max((part[2] for part in parts if part[0] <= 0), default=180.0)
        if end < start:  # else it lies round a pole, on every longitude
            return start, south, end, north
    return west, south, east, north


def middle(box: Bounds) -> tuple[float, float]:
    """Return the longitude and latitude of the middle of bounds."""
    west, south, east, north = box
    longitude = (west + east + (360 if west > east else 0)) / 2
    return round(longitude - 360 if longitude > 180 else longitude, DECIMALS), round(
        (south + north) / 2, DECIMALS
    )


def around(longitude: float, latitude: float, metres: float) -> Bounds:
    """Return bounds that contain a circle on the Earth, a little too large.

    Args:
        longitude: of the centre, degrees.
        latitude: of the centre, degrees.
        metres: radius of the circle.
    """
    reach = 1.01 * metres / RADIUS
    south, north = latitude - math.degrees(reach), latitude + math.degrees(reach)
    if south <= -90 or north >= 90 or reach >= math.pi / 2:
        return -180.0, max(-90.0, south), 180.0, min(90.0, north)
    aside = math.degrees(math.asin(min(1.0, math.sin(reach) / math.cos(math.radians(latitude)))))
    west, east = longitude - aside, longitude + aside
    if aside >= 90:
        return -180.0, south, 180.0, north
    return west + 360 if west < -180 else west, south, east - 360 if east > 180 else east, north


def meet(outlines: Sequence[bytes | None], box: Bounds) -> Bools:
    """Return which outlines intersect a box.

    Args:
        outlines: N outlines, WKB or None.
        box: degrees; west greater than east lies across the antimeridian.

    Returns:
        (N,) bool.
    """
    import shapely

    west, south, east, north = box
    sides = [(west, east)] if west <= east else [(west, 180), (-180, east)]
    area = shapely.union_all([shapely.box(left, south, right, north) for left, right in sides])
    return np.asarray(shapely.intersects(_shapes(outlines), area), bool)


def distances(outlines: Sequence[bytes | None], longitude: float, latitude: float) -> Floats:
    """Return the distance from a place to each outline, exact on the ellipsoid for points.

    Args:
        outlines: N outlines, WKB or None.
        longitude: of the place, degrees.
        latitude: of the place, degrees.

    Returns:
        (N,) float32, metres: 0 inside, infinite where there is no outline.
    """
    import shapely

    shapes = _shapes(outlines)
    there = np.array([shape is not None for shape in shapes])
    found = np.full(len(shapes), np.inf, np.float32)
    if there.any():
        # Azimuthal equidistant: distances from its centre are those on the Earth.
        flat = georeference.parse_crs(
            f"+proj=aeqd +lat_0={latitude:.9f} +lon_0={longitude:.9f} +datum=WGS84 +units=m"
            " +no_defs"
        )
        points = shapely.get_coordinates(shapes[there])
        x, y = reproject(georeference.parse_crs("EPSG:4326"), flat, points[:, 0], points[:, 1])[:2]
        moved = shapely.set_coordinates(shapes[there].copy(), np.stack([x, y], 1))
        found[there] = np.nan_to_num(shapely.distance(moved, shapely.Point(0, 0)), nan=np.inf)
    return found


def _shapes(outlines: Sequence[bytes | None]) -> Any:
    """Read outlines into an (N,) array of shapely geometries or None."""
    import shapely

    return shapely.from_wkb(np.array([*outlines, None], object)[:-1])
