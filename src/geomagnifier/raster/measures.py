"""Sizes of regions, gaps between them and which way they lie.

In metres where the ground is known, in pixels where it is not.

A ground vector is (east, north); without a place on Earth the picture's right and up stand for
them, a pixel each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geomagnifier.masks import runs
from geomagnifier.raster import georeference
from geomagnifier.raster.filled_masks import covered, holes
from geomagnifier.raster.shapes import geometry, on_the_ground
from geomagnifier.results import Region
from geomagnifier.types import SceneInfo

Floats64 = NDArray[np.float64]
Kept = dict[int, NDArray[np.float64]]
"""Strips of regions by their `id`, as long as these live: what is asked about the same regions
again does not unpack their masks again.
"""
FEW = 2000
"""Things that each other one is held against; of more, those nearby."""
STREWN, GOLDEN = 100, (5**0.5 - 1) / 2
"""Points on each region by which it is told how much of it lies in others; what keeps them out of
step with its columns.
"""
PAIRS = 250_000
"""Pairs of strips of two masks that are held against each other at once; of masks with more,
outlines are taken.
"""


@dataclass(frozen=True, eq=False)
class Sizes:
    """Of N regions, by their outlines: the sides of the narrowest box round each, and the area.

    (N,) each, in m and m2 or px and px2.
    """

    length: Floats64
    width: Floats64
    area: Floats64


def is_scaled(scene: SceneInfo) -> bool:
    """Whether metres can be told."""
    return scene.gsd is not None


def sizes(
    regions: Sequence[Region], scene: SceneInfo, metres: bool, kept: Kept | None = None
) -> Sizes:
    """Sizes of some regions.

    Args:
        metres: on the ground, which must be known (`is_scaled`); else in px.
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
    """Upright strips that the regions are made of, scene px.

    Those of their masks, else their boxes.

    Returns:
        (K, 4) x0, y0, x1, y1; and of which region each is, (K,), in order; each has one at least.
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
    """The strips of each of so many regions."""
    return np.split(strips, np.searchsorted(owner, np.arange(1, number))) if number else []


def _unpacked(regions: Sequence[Region]) -> tuple[Floats64, NDArray[np.intp]]:
    masked = [i for i, region in enumerate(regions) if region.segmentation is not None]
    strips, owner = runs(
        [region.segmentation for region in regions if region.segmentation is not None]
    )
    owner = np.array(masked, np.intp)[owner]
    rest = np.setdiff1d(
        np.arange(len(regions)), owner
    )  # boxes; of an empty mask the middle of its box, all but a point
    boxes = np.array([region.box for region in regions], float).reshape(-1, 4)[rest]
    empty = np.isin(rest, masked)
    boxes[empty] = np.tile((boxes[empty, :2] + boxes[empty, 2:]) / 2, 2) + (0, 0, 1e-6, 1e-6)
    strips, owner = np.concatenate([strips, boxes]), np.concatenate([owner, rest])
    order = np.argsort(owner, kind="stable")
    return strips[order], owner[order]


def hulls(regions: Sequence[Region], kept: Kept | None = None) -> Any:
    """Convex hulls of the regions, (N,) of shapely polygons, scene px.

    From their strips, which is far quicker than outlines.
    """
    return _hulls(*pieces(regions, kept))


def _hulls(strips: Floats64, owner: NDArray[np.intp]) -> Any:
    import shapely

    new = (np.diff(owner, prepend=-1) != 0) | (np.diff(strips[:, 0], prepend=np.nan) != 0)
    first = np.flatnonzero(new)  # of each column of each region, the highest and the lowest corner
    top, foot = np.minimum.reduceat(strips[:, 1], first), np.maximum.reduceat(strips[:, 3], first)
    left, right, owner = strips[first, 0], np.maximum.reduceat(strips[:, 2], first), owner[first]
    x, y = np.stack([left, left, right, right], axis=1), np.stack([top, foot, top, foot], axis=1)
    return shapely.convex_hull(
        shapely.linestrings(np.stack([x.ravel(), y.ravel()], axis=1), indices=np.repeat(owner, 4))
    )


def outlines(regions: Sequence[Region]) -> list[Any]:
    """Their shapely geometries, scene px."""
    return [geometry(region) for region in regions]


def middles(regions: Sequence[Region]) -> Floats64:
    """Centres of the boxes, (N, 2) scene px."""
    boxes = np.array([region.box for region in regions], float).reshape(-1, 4)
    return np.asarray((boxes[:, :2] + boxes[:, 2:]) / 2)


def on_ground(vectors: Floats64, at: Floats64, scene: SceneInfo, metres: bool = True) -> Floats64:
    """Vectors in scene px as (east, north).

    Args:
        vectors: (N, 2) px, y down.
        at: (N, 2) px, where the scale of each is taken.
        scene: whose px they are in.
        metres: False for the same directions in px.

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
    """Whether one of some others lies no further from each region's outline than its limit, (N,) px. A region is not near itself."""
    near = np.zeros(len(regions), bool)
    if not regions or not others:
        return near
    mine, theirs = _parted(regions, kept), _parted(others, kept)
    around = np.array([_around(strips) for strips in theirs])
    same = {id(region): j for j, region in enumerate(others)}
    look = _Lookout(around)
    for i, (region, limit) in enumerate(
        zip(regions, np.broadcast_to(limits, len(regions)).tolist(), strict=True)
    ):
        box = _around(mine[i])
        found = look.within(box, limit)
        least = _box_gap(box, around[found])
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
    """Whether two regions lie no further apart than a limit, px. first, second: their strips."""
    if _at_most(first, second) <= limit:
        return True
    line = _between(first, second, region, other)
    return float(np.linalg.norm(line[1] - line[0])) <= limit


