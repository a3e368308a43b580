"""The answer beside the map.

Sentence, labels, regions as a list, what it cost, files to take away.
"""

from __future__ import annotations

import asyncio
import html
from collections.abc import Sequence

from nicegui import ui

from geomagnifier.raster import shapes
from geomagnifier.results import Answer
from geomagnifier.server.job import Job
from geomagnifier.server.ui import answer_layers, presentation
from geomagnifier.server.ui.widgets import button, icon, tag, words

FIRST, MORE = 20, 100
"""Lines of the list of regions at first, and each time that more are wanted."""
LABELS = 5
FILES = {
    "regions.geojson": "GeoJSON",
    "regions.gpkg": "GeoPackage",
    "mask.tif": "GeoTIFF mask",
    "overlay.png": "PNG",
    "heat.png": "PNG of the heat",
    "answer.json": "JSON",
}
ORDERS = {"found": "As found", "score": "By score", "size": "By size"}
ENDINGS = {
    "late": "Stopped at the time limit: this is what was seen until then.",
    "cancelled": "Cancelled: this is what was seen until then.",
}


class Answered:
    """The middle of the panel."""

    def __init__(self) -> None:
        self._said = words("p", "", "unseen", role="status")
        self._root = tag("div")

    def clear(self) -> None:
        """Show no answer."""
        self._said.text = ""
        self._root.clear()

    async def show(self, job: Job, box: str | None, meant: str) -> None:
        """Show the answer of a finished job. box: what the question was about, in words.

        Meant: see `reading.meant`.
        """
        answer = job.answer
        assert answer is not None
        first = await asyncio.to_thread(
            _rows, answer, presentation.order(answer, "found"), 0, FIRST
        )
        self._root.clear()
        self._said.text = answer.text
        with self._root:
            with tag("section", "part", aria_label="Answer"):
                words("p", answer.question + (f" (box {box})" if box else ""), "asked")
                if meant:
                    words("p", f"Understood as: {meant}", "meant")
                _sentence(answer)
                if answer.understood:
                    words("p", f"Read as: {answer.understood}", "meant")
                if value := shapes.value_words(answer):
                    words("p", f"Value: {value}", "meant")
                _warnings(job.warnings)
                for note in _notes(job, answer):
                    words("p", note, "note")
                if answer.labels:
                    _labels(answer)
            if answer.regions:
                self._regions(answer, first)
            _cost(answer)
            _files(job)

    def _regions(self, answer: Answer, first: list[presentation.Row]) -> None:
        with tag("section", "part", aria_label="Regions"):
            with tag("div", "titled"):
                words(
                    "h2",
                    f"{len(answer.regions):,}"
                    f" {'region' if len(answer.regions) == 1 else 'regions'}",
                )
                choice = tag("select", "low", aria_label="Order of the regions")
                with choice:
                    for name, text in ORDERS.items():
                        words("option", text, value=name)
            listed = tag("div")

            async def fill(by: str) -> None:
                order = presentation.order(answer, by)
                made = await asyncio.to_thread(_rows, answer, order, 0, FIRST)
                listed.clear()
                self._fill(listed, answer, order, made, FIRST)

            choice.on(
                "change",
                lambda event: fill(str(event.args)),
                js_handler="(e) => emit(e.target.value)",
            )
            self._fill(listed, answer, presentation.order(answer, "found"), first, FIRST)

    def _fill(
        self,
        listed: ui.element,
        answer: Answer,
        order: Sequence[int],
        made: Sequence[presentation.Row],
        until: int,
    ) -> None:
        """Add lines, of the first `until` regions of an order by now, and a button for those after them."""
        _lines(listed, made, presentation.colours(answer))
        if until >= len(order):
            return

        async def more() -> None:
            further.delete()  # at once: a second click finds nothing
            rows = await asyncio.to_thread(_rows, answer, order, until, MORE)
            self._fill(listed, answer, order, rows, until + MORE)

        with listed:
            further = tag("div", "further")
            with further:
                words("span", f"{until:,} of {len(order):,} shown", "number")
                button(f"Show {min(MORE, len(order) - until):,} more", "down", more, "low")


def _rows(answer: Answer, order: Sequence[int], start: int, count: int) -> list[presentation.Row]:
    return list(presentation.rows(answer, order[start : start + count]))


