"""The answer panel: text, scene classes, list of regions, cost, and files to download."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from geomagnifier.results import Answer
from geomagnifier.server.job import Job
from geomagnifier.server.ui import answer_layers, presentation
from geomagnifier.server.ui.page_language import _, chosen
from geomagnifier.server.ui.routes import document_url
from geomagnifier.server.ui.scene_map import MapPanel
from geomagnifier.server.ui.widgets import icon, tag, text_tag

LONG = 160
"""Letters above which an answer is set smaller; half as many in Chinese."""
LABELS = 5
"""Scene classes that are listed, the likeliest first."""


def _files_offered() -> dict[str, str]:
    """Files to download, and the words on their buttons."""
    return {
        "regions.csv": "CSV",
        "regions.geojson": "GeoJSON",
        "regions.gpkg": "GeoPackage",
        "mask.tif": _("GeoTIFF mask"),
        "overlay.png": _("PNG for a report"),
        "heat.png": _("PNG of the relevance map"),
        "answer.json": "JSON",
    }


def _table_words() -> dict[str, Any]:
    """Texts of region_table.js."""
    return {
        "one": _("{n} region"),
        "many": _("{n} regions"),
        "best": _("The {n} best of {all} regions"),
        "boxed": _("{n} of them are drawn as boxes: their outlines are too many for the map."),
        "filter": _("Class shown in the table"),
        "every": _("All classes"),
        "sizes": _("How many regions of each size; choose one to list them alone"),
        "median": _("median {size}"),
        "bin": _("{n} from {from} to {to}"),
        "columns": {
            "number": _("No."),
            "label": _("Class"),
            "score": _("Score"),
            "size": _("Size"),
        },
        "shown": _("{n} of {all} shown"),
        "more": _("Show {n} more"),
    }


def _endings() -> dict[str, str]:
    """What is said of an answer that is not complete, by the state of its job."""
    return {
        "late": _("Stopped at the time limit: this is what was seen until then."),
        "cancelled": _("Cancelled: this is what was seen until then."),
    }


class RegionTable(ui.element, component="region_table.js"):
    """The table of the regions, in the browser, from the document that the map loads.

    Args:
        url: of that document.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self.props["words"] = _table_words()
        self.props["url"] = url


class AnswerPanel:
    """The answer in the side panel.

    Args:
        map: that shows the layers of the answer.
    """

    def __init__(self, map: MapPanel) -> None:
        self._map = map
        self._said = text_tag("p", "", "unseen", role="status")
        self._root = tag("div")

    def clear(self) -> None:
        """Show no answer."""
        self._said.text = ""
        self._root.clear()

    def show(self, job: Job, part: str | None, meant: str) -> None:
        """Show the answer of a finished job.

        Args:
            job: with an answer.
            part: the part of the scene that the question was about, in words; None: all of it.
            meant: what a follow-up question was taken to ask, "" for any other.
        """
        answer = job.answer
        assert answer is not None
        self._root.clear()
        self._said.text = answer.text
        with self._root:
            with tag("section", "part", aria_label=_("Answer")):
                text_tag("p", answer.question + (f" ({part})" if part else ""), "asked")
                if meant:
                    text_tag("p", _("Understood as: {question}").format(question=meant), "meant")
                if figure := presentation.value_figure(answer):
                    _figure(*figure)
                _sentence(answer)
                if answer.understood:
                    text_tag(
                        "p", _("Read as: {question}").format(question=answer.understood), "meant"
                    )
                _warnings(job.warnings)
                for note in _notes(job, answer):
                    text_tag("p", note, "note")
                if answer.labels:
                    _labels(answer)
            if answer.regions:
                with tag("section", "part", aria_label=_("Regions")):
                    RegionTable(document_url(job.id, chosen()))
            self._cost(answer)
            _files(job)

    def _cost(self, answer: Answer) -> None:
        spent = presentation.stage_seconds(answer)
        total = sum(value for _name, value in spent) or 1.0
        strengths = [max(0.2, 1 - 0.2 * i) for i in range(len(spent))]
        with tag("details", "part"):
            with tag("summary"):
                text_tag("span", _("Where it looked, at what cost"))
                icon("down")
            text_tag("p", presentation.search_summary(answer), "note")
            self._map.switches()
            with tag("dl", "figures number"):
                for figure in presentation.cost_figures(answer):
                    with tag("div"):
                        text_tag("dt", figure.meaning)
                        with tag("dd"):
                            text_tag("span", figure.number)
                            text_tag("small", figure.unit)
            with tag("div", "spent", aria_hidden="true"):
                for (_name, value), strength in zip(spent, strengths, strict=True):
                    tag("i").style(f"flex: {value / total:.4f}; --strength: {strength:.2f}")
            with tag("ul", "stages", aria_label=_("Seconds by stage")):
                for (name, value), strength in zip(spent, strengths, strict=True):
                    with tag("li"):
                        tag("i", aria_hidden="true").style(f"--strength: {strength:.2f}")
                        text_tag("span", name)
                        text_tag("span", f"{value:.2f} s", "number")


