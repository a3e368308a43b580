"""A program run over the regions of an answer.

A value with its unit, and the regions that it is made of.

Sizes come from outlines and places from boxes. In metres where the ground is known, in px where it
is not; what a question wants in metres is then not answered, and the reason is given.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from geomagnifier.area_of_interest import Area
from geomagnifier.composed import arrangement, object_colours
from geomagnifier.composed import program as p
from geomagnifier.geometry import Box
from geomagnifier.masks import area, bounds, decode_window, union
from geomagnifier.raster import measures
from geomagnifier.types import Region, SceneInfo

Value = bool | int | float | str
Pixels = Callable[[Box], NDArray[np.uint8]]
"""A box of whole scene px -> (h, w, 3) RGB, one px each."""
Why = Literal["no scale", "none", "fewer", "not two", "tie", "no colour", "round", "one class"]
FACTORS = {
    "m": 1.0,
    "km": 1000.0,
    "ft": 0.3048,
    "m2": 1.0,
    "ha": 1e4,
    "km2": 1e6,
    "acre": 4046.8564224,
    "mu": 10_000 / 15,
    "px": 1.0,
    "px2": 1.0,
}
"""Of a unit in metres, square metres, or px."""
NEAR = 0.06
"""Gap, as a share of the picture's longer side, up to which one thing is near another; along it, up
to its own length.
"""
ON = 0.25
"""Gap to what a thing lies on, as a part of its own width: masks end at each other's edge."""
MIDDLE = (0.3, 0.7)
RIM = 0.1
"""Bounds of the picture's centre, and width of its edge, as shares of both sides."""
TURN = 22.5
"""Degrees by which a heading may be off."""
LARGEST = 64_000_000
"""Scene px round some regions up to which their masks are put together to be counted."""
SAMPLE = 2000
"""Pixels of a region at most that its colour is told by."""
ROUND = 1.2
"""Length over width up to which a thing has no long axis."""


@dataclass(frozen=True)
class Term:
    """A number that was worked out on the way."""

    of: p.Number
    """What it is of."""
    value: float
    unit: str | None
    counts: tuple[tuple[str, int], ...]
    """Regions that it is made of, by class."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a program comes to.

    value: None where it cannot be told; `why` says why not.  unit: of a number.  regions: that the
        value is made of.
    terms: numbers that were compared, or the one asked for; where a rank is beyond what is there,
        how many there are.
    passed: of `Every`, how many of the regions pass.
    """

    value: Value | None
    unit: str | None = None
    regions: tuple[Region, ...] = ()
    terms: tuple[Term, ...] = ()
    why: Why | None = None
    passed: int = 0


class _CannotTell(Exception):
    def __init__(self, why: Why, regions: Sequence[Region] = (), term: Term | None = None) -> None:
        super().__init__(why)
        self.why, self.regions, self.term = why, tuple(regions), term


@dataclass(frozen=True, eq=False)
class Ground:
    """What a program is run over.

    found: all regions of the classes that it names.  scene: whose px they are in.  within: a box or
        area that was given, scene px.
    pixels: reads the picture.  them: the regions of the last answer.  strips: of the regions'
        masks, once they were unpacked.
    """

    found: Sequence[Region]
    scene: SceneInfo
    within: Box | Area | None = None
    pixels: Pixels | None = None
    them: Sequence[Region] = ()
    _measured: dict[tuple[int, bool], tuple[float, float, float]] = field(default_factory=dict)
    strips: measures.Kept = field(default_factory=dict)

    @property
    def area(self) -> Box:
        return self.within.box if isinstance(self.within, Area) else self.within or self.scene.box

    @property
    def size(self) -> float:
        """Scene px of what was asked about."""
        return self.within.pixels if isinstance(self.within, Area) else self.area.area

    def metric(self, unit: str, regions: Sequence[Region] = ()) -> bool:
        """Whether to measure in metres: as asked, or where they are known.

        Args:
            regions: that cannot be measured so.
        """
        scaled = measures.is_scaled(self.scene)
        if unit.startswith("px"):
            return False
        if unit and not scaled:
            raise _CannotTell("no scale", regions)
        return scaled

    def sizes(self, regions: Sequence[Region], what: p.Quantity, metres: bool) -> list[float]:
        """Of each region; measured once."""
        new = [region for region in regions if (id(region), metres) not in self._measured]
        if new:
            found = measures.sizes(new, self.scene, metres, self.strips)
            for region, *values in zip(
                new, found.length.tolist(), found.width.tolist(), found.area.tolist(), strict=True
            ):
                self._measured[id(region), metres] = (values[0], values[1], values[2])
        return [
            self._measured[id(region), metres][("length", "width", "area").index(what)]
            for region in regions
        ]