def nearest(
    regions: Sequence[Region],
    others: Sequence[Region],
    scene: SceneInfo,
    metres: bool,
    kept: Kept | None = None,
) -> tuple[Floats64, NDArray[np.intp]]:
    """The gap from each region's outline to the nearest of some others, and which one that is.

    A region is not near itself.

    Returns:
        (N,) m or px, infinite where there is no other; (N,) numbers of the others, -1 where there
        is none.
    """
    gaps, index, lines = (
        np.full(len(regions), np.inf),
        np.full(len(regions), -1, np.intp),
        np.zeros((len(regions), 2, 2)),
    )
    if not regions or not others:
        return gaps, index
    mine, theirs = _parted(regions, kept), _parted(others, kept)
    around = np.array([_around(strips) for strips in theirs])
    same = {id(region): j for j, region in enumerate(others)}
    look = _Lookout(around)
    for i, region in enumerate(regions):
        itself = same.get(id(region), -1)
        for near in look.about(_around(mine[i])):
            least = _box_gap(_around(mine[i]), around[near])
            for k in np.argsort(least).tolist():  # boxes are at least as near as what is in them
                j = int(near[k])
                if j == itself:
                    continue
                if least[k] >= gaps[i]:
                    break
                line = _between(mine[i], theirs[j], region, others[j])
                away = float(np.linalg.norm(line[1] - line[0]))
                if away < gaps[i]:
                    gaps[i], index[i], lines[i] = away, j, line
            if gaps[i] <= look.reach:
                break
    if metres:
        known = index >= 0
        gaps[known] = _long(lines[known], scene, True)
    return gaps, index


class _Lookout:
    """Boxes near another one: all of them where they are few, else those in a reach that doubles.

    boxes: (M, 4).
    """

    def __init__(self, boxes: Floats64) -> None:
        import shapely

        self.number, self.reach = len(boxes), np.inf
        self._tree = shapely.STRtree(shapely.box(*boxes.T)) if len(boxes) > FEW else None

    def within(self, box: Floats64, reach: float) -> NDArray[np.intp]:
        """Numbers of the boxes that may be within a reach of this one."""
        import shapely

        if self._tree is None:
            return np.arange(self.number)
        return np.asarray(self._tree.query(shapely.box(*box), "dwithin", reach), np.intp)

    def about(self, box: Floats64) -> Iterator[NDArray[np.intp]]:
        """Numbers of the boxes within `reach` of this one, and of ever more."""
        import shapely

        if self._tree is None:
            yield np.arange(self.number)
            return
        self.reach = float(max(box[2] - box[0], box[3] - box[1], 1.0))
        while True:
            found = self._tree.query(shapely.box(*box), "dwithin", self.reach)
            yield found
            if len(found) == self.number:
                return
            self.reach *= 2


def _parted(regions: Sequence[Region], kept: Kept | None = None) -> list[Floats64]:
    """The strips of each region."""
    return _split(*pieces(regions, kept), len(regions))


def _around(strips: Floats64) -> Floats64:
    return np.concatenate([strips[:, :2].min(0), strips[:, 2:].max(0)])


def _box_gap(box: Floats64, boxes: Floats64) -> Floats64:
    """From one box to others, (M,)."""
    steps = np.maximum(np.maximum(box[:2] - boxes[:, 2:], boxes[:, :2] - box[2:]), 0)
    return np.asarray(np.hypot(steps[:, 0], steps[:, 1]))


