"""Run suites on a model, and measure a system on a public benchmark, as `geomag eval` does.

rows = run(load_model("small"), data_root(), ("segment", "detect"))
json.dumps(table(rows))

task = Task("aid", Path("AID"), "test", Path("runs/aid"))
result = measure(task, lambda: load_model("small"))
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from geomagnifier.errors import OptionError
from geomagnifier.inference.scan_state import Progress
from geomagnifier.model_protocol import Model
from geomagnifier_lab.datasets.benchmarks import BENCHMARKS, benchmark
from geomagnifier_lab.eval import benchmark as running
from geomagnifier_lab.eval import examples, predictions, report, scoring
from geomagnifier_lab.eval.pictures import Figures, evenly
from geomagnifier_lab.eval.suites import SUITES

Rows = list[tuple[str, Figures]]
PREDICTIONS = "predictions.jsonl"


@dataclass(frozen=True)
class Task:
    """What is measured on a benchmark."""

    name: str
    """Of `BENCHMARKS`."""
    root: Path
    """Folder of that data set."""
    split: str | None
    """None for the one that papers report first."""
    out: Path
    """Folder of predictions.jsonl, result.json and examples.png."""
    limit: int | None = None
    """Cases at even steps; None for all."""
    predictions: Path | None = None
    """Of another system, to be scored instead of a model."""
    ids: Path | None = None
    """The COCO file whose ids those use."""
    examples: int = 0
    """How many of the best, worst and random cases are drawn."""
    model: str = ""
    """Name of the model in tables; "" for its own."""
    mark: str = ""
    """Tells its weights from others of its version."""


def measure(
    task: Task, model: Callable[[], Model], progress: Progress | None = None
) -> report.Result:
    """Measure a model, or the predictions of a system, on a benchmark.

    Predictions that are there already are gone on with.

    Args:
        task: what, where and how much.
        model: gives the model; called when the cases are read, and not for predictions of another
            system.
        progress: called with (cases done, cases).

    Raises:
        OptionError: no benchmark of that name, no such split, a limit below one, or predictions of
            another run in `task.out`.
        DataMissing, DataCorrupt: the data set is not whole.
        PredictionError: a record does not fit.
        OutputError: a file cannot be written.
    """
    if task.limit is not None and task.limit < 1:
        raise OptionError(f"the limit is a number of cases from 1, not {task.limit}")
    if task.examples < 0:
        raise OptionError(f"--examples is a number of pictures from 1, not {task.examples}")
    what = benchmark(task.name)
    split = what.splits[0] if task.split is None else task.split
    every = what.read(task.root, split)
    cases = evenly(every, task.limit)
    source = task.predictions
    if source is None:
        source = task.out / PREDICTIONS
        running.predict(model(), what, split, cases, source, progress, task.model, task.mark)
    records = predictions.read(source, what, split, cases, every, task.ids)
    result = scoring.result(what, split, cases, records)
    report.write_result(task.out / report.FILE, result)
    if task.examples:
        examples.write_examples(task.out / examples.FILE, cases, records, result, task.examples)
    return result


def run(
    model: Model,
    root: Path,
    suites: Sequence[str] = (),
    limit: int | None = None,
    progress: Progress | None = None,
) -> Rows:
    """Measure a model on the validation parts of the data sets.

    Args:
        model: of `load_model`.
        root: folder of the data sets, of `data.sample.data_root`.
        suites: names of `SUITES`, in the order wanted; all where none is named.
        limit: images a suite, for a quick look.
        progress: called with (images done, images of the suite); it starts anew with each
            suite.

    Returns:
        (suite, figures): 0..1 each, but "n", how much they rest on, and "seconds" of the whole
        suite.

    Raises:
        OptionError: there is no suite of that name, a limit below one, or a data set is missing.
    """
    unknown = [name for name in suites if name not in SUITES]
    if unknown:
        raise OptionError(
            f"there is no suite {unknown[0]!r}; choose among {', '.join(SUITES)}, or one of the"
            f" benchmarks {', '.join(BENCHMARKS)}"
        )
    if limit is not None and limit < 1:
        raise OptionError(f"the limit is a number of pictures from 1, not {limit}")
    rows: Rows = []
    for name in suites or tuple(SUITES):
        begin = time.perf_counter()
        try:
            figures = SUITES[name](model, root, limit, progress)
        except FileNotFoundError as error:
            raise OptionError(
                f"the suite {name!r} needs {error.filename}; --data is the folder that holds the"
                " data sets"
            ) from error
        rows.append((name, {**figures, "seconds": time.perf_counter() - begin}))
    return rows


def table(rows: Sequence[tuple[str, Figures]]) -> list[dict[str, str | float]]:
    """Figures as plain rows for JSON: {"suite", "figure", "value"}, rounded to four digits."""
    return [
        {"suite": suite, "figure": name, "value": round(value, 4)}
        for suite, figures in rows
        for name, value in figures.items()
    ]