def run(program: p.Program, ground: Ground) -> Outcome:
    """What a program comes to over what was found."""
    try:
        return _run(program, ground)
    except _CannotTell as reason:
        return Outcome(
            None, None, reason.regions, () if reason.term is None else (reason.term,), reason.why
        )


def _run(program: p.Program, ground: Ground) -> Outcome:
    match program:
        case p.Chosen(of):
            try:
                return Outcome(None, None, tuple(_select(of, ground)))
            except _CannotTell as reason:
                every = replace(of, rank=None)
                if (
                    reason.term is not None
                    and reason.term.of == p.Count(every)
                    and of.rank is not None
                    and of.rank.count > 1
                ):
                    reason.regions = tuple(_select(every, ground))  # "the five largest", of three
                raise
        case p.Exists(of, each):
            regions = _select(of, ground)
            there = {region.label for region in regions}
            return Outcome(
                bool(regions) and (not each or there >= set(of.kinds)), None, tuple(regions)
            )
        case p.Every(of, test):
            regions = _select(of, ground)
            if not regions:
                raise _CannotTell("none")
            passing = _passing(test, regions, ground)
            return Outcome(len(passing) == len(regions), None, tuple(regions), passed=len(passing))
        case p.Compare(left, sign, right, times):
            (a, of_a), (b, of_b) = _number(left, ground), _number(right, ground)
            for term, mine in ((a, of_a), (b, of_b)):
                if isinstance(term.of, p.Measure) and not mine:
                    raise _CannotTell("none", _once([*of_a, *of_b]))
            second = b.value * FACTORS.get(b.unit or "", 1) / FACTORS.get(a.unit or "", 1) * times
            return Outcome(_holds(a.value, sign, second), None, _once([*of_a, *of_b]), (a, b))
        case p.Which(options, most):
            pairs = [_number(option, ground) for option in options]
            together = _once([region for _, mine in pairs for region in mine])
            terms = tuple(term for term, _ in pairs)
            best = (max if most else min)(terms, key=lambda term: term.value)
            if not together:
                raise _CannotTell("none")
            if sum(term.value == best.value for term in terms) > 1:
                return Outcome(None, None, together, terms, "tie")
            return Outcome(_name(best.of), None, together, terms)
        case p.Commonest(of, most):
            regions = _select(of, ground)
            counts = Counter(region.label for region in regions)
            if not counts:
                raise _CannotTell("none")
            number = (max if most else min)(counts.values())
            first = [label for label, n in counts.items() if n == number]
            if len(first) > 1:
                return Outcome(
                    None, None, tuple(regions), why="tie" if len(counts) > 1 else "one class"
                )
            own = tuple(region for region in regions if region.label == first[0])
            return Outcome(
                first[0],
                None,
                own,
                (Term(p.Count(p.Select((first[0],))), number, None, _counts(own)),),
            )
        case p.ColourOf(of):
            regions = _select(of, ground)
            if not regions:
                raise _CannotTell("none")
            shown = Counter(_colour(region, ground) for region in regions)
            return Outcome(
                shown.most_common(1)[0][0], None, tuple(regions), passed=shown.most_common(1)[0][1]
            )
        case p.Arranged(of, form):
            regions = _several(of, ground)
            boxes, (width, height) = _boxes(regions), (ground.area.width, ground.area.height)
            crowded = arrangement.is_clustered(boxes, width, height)
            holds = (
                arrangement.is_one_line(boxes)
                if form == "aligned"
                else crowded == (form == "clustered")
            )
            return Outcome(holds, None, tuple(regions))
        case p.Arrangement(of):
            regions = _several(of, ground)
            return Outcome(
                arrangement.form(_boxes(regions), ground.area.width, ground.area.height),
                None,
                tuple(regions),
            )
        case _:
            term, regions = _number(program, ground)
            value = (
                int(term.value)
                if isinstance(program, p.Count | p.Lines | p.Difference | p.Counts)
                and not term.unit
                else term.value
            )
            sides: tuple[p.Number, ...] = program.counts if isinstance(program, p.Counts) else ()
            sides = (program.left, program.right) if isinstance(program, p.Difference) else sides
            return Outcome(
                value,
                term.unit,
                tuple(regions),
                (term, *(_number(side, ground)[0] for side in sides)),
            )


# Numbers.


