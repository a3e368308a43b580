"""The answer panel: text, scene classes, list of regions, cost, and files to download."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Sequence

from nicegui import ui

from geomagnifier.raster import shapes
from geomagnifier.results import Answer
from geomagnifier.server.job import Job
from geomagnifier.server.ui import answer_layers, presentation
from geomagnifier.server.ui.widgets import button, icon, tag, text_tag

FIRST = 20
"""Regions in the list at first."""
MORE = 100
"""Regions that "Show more" adds."""
LABELS = 5
"""Scene classes that are listed, the likeliest first."""
FILES = {
    "regions.geojson": "GeoJSON",
    "regions.gpkg": "GeoPackage",
    "mask.tif": "GeoTIFF mask",
    "overlay.png": "PNG",
    "heat.png": "PNG of the heat",
    "answer.json": "JSON",
}
"""Files to download, and the words on their buttons."""
ORDERS = {"found": "As found", "score": "By score", "size": "By size"}
ENDINGS = {
    "late": "Stopped at the time limit: this is what was seen until then.",
    "cancelled": "Cancelled: this is what was seen until then.",
}


class AnswerPanel:
    """The answer in the side panel."""

    def __init__(self) -> None:
        self._said = text_tag("p", "", "unseen", role="status")
        self._root = tag("div")

    def clear(self) -> None:
        """Show no answer."""
        self._said.text = ""
        self._root.clear()

    async def show(self, job: Job, box: str | None, meant: str) -> None:
        """Show the answer of a finished job.

        Args:
            job: with an answer.
            box: text of the box that the question was about; None: the whole scene.
            meant: what a follow-up question was taken to ask, "" for any other.
        """
        answer = job.answer
        assert answer is not None
        first = await asyncio.to_thread(
            _rows, answer, presentation.region_order(answer, "found"), 0, FIRST
        )
        self._root.clear()
        self._said.text = answer.text
        with self._root:
            with tag("section", "part", aria_label="Answer"):
                text_tag("p", answer.question + (f" (box {box})" if box else ""), "asked")
                if meant:
                    text_tag("p", f"Understood as: {meant}", "meant")
                _sentence(answer)
                if answer.understood:
                    text_tag("p", f"Read as: {answer.understood}", "meant")
                if value := shapes.value_words(answer):
                    text_tag("p", f"Value: {value}", "meant")
                _warnings(job.warnings)
                for note in _notes(job, answer):
                    text_tag("p", note, "note")
                if answer.labels:
                    _labels(answer)
            if answer.regions:
                self._regions(answer, first)
            _cost(answer)
            _files(job)

    def _regions(self, answer: Answer, first: list[presentation.RegionRow]) -> None:
        with tag("section", "part", aria_label="Regions"):
            with tag("div", "titled"):
                text_tag(
                    "h2",
                    f"{len(answer.regions):,}"
                    f" {'region' if len(answer.regions) == 1 else 'regions'}",
                )
                choice = tag("select", "low", aria_label="Order of the regions")
                with choice:
                    for name, text in ORDERS.items():
                        text_tag("option", text, value=name)
            listed = tag("div")

            async def fill(by: str) -> None:
                order = presentation.region_order(answer, by)
                made = await asyncio.to_thread(_rows, answer, order, 0, FIRST)
                listed.clear()
                self._fill(listed, answer, order, made, FIRST)

            choice.on(
                "change",
                lambda event: fill(str(event.args)),
                js_handler="(e) => emit(e.target.value)",
            )
            self._fill(listed, answer, presentation.region_order(answer, "found"), first, FIRST)

    def _fill(
        self,
        listed: ui.element,
        answer: Answer,
        order: Sequence[int],
        made: Sequence[presentation.RegionRow],
        until: int,
    ) -> None:
        """Add rows to the list, and a button that adds those after the first `until` of `order`."""
        _lines(listed, made, presentation.class_colours(answer))
        if until >= len(order):
            return

        async def more() -> None:
            further.delete()  # at once: a second click finds nothing
            rows = await asyncio.to_thread(_rows, answer, order, until, MORE)
            self._fill(listed, answer, order, rows, until + MORE)

        with listed:
            further = tag("div", "further")
            with further:
                text_tag("span", f"{until:,} of {len(order):,} shown", "number")
                button(f"Show {min(MORE, len(order) - until):,} more", "down", more, "low")


def _rows(
    answer: Answer, order: Sequence[int], start: int, count: int
) -> list[presentation.RegionRow]:
    return list(presentation.region_rows(answer, order[start : start + count]))


def _sentence(answer: Answer) -> None:
    colours = presentation.class_colours(answer)
    with tag("p", "sentence"):
        for piece in presentation.text_spans(answer):
            if piece.kind is None:
                text_tag("span", piece.text)
            else:
                phrase = text_tag(
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


def _warnings(messages: Sequence[str]) -> None:
    """List of warnings: what was cut, skipped or guessed."""
    if not messages:
        return
    with tag("ul", "warned", aria_label="Warnings"):
        for text in messages:
            with tag("li"):
                icon("alert")
                text_tag("span", text[:1].upper() + text[1:])


def _labels(answer: Answer) -> None:
    with tag("ul", "labels", aria_label="Likeliest kinds of place"):
        for name, probability in answer.labels[:LABELS]:
            with tag("li"):
                text_tag("span", name)
                text_tag("span", f"{probability:.0%}", "number")
                with tag("span", "bar", aria_hidden="true"):
                    tag("i").style(f"width: {100 * probability:.1f}%")


def _lines(
    listed: ui.element, rows: Sequence[presentation.RegionRow], colours: Sequence[str]
) -> None:
    """Add rows as one piece of HTML: as a hundred elements of NiceGUI they would be slow.

    scene_map.js listens to clicks on them.
    """
    with listed:
        ui.html(
            "".join(_line(row, colours[row.kind]) for row in rows), sanitize=False, tag="div"
        ).classes("regions").props('role="list"')


def _line(row: presentation.RegionRow, colour: str) -> str:
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
    spent = presentation.stage_seconds(answer)
    total = sum(value for _, value in spent) or 1.0
    strengths = [max(0.2, 1 - 0.2 * i) for i in range(len(spent))]
    with tag("details", "part", open=True):
        with tag("summary"):
            text_tag("span", "Where it looked, at what cost")
            icon("down")
        text_tag("p", presentation.search_summary(answer), "note")
        with tag("dl", "figures number"):
            for figure in presentation.cost_figures(answer):
                with tag("div"):
                    text_tag("dt", figure.meaning)
                    with tag("dd"):
                        text_tag("span", figure.number)
                        text_tag("small", figure.unit)
        with tag("div", "spent", aria_hidden="true"):
            for (_, value), strength in zip(spent, strengths, strict=True):
                tag("i").style(f"flex: {value / total:.4f}; --strength: {strength:.2f}")
        with tag("ul", "stages", aria_label="Seconds by stage"):
            for (name, value), strength in zip(spent, strengths, strict=True):
                with tag("li"):
                    tag("i", aria_hidden="true").style(f"--strength: {strength:.2f}")
                    text_tag("span", name)
                    text_tag("span", f"{value:.2f} s", "number")


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
        text_tag("h2", "Download")
        with tag("div", "files"):
            for name, text in FILES.items():
                if not missing.get(name):
                    with tag("a", "button edged", href=f"/v1/jobs/{job.id}/{name}", download=name):
                        icon("save")
                        text_tag("span", text)
