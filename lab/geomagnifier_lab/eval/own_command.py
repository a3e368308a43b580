"""`geomag eval --coco`, `--yolo` and `--labels`: a model, or two, on a user's own labels."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from geomagnifier.cli.options import load
from geomagnifier.cli.progress import progress_bar
from geomagnifier_lab.tables import print_tables

if TYPE_CHECKING:
    from geomagnifier.model_protocol import Model
    from geomagnifier_lab.eval.own_labels import OwnLabels
    from geomagnifier_lab.eval.own_report import OwnReport


def evaluate_own(
    source: Path,
    images: Path | None,
    cameras: Path | None,
    column: str | None,
    layer: str | None,
    model: Callable[[], Model],
    name: str,
    against: str | None,
    out: Path | None,
    threshold: float,
    limit: int | None,
    as_json: bool,
) -> None:
    """Measure, write the report and print its tables.

    Args:
        source: of the labels.
        images: as of `own_labels.read_own`.
        cameras: likewise.
        column: likewise.
        layer: likewise.
        model: gives the model, A.
        name: of it, in tables.
        against: a second model, B; None for none.
        out: folder of the report, of two models with a folder each, A and B; None for one below
            runs/eval.
        threshold: score from which a detection counts.
        limit: images; None for all.
        as_json: print JSON.
    """
    from geomagnifier_lab.eval.own_labels import read_own
    from geomagnifier_lab.eval.own_report import as_json as plain

    own = read_own(source, images, cameras, column, layer)
    place = out or Path("runs/eval") / "-".join(
        ("own", source.stem, _plain(name), *([f"{limit}"] if limit else []))
    )
    if against is None:
        made = _measured(own, model, place, name, threshold, limit)
        if as_json:
            print(json.dumps(plain(made)))
        else:
            _print(made, place)
        return
    from geomagnifier_lab.eval.compare import FILE, compare, plot

    made = _measured(own, model, place / "A", name, threshold, limit)
    other = _measured(own, lambda: load(against), place / "B", against, threshold, limit)
    found = compare(made.result, other.result)
    plot(found, place / FILE)
    if as_json:
        print(json.dumps({"A": plain(made), "B": plain(other), "comparison": found.row()}))
        return
    _print(made, place / "A")
    _print(other, place / "B")
    print_tables(
        found.row(),
        {f"{found.benchmark}: {found.measure} of {found.cases:,} pictures": found.lines()},
        False,
    )
    print(found.verdict())
    print(place / FILE)


def _measured(
    own: OwnLabels,
    model: Callable[[], Model],
    place: Path,
    name: str,
    threshold: float,
    limit: int | None,
) -> OwnReport:
    from geomagnifier_lab.eval.own_report import measure_own

    with progress_bar("pictures") as progress:
        return measure_own(own, model, place, name, threshold, limit, progress)


def _print(made: OwnReport, place: Path) -> None:
    from geomagnifier_lab.eval.own_report import ERRORS, MARKDOWN, tables

    at = made.overall
    figures = "  ".join(f"{name} {value:.3f}" for name, value in made.result.figures.items())
    print(f"{made.result.system}: {figures}")
    print(
        f"at {made.threshold:g}: precision {at['precision']:.3f}  recall {at['recall']:.3f}  F1"
        f" {at['F1']:.3f}; the best F1, {made.best[1]:.3f}, is at {made.best[0]:.3f}"
    )
    if made.lacking:
        print(f"the model has no class for: {', '.join(made.lacking)}")
    print_tables({}, tables(made), False)
    print(place / MARKDOWN)
    print(place / ERRORS)


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)
