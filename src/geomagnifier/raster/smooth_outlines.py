"""Smooth outlines for drawing: pixel stairs become lines, corners are rounded, specks are left out.

The area of a region stays within 1 % of that of its pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier.mask_outlines import Ring

TOLERANCE = 1.0
"""How far a simplified line may be from the pixel edges, px: a stair of one px is a line."""
CUTS = (1.5, 0.5)
"""By which length corners are cut off, px, one pass after the other; a quarter of a side at most.
"""
FLAT = 0.1
"""How far a rounded line may be off once points on nearly straight stretches are left out, px."""
SPECK = 0.01
"""Rings below this share of a region's area are left out, as long as its area changes no more."""

Points = NDArray[np.float64]


def smooth_outlines(regions: Sequence[Sequence[Ring]]) -> list[list[Points]]:
    """Smooth the outlines of regions.

    Args:
        regions: rings of each, (N, 2) px along pixel edges, as `mask_outlines.polygons` has them.

    Returns:
        Rings of each region, (N, 2) px, without its specks.
    """
    import shapely

    kept = [_without_specks([np.asarray(ring, float) for ring in rings]) for rings in regions]
    rings = [ring for own in kept for ring in own]
    if not rings:
        return kept
    sizes = np.array([len(ring) for ring in rings])
    owner = np.repeat(np.arange(len(rings)), sizes)
    exact = shapely.polygons(shapely.linearrings(np.concatenate(rings), indices=owner))
    plain = shapely.simplify(exact, TOLERANCE)
    points, owner = _points(plain)
    for cut in CUTS:
        points, owner = _rounded(points, owner, cut)
    round_ = shapely.polygons(shapely.linearrings(points, indices=owner))
    round_ = shapely.simplify(round_, FLAT)
    points, owner = _points(round_)
    # Cut corners take area away: each ring is scaled about its middle by as much.
    scale = np.sqrt(shapely.area(exact) / np.maximum(shapely.area(round_), 1e-9))
    middle = shapely.get_coordinates(shapely.centroid(round_))
    points = middle[owner] + (points - middle[owner]) * scale[owner, None]
    smooth = iter(np.split(points, np.flatnonzero(np.diff(owner)) + 1))
    return [[next(smooth) for _ in own] for own in kept]


def _points(polygons: Any) -> tuple[Points, NDArray[np.intp]]:
    """Points of shapely polygons, (N, 2), and the polygon of each, without those that close them.

    Args:
        polygons: (M,) without holes.
    """
    import shapely

    points, owner = shapely.get_coordinates(polygons, return_index=True)
    last = np.append(owner[1:] != owner[:-1], True)  # the first point once more
    return points[~last], owner[~last]


def _without_specks(rings: list[Points]) -> list[Points]:
    """Rings of a region without islands and holes that are hardly seen."""
    if len(rings) < 2:
        return rings
    areas = np.array([_signed_area(ring) for ring in rings])
    total = abs(areas.sum())
    kept, change = [True] * len(rings), 0.0
    for at in np.argsort(np.abs(areas))[: len(rings) - 1].tolist():
        if abs(areas[at]) > SPECK * total:
            break
        if abs(change + areas[at]) <= SPECK * total:
            change += areas[at]
            kept[at] = False
    return [ring for ring, keep in zip(rings, kept, strict=True) if keep]


def _signed_area(ring: Points) -> float:
    x, y = ring.T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def _rounded(
    points: Points, owner: NDArray[np.intp], cut: float
) -> tuple[Points, NDArray[np.intp]]:
    """Cut the corners of rings: each side loses `cut` px at both ends, a quarter of it at most.

    Args:
        points: (N, 2) of all rings, one after the other.
        owner: (N,) ring of each point.
        cut: px.

    Returns:
        (2N, 2) points and their rings.
    """
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    following = np.arange(1, len(points) + 1)
    following[np.append(first[1:], len(points)) - 1] = first
    side = points[following] - points
    share = np.minimum(0.25, cut / np.maximum(np.linalg.norm(side, axis=1), 1e-9))[:, None]
    both = np.stack((points + share * side, points + (1 - share) * side), axis=1)
    return both.reshape(-1, 2), np.repeat(owner, 2)
