"""Cut polygons at the antimeridian and close them round a pole (RFC 7946, 3.1.9).

On the Earth a ring across the antimeridian is like any other ring, and a ring round a pole has that
pole inside. On the flat map from -180 to 180 degrees the first jumps from 180 to -180, and the
second does not close: it runs from one edge of the map to the other.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

POLE = 90 - 1e-7
"""Degrees of latitude from which a point is the pole itself (to a centimetre): its longitude has no
meaning.
"""
EDGE = 1e-9
"""Degrees that a point may lie beyond the antimeridian."""


def cut(polygon: Any, continuous: bool) -> Any:
    """Cut a polygon so that it lies on the flat map.

    Args:
        polygon: a shapely Polygon in degrees, neighbouring points less than 180 degrees of
            longitude apart.
        continuous: whether longitudes run on beyond 180, as those of a raster in degrees do; else
            each lies anywhere within a full turn.

    Returns:
        A valid Polygon or MultiPolygon within -180 to 180, outer rings counter-clockwise; empty
        where there is no area.
    """
    import shapely

    rings = [
        ring if continuous else unwrap(ring)
        for ring in map(shapely.get_coordinates, (polygon.exterior, *polygon.interiors))
    ]
    shell, *holes = (
        wrap(shapely.make_valid(shapely.Polygon(ring), method="structure")) for ring in rings
    )
    return areas(shell.difference(shapely.union_all(holes)) if holes else shell)


def unwrap(ring: Points) -> Points:
    """Give a ring continuous longitudes, and lead it along the edge of the map round a pole.

    Args:
        ring: (N, 2) degrees, closed (the last point repeats the first); neighbours less than 180
            degrees of longitude apart.

    Returns:
        (M, 2) degrees, closed.
    """
    points = ring[:-1]
    poles = np.abs(points[:, 1]) > POLE
    if poles.any():
        # The pole itself has no longitude: open the ring there, and let the edge of the map stand
        # for it between the points before and after.
        north = bool(points[poles][0, 1] > 0)
        points = np.roll(points, -int(np.flatnonzero(poles)[-1]), axis=0)
        points = points[np.abs(points[:, 1]) <= POLE]
        if len(points) < 2:
            return ring
        path = np.stack([np.unwrap(points[:, 0], period=360), points[:, 1]], axis=1)
    else:
        north = bool(points[:, 1].mean() > 0)
        path = np.stack([np.unwrap(ring[:, 0], period=360), ring[:, 1]], axis=1)
        if abs(path[-1, 0] - path[0, 0]) < 180:
            return path
    edge = 90.0 if north else -90.0
    return np.concatenate([path, [(path[-1, 0], edge), (path[0, 0], edge), path[0]]])


def wrap(shape: Any) -> Any:
    """Bring a shapely geometry with continuous longitudes within -180 to 180.

    What lies beyond is cut off and moved by a whole turn.
    """
    import shapely

    if shape.is_empty:
        return shape
    west, _, east, _ = shape.bounds
    first, last = math.floor((west + 180 + EDGE) / 360), math.ceil((east - 180 - EDGE) / 360)
    parts = []
    for turn in range(first, max(first, last) + 1):
        part = shape
        if last > first:
            part = shape.intersection(shapely.box(360 * turn - 180, -90, 360 * turn + 180, 90))
        parts.append(
            shapely.transform(part, lambda points, back=360 * turn: points - (back, 0))
            if turn
            else part
        )
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def areas(shape: Any) -> Any:
    """Keep the polygons of a shapely geometry, without the lines and points that cutting leaves.

    Outer rings are counter-clockwise.
    """
    import shapely

    parts = shapely.get_parts(shape)
    kept = parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > 0)]
    kept = np.concatenate([shapely.get_parts(part) for part in kept]) if len(kept) else kept
    return shapely.orient_polygons(kept[0] if len(kept) == 1 else shapely.MultiPolygon(list(kept)))