def _at_most(first: Floats64, second: Floats64) -> float:
    """A bound on the gap between two regions.

    From a strip to the nearest of the other one, and back. first, second: their strips.
    """
    strip = first[len(first) // 2]
    for strips in (second, first, second):
        gaps = _box_gap(strip, strips)
        strip = strips[k := int(gaps.argmin())]
    return float(gaps[k])


def _between(first: Floats64, second: Floats64, region: Region, other: Region) -> Floats64:
    """The shortest line between two regions, (2, 2) px. first, second.

    Their strips, in the order of their columns.
    """
    most = _at_most(first, second) + 1e-9
    first = first[_box_gap(_around(second), first) <= most]
    second = second[_box_gap(_around(first), second) <= most]
    low = np.searchsorted(second[:, 0], first[:, 0] - most - (second[:, 2] - second[:, 0]).max())
    count = (
        np.searchsorted(second[:, 0], first[:, 2] + most, side="right") - low
    )  # of each strip, those in columns so near
    if count.sum() > PAIRS:
        import shapely

        return np.asarray(
            shapely.get_coordinates(shapely.shortest_line(geometry(region), geometry(other)))
        )
    i = np.repeat(np.arange(len(first)), count)
    j = np.arange(len(i)) - np.repeat(np.cumsum(count) - count - low, count)
    k = int(
        (np.maximum(np.maximum(first[i, :2] - second[j, 2:], second[j, :2] - first[i, 2:]), 0) ** 2)
        .sum(1)
        .argmin()
    )
    a, b = first[i[k]], second[j[k]]
    low, high = (
        np.maximum(a[:2], b[:2]),
        np.minimum(a[2:], b[2:]),
    )  # where both are, low is below high
    middle = (low + high) / 2
    ahead = a[:2] > b[:2]
    return np.stack(
        [
            np.where(low <= high, middle, np.where(ahead, low, high)),
            np.where(low <= high, middle, np.where(ahead, high, low)),
        ]
    )


def _long(lines: Floats64, scene: SceneInfo, metres: bool) -> Floats64:
    """Lengths of straight lines (N, 2, 2) in scene px."""
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
    """Between the centres of two regions, or between their outlines."""
    if gap:
        a, b = _parted([first, second], kept)
        return float(_long(_between(a, b, first, second)[None], scene, metres)[0])
    return float(_long(middles([first, second])[None], scene, metres)[0])


def lies_within(
    regions: Sequence[Region], others: Sequence[Region], kept: Kept | None = None
) -> Floats64:
    """The share of each region that lies inside the others together, holes in these filled.

    (N,), 0 to 1, by points strewn over it.

    The mask of water ends where a ship lies on it, so that a ship lies in a hole of it, or at its
    shore.
    """
    import shapely

    shares = np.zeros(len(regions))
    if not regions or not others:
        return shares
    mine, theirs = (np.array([region.box for region in some], float) for some in (regions, others))
    meeting = (
        np.maximum(mine[:, None, :2], theirs[:, :2]) < np.minimum(mine[:, None, 2:], theirs[:, 2:])
    ).all(2)  # (N, M)
    inner, outer = (
        np.flatnonzero(meeting.any(1)).tolist(),
        np.flatnonzero(meeting.any(0)).tolist(),
    )  # outlines of those alone
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
    """Points strewn evenly over regions, `STREWN` on each: (P, 2), and whose each is.

    Strips, owner: of `pieces`.
    """
    sizes = np.maximum((strips[:, 2:] - strips[:, :2]).prod(1), 1e-9)
    ends = np.cumsum(sizes)
    last = np.searchsorted(owner, np.arange(owner[-1] + 1), side="right") - 1
    stop = ends[last]
    start = np.append(0.0, stop[:-1])
    k = np.arange(STREWN)
    at = (
        start[:, None] + (stop - start)[:, None] * (k + k * GOLDEN % 1) / STREWN
    )  # one in each of as many equal parts, never in step
    at = at.ravel()
    strip = np.minimum(np.searchsorted(ends, at, side="right"), np.repeat(last, STREWN))
    left = np.clip(
        (at - ends[strip] + sizes[strip]) / sizes[strip], 0, 1
    )  # the part of the strip that lies before the point
    width, height = (strips[strip, 2:] - strips[strip, :2]).T
    down = np.where(width > 1, np.tile(k * GOLDEN % 1, len(last)), left)
    across = np.where(width > 1, left, 0.5)
    return strips[strip, :2] + np.stack([across * width, down * height], axis=1), owner[strip]


def axes(regions: Sequence[Region], scene: SceneInfo, kept: Kept | None = None) -> Floats64:
    """Headings of the long axes, degrees clockwise from north, 0 to 180: (N,)."""
    import shapely

    found = shapely.get_coordinates(shapely.oriented_envelope(hulls(regions, kept))).reshape(
        -1, 5, 2
    )
    edges = np.diff(found[:, :3], axis=1)  # (N, 2, 2), two neighbouring sides
    longer = np.linalg.norm(edges, axis=2).argmax(1)
    ground = on_ground(edges[np.arange(len(edges)), longer], middles(regions), scene)
    return np.asarray(np.degrees(np.arctan2(ground[:, 0], ground[:, 1])) % 180)


def _sides(shapes: Any) -> Floats64:
    """The shorter and the longer side of the narrowest box round each shape, (N, 2) px."""
    import shapely

    found = shapely.get_coordinates(shapely.oriented_envelope(shapes)).reshape(-1, 5, 2)
    return np.asarray(np.sort(np.linalg.norm(np.diff(found[:, :3], axis=1), axis=2), axis=1))


def square_px(regions: Sequence[Region]) -> float:
    """Scene px that the regions cover together, each once; their boxes where they have no masks."""
    import shapely

    return float(shapely.area(shapely.union_all(outlines(regions)))) if regions else 0.0
