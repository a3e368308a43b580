"""The objects that a question selects: of a class, by filters and by rank.

Sizes come from outlines, places from boxes. Filters are in `program`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from geomagnifier.composed import object_colours
from geomagnifier.composed import program as p
from geomagnifier.composed.ground import CannotTell, Ground, Term
from geomagnifier.geometry import Box, overlap
from geomagnifier.masks import decode_window
from geomagnifier.raster import measures
from geomagnifier.results import Region

NEAR = 0.06
"""Gap, as a share of the picture's longer side, up to which one thing is near another; along it, up
to its own length.
"""

SAME = 0.5
"""Overlap of boxes from which a vehicle and a truck are one thing, found as both."""
ON = 0.25
"""Gap to what a thing lies on, as a part of its own width: masks end at each other's edge."""

MIDDLE = (0.3, 0.7)

RIM = 0.1
"""Bounds of the picture's centre, and width of its edge, as shares of both sides."""

TURN = 22.5
"""Degrees by which a heading may be off."""

SAMPLE = 2000
"""Pixels of a region at most that its colour is told by."""

ROUND = 1.2
"""Length over width up to which a thing has no long axis."""


def select(of: p.Select, ground: Ground) -> list[Region]:
    """The regions of a selection.

    Args:
        of: classes, filters and rank.
        ground: the regions and their scene.

    Raises:
        CannotTell: there are fewer than the rank asks for, or a filter cannot be tested.
    """
    regions = (
        list(ground.them)
        if of.them
        else [region for region in ground.found if region.label in of.kinds]
    )
    for test in sorted(of.filters, key=_cost):
        regions = filtered(test, regions, ground)
    if of.rank is not None and regions:
        if len(regions) < of.rank.start + of.rank.count - 1:
            raise CannotTell(
                "fewer",
                (),
                Term(p.Count(replace(of, rank=None)), len(regions), None, counts_of(regions)),
            )
        regions = _ranked(of.rank, regions, ground)
    return regions


def _cost(test: p.Filter) -> int:
    """Of filters, those that cost least come first, so that few regions are left for the others."""
    if isinstance(test, p.Not):
        return _cost(test.of)
    return (
        0
        if isinstance(test, p.Place)
        else 1
        if isinstance(test, p.Limit | p.Heading)
        else 3
        if isinstance(test, p.Colour)
        else 2
    )


def several(of: p.Select, ground: Ground) -> list[Region]:
    """The regions of a selection of two or more.

    Args:
        of: classes, filters and rank.
        ground: the regions and their scene.

    Raises:
        CannotTell: there are fewer than two.
    """
    regions = select(of, ground)
    if len(regions) < 2:
        raise CannotTell("not two" if regions else "none", regions)
    return regions


def _ranked(rank: p.Rank, regions: list[Region], ground: Ground) -> list[Region]:
    if rank.by in p.OUTLINED:
        values = ground.sizes(regions, rank.by, measures.is_scaled(ground.scene))  # type: ignore[arg-type]
    elif rank.to is not None:
        others = select(rank.to, ground)
        if not others:  # not "there is no ship": the landmark is what is missing
            raise CannotTell("none", regions)
        values = measures.nearest(regions, others, ground.scene, False, ground.strips)[0].tolist()
    else:
        x, y = measures.middles(regions).T
        values = {"left": -x, "right": x, "upper": -y, "lower": y}[rank.by].tolist()
    order = sorted(range(len(regions)), key=lambda i: values[i], reverse=rank.largest)
    return [regions[i] for i in sorted(order[rank.start - 1 :][: rank.count])]


def _found_as(regions: Sequence[Region], others: Sequence[Region]) -> list[bool]:
    """Of each region, whether it was found as one of some others of another class as well."""
    if not others:
        return [False] * len(regions)
    a, b = (np.array([region.box for region in some], float) for some in (regions, others))
    differ = np.array([[x.label != y.label for y in others] for x in regions])
    return [bool(one) for one in ((overlap(a, b) >= SAME) & differ).any(1)]


def filtered(test: p.Filter, regions: Sequence[Region], ground: Ground) -> list[Region]:
    """The regions that pass a filter, in order.

    Args:
        test: the filter.
        regions: to test.
        ground: their scene, and all other regions.
    """
    regions = list(regions)
    if not regions:
        return regions
    match test:
        case p.Not(of):
            out = {id(region) for region in filtered(of, regions, ground)}
            return [region for region in regions if id(region) not in out]
        case p.Among(of):
            others = select(of, ground)
            chosen = {id(region) for region in others}
            return [
                region
                for region, also in zip(regions, _found_as(regions, others), strict=True)
                if also or id(region) in chosen
            ]
        case p.Limit(what, low, high, unit):
            values = ground.sizes(regions, what, ground.metric(unit))
            kept = [
                (low is None or value >= low) and (high is None or value <= high)
                for value in values
            ]
        case p.Place(part):
            area = ground.area
            xy = (measures.middles(regions) - (area.x0, area.y0)) / (area.width, area.height)
            kept = _in_part(part, xy).tolist()
        case p.Colour(names):
            kept = [colour_of(region, ground) in names for region in regions]
        case p.Heading(degrees):
            off = np.abs(
                (measures.axes(regions, ground.scene, ground.strips) - degrees + 90) % 180 - 90
            )
            lengths, widths = (
                ground.sizes(regions, what, metres=False) for what in get_args(p.Quantity)[:2]
            )
            kept = [
                o <= TURN and long >= ROUND * wide
                for o, long, wide in zip(off, lengths, widths, strict=True)
            ]
        case p.AnyOf(tests):
            passing = {id(region) for one in tests for region in filtered(one, regions, ground)}
            kept = [id(region) in passing for region in regions]
        case p.Between(first, second):
            kept = _between(regions, select(first, ground), select(second, ground))
        case p.Related():
            kept = _related(test, regions, ground)
    return [region for region, keep in zip(regions, kept, strict=True) if keep]


