"""An answer as the page shows it, as plain values: text spans, rows of regions, cost figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from geomagnifier.conversation import Turn
from geomagnifier.errors import GeomagError
from geomagnifier.export import overlay
from geomagnifier.export.search_hit import Hit
from geomagnifier.language import chinese_answers
from geomagnifier.raster import shapes
from geomagnifier.results import Answer, Region
from geomagnifier.server.ui.page_language import _, chosen, ngettext
from geomagnifier.translation import translated
from geomagnifier.types import SceneInfo


def _stages() -> dict[str, str]:
    """Stages of a trace in plain words; a stage that is not here is shown by its name."""
    return {
        "question": _("reading the question"),
        "read": _("reading pixels"),
        "relevance": _("where to look"),
        "search": _("choosing windows"),
        "answer": _("looking closely"),
        "assemble": _("putting together"),
        "choose": _("choosing which"),
        "say": _("wording"),
    }


@dataclass(frozen=True)
class TextSpan:
    """A span of the answer's text."""

    text: str
    """Its words."""
    kind: int | None = None
    """Number of the class of the regions that it names; None for the words between."""


@dataclass(frozen=True)
class RegionRow:
    """A region as a row of the list."""

    number: int
    """Its position in the answer, from 1."""
    kind: int
    """Number of its class, which sets its colour."""
    label: str
    """Its class."""
    score: float
    """Confidence, 0 to 1."""
    phrase: str
    """Words of the answer that name it, "" without any."""
    pixels: str
    """Width and height of its box in px."""
    metres: str
    """Length and width on the ground, "" where unknown."""
    area: str
    """Area of its mask, "" without a mask."""
    extent: float
    """Area of its mask, or of its box without one, m2 where that is known, else px2."""


@dataclass(frozen=True)
class CostFigure:
    """A number with its unit and its meaning."""

    number: str
    """Rounded."""
    unit: str
    """With its prefix."""
    meaning: str
    """What was measured."""


def class_numbers(answer: Answer) -> dict[str, int]:
    """Number the classes of the regions in the order of their first region."""
    return {label: number for number, label in enumerate(overlay.colours_of(answer))}


def class_colours(answer: Answer) -> list[str]:
    """Colours by class number for CSS, those of overlay.png."""
    return ["#{:02x}{:02x}{:02x}".format(*colour) for colour in overlay.colours_of(answer).values()]


def text_spans(answer: Answer) -> list[TextSpan]:
    """Cut the text of an answer at the phrases that name regions, each where it comes first.

    Longer phrases are placed before shorter ones, which may be part of them.
    """
    numbers = class_numbers(answer)
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
            cut.append(TextSpan(answer.text[at:start]))
        cut.append(TextSpan(answer.text[start:stop], kind))
        at = stop
    if at < len(answer.text):
        cut.append(TextSpan(answer.text[at:]))
    return cut


def with_signs(text: str) -> str:
    """A piece of an answer's text with its units as people write them: 5 m2 -> 5 m²."""
    return re.sub(r"(?<=\d )(m|km|px)2\b", r"\1²", text)


def understood_question(turn: Turn | None) -> str:
    """What a follow-up question was taken to ask, in full; "" for any other question."""
    if turn is None or turn.sort == "fresh":
        return ""
    return turn.refers.words if turn.refers is not None else turn.meant


def class_name(label: str, place: bool = False) -> str:
    """A class in the language of the page; files keep its English name.

    Args:
        label: the class.
        place: of the scene, not of a region: "airplane" is an apron then.
    """
    if chosen() != "zh":
        return label
    return chinese_answers.PLACES.get(label, label) if place else chinese_answers.noun(label)


def region_rows(answer: Answer, numbers: Sequence[int]) -> Iterator[RegionRow]:
    """Yield the rows of some regions.

    Args:
        answer: with the regions.
        numbers: their positions in the answer, from 1.
    """
    named, chosen = class_numbers(answer), [answer.regions[number - 1] for number in numbers]
    measured = shapes.properties(answer, chosen, shapes.geometries(chosen))
    for number, region, fields in zip(numbers, chosen, measured, strict=True):
        sizes = region_sizes(region, fields, answer.scene)
        yield RegionRow(
            number,
            named[region.label],
            class_name(region.label),
            region.score,
            region.phrase,
            *sizes,
            _size(region, fields, answer.scene),
        )


def region_sizes(region: Region, fields: dict[str, Any], scene: SceneInfo) -> tuple[str, str, str]:
    """Sizes of a region in words.

    Args:
        region: of an answer.
        fields: of the region, from `shapes.properties`.
        scene: of the answer.

    Returns:
        Sides of the box in px; length and width on the ground, those of the box where there is no
        mask, "" where unknown; area of the mask, or "".
    """
    x0, y0, x1, y1 = region.box
    pixels = f"{x1 - x0:,.0f} × {y1 - y0:,.0f} px"
    if region.segmentation is None:
        wide, high = scene.px_metres or (0.0, 0.0)
        return (
            pixels,
            (
                box_text(f"{length_text((x1 - x0) * wide)} × {length_text((y1 - y0) * high)}")
                if scene.px_metres
                else ""
            ),
            "",
        )
    if fields["area_m2"] is None:
        return pixels, "", f"{fields['area_px']:,.0f} px²"
    return (
        pixels,
        f"{length_text(fields['length_m'])} × {length_text(fields['width_m'])}",
        area_text(fields["area_m2"]),
    )


def box_text(sides: str) -> str:
    """Sides that are those of a box, not of what is in it."""
    return _("box {sides}").format(sides=sides)