def _figure(number: str, unit: str) -> None:
    """The number that answers the question, large."""
    with tag("p", "value number"):
        text_tag("span", number)
        if unit:
            text_tag("small", unit)


def _sentence(answer: Answer) -> None:
    colours = presentation.class_colours(answer)
    long = len(answer.text) > (LONG // 2 if chosen() == "zh" else LONG)
    with tag("p", "sentence long" if long else "sentence"):
        for piece in presentation.text_spans(answer):
            if piece.kind is None:
                text_tag("span", presentation.with_signs(piece.text))
            else:
                phrase = text_tag(
                    "span",  # a button would not break with the line
                    piece.text,
                    "phrase",
                    role="button",
                    tabindex="0",
                    data_kind=str(piece.kind),
                    title=_("Show on the map"),
                )
                phrase.style(f"--own: {colours[piece.kind]}")


def _notes(job: Job, answer: Answer) -> list[str]:
    endings = _endings()
    notes = [endings[job.state]] if job.state in endings and not answer.complete else []
    if len(answer.regions) > answer_layers.REGIONS:
        notes.append(
            _(
                "The map and the table show the {most} best of {all} regions; the files have all of"
                " them."
            ).format(most=f"{answer_layers.REGIONS:,}", all=f"{len(answer.regions):,}")
        )
    return notes


def _warnings(messages: Sequence[str]) -> None:
    """List of warnings: what was cut, skipped or guessed."""
    if not messages:
        return
    with tag("ul", "warned", aria_label=_("Warnings")):
        for text in messages:
            with tag("li"):
                icon("alert")
                text_tag("span", presentation.error_line(text))


def _labels(answer: Answer) -> None:
    with tag("ul", "labels", aria_label=_("Likeliest kinds of place")):
        for name, probability in answer.labels[:LABELS]:
            with tag("li"):
                text_tag("span", presentation.class_name(name, place=True))
                share = f"{probability:.0%}" if probability >= 0.005 else "< 1%"
                text_tag("span", share, "number")
                with tag("span", "bar", aria_hidden="true"):
                    tag("i").style(f"width: {100 * probability:.1f}%")


def _files(job: Job) -> None:
    answer = job.answer
    assert answer is not None
    missing = {
        "mask.tif": answer.patches is None,
        "heat.png": answer.trace.heat is None,
        "regions.geojson": not answer.regions,
    }
    missing["regions.gpkg"] = missing["regions.geojson"]
    with tag("section", "part", aria_label=_("Download")):
        text_tag("h2", _("Download"))
        with tag("div", "files"):
            for name, text in _files_offered().items():
                if not missing.get(name):
                    with tag("a", "button edged", href=f"/v1/jobs/{job.id}/{name}", download=name):
                        icon("save")
                        text_tag("span", text)
