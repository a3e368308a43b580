"""Measure a model on a user's own labels, and write the report.

predictions.jsonl   what was found, gone on with where the run was stopped
result.json         figures in the form of the benchmarks; `geomag eval --compare` reads it
report.json         all figures, and the errors one by one
report.md           the same for people
errors.png          the worst errors, with their surroundings
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from geomagnifier.atomic import Staging
from geomagnifier.errors import OptionError
from geomagnifier.inference.scan_state import Progress
from geomagnifier.model_protocol import Model
from geomagnifier_lab.eval import benchmark as running
from geomagnifier_lab.eval import own_errors, own_figures, predictions, report, scoring
from geomagnifier_lab.eval.own_figures import Match
from geomagnifier_lab.eval.own_labels import SPLIT, OwnLabels, within_areas
from geomagnifier_lab.eval.pictures import evenly
from geomagnifier_lab.eval.run import PREDICTIONS

JSON, MARKDOWN, ERRORS = "report.json", "report.md", "errors.png"
SHOWN = 25
"""Errors on the sheet."""


@dataclass(frozen=True, eq=False)
class OwnReport:
    """Figures of one model on a user's own labels."""

    result: report.Result
    """In the form of the benchmarks."""
    threshold: float
    """Score from which a detection counts in all figures but average precision."""
    best: tuple[float, float]
    """The threshold with the best F1 on these labels, and that F1."""
    overall: Mapping[str, float]
    """Precision, recall and F1 of all classes."""
    classes: Mapping[str, Mapping[str, float]]
    """The same by class, with AP50."""
    sizes: Mapping[str, Mapping[str, float]]
    """Objects and recall by size of the object."""
    cameras: Mapping[str, Mapping[str, float]]
    """AP50 and F1 by camera; empty where no camera is known."""
    confusion: Mapping[str, Any]
    """True class by predicted class, with background."""
    lacking: tuple[str, ...]
    """Labelled classes that the model does not have."""
    errors: Sequence[Match]
    """All that is wrong at the threshold, the worst first."""


def measure_own(
    own: OwnLabels,
    model: Callable[[], Model],
    out: Path,
    name: str = "",
    threshold: float = own_figures.THRESHOLD,
    limit: int | None = None,
    progress: Progress | None = None,
) -> OwnReport:
    """Measure a model, and write the files of the module into a folder.

    Args:
        own: labels.
        model: gives it.
        out: the folder.
        name: what tables call the model; "" for its own name.
        threshold: score from which a detection counts.
        limit: images at even steps; None for all.
        progress: called with (images done, images).

    Raises:
        OptionError: a threshold or a limit out of its range, or predictions of another run in
            `out`.
        OutputError: a file cannot be written.
    """
    if limit is not None and limit < 1:
        raise OptionError(f"the limit is a number of pictures from 1, not {limit}")
    if not 0 <= threshold <= 1:
        raise OptionError(f"--threshold lies between 0 and 1, not {threshold}")
    cases = evenly(own.cases, limit)
    loaded = model()
    path = out / PREDICTIONS
    running.predict(loaded, own.benchmark, SPLIT, cases, path, progress, name)
    records = within_areas(
        predictions.read(path, own.benchmark, SPLIT, cases, own.cases), own.areas
    )
    made = summed_up(own, cases, records, threshold, _lacking(own, loaded))
    report.write_result(out / report.FILE, made.result)
    with Staging(out) as stage:
        stage.path(JSON).write_text(json.dumps(as_json(made), indent=1) + "\n")
        stage.path(MARKDOWN).write_text(as_markdown(made))
    own_errors.write_errors(
        out / ERRORS, made.errors[:SHOWN], {case.id: case.image for case in cases}
    )
    return made


