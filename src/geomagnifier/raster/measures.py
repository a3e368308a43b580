"""Measure regions: their sizes, the gaps between them and their directions.

Measures are in metres where the scale is known, else in pixels. A ground vector is (east, north);
without georeference the image's right and up stand for these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier.masks import runs
from geomagnifier.raster import georeference
from geomagnifier.raster.filled_masks import covered, holes
from geomagnifier.raster.mask_gaps import (
    NearbyBoxes,
    bounds_of,
    box_gaps,
    gap_bound,
    shortest_line,
)
from geomagnifier.raster.shapes import geometries, on_the_ground
from geomagnifier.results import Region
from geomagnifier.types import SceneInfo

Floats64 = NDArray[np.float64]
Kept = dict[int, NDArray[np.float64]]
"""Cache of the strips of regions by `id`, for as long as the regions live: their masks are decoded
once, however much is asked about them.
"""
STREWN, GOLDEN = 100, (5**0.5 - 1) / 2
"""Sample points on each region by which its share inside others is measured; the step that keeps
them from falling in line with its columns.
"""


@dataclass(frozen=True, eq=False)
class Sizes:
    """Sizes of N regions, in m and m2 or in px and px2."""

    length: Floats64
    """(N,) longer side of the narrowest rectangle round each outline, however it is rotated."""
    width: Floats64
    """(N,) shorter side of that rectangle."""
    area: Floats64
    """(N,) area of each."""


def is_scaled(scene: SceneInfo) -> bool:
    """Return whether the scale of a scene is known, so that measures can be in metres."""
    return scene.gsd is not None


def sizes(
    regions: Sequence[Region], scene: SceneInfo, metres: bool, kept: Kept | None = None
) -> Sizes:
    """Measure the sizes of some regions.

    Args:
        regions: with masks or boxes.
        scene: whose regions they are.
        metres: whether to measure in metres, for which `is_scaled` must hold; else in px.
        kept: cache of their strips, or None.
    """
    import shapely

    strips, owner = pieces(regions, kept)
    shapes = _hulls(strips, owner)
    pixels: Floats64 = np.bincount(
        owner, (strips[:, 2:] - strips[:, :2]).prod(1), minlength=len(regions)
    ).astype(float)
    if metres:
        ground, length, width = on_the_ground(shapes, scene)
        return Sizes(length, width, ground * pixels / np.maximum(shapely.area(shapes), 1e-9))
    width, length = _sides(shapes).T
    return Sizes(length, width, pixels)


def pieces(
    regions: Sequence[Region], kept: Kept | None = None
) -> tuple[Floats64, NDArray[np.intp]]:
    """Return the vertical strips that regions are made of: those of their masks, else their boxes.

    Args:
        regions: N regions.
        kept: cache of their strips, or None.

    Returns:
        (K, 4) x0, y0, x1, y1, scene px; and the number of the region of each, (K,), rising. Each
        region has one strip at least.
    """
    if kept is None:
        return _unpacked(regions)
    new = [region for region in regions if id(region) not in kept]
    if new:
        kept |= dict(zip(map(id, new), _split(*_unpacked(new), len(new)), strict=True))
    found = [kept[id(region)] for region in regions]
    return np.concatenate([np.zeros((0, 4)), *found]), np.repeat(
        np.arange(len(found)), [len(strips) for strips in found]
    )


def _split(strips: Floats64, owner: NDArray[np.intp], number: int) -> list[Floats64]:
    """Split strips into those of each region."""
    return np.split(strips, np.searchsorted(owner, np.arange(1, number))) if number else []


def _unpacked(regions: Sequence[Region]) -> tuple[Floats64, NDArray[np.intp]]:
    masked = [i for i, region in enumerate(regions) if region.segmentation is not None]
    strips, owner = runs(
        [region.segmentation for region in regions if region.segmentation is not None]
    )
    owner = np.array(masked, np.intp)[owner]
    # The others have their box; an empty mask has the middle of its box, all but a point.
    rest = np.setdiff1d(np.arange(len(regions)), owner)
    boxes = np.array([region.box for region in regions], float).reshape(-1, 4)[rest]
    empty = np.isin(rest, masked)
    boxes[empty] = np.tile((boxes[empty, :2] + boxes[empty, 2:]) / 2, 2) + (0, 0, 1e-6, 1e-6)
    strips, owner = np.concatenate([strips, boxes]), np.concatenate([owner, rest])
    order = np.argsort(owner, kind="stable")
    return strips[order], owner[order]


def hulls(regions: Sequence[Region], kept: Kept | None = None) -> Any:
    """Return the convex hulls of regions, from their strips, far quicker than from outlines.

    Args:
        regions: N regions.
        kept: cache of their strips, or None.

    Returns:
        (N,) of shapely polygons, scene px.
    """
    return _hulls(*pieces(regions, kept))


def _hulls(strips: Floats64, owner: NDArray[np.intp]) -> Any:
    import shapely

    # The hull of a region is that of the highest and the lowest corner of each of its columns.
    new = (np.diff(owner, prepend=-1) != 0) | (np.diff(strips[:, 0], prepend=np.nan) != 0)
    first = np.flatnonzero(new)
    top, foot = np.minimum.reduceat(strips[:, 1], first), np.maximum.reduceat(strips[:, 3], first)
    left, right, owner = strips[first, 0], np.maximum.reduceat(strips[:, 2], first), owner[first]
    x, y = np.stack([left, left, right, right], axis=1), np.stack([top, foot, top, foot], axis=1)
    return shapely.convex_hull(
        shapely.linestrings(np.stack([x.ravel(), y.ravel()], axis=1), indices=np.repeat(owner, 4))
    )


def outlines(regions: Sequence[Region]) -> list[Any]:
    """Return the shapely geometries of regions, scene px."""
    return geometries(regions)


def middles(regions: Sequence[Region]) -> Floats64:
    """Return the centres of the boxes of regions, (N, 2) scene px."""
    boxes = np.array([region.box for region in regions], float).reshape(-1, 4)
    return np.asarray((boxes[:, :2] + boxes[:, 2:]) / 2)


def on_ground(vectors: Floats64, at: Floats64, scene: SceneInfo, metres: bool = True) -> Floats64:
    """Convert vectors in scene px to (east, north).

    Args:
        vectors: (N, 2) px, y down.
        at: (N, 2) px, where the scale of each is taken.
        scene: whose pixels they are.
        metres: False for the same directions with lengths in px.

    Returns:
        (N, 2), in metres where these are wanted and known.
    """
    up = np.array([1.0, -1.0])
    if scene.crs is None or not len(vectors):
        return np.asarray(vectors * up)
    steps = georeference.ground_steps(
        georeference.parse_crs(scene.crs), scene.transform, (scene.width, scene.height), at
    )
    if steps is None or not np.isfinite(steps).all():
        return np.asarray(vectors * up)
    ground = np.einsum("nij,nj->ni", steps, vectors)
    if metres:
        return np.asarray(ground)
    length = np.linalg.norm(ground, axis=1, keepdims=True)
    return np.asarray(
        ground / np.maximum(length, 1e-12) * np.linalg.norm(vectors, axis=1, keepdims=True)
    )


def within_reach(
    regions: Sequence[Region],
    others: Sequence[Region],
    limits: Floats64 | float,
    kept: Kept | None = None,
) -> NDArray[np.bool_]:
    """Return which regions have one of some others within a limit of their outline.

    A region is not near itself.

    Args:
        regions: N regions.
        others: that are looked for near each.
        limits: the largest gap, px; one for all, or (N,).
        kept: cache of their strips, or None.

    Returns:
        (N,) bool.
    """
    near = np.zeros(len(regions), bool)
    if not regions or not others:
        return near
    mine, theirs = _parted(regions, kept), _parted(others, kept)
    around = np.array([bounds_of(strips) for strips in theirs])
    same = {id(region): j for j, region in enumerate(others)}
    nearby = NearbyBoxes(around)
    for i, (region, limit) in enumerate(
        zip(regions, np.broadcast_to(limits, len(regions)).tolist(), strict=True)
    ):
        box = bounds_of(mine[i])
        found = nearby.within(box, limit)
        least = box_gaps(box, around[found])
        for j in found[np.argsort(least)][: int((least <= limit).sum())].tolist():
            if j != same.get(id(region), -1) and _reaches(
                mine[i], theirs[j], region, others[j], limit
            ):
                near[i] = True
                break
    return near


def _reaches(
    first: Floats64, second: Floats64, region: Region, other: Region, limit: float
) -> bool:
    """Return whether two regions, with these strips, lie no further apart than a limit, px."""
    if gap_bound(first, second) <= limit:
        return True
    line = shortest_line(first, second, region, other)
    return float(np.linalg.norm(line[1] - line[0])) <= limit


def nearest(
    regions: Sequence[Region],
    others: Sequence[Region],
    scene: SceneInfo,
    metres: bool,
    kept: Kept | None = None,
) -> tuple[Floats64, NDArray[np.intp]]:
    """Measure the gap from each region's outline to the nearest of some others.

    A region is not near itself.

    Args:
        regions: N regions.
        others: that are looked for near each.
        scene: whose regions they are.
        metres: whether gaps are in metres, for which `is_scaled` must hold; else in px.
        kept: cache of their strips, or None.

    Returns:
        (N,) gaps, infinite where there is no other; (N,) number of the nearest other, -1 where
        there is none.
    """
    gaps, index, lines = (
        np.full(len(regions), np.inf),
        np.full(len(regions), -1, np.intp),
        np.zeros((len(regions), 2, 2)),
    )
    if not regions or not others:
        return gaps, index
    mine, theirs = _parted(regions, kept), _parted(others, kept)
    around = np.array([bounds_of(strips) for strips in theirs])
    same = {id(region): j for j, region in enumerate(others)}
    nearby = NearbyBoxes(around)
    for i, region in enumerate(regions):
        itself = same.get(id(region), -1)
        for near in nearby.about(bounds_of(mine[i])):
            least = box_gaps(bounds_of(mine[i]), around[near])
            for k in np.argsort(least).tolist():  # boxes are at least as near as what is in them
                j = int(near[k])
                if j == itself:
                    continue
                if least[k] >= gaps[i]:
                    break
                line = shortest_line(mine[i], theirs[j], region, others[j])
                away = float(np.linalg.norm(line[1] - line[0]))
                if away < gaps[i]:
                    gaps[i], index[i], lines[i] = away, j, line
            if gaps[i] <= nearby.reach:  # whatever is further away is no nearer than this
                break
    if metres:
        known = index >= 0
        gaps[known] = _long(lines[known], scene, True)
    return gaps, index


def _parted(regions: Sequence[Region], kept: Kept | None = None) -> list[Floats64]:
    """Return the strips of each region."""
    return _split(*pieces(regions, kept), len(regions))


def _long(lines: Floats64, scene: SceneInfo, metres: bool) -> Floats64:
    """Measure straight lines, (N, 2, 2) scene px."""
    vectors = lines[:, 1] - lines[:, 0]
    return np.asarray(
        np.linalg.norm(on_ground(vectors, lines.mean(1), scene) if metres else vectors, axis=1)
    )


def apart(
    first: Region,
    second: Region,
    scene: SceneInfo,
    metres: bool,
    gap: bool,
    kept: Kept | None = None,
) -> float:
    """Measure the distance between two regions.

    Args:
        first: the one.
        second: the other.
        scene: whose regions they are.
        metres: whether it is in metres, for which `is_scaled` must hold; else in px.
        gap: whether it is measured between outlines; else between centres.
        kept: cache of their strips, or None.
    """
    if gap:
        a, b = _parted([first, second], kept)
        return float(_long(shortest_line(a, b, first, second)[None], scene, metres)[0])
    return float(_long(middles([first, second])[None], scene, metres)[0])


def lies_within(
    regions: Sequence[Region], others: Sequence[Region], kept: Kept | None = None
) -> Floats64:
    """Measure the share of each region that lies inside the others together, their holes filled.

    The mask of water ends where a ship lies on it: the ship lies in a hole of the water, which
    counts, or at its shore.

    Args:
        regions: N regions.
        others: with masks or boxes.
        kept: cache of their strips, or None.

    Returns:
        (N,) 0 to 1, by sample points on each region.
    """
    import shapely

    shares = np.zeros(len(regions))
    if not regions or not others:
        return shares
    mine, theirs = (np.array([region.box for region in some], float) for some in (regions, others))
    meeting = (
        np.maximum(mine[:, None, :2], theirs[:, :2]) < np.minimum(mine[:, None, 2:], theirs[:, 2:])
    ).all(2)  # (N, M)
    # Only regions whose boxes meet have their masks compared.
    inner = np.flatnonzero(meeting.any(1)).tolist()
    outer = np.flatnonzero(meeting.any(0)).tolist()
    if len(inner):
        points, owner = _strewn(*pieces([regions[i] for i in inner], kept))
        strips, whose = pieces(
            [others[j] for j in outer if others[j].segmentation is not None], kept
        )
        inside = covered(points, np.concatenate([strips, holes(strips, whose)]))
        boxes = theirs[[j for j in outer if others[j].segmentation is None]]
        if len(boxes):
            united = shapely.union_all(shapely.box(*boxes.T))
            shapely.prepare(united)
            inside |= shapely.contains_xy(united, points)
        shares[inner] = np.bincount(owner, inside) / np.bincount(owner)
    return shares


def _strewn(strips: Floats64, owner: NDArray[np.intp]) -> tuple[Floats64, NDArray[np.intp]]:
    """Spread `STREWN` sample points evenly over each region.

    Args:
        strips: (K, 4), from `pieces`.
        owner: (K,), from `pieces`.

    Returns:
        (P, 2) points, scene px, and the number of the region of each, (P,).
    """
    sizes = np.maximum((strips[:, 2:] - strips[:, :2]).prod(1), 1e-9)
    ends = np.cumsum(sizes)
    last = np.searchsorted(owner, np.arange(owner[-1] + 1), side="right") - 1
    stop = ends[last]
    start = np.append(0.0, stop[:-1])
    # Pixels of all strips in one line: a point in each of STREWN equal parts of a region, at a
    # place in its part that the golden ratio shifts, so that points fall in line with no pattern.
    k = np.arange(STREWN)
    at = start[:, None] + (stop - start)[:, None] * (k + k * GOLDEN % 1) / STREWN
    at = at.ravel()
    strip = np.minimum(np.searchsorted(ends, at, side="right"), np.repeat(last, STREWN))
    # The share of the strip that lies before the point.
    left = np.clip((at - ends[strip] + sizes[strip]) / sizes[strip], 0, 1)
    width, height = (strips[strip, 2:] - strips[strip, :2]).T
    down = np.where(width > 1, np.tile(k * GOLDEN % 1, len(last)), left)
    across = np.where(width > 1, left, 0.5)
    return strips[strip, :2] + np.stack([across * width, down * height], axis=1), owner[strip]


def axes(regions: Sequence[Region], scene: SceneInfo, kept: Kept | None = None) -> Floats64:
    """Return the headings of the long axes of regions.

    Args:
        regions: N regions.
        scene: whose regions they are.
        kept: cache of their strips, or None.

    Returns:
        (N,) degrees clockwise from north, 0 to 180.
    """
    import shapely

    found = shapely.get_coordinates(shapely.oriented_envelope(hulls(regions, kept))).reshape(
        -1, 5, 2
    )
    edges = np.diff(found[:, :3], axis=1)  # (N, 2, 2), two neighbouring sides
    longer = np.linalg.norm(edges, axis=2).argmax(1)
    ground = on_ground(edges[np.arange(len(edges)), longer], middles(regions), scene)
    return np.asarray(np.degrees(np.arctan2(ground[:, 0], ground[:, 1])) % 180)


def _sides(shapes: Any) -> Floats64:
    """Return the sides of the narrowest rectangle round each shape, (N, 2) px, shorter first."""
    import shapely

    found = shapely.get_coordinates(shapely.oriented_envelope(shapes)).reshape(-1, 5, 2)
    return np.asarray(np.sort(np.linalg.norm(np.diff(found[:, :3], axis=1), axis=2), axis=1))


def square_px(regions: Sequence[Region]) -> float:
    """Return the area that regions cover together, px2; of those without a mask, their boxes."""
    import shapely

    return float(shapely.area(shapely.union_all(outlines(regions)))) if regions else 0.0
