"""Run a program over the regions of an answer.

The result is a value with its unit, and the regions that it is computed from.

Sizes come from outlines and places from boxes. In metres where the ground is known, in px where it
is not; what a question wants in metres is then not answered, and the reason is given.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from geomagnifier.composed import arrangement
from geomagnifier.composed import program as p
from geomagnifier.composed.ground import FACTORS, CannotTell, Ground, Outcome, Term
from geomagnifier.composed.selection import ROUND, colour_of, counts_of, filtered, select, several
from geomagnifier.geometry import Box
from geomagnifier.masks import area, bounds, union
from geomagnifier.raster import measures
from geomagnifier.results import Region

LARGEST = 64_000_000
"""Scene px round some regions up to which their masks are put together to be counted."""


def run(program: p.Program, ground: Ground) -> Outcome:
    """What a program comes to over the regions that were found.

    Args:
        program: of a question.
        ground: the regions and their scene.
    """
    if isinstance(program, p.Several):
        return _several(program, ground)
    try:
        return _run(program, ground)
    except CannotTell as reason:
        return Outcome(
            None, None, reason.regions, () if reason.term is None else (reason.term,), reason.why
        )


def _several(program: p.Several, ground: Ground) -> Outcome:
    """Each by itself; the value is that of the first that has one.

    Outlines are kept where one of them asks for the region's.
    """
    each = tuple(run(one, ground) for one in program.asked)
    first = next((one for one in each if one.value is not None), each[0])
    outlined = {
        id(region)
        for one, outcome in zip(program.asked, each, strict=True)
        if p.shown(one)
        for region in outcome.regions
    }
    together = _once([region for outcome in each for region in outcome.regions])
    regions = tuple(
        region if id(region) in outlined else replace(region, segmentation=None)
        for region in together
    )
    why = each[0].why if all(one.why is not None for one in each) else None
    return Outcome(first.value, first.unit, regions, why=why, each=each)


def _run(program: p.Program, ground: Ground) -> Outcome:
    assert not isinstance(program, p.Several)
    match program:
        case p.Chosen(of):
            try:
                return Outcome(None, None, tuple(select(of, ground)))
            except CannotTell as reason:
                every = replace(of, rank=None)
                if (
                    reason.term is not None
                    and reason.term.of == p.Count(every)
                    and of.rank is not None
                    and of.rank.count > 1
                ):
                    reason.regions = tuple(select(every, ground))  # "the five largest", of three
                raise
        case p.Exists(of, each):
            regions = select(of, ground)
            there = {region.label for region in regions}
            return Outcome(
                bool(regions) and (not each or there >= set(of.kinds)), None, tuple(regions)
            )
        case p.Every(of, test):
            regions = select(of, ground)
            if not regions:
                raise CannotTell("none")
            passing = filtered(test, regions, ground)
            return Outcome(len(passing) == len(regions), None, tuple(regions), passed=len(passing))
        case p.Compare(left, sign, right, times):
            (a, of_a), (b, of_b) = _number(left, ground), _number(right, ground)
            for term, mine in ((a, of_a), (b, of_b)):
                if isinstance(term.of, p.Measure) and not mine:
                    raise CannotTell("none", _once([*of_a, *of_b]))
            second = b.value * FACTORS.get(b.unit or "", 1) / FACTORS.get(a.unit or "", 1) * times
            return Outcome(_holds(a.value, sign, second), None, _once([*of_a, *of_b]), (a, b))
        case p.Which(options, most):
            pairs = [_number(option, ground) for option in options]
            together = _once([region for _, mine in pairs for region in mine])
            terms = tuple(term for term, _ in pairs)
            best = (max if most else min)(terms, key=lambda term: term.value)
            if not together:
                raise CannotTell("none")
            if sum(term.value == best.value for term in terms) > 1:
                return Outcome(None, None, together, terms, "tie")
            names = [_name(option) for option in options]
            part = len(set(names)) < len(names)
            return Outcome(_part(best.of) if part else _name(best.of), None, together, terms)
        case p.Commonest(of, most):
            regions = select(of, ground)
            counts = Counter(region.label for region in regions)
            if not counts:
                raise CannotTell("none")
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
                (Term(p.Count(p.Select((first[0],))), number, None, counts_of(own)),),
            )
        case p.ColourOf(of):
            regions = select(of, ground)
            if not regions:
                raise CannotTell("none")
            shown = Counter(colour_of(region, ground) for region in regions)
            return Outcome(
                shown.most_common(1)[0][0], None, tuple(regions), passed=shown.most_common(1)[0][1]
            )
        case p.Arranged(of, form):
            regions = several(of, ground)
            boxes, (width, height) = _boxes(regions), (ground.area.width, ground.area.height)
            crowded = arrangement.is_clustered(boxes, width, height)
            holds = (
                arrangement.is_one_line(boxes)
                if form == "aligned"
                else crowded == (form == "clustered")
            )
            return Outcome(holds, None, tuple(regions))
        case p.Arrangement(of):
            regions = several(of, ground)
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
            regions = select(of, ground)
            value = len(regions)
        case p.Lines(of, columns):
            regions = select(of, ground)
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
            regions = select(of, ground)
            everything = None if whole is None else select(whole, ground)
            if everything == []:
                raise CannotTell("none")
            if everything is None:
                value, unit = 100 * _pixels(regions) / ground.size, "%"
            else:
                inside = {id(region) for region in everything}
                value, unit = (
                    100 * sum(id(region) in inside for region in regions) / len(everything),
                    "%",
                )
        case p.Density(of, per):
            regions = select(of, ground)
            if not measures.is_scaled(ground.scene):
                raise CannotTell("no scale", regions)
            width, height = ground.scene.px_metres or (math.nan, math.nan)
            value, unit = len(regions) / (ground.size * width * height / FACTORS[per]), f"1/{per}"
        case p.Measure(of, what, how, wanted):
            regions = select(of, ground)
            metres = ground.metric(wanted, regions)
            unit = _unit(what, wanted, metres)
            values = [v / FACTORS[unit] for v in ground.sizes(regions, what, metres)]
            if how == "sum" and what == "area" and not metres:
                values = [float(_pixels(regions))]  # what two of them cover counts once
            if not values and how != "sum":
                raise CannotTell("none")
            value = float(_HOW[how](values)) if values else 0.0
            if how in ("largest", "smallest"):
                regions = [regions[int((np.argmax if how == "largest" else np.argmin)(values))]]
        case p.Distance(first, second, gap, wanted):
            metres = ground.metric(wanted)
            unit = _unit("length", wanted, metres)
            value, regions = _distance(first, second, gap, metres, ground)
            value /= FACTORS[unit]
        case p.Axis(of):
            regions = select(of, ground)
            if not regions:
                raise CannotTell("none")
            lengths, widths = (
                ground.sizes(regions, what, metres=False) for what in get_args(p.Quantity)[:2]
            )
            if all(length < ROUND * width for length, width in zip(lengths, widths, strict=True)):
                raise CannotTell("round", regions)
            twice = np.radians(
                2 * measures.axes(regions, ground.scene, ground.strips)
            )  # an axis comes round after half a turn
            value, unit = (
                float(np.degrees(np.arctan2(np.sin(twice).mean(), np.cos(twice).mean())) / 2 % 180),
                "deg",
            )
    return Term(number, value, unit, counts_of(regions)), regions


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
    a = select(first, ground)
    if second is None:
        if first.number == 2 and len(a) > 2:
            a = sorted(a, key=lambda region: -region.score)[:2]
        if len(a) != 2:
            raise CannotTell("not two", a)
        return measures.apart(a[0], a[1], ground.scene, metres, gap, ground.strips), a
    b = select(second, ground)
    if not a or not b:
        raise CannotTell("none", [*a, *b])
    if len(_once([*a, *b])) < 2:
        raise CannotTell("not two", a)
    if gap:
        gaps, which = measures.nearest(a, b, ground.scene, metres, ground.strips)
        i = int(gaps.argmin())
        return float(gaps[i]), [a[i], b[int(which[i])]]
    away = np.linalg.norm(measures.middles(a)[:, None] - measures.middles(b)[None], axis=2)
    away[[[x is y for y in b] for x in a]] = np.inf
    i, j = (int(k) for k in np.unravel_index(int(away.argmin()), away.shape))
    return measures.apart(a[i], b[j], ground.scene, metres, False), [a[i], b[j]]


# Regions.


def _boxes(regions: Sequence[Region]) -> NDArray[np.float64]:
    return np.array([region.box for region in regions], float).reshape(-1, 4)


def _once(regions: Sequence[Region]) -> tuple[Region, ...]:
    return tuple({id(region): region for region in regions}.values())


def _holds(a: float, sign: p.Sign, b: float) -> bool:
    return {">": a > b, ">=": a >= b, "<": a < b, "<=": a <= b, "==": a == b}[sign]


def _name(number: p.Number) -> str:
    """The class that a number is of."""
    of = next(part for part in p.parts(number) if isinstance(part, p.Select))
    return of.kinds[0]


def _part(number: p.Number) -> str:
    """Which of its class a number is of: "in left half"."""
    of = next(part for part in p.parts(number) if isinstance(part, p.Select))
    return "; ".join(map(str, of.filters))