def _in_part(part: str, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points lie in a part of the picture. part: as of `program.Place`.

    Xy: (N, 2), shares of its width and height.
    """
    words, (x, y) = part.split(), xy.T
    if part in ("centre", "edge"):
        low, high = MIDDLE if part == "centre" else (RIM, 1 - RIM)
        inside = (x > low) & (x < high) & (y > low) & (y < high)
        return np.asarray(inside if part == "centre" else ~inside)
    share = {"third": 1 / 3, "corner": 1 / 3, "edge": RIM}.get(words[-1], 0.5)
    at = {"left": x < share, "right": x >= 1 - share, "upper": y < share, "lower": y >= 1 - share}
    return np.asarray(np.logical_and.reduce([at[word] for word in words if word in at]))


def _related(test: p.Related, regions: Sequence[Region], ground: Ground) -> list[bool]:
    others = select(test.others, ground)
    if not others:
        return [False] * len(regions)
    if test.within is not None:
        if not ground.metric(test.unit):
            return _listed(measures.within_reach(regions, others, test.within, ground.strips))
        return _listed(
            measures.nearest(regions, others, ground.scene, True, ground.strips)[0] <= test.within
        )
    if test.way == "inside":
        mine = {id(region) for region in regions}
        rest = [other for other in others if id(other) not in mine] or others
        return _listed(measures.lies_within(regions, rest, ground.strips) >= 0.5)
    if test.way in ("on", "near", "along"):
        if test.way == "near":
            return _listed(
                measures.within_reach(
                    regions,
                    others,
                    NEAR * max(ground.scene.width, ground.scene.height),
                    ground.strips,
                )
            )
        own = np.array(
            ground.sizes(regions, "width" if test.way == "on" else "length", metres=False)
        )
        return _listed(
            measures.within_reach(
                regions, others, own * (ON if test.way == "on" else 1.0), ground.strips
            )
        )
    middles, theirs = measures.middles(regions), measures.middles(others)
    away = np.linalg.norm(middles[:, None] - theirs[None], axis=2)
    away[away == 0] = np.inf  # itself
    steps = middles - theirs[away.argmin(1)]
    east, north = measures.on_ground(steps, middles, ground.scene, metres=False).T
    x, y = steps.T
    side = {
        "left of": -x,
        "right of": x,
        "above": -y,
        "below": y,
        "north of": north,
        "south of": -north,
        "east of": east,
        "west of": -east,
    }
    return _listed(side[test.way] > 0)


def _listed(holds: Any) -> list[bool]:
    return [bool(one) for one in holds]


def _between(
    regions: Sequence[Region], first: Sequence[Region], second: Sequence[Region]
) -> list[bool]:
    """Whether the centre of each lies between two of the others.

    Beside the line from one to the other by no more than half its length.
    """
    kept = []
    starts, stops = measures.middles(first), measures.middles(second)
    for region, point in zip(regions, measures.middles(regions), strict=True):
        a = starts[[other is not region for other in first]]
        b = stops[[other is not region for other in second]]
        line = b[None] - a[:, None]  # (A, B, 2)
        square = (line**2).sum(2)
        along = ((point - a)[:, None] * line).sum(2) / np.maximum(square, 1e-9)
        beside = np.linalg.norm(a[:, None] + along[..., None] * line - point, axis=2)
        kept.append(
            bool(((along > 0) & (along < 1) & (beside <= np.sqrt(square) / 2) & (square > 0)).any())
        )
    return kept


def colour_of(region: Region, ground: Ground) -> str:
    """The colour inside a region's mask.

    Args:
        region: of the scene.
        ground: reads the image.

    Raises:
        CannotTell: no pixels can be read.
    """
    if ground.pixels is None:
        raise CannotTell("no colour")
    x0, y0, x1, y1 = (math.floor(v) if k < 2 else math.ceil(v) for k, v in enumerate(region.box))
    box = Box(max(x0, 0), max(y0, 0), min(x1, ground.scene.width), min(y1, ground.scene.height))
    shown = ground.pixels(box)
    if region.segmentation is None:
        return object_colours.name(shown)
    inside = decode_window(region.segmentation, box)
    rows = (np.arange(shown.shape[0]) * inside.shape[0]) // shown.shape[
        0
    ]  # a large thing is shown smaller
    columns = (np.arange(shown.shape[1]) * inside.shape[1]) // shown.shape[1]
    inside = inside[np.ix_(rows, columns)]
    pixels = shown[inside] if inside.any() else shown.reshape(-1, 3)
    return object_colours.name(pixels[:: -(-len(pixels) // SAMPLE)])


def counts_of(regions: Sequence[Region]) -> tuple[tuple[str, int], ...]:
    """How many of the regions are of each class, in the order of the regions."""
    return tuple(Counter(region.label for region in regions).items())