def _number(number: p.Number, ground: Ground) -> tuple[Term, list[Region]]:
    regions: list[Region] = []
    unit: str | None = None
    match number:
        case p.Given(value, given):
            unit = given or None
        case p.Count(of):
            regions = _select(of, ground)
            value = len(regions)
        case p.Lines(of, columns):
            regions = _select(of, ground)
            value = len(arrangement.lines(_boxes(regions), columns))
        case p.Difference(left, right):
            (a, of_a), (b, of_b) = _number(left, ground), _number(right, ground)
            regions, value, unit = list(_once([*of_a, *of_b])), a.value - b.value, a.unit
        case p.Counts(counts):
            pairs = [_number(count, ground) for count in counts]
            regions, value = (
                list(_once([region for _, mine in pairs for region in mine])),
                sum(term.value for term, _ in pairs),
            )
        case p.Share(of, whole):
            regions = _select(of, ground)
            everything = None if whole is None else _select(whole, ground)
            if everything == []:
                raise _CannotTell("none")
            if everything is None:
                value, unit = 100 * _pixels(regions) / ground.size, "%"
            else:
                inside = {id(region) for region in everything}
                value, unit = (
                    100 * sum(id(region) in inside for region in regions) / len(everything),
                    "%",
                )
        case p.Density(of, per):
            regions = _select(of, ground)
            if not measures.is_scaled(ground.scene):
                raise _CannotTell("no scale", regions)
            width, height = ground.scene.px_metres or (math.nan, math.nan)
            value, unit = len(regions) / (ground.size * width * height / FACTORS[per]), f"1/{per}"
        case p.Measure(of, what, how, wanted):
            regions = _select(of, ground)
            metres = ground.metric(wanted, regions)
            unit = _unit(what, wanted, metres)
            values = [v / FACTORS[unit] for v in ground.sizes(regions, what, metres)]
            if how == "sum" and what == "area" and not metres:
                values = [float(_pixels(regions))]  # what two of them cover counts once
            if not values and how != "sum":
                raise _CannotTell("none")
            value = float(_HOW[how](values)) if values else 0.0
            if how in ("largest", "smallest"):
                regions = [regions[int((np.argmax if how == "largest" else np.argmin)(values))]]
        case p.Distance(first, second, gap, wanted):
            metres = ground.metric(wanted)
            unit = _unit("length", wanted, metres)
            value, regions = _distance(first, second, gap, metres, ground)
            value /= FACTORS[unit]
        case p.Axis(of):
            regions = _select(of, ground)
            if not regions:
                raise _CannotTell("none")
            lengths, widths = (
                ground.sizes(regions, what, metres=False) for what in get_args(p.Quantity)[:2]
            )
            if all(length < ROUND * width for length, width in zip(lengths, widths, strict=True)):
                raise _CannotTell("round", regions)
            twice = np.radians(
                2 * measures.axes(regions, ground.scene, ground.strips)
            )  # an axis comes round after half a turn
            value, unit = (
                float(np.degrees(np.arctan2(np.sin(twice).mean(), np.cos(twice).mean())) / 2 % 180),
                "deg",
            )
    return Term(number, value, unit, _counts(regions)), regions


_HOW: dict[p.How, Callable[[list[float]], Any]] = {
    "sum": sum,
    "mean": np.mean,
    "median": np.median,
    "largest": max,
    "smallest": min,
}


def _unit(what: p.Quantity, wanted: str, metres: bool) -> str:
    if wanted:
        return wanted
    return ("m2" if what == "area" else "m") if metres else ("px2" if what == "area" else "px")


def _pixels(regions: Sequence[Region]) -> float:
    """Scene px that the regions cover together."""
    outlines = [region.segmentation for region in regions if region.segmentation is not None]
    if len(outlines) < len(regions) or not regions:
        return measures.square_px(regions)
    spots = np.array(
        [bounds(outline) for outline in outlines]
    )  # not the boxes: a mask may reach beyond its own
    hull = Box(*spots[:, :2].min(0).tolist(), *spots[:, 2:].max(0).tolist())
    if (
        len(outlines) == 1 or hull.area > LARGEST
    ):  # of a very large scene each counts by itself; they hardly overlap
        return float(sum(area(outline) for outline in outlines))
    return float(np.count_nonzero(union(outlines, hull)))