def _sentence(answer: Answer) -> None:
    colours = presentation.colours(answer)
    with tag("p", "sentence"):
        for piece in presentation.pieces(answer):
            if piece.kind is None:
                words("span", piece.text)
            else:
                phrase = words(
                    "button",
                    piece.text,
                    "phrase",
                    type="button",
                    data_kind=str(piece.kind),
                    title="Show on the map",
                )
                phrase.style(f"--own: {colours[piece.kind]}")


def _notes(job: Job, answer: Answer) -> list[str]:
    notes = [ENDINGS[job.state]] if job.state in ENDINGS and not answer.complete else []
    if len(answer.regions) > answer_layers.REGIONS:
        notes.append(
            f"The map shows the {answer_layers.REGIONS:,} best of {len(answer.regions):,} regions;"
            " the files have all of them."
        )
    return notes


def _warnings(told: Sequence[str]) -> None:
    """What was cut, skipped or guessed."""
    if not told:
        return
    with tag("ul", "warned", aria_label="Warnings"):
        for text in told:
            with tag("li"):
                icon("alert")
                words("span", text[:1].upper() + text[1:])


def _labels(answer: Answer) -> None:
    with tag("ul", "labels", aria_label="Likeliest kinds of place"):
        for name, probability in answer.labels[:LABELS]:
            with tag("li"):
                words("span", name)
                words("span", f"{probability:.0%}", "number")
                with tag("span", "bar", aria_hidden="true"):
                    tag("i").style(f"width: {100 * probability:.1f}%")


def _lines(listed: ui.element, rows: Sequence[presentation.Row], colours: Sequence[str]) -> None:
    """Rows as one piece of HTML: a hundred of them as elements of the server would be slow.

    The map's script listens to them.
    """
    with listed:
        ui.html(
            "".join(_line(row, colours[row.kind]) for row in rows), sanitize=False, tag="div"
        ).classes("regions").props('role="list"')


def _line(row: presentation.Row, colour: str) -> str:
    size = html.escape(row.metres or row.pixels)
    below = html.escape(
        " · ".join(part for part in (row.pixels if row.metres else "", row.area) if part)
    )
    return (
        f'<div role="listitem"><button type="button" class="region-row" data-region="{row.number}"'
        f' style="--own: {colour}"><i aria-hidden="true"></i><span class="label"><small'
        f' class="number">{row.number}</small> {html.escape(row.label)}</span><span class="score'
        f' number"><span class="unseen">score </span>{row.score:.2f}</span><span class="facts'
        f' number"><b>{size}</b>{below}</span></button></div>'
    )


def _cost(answer: Answer) -> None:
    spent = presentation.stages(answer)
    total = sum(value for _, value in spent) or 1.0
    strengths = [max(0.2, 1 - 0.2 * i) for i in range(len(spent))]
    with tag("details", "part", open=True):
        with tag("summary"):
            words("span", "Where it looked, at what cost")
            icon("down")
        words("p", presentation.looks(answer), "note")
        with tag("dl", "figures number"):
            for figure in presentation.figures(answer):
                with tag("div"):
                    words("dt", figure.meaning)
                    with tag("dd"):
                        words("span", figure.number)
                        words("small", figure.unit)
        with tag("div", "spent", aria_hidden="true"):
            for (_, value), strength in zip(spent, strengths, strict=True):
                tag("i").style(f"flex: {value / total:.4f}; --strength: {strength:.2f}")
        with tag("ul", "stages", aria_label="Seconds by stage"):
            for (name, value), strength in zip(spent, strengths, strict=True):
                with tag("li"):
                    tag("i", aria_hidden="true").style(f"--strength: {strength:.2f}")
                    words("span", name)
                    words("span", f"{value:.2f} s", "number")


def _files(job: Job) -> None:
    answer = job.answer
    assert answer is not None
    missing = {
        "mask.tif": answer.patches is None,
        "heat.png": answer.trace.heat is None,
        "regions.geojson": not answer.regions,
    }
    missing["regions.gpkg"] = missing["regions.geojson"]
    with tag("section", "part", aria_label="Download"):
        words("h2", "Download")
        with tag("div", "files"):
            for name, text in FILES.items():
                if not missing.get(name):
                    with tag("a", "button edged", href=f"/v1/jobs/{job.id}/{name}", download=name):
                        icon("save")
                        words("span", text)
