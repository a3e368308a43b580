"""An answer as a person reads it: a sentence in pieces, regions as rows, costs as figures.

Plain values, no browser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from geomagnifier.conversation import Turn
from geomagnifier.export import overlay
from geomagnifier.export.search_hit import Hit
from geomagnifier.raster import shapes
from geomagnifier.results import Answer, Region
from geomagnifier.types import SceneInfo

STAGES = {
    "question": "reading the question",
    "read": "reading pixels",
    "relevance": "where to look",
    "search": "choosing windows",
    "answer": "looking closely",
    "assemble": "putting together",
    "choose": "choosing which",
    "say": "wording",
}
"""Stages of a trace in a person's words; a stage that is not here is shown by its name."""


@dataclass(frozen=True)
class Piece:
    """Words of the answer."""

    text: str
    kind: int | None = None
    """Number of the kind of regions that they stand for, None for the words between."""


@dataclass(frozen=True)
class Row:
    """A region as a line of the list."""

    number: int
    """Its place in the answer, from 1."""
    kind: int
    """Number of its label, which sets its colour."""
    label: str
    score: float
    phrase: str
    pixels: str
    metres: str
    area: str


@dataclass(frozen=True)
class Figure:
    """A number with its unit and what it is."""

    number: str
    unit: str
    meaning: str


def kinds(answer: Answer) -> dict[str, int]:
    """Labels of the regions, numbered in the order of first appearance."""
    return {label: number for number, label in enumerate(overlay.colours_of(answer))}


def colours(answer: Answer) -> list[str]:
    """By kind, as CSS knows them; the colours of overlay.png."""
    return ["#{:02x}{:02x}{:02x}".format(*colour) for colour in overlay.colours_of(answer).values()]


def pieces(answer: Answer) -> list[Piece]:
    """The sentence, cut where phrases stand that are tied to regions.

    A phrase counts where it stands first.
    """
    numbers = kinds(answer)
    phrases = {region.phrase: numbers[region.label] for region in answer.regions if region.phrase}
    taken: list[tuple[int, int, int]] = []
    for phrase, kind in sorted(phrases.items(), key=lambda pair: -len(pair[0])):
        for found in re.finditer(re.escape(phrase), answer.text, re.IGNORECASE):
            if all(found.end() <= start or found.start() >= stop for start, stop, _ in taken):
                taken.append((found.start(), found.end(), kind))
                break
    cut, at = [], 0
    for start, stop, kind in sorted(taken):
        if start > at:
            cut.append(Piece(answer.text[at:start]))
        cut.append(Piece(answer.text[start:stop], kind))
        at = stop
    if at < len(answer.text):
        cut.append(Piece(answer.text[at:]))
    return cut


def meant(turn: Turn | None) -> str:
    """What a question that referred back was taken to ask, in full.

    "" where it did not refer back.
    """
    if turn is None or turn.sort == "fresh":
        return ""
    return turn.refers.words if turn.refers is not None else turn.meant


def rows(answer: Answer, numbers: Sequence[int]) -> Iterator[Row]:
    """Lines of some regions, named by their place in the answer, from 1."""
    named, chosen = kinds(answer), [answer.regions[number - 1] for number in numbers]
    told = shapes.properties(answer, chosen, [shapes.geometry(region) for region in chosen])
    for number, region, fields in zip(numbers, chosen, told, strict=True):
        sizes = measures(region, fields, answer.scene)
        yield Row(number, named[region.label], region.label, region.score, region.phrase, *sizes)


def measures(region: Region, fields: dict[str, Any], scene: SceneInfo) -> tuple[str, str, str]:
    """Sides of the box in px.

    Length and width on the ground ("" where not known), of the box where there is no outline; area
    or "".

    Args:
        region: of an answer.
        fields: of `shapes.properties`.
        scene: of the answer.
    """
    x0, y0, x1, y1 = region.box
    pixels = f"{x1 - x0:,.0f} × {y1 - y0:,.0f} px"
    if region.segmentation is None:
        wide, high = scene.px_metres or (0.0, 0.0)
        return (
            pixels,
            (
                f"box {length((x1 - x0) * wide)} × {length((y1 - y0) * high)}"
                if scene.px_metres
                else ""
            ),
            "",
        )
    if fields["area_m2"] is None:
        return pixels, "", f"{fields['area_px']:,.0f} px²"
    return (
        pixels,
        f"{length(fields['length_m'])} × {length(fields['width_m'])}",
        square(fields["area_m2"]),
    )