def _distance(
    first: p.Select, second: p.Select | None, gap: bool, metres: bool, ground: Ground
) -> tuple[float, list[Region]]:
    """Between two regions: the two of one selection, or the nearest two of two selections."""
    a = _select(first, ground)
    if second is None:
        if first.number == 2 and len(a) > 2:
            a = sorted(a, key=lambda region: -region.score)[:2]
        if len(a) != 2:
            raise _CannotTell("not two", a)
        return measures.apart(a[0], a[1], ground.scene, metres, gap, ground.strips), a
    b = _select(second, ground)
    if not a or not b:
        raise _CannotTell("none", [*a, *b])
    if len(_once([*a, *b])) < 2:
        raise _CannotTell("not two", a)
    if gap:
        gaps, which = measures.nearest(a, b, ground.scene, metres, ground.strips)
        i = int(gaps.argmin())
        return float(gaps[i]), [a[i], b[int(which[i])]]
    away = np.linalg.norm(measures.middles(a)[:, None] - measures.middles(b)[None], axis=2)
    away[[[x is y for y in b] for x in a]] = np.inf
    i, j = (int(k) for k in np.unravel_index(int(away.argmin()), away.shape))
    return measures.apart(a[i], b[j], ground.scene, metres, False), [a[i], b[j]]


# Regions.


def _select(of: p.Select, ground: Ground) -> list[Region]:
    regions = (
        list(ground.them)
        if of.them
        else [region for region in ground.found if region.label in of.kinds]
    )
    for test in sorted(of.filters, key=_cost):
        regions = _passing(test, regions, ground)
    if of.rank is not None and regions:
        if len(regions) < of.rank.start + of.rank.count - 1:
            raise _CannotTell(
                "fewer",
                (),
                Term(p.Count(replace(of, rank=None)), len(regions), None, _counts(regions)),
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


def _several(of: p.Select, ground: Ground) -> list[Region]:
    regions = _select(of, ground)
    if len(regions) < 2:
        raise _CannotTell("not two" if regions else "none", regions)
    return regions


def _ranked(rank: p.Rank, regions: list[Region], ground: Ground) -> list[Region]:
    if rank.by in p.OUTLINED:
        values = ground.sizes(regions, rank.by, measures.is_scaled(ground.scene))  # type: ignore[arg-type]
    else:
        x, y = measures.middles(regions).T
        values = {"left": -x, "right": x, "upper": -y, "lower": y}[rank.by].tolist()
    order = sorted(range(len(regions)), key=lambda i: values[i], reverse=rank.largest)
    return [regions[i] for i in sorted(order[rank.start - 1 :][: rank.count])]


def _passing(test: p.Filter, regions: Sequence[Region], ground: Ground) -> list[Region]:
    """The regions that pass a filter, in order."""
    regions = list(regions)
    if not regions:
        return regions
    match test:
        case p.Not(of):
            out = {id(region) for region in _passing(of, regions, ground)}
            return [region for region in regions if id(region) not in out]
        case p.Among(of):
            chosen = {id(region) for region in _select(of, ground)}
            return [region for region in regions if id(region) in chosen]
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
            kept = [_colour(region, ground) in names for region in regions]
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
            passing = {id(region) for one in tests for region in _passing(one, regions, ground)}
            kept = [id(region) in passing for region in regions]
        case p.Between(first, second):
            kept = _between(regions, _select(first, ground), _select(second, ground))
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
    share = 1 / 3 if words[-1] in ("third", "corner") else 0.5
    at = {"left": x < share, "right": x >= 1 - share, "upper": y < share, "lower": y >= 1 - share}
    return np.asarray(np.logical_and.reduce([at[word] for word in words if word in at]))


def _related(test: p.Related, regions: Sequence[Region], ground: Ground) -> list[bool]:
    others = _select(test.others, ground)
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


def _colour(region: Region, ground: Ground) -> str:
    """The colour inside a region's mask; raises _CannotTell where no pixels can be read."""
    if ground.pixels is None:
        raise _CannotTell("no colour")
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


def _boxes(regions: Sequence[Region]) -> NDArray[np.float64]:
    return np.array([region.box for region in regions], float).reshape(-1, 4)


def _counts(regions: Sequence[Region]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(region.label for region in regions).items())


def _once(regions: Sequence[Region]) -> tuple[Region, ...]:
    return tuple({id(region): region for region in regions}.values())


def _holds(a: float, sign: p.Sign, b: float) -> bool:
    return {">": a > b, ">=": a >= b, "<": a < b, "<=": a <= b, "==": a == b}[sign]


def _name(number: p.Number) -> str:
    """The class that a number is of."""
    of = next(part for part in p.parts(number) if isinstance(part, p.Select))
    return of.kinds[0]