def region_order(answer: Answer, by: str) -> list[int]:
    """Positions of the regions in the answer, from 1, in an order.

    Args:
        answer: with the regions.
        by: "found" as they are in the answer, "score", or "size" of their boxes; largest first.
    """
    numbers = list(range(1, len(answer.regions) + 1))
    if by == "score":
        numbers.sort(key=lambda n: -answer.regions[n - 1].score)
    elif by == "size":
        numbers.sort(key=lambda n: -_extent(answer.regions[n - 1]))
    return numbers


UNITS = {"m2": "m²", "km2": "km²", "px2": "px²", "1/ha": "per ha", "1/km2": "per km²", "deg": "°"}
"""Units of a value as people write them; others are written as they are."""


def value_figure(answer: Answer) -> tuple[str, str] | None:
    """The number that answers a composed question, and its unit, "" of a count; None without one.

    Example:
        28,484 m2 -> ("28,484", "m²")
    """
    value = answer.value
    if value is None or isinstance(value, (bool, str)):
        return None
    number = f"{value:,.0f}" if abs(value) >= 1000 or float(value).is_integer() else f"{value:.4g}"
    unit = answer.unit or ""
    if unit == "%" and 0 < abs(value) < 0.05:
        number = _("less than 0.1")
    return number, UNITS.get(unit, unit)


def cost_figures(answer: Answer) -> list[CostFigure]:
    """What the answer cost: pixels processed and in the scene, seconds, FLOP."""
    trace = answer.trace
    seconds = sum(trace.seconds.values())
    return [
        CostFigure(f"{trace.pixels_processed / 1e6:.3g}", "Mpx", _("processed")),
        CostFigure(f"{trace.scene_pixels / 1e6:.3g}", "Mpx", _("in the scene")),
        CostFigure(f"{seconds:.2f}" if seconds < 10 else f"{seconds:.0f}", "s", _("in all")),
        CostFigure(*_scaled(trace.flops, "FLOP"), _("of arithmetic")),
    ]


def stage_seconds(answer: Answer) -> list[tuple[str, float]]:
    """Seconds by stage, the longest first; stages below 2 % are summed up at the end."""
    seconds: dict[str, float] = {}
    for stage, value in answer.trace.seconds.items():
        name = _stages().get(stage, stage)
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


def search_summary(answer: Answer) -> str:
    """One sentence on the windows that were searched."""
    trace = answer.trace
    if not trace.pixels_processed:  # a question that is refused
        return _("Nothing was searched.")
    opened = len(trace.crops)
    parts = [
        ngettext(
            "{n} window opened for a closer view", "{n} windows opened for a closer view", opened
        ).format(n=f"{opened:,}")
        if opened
        else _("Seen as a whole")
    ]
    if trace.closed:
        parts.append(_("{n} left closed").format(n=f"{len(trace.closed):,}"))
    if trace.skipped:
        parts.append(_("{n} not reached").format(n=f"{len(trace.skipped):,}"))
    if trace.broken:
        damaged = len(trace.broken)
        parts.append(
            ngettext("{n} damaged part left out", "{n} damaged parts left out", damaged).format(
                n=f"{damaged:,}"
            )
        )
    return _(", ").join(parts) + _(".")


def error_line(error: object) -> str:
    """The message of an error as one sentence, without a library's words in parentheses.

    The REST response has those.
    """
    said = error.told("en") if isinstance(error, GeomagError) else str(error)
    text = re.sub(r" \(.*\)(?=;)", "", " ".join(said.split()))
    text = re.sub(r"; (?:GET|POST) /\S+ lists .*$", "; choose one from the list", text)
    text = translated(text, chosen())
    names_file = "." in text.split(" ")[0]
    return text if names_file else text[:1].upper() + text[1:]


def length_text(metres: float) -> str:
    """A length in metres, or in kilometres from 1000 m on."""
    return (
        f"{metres / 1000:,.2f} km"
        if metres >= 1000
        else f"{metres:,.0f} m"
        if metres >= 10
        else f"{metres:.1f} m"
    )


def area_text(metres: float) -> str:
    """An area in square metres, hectares or square kilometres."""
    if metres >= 1e6:
        return f"{metres / 1e6:,.2f} km²"
    return (
        f"{metres / 1e4:,.2f} ha"
        if metres >= 1e5
        else f"{metres:,.0f} m²"
        if metres >= 10
        else f"{metres:.1f} m²"
    )


def size_text(width: int, height: int, gsd: float | None) -> str:
    """Size of an image in words.

    Args:
        width: px.
        height: px.
        gsd: m/px; None where unknown.
    """
    return f"{width:,} × {height:,} px" + (
        _(", {metres} m a pixel").format(metres=f"{gsd:.3g}") if gsd else ""
    )


def hit_facts(hit: Hit) -> list[str]:
    """Facts on a hit of a search: similarity, place or distance, date, whether it is a part."""
    facts = (
        _("likeness {score}").format(score=f"{hit.score:.2f}") if hit.score is not None else "",
        (
            hit.where
            if hit.distance is None
            else _("{distance} away").format(distance=length_text(hit.distance))
            if hit.distance >= 1
            else _("right there")
        ),
        hit.when,
        _("a part of it") if hit.tile is not None else "",
    )
    return [fact for fact in facts if fact]


def _size(region: Region, fields: dict[str, Any], scene: SceneInfo) -> float:
    """Area of a region's mask, or else of its box, m2 where that is known, else px2."""
    square = 1.0 if scene.gsd is None else scene.gsd**2
    area = fields["area_m2"] if scene.gsd is not None else fields["area_px"]
    return float(_extent(region) * square if area is None else area)


def _extent(region: Region) -> float:
    return (region.box[2] - region.box[0]) * (region.box[3] - region.box[1])


def _scaled(value: float, unit: str) -> tuple[str, str]:
    for factor, prefix in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= factor:
            return f"{value / factor:.3g}", prefix + unit
    return f"{value:.0f}", unit