def order(answer: Answer, by: str) -> list[int]:
    """Places of the regions in the answer, from 1.

    "found" as they come, by "score" or by "size" of their boxes, greatest first.
    """
    numbers = list(range(1, len(answer.regions) + 1))
    if by == "score":
        numbers.sort(key=lambda n: -answer.regions[n - 1].score)
    elif by == "size":
        numbers.sort(key=lambda n: -_extent(answer.regions[n - 1]))
    return numbers


def figures(answer: Answer) -> list[Figure]:
    """What it cost: pixels beside those of the scene, seconds, arithmetic."""
    trace = answer.trace
    seconds = sum(trace.seconds.values())
    return [
        Figure(f"{trace.pixels_processed / 1e6:.3g}", "Mpx", "processed"),
        Figure(f"{trace.scene_pixels / 1e6:.3g}", "Mpx", "in the scene"),
        Figure(f"{seconds:.2f}" if seconds < 10 else f"{seconds:.0f}", "s", "in all"),
        Figure(*_scaled(trace.flops, "FLOP"), "of arithmetic"),
    ]


def stages(answer: Answer) -> list[tuple[str, float]]:
    """Seconds by stage, the longest first; what is next to nothing is taken together."""
    seconds: dict[str, float] = {}
    for stage, value in answer.trace.seconds.items():
        name = STAGES.get(stage, stage)
        seconds[name] = seconds.get(name, 0.0) + value
    total = sum(seconds.values()) or 1.0
    large = {name: value for name, value in seconds.items() if value >= 0.02 * total}
    rest = total - sum(large.values())
    ranked = sorted(large.items(), key=lambda pair: -pair[1])
    return (
        [*ranked, ("all else", rest)]
        if rest > 0.005 * total and len(large) < len(seconds)
        else ranked
    )


def looks(answer: Answer) -> str:
    """One sentence on where it looked."""
    trace = answer.trace
    if not trace.pixels_processed:  # a question that is refused
        return "Nothing was searched."
    said = [
        (
            f"{len(trace.crops):,} {_plural('place', len(trace.crops))} opened for a closer look"
            if trace.crops
            else "Seen as a whole"
        )
    ]
    if trace.closed:
        said.append(f"{len(trace.closed):,} left closed")
    if trace.skipped:
        said.append(f"{len(trace.skipped):,} not reached")
    if trace.broken:
        said.append(f"{len(trace.broken):,} damaged {_plural('part', len(trace.broken))} left out")
    return ", ".join(said) + "."


def line(error: object) -> str:
    """One line that begins like a sentence, without what a library says in parentheses.

    The service's own answer has that.
    """
    text = re.sub(r" \(.*\)(?=;)", "", " ".join(str(error).split()))
    return (
        text if "." in text.split(" ")[0] else text[:1].upper() + text[1:]
    )  # a file keeps its name


def length(metres: float) -> str:
    """Metres, or kilometres where they are many."""
    return (
        f"{metres / 1000:,.2f} km"
        if metres >= 1000
        else f"{metres:,.0f} m"
        if metres >= 10
        else f"{metres:.1f} m"
    )


def square(metres: float) -> str:
    """Square metres, hectares or square kilometres."""
    if metres >= 1e6:
        return f"{metres / 1e6:,.2f} km²"
    return (
        f"{metres / 1e4:,.2f} ha"
        if metres >= 1e5
        else f"{metres:,.0f} m²"
        if metres >= 10
        else f"{metres:.1f} m²"
    )


def sized(width: int, height: int, gsd: float | None) -> str:
    """A picture in a few words."""
    return f"{width:,} × {height:,} px" + (f", {gsd:.3g} m a pixel" if gsd else "")


def found(hit: Hit) -> list[str]:
    """What a search says of a picture.

    How alike it is, where it is or how far away, when it was taken, whether a part of it was found.
    """
    said = (
        f"likeness {hit.score:.2f}" if hit.score is not None else "",
        (
            hit.where
            if hit.distance is None
            else f"{length(hit.distance)} away"
            if hit.distance >= 1
            else "right there"
        ),
        hit.when,
        "a part of it" if hit.tile is not None else "",
    )
    return [part for part in said if part]


def _extent(region: Region) -> float:
    return (region.box[2] - region.box[0]) * (region.box[3] - region.box[1])


def _scaled(value: float, unit: str) -> tuple[str, str]:
    for factor, prefix in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= factor:
            return f"{value / factor:.3g}", prefix + unit
    return f"{value:.0f}", unit


def _plural(word: str, number: int) -> str:
    return word if number == 1 else word + "s"
