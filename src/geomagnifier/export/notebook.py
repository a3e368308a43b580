"""Render an answer as HTML for a notebook.

It shows the image, the sentence with its phrases in the regions' colours, a table, and the cost, in
one piece of HTML with nothing from elsewhere, no script, and the notebook's own light or dark
colours.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from html import escape

from geomagnifier.export import overlay
from geomagnifier.raster import shapes
from geomagnifier.results import Answer, Region

SIDE = 1000
"""The longest side of the picture, px."""
QUALITY = 88
"""JPEG quality: a tenth of a PNG's size, as a notebook stores every image that it shows."""
ROWS = 20
"""Most regions, or labels, in the table."""

CELL = "padding:.15em 1.2em .15em 0;border:0;background:none;white-space:nowrap"
FAINT = "opacity:.65;font-size:.9em"


def html(answer: Answer) -> str:
    """Render an answer as one piece of HTML, below 1 MB in nearly all cases."""
    partial = (
        ""
        if not answer.stopped
        else f'<div style="{FAINT}">The search was stopped before its end.</div>'
    )
    return (
        '<div class="geomagnifier" style="max-width:1000px;font-variant-numeric:tabular-nums"><div'
        f' style="{FAINT}">{escape(answer.question)}</div><div style="font-size:1.15em;margin:.2em'
        f' 0 .6em">{_sentence(answer)}</div>{partial}<img src="{_picture(answer)}"'
        f' alt="{escape(answer.scene.name)}"'
        f' style="max-width:100%;height:auto;border-radius:4px">{_table(answer)}<div'
        f' style="{FAINT};margin-top:.5em">{escape(_cost(answer))}</div></div>'
    )


def _sentence(answer: Answer) -> str:
    """Render the text, with each phrase marked where it first occurs."""
    colours = overlay.colours_of(answer)
    labels = {region.phrase.lower(): region.label for region in answer.regions if region.phrase}
    written, at = "", 0
    marked: set[str] = set()
    either = "|".join(re.escape(phrase) for phrase in sorted(labels, key=len, reverse=True))
    for found in re.finditer(either, answer.text, re.IGNORECASE) if either else ():
        label = labels.get(found[0].lower())
        if label is not None and found[0].lower() not in marked:
            marked.add(found[0].lower())
            line, fill = _css(colours[label]), _css(colours[label], 0.28)
            style = (
                f"background:{fill};border-bottom:2px solid {line};border-radius:3px;padding:0"
                " .15em"
            )
            written += (
                f"{escape(answer.text[at : found.start()])}<span"
                f' style="{style}">{escape(found[0])}</span>'
            )
            at = found.end()
    return written + escape(answer.text[at:])


def _css(colour: tuple[int, int, int], alpha: float = 1) -> str:
    return f"rgba({colour[0]},{colour[1]},{colour[2]},{alpha:g})"


def _picture(answer: Answer) -> str:
    """Return the image as a data URL."""
    from PIL import Image

    picture = overlay.picture(answer)
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    held = io.BytesIO()
    picture.save(held, "JPEG", quality=QUALITY, subsampling=0)
    return f"data:image/jpeg;base64,{base64.b64encode(held.getvalue()).decode()}"


def _table(answer: Answer) -> str:
    if answer.labels and not answer.regions:
        return _rows(
            ("", "scene class", "probability"),
            [("", escape(name), f"{p:.1%}") for name, p in answer.labels[:5]],
            0,
        )
    if not answer.regions:
        return ""
    regions, colours = answer.regions[:ROWS], overlay.colours_of(answer)
    attributes = shapes.properties(answer, regions, shapes.geometries(regions))
    gsd = answer.scene.gsd
    rows = []
    for number, (region, fields) in enumerate(zip(regions, attributes, strict=True), 1):
        dot = (
            f'<span style="color:{_css(colours[region.label])}">&#9632;</span>'
            f" {escape(region.label)}"
        )
        area = fields["area_m2"] if gsd else fields["area_px"]
        sides = ", ".join(f"{side:.0f}" for side in region.box)
        rows.append(
            (
                str(number),
                dot,
                f"{region.score:.2f}",
                _size(region, fields, gsd),
                "" if area is None else f"{area:,.0f}",
                sides,
            )
        )
    unit = ("m", "m²") if gsd else ("px", "px²")
    return _rows(
        ("", "label", "score", f"size, {unit[0]}", f"area, {unit[1]}", "box, px"),
        rows,
        len(answer.regions) - len(rows),
    )


def _size(region: Region, fields: dict[str, float], gsd: float | None) -> str:
    """Return length and width of the outline on the ground.

    They are those of the upright box where there is no outline, or the scale is not known.
    """
    x0, y0, x1, y1 = region.box
    length, width = fields["length_m"], fields["width_m"]
    box = ""
    if length is None or width is None:
        length, width, box = (x1 - x0) * (gsd or 1), (y1 - y0) * (gsd or 1), "box "
    digits = 0 if width >= 10 or not gsd else 1
    return f"{box}{length:,.{digits}f} x {width:,.{digits}f}"


def _rows(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], more: int) -> str:
    """Render a table whose cells are HTML already."""

    def line(tag: str, cells: tuple[str, ...]) -> str:
        aligned = (f"{CELL};text-align:{'left' if i == 1 else 'right'}" for i in range(len(cells)))
        return (
            "<tr style='background:none'>"
            + "".join(
                f'<{tag} style="{style}">{c}</{tag}>'
                for style, c in zip(aligned, cells, strict=True)
            )
            + "</tr>"
        )

    rest = f'<div style="{FAINT}">and {more:,} more</div>' if more else ""
    body = "".join(line("td", row) for row in rows)
    table = (
        '<table style="border-collapse:collapse;border:0;margin:.6em 0'
        f' 0">{line("th", heads)}{body}</table>'
    )
    return f'<div style="overflow-x:auto">{table}</div>{rest}'


def _cost(answer: Answer) -> str:
    trace = answer.trace
    return (
        f"{answer.granularity} level, {trace.megapixels}, {trace.flops / 1e9:.1f} GFLOP,"
        f" {sum(trace.seconds.values()):.2f} s"
    )