def summed_up(
    own: OwnLabels,
    cases: Sequence[Any],
    records: predictions.Predictions,
    threshold: float,
    lacking: Sequence[str] = (),
) -> OwnReport:
    """All figures.

    Args:
        own: labels.
        cases: those that were asked about.
        records: their predictions.
        threshold: score from which a detection counts.
        lacking: labelled classes that the model does not have.
    """
    result = scoring.result(own.benchmark, SPLIT, cases, records)
    found = [m for case in cases for m in own_figures.matches(case, records[case.id], threshold)]
    classes = {
        label: {**result.classes.get(label, {}), **own_figures.f1(found, label)}
        for label in own.benchmark.classes
    }
    wrong = [row for row in found if row.sort != "found"]
    return OwnReport(
        result,
        threshold,
        own_figures.best_threshold(cases, records),
        own_figures.f1(found),
        classes,
        own_figures.by_size(found),
        own_figures.by_camera(cases, records, own.cameras, found) if own.cameras else {},
        own_figures.confusion(found, own.benchmark.classes),
        tuple(lacking),
        own_figures.worst(wrong, len(wrong)),
    )


def _lacking(own: OwnLabels, model: Model) -> tuple[str, ...]:
    """Labelled classes that no word of the model's classes means."""
    spec = model.spec
    words = {word.lower() for kind in spec.kinds for word in (kind, *spec.names.get(kind, ()))}
    words |= {*spec.wider}
    return tuple(name for name in own.benchmark.classes if spec.kinds and name not in words)


def as_json(made: OwnReport) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "labels": made.result.title,
        "model": made.result.system,
        "pictures": made.result.cases,
        "figures": made.result.figures,
        "threshold": made.threshold,
        "at_threshold": dict(made.overall),
        "best_threshold": {"threshold": made.best[0], "F1": made.best[1]},
        "classes": {name: dict(row) for name, row in made.classes.items()},
        "sizes": {name: dict(row) for name, row in made.sizes.items()},
        "cameras": {name: dict(row) for name, row in made.cameras.items()},
        "confusion": dict(made.confusion),
        "lacking": list(made.lacking),
        "failed": made.result.failed,
        "errors": [asdict(row) for row in made.errors],
    }


def as_markdown(made: OwnReport) -> str:
    """The report for people."""
    result, t = made.result, made.threshold
    lines = [
        f"# {result.system} on {result.title}",
        "",
        f"{result.cases:,} pictures, {made.overall['objects']:,} labelled objects of"
        f" {len(made.classes)} classes. A detection is right from an IoU of {own_figures.SAME:g};"
        f" what is not average precision is at a score of {t:g}. The best F1 on these labels,"
        f" {made.best[1]:.3f}, is at {made.best[0]:.3f}.",
        "",
    ]
    if made.lacking:
        lines += [f"The model has no class for: {', '.join(made.lacking)}.", ""]
    if result.failed:
        lines += [f"{len(result.failed)} pictures have no answer and count as missed.", ""]
    lines += _table([{"figure": name, "": _shown(v)} for name, v in result.figures.items()])
    lines += _section("Classes", made.classes, "class")
    lines += _section("Size of the object", made.sizes, "size")
    lines += _section("Camera", made.cameras, "camera")
    names = made.confusion["classes"]
    if len(names) > 2:
        lines += ["", "## Confusion", "", "Rows are labels, columns what was said.", ""]
        rows = zip(names, made.confusion["rows"], strict=True)
        lines += _table(
            [{"": name, **dict(zip(names, map(str, row), strict=True))} for name, row in rows]
        )
    lines += ["", "## Worst errors", "", f"![worst errors]({ERRORS})", ""]
    lines += [f"* {': '.join(own_errors.described(row)[::-1])}" for row in made.errors[:SHOWN]]
    return "\n".join(lines) + "\n"


def tables(made: OwnReport) -> dict[str, list[dict[str, Any]]]:
    """Tables for a terminal."""
    parts = {"class": made.classes, "size": made.sizes, "camera": made.cameras}
    return {
        name: [
            {name: label, **{key: _shown(value) for key, value in row.items()}}
            for label, row in part.items()
        ]
        for name, part in parts.items()
        if part
    }


def _section(title: str, part: Mapping[str, Mapping[str, float]], name: str) -> list[str]:
    if not part:
        return []
    rows = [
        {name: label, **{key: _shown(value) for key, value in row.items()}}
        for label, row in part.items()
    ]
    return ["", f"## {title}", "", *_table(rows)]


def _table(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """A table of Markdown; a cell that a row lacks is empty."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    if not columns:
        return []
    lines = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    lines += [
        f"| {' | '.join(str(row.get(key, '')).replace('|', '/') for key in columns)} |"
        for row in rows
    ]
    return lines


def _shown(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"
