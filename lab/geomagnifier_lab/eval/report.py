"""The result of a benchmark on disk and in print: result.json, and tables.

result.json holds all that a comparison needs, so that it needs neither the model nor the data: the
figures 0..1 (CIDEr-D 0..10), the value of one measure for each case, figures by class, confusion,
and what an answer cost on average. Tables for a terminal, CSV and LaTeX print figures times 100, as
papers do.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from geomagnifier.atomic import Staging
from geomagnifier.errors import OptionError

FORMATS = ("table", "json", "csv", "latex")
FILE = "result.json"
ACROSS = 8
"""Figures in a line of a terminal."""
WORDS = ("system", "figure")
"""Columns of `tables` that are no numbers."""


@dataclass(frozen=True)
class Result:
    """Figures of one system on one benchmark."""

    benchmark: str
    """Its name on the command line."""
    title: str
    """As papers call it."""
    work: str
    """What was asked."""
    split: str
    """Which part of it."""
    model: str
    """Its name in tables."""
    version: str
    """Of the model; may be ""."""
    cases: int
    """How many were scored."""
    figures: dict[str, float]
    """As `scoring` gives them, in the order papers print."""
    measure: str
    """Name of the measure of single cases."""
    per_case: dict[str, float]
    """Its value, by id of the case."""
    classes: dict[str, dict[str, float]] = field(default_factory=dict)
    """By class, its figures."""
    confusion: dict[str, Any] = field(default_factory=dict)
    """{"classes": [...], "rows": [[images]]}, true class by predicted class, or nothing."""
    cost: dict[str, float] = field(default_factory=dict)
    """Mean of a case: "seconds", "flops", "pixels", those that are known."""
    failed: dict[str, str] = field(default_factory=dict)
    """Ids of cases without an answer, and why; they count as wrong."""

    @property
    def system(self) -> str:
        """Model and version."""
        return f"{self.model} {self.version}".strip()


def write_result(path: Path, result: Result) -> None:
    """Write a result as JSON; the file appears whole or not at all.

    Args:
        path: the file.
        result: to be written.

    Raises:
        OutputError: it cannot be written.
    """
    with Staging(path.parent) as stage:
        stage.path(path.name).write_text(
            json.dumps(asdict(result), indent=1, allow_nan=False) + "\n"
        )


def read_result(path: Path) -> Result:
    """A result.json, or the one in a folder.

    Raises:
        OptionError: there is none, or it is not of this form; the field is named.
    """
    source = path / FILE if path.is_dir() else path
    try:
        found = json.loads(source.read_bytes())
        if not isinstance(found, dict):
            raise ValueError("no JSON object")
        wanted = {part.name for part in fields(Result)}
        lacking = [
            name
            for name in ("benchmark", "split", "model", "figures", "measure", "per_case")
            if name not in found
        ]
        if lacking:
            raise ValueError(f'"{lacking[0]}" is not there')
        for key in ("figures", "per_case"):
            for name, value in found[key].items():
                if (
                    isinstance(value, bool)
                    or not isinstance(value, (int, float))
                    or not math.isfinite(value)
                ):
                    raise ValueError(f'"{key}", {name!r}: {value!r} is no finite number')
        return Result(**{name: value for name, value in found.items() if name in wanted})
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise OptionError(
            f"{source} is no result of geomag eval ({reason}); give a {FILE} of a run's folder"
        ) from error


def brief(result: Result) -> dict[str, Any]:
    """The result without its single cases, for a command that prints JSON."""
    return {name: value for name, value in asdict(result).items() if name != "per_case"}


def tables(results: Sequence[Result]) -> dict[str, list[dict[str, Any]]]:
    """Rows for a terminal, by title.

    A row a system where the figures fit on a line, else a row a figure.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for result in results:
        values = {**_percent(result.figures), "cases": f"{result.cases:,}"}
        costs = {"seconds": ("s", 1.0), "flops": ("GFLOP", 1e9), "pixels": ("Mpx", 1e6)}
        values |= {
            f"{unit}/case": f"{result.cost[name] / scale:.3g}"
            for name, (unit, scale) in costs.items()
            if name in result.cost
        }
        rows = found.setdefault(f"{result.title}, {result.split}, figures in %", [])
        if len(result.figures) <= ACROSS:
            rows.append({"system": result.system, **values})
        elif not rows:
            rows += [{"figure": name, result.system: value} for name, value in values.items()]
    return found


def as_csv(results: Sequence[Result]) -> str:
    """A line for each figure, of the whole and of each class, and for each cost: plain numbers."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("benchmark", "split", "model", "version", "cases", "figure", "class", "value"))
    for r in results:
        begin = (r.benchmark, r.split, r.model, r.version, r.cases)
        writer.writerows(
            (*begin, name, "", value) for name, value in {**r.figures, **r.cost}.items()
        )
        writer.writerows(
            (*begin, name, label, value)
            for label, mine in r.classes.items()
            for name, value in mine.items()
        )
    return text.getvalue()


def as_latex(results: Sequence[Result]) -> str:
    """A booktabs table for each set of figures, in per cent; a row a result."""
    grouped: dict[tuple[str, ...], list[Result]] = {}
    for result in results:
        grouped.setdefault(tuple(result.figures), []).append(result)
    return "\n".join(_latex(names, rows) for names, rows in grouped.items())


def _latex(names: Sequence[str], rows: Sequence[Result]) -> str:
    head = ("Benchmark", "Split", "Model", *names)
    cells = [(r.title, r.split, r.system, *_percent(r.figures).values()) for r in rows]
    lines = [
        "% figures in per cent; needs \\usepackage{booktabs}",
        f"\\begin{{tabular}}{{lll{'r' * len(names)}}}",
        "\\toprule",
        *_lines([head]),
        "\\midrule",
        *_lines(cells),
        "\\bottomrule",
        "\\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def _lines(rows: Sequence[Sequence[str]]) -> list[str]:
    return [" & ".join(escaped(cell) for cell in row) + r" \\" for row in rows]


LATEX = {
    "\\": r"\textbackslash{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}


def escaped(text: str) -> str:
    """Text that LaTeX prints unchanged."""
    return "".join(LATEX.get(letter, letter) for letter in " ".join(text.split()))


def _percent(figures: Mapping[str, float]) -> dict[str, str]:
    return {name: f"{100 * value:.2f}" for name, value in figures.items()}
