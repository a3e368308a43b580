"""`geomag eval`: suites on the validation data, public benchmarks, and comparisons of results."""

from __future__ import annotations

import functools
import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from geomagnifier.cli.options import AsJson, Bits, Data, Detector, Model, Segmenter, load
from geomagnifier.cli.progress import progress_bar
from geomagnifier.errors import OptionError
from geomagnifier.models import registry
from geomagnifier_lab.eval import own_command
from geomagnifier_lab.studies import command
from geomagnifier_lab.tables import print_tables

if TYPE_CHECKING:
    from geomagnifier.model_protocol import Model as AnyModel
    from geomagnifier_lab.eval.run import Task

MARKED = 1 << 20
"""Bytes at both ends of a file of weights that tell it from others."""


def evaluate(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help=(
                "Names of benchmarks (see --list) or of suites on the validation data. "
                "'paper': tables of the paper (geomag eval paper --help); 'reliability': "
                "how well scores are calibrated; 'figures', perhaps with suites: the page of "
                "figures, in docs/ of a clone. Default: all suites."
            )
        ),
    ] = None,
    data: Data = None,
    root: Annotated[
        Path | None,
        typer.Option(
            help=(
                "Folder of the benchmark as its authors publish it; for several, the "
                "folder that has one folder NAME for each."
            ),
            metavar="DIR",
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            help="Split of the benchmark. Default: the one that papers report.", metavar="NAME"
        ),
    ] = None,
    model: Model = "small",
    segmenter: Segmenter = None,
    bits: Bits = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help=(
                "Folder for predictions.jsonl, result.json and examples.png; cases "
                "predicted there are not asked again. With --compare: the plot or its "
                "folder. Default: runs/eval/..."
            ),
            metavar="DIR",
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(help="Limit of images per suite, or of cases per benchmark, for a quick run."),
    ] = None,
    form: Annotated[
        Literal["table", "json", "csv", "latex"],
        typer.Option("--format", help="Output format of benchmark results."),
    ] = "table",
    examples: Annotated[
        int,
        typer.Option(help="Draw this many of the best, the worst and random cases.", metavar="N"),
    ] = 0,
    predictions: Annotated[
        Path | None,
        typer.Option(
            help=(
                "Score these predictions instead of running a model: JSON lines as in "
                "predictions.jsonl, or a COCO results file."
            ),
            metavar="FILE",
        ),
    ] = None,
    ids: Annotated[
        Path | None,
        typer.Option(
            help="COCO file that defines the image and category ids of --predictions.",
            metavar="FILE",
        ),
    ] = None,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            help="Compare two result.json of the same cases: is B better than A?", metavar="A B"
        ),
    ] = None,
    coco: Annotated[
        Path | None,
        typer.Option(
            help="Your own labels: COCO's .json. AP, F1, confusion, by class, size and camera.",
            metavar="FILE",
        ),
    ] = None,
    yolo: Annotated[
        Path | None,
        typer.Option(help="Your own labels: YOLO's data.yaml or its folder.", metavar="DIR"),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            help="Your own labels: outlines in a GeoPackage, GeoJSON, Shapefile or FlatGeobuf.",
            metavar="FILE",
        ),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(
            help="Folder of --coco's images; the GeoTIFF of --labels, or a folder of them.",
            metavar="DIR|FILE",
        ),
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="Of --labels: the column with the class.", metavar="NAME")
    ] = None,
    layer: Annotated[
        str | None, typer.Option(help="Of --labels: the layer of a GeoPackage.", metavar="NAME")
    ] = None,
    cameras: Annotated[
        Path | None,
        typer.Option(
            help="CSV with file_name and camera, where COCO's images do not name it.",
            metavar="FILE",
        ),
    ] = None,
    detector: Detector = None,
    against: Annotated[
        str | None,
        typer.Option(
            help="A second model on your own labels: is it better than --model?",
            metavar="NAME|DIR|FILE.onnx",
        ),
    ] = None,
    threshold: Annotated[
        float, typer.Option(help="Of your own labels: score from which a detection counts.")
    ] = 0.25,
    show: Annotated[
        bool,
        typer.Option("--list", help="List the benchmarks with their sources, splits and licences."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """See `geomag eval --help`, which says what the options are."""
    from geomagnifier_lab.datasets.benchmarks import BENCHMARKS
    from geomagnifier_lab.eval.suites import SUITES

    form = "json" if as_json else form
    own = [source for source in (coco, yolo, labels) if source is not None]
    if own:
        if len(own) > 1 or names:
            raise OptionError(
                "--coco, --yolo and --labels are your own labels, and measured by themselves; give"
                " one of them, and no benchmark or suite"
            )
        own_command.evaluate_own(
            own[0],
            images,
            cameras,
            column,
            layer,
            functools.partial(load, model, segmenter, bits, detector),
            " + ".join(part for part in (detector or model, segmenter) if part),
            against,
            out,
            threshold,
            limit,
            form == "json",
        )
        return
    if any(value is not None for value in (images, cameras, column, layer, detector, against)):
        raise OptionError(
            "--images, --cameras, --column, --layer, --detector and --against go with your own"
            " labels: --coco, --yolo or --labels"
        )
    chosen = list(dict.fromkeys(names or ()))
    if chosen[:1] == ["figures"]:
        _figures(chosen[1:], data, model, out or Path("docs"), limit, as_json)
        return
    alone = ("paper", "reliability")
    unknown = [
        name
        for name in chosen
        if name not in BENCHMARKS and name not in SUITES and name not in alone
    ]
    public = [name for name in chosen if name in BENCHMARKS]
    if unknown:
        known = f"suites: {', '.join((*SUITES, *alone))}; benchmarks: {', '.join(BENCHMARKS)}"
        raise OptionError(f"there is neither a suite nor a benchmark {unknown[0]!r}; {known}")
    if (public and len(public) < len(chosen)) or ({*alone} & {*chosen} and len(chosen) > 1):
        raise OptionError(
            "benchmarks, suites, 'paper' and 'reliability' read different folders; run one sort at"
            " a time"
        )
    if show:
        _list_benchmarks(form == "json")
    elif compare is not None:
        _compare(compare[0], compare[1], out, form == "json")
    elif public:
        from geomagnifier_lab.eval.run import Task

        if root is None:
            _say_where(public[0])
        if len(public) > 1 and predictions is not None:
            raise OptionError("--predictions are of one benchmark; name one")
        whole = " + ".join(part for part in (model, segmenter, bits and f"{bits} bits") if part)
        by, mark = (
            whole if predictions is None else predictions.stem,
            "" if model == "small" else _mark(Path(model)),
        )
        tasks = []
        for name in public:
            place = (
                Path("runs/eval") / _folder(name, split, by, limit)
                if out is None
                else out / name
                if len(public) > 1
                else out
            )
            tasks.append(
                Task(
                    name,
                    root / name if len(public) > 1 else root,
                    split,
                    place,
                    limit,
                    predictions,
                    ids,
                    examples,
                    whole,
                    mark,
                )
            )
        _measure(tasks, functools.cache(lambda: load(model, segmenter, bits)), form)
    elif (
        root is not None
        or split is not None
        or predictions is not None
        or examples
        or form in ("csv", "latex")
    ):
        raise OptionError(
            "--root, --split, --predictions, --examples, csv and latex are for benchmarks: name"
            " one, see geomag eval --list"
        )
    elif chosen == ["paper"]:
        command.paper(None, data, model, out or Path("runs/paper"), limit, as_json=form == "json")
    elif chosen == ["reliability"]:
        _reliability(data, model, out or Path("runs/reliability"), limit, form == "json")
    else:
        _suites(chosen, data, model, segmenter, bits, limit, form == "json")


def _suites(
    suites: list[str],
    data: Path | None,
    model: str,
    segmenter: str | None,
    bits: Literal["4", "8"] | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """Measure on the validation parts of the data sets, and print."""
    from geomagnifier_lab.datasets.sample import data_root
    from geomagnifier_lab.eval.run import run

    root, loaded = data_root(data), load(model, segmenter, bits)
    with progress_bar() as progress:
        rows = run(loaded, root, tuple(suites), limit, progress)
    if as_json:
        print(json.dumps(dict(rows)))
        return
    for suite, figures in rows:
        print(
            f"{suite:14} "
            + "  ".join(
                f"{name} {value:.3f}" if isinstance(value, float) else f"{name} {value}"
                for name, value in figures.items()
            )
        )


def _reliability(
    data: Path | None, model: str, out: Path, limit: int | None, as_json: bool
) -> None:
    """Probabilities beside the share that was right: figures, reliability.json and plots."""
    from geomagnifier.models.registry import load_small
    from geomagnifier_lab.bench import reliability
    from geomagnifier_lab.datasets.sample import data_root

    if limit is not None and limit < 1:
        raise OptionError(f"the limit is a number of pictures from 1, not {limit}")
    root, loaded = data_root(data), load_small(model)
    try:
        with progress_bar("pictures") as progress:
            found = reliability.measure(loaded, root, limit, progress)
    except FileNotFoundError as error:
        raise OptionError(
            f"'reliability' needs {error.filename}; --data is the folder that holds the data sets"
        ) from error
    files = reliability.write(found, out, aside if as_json else print)
    print(files[0].read_text() if as_json else "\n".join(map(str, files)))


def _figures(
    suites: list[str],
    data: Path | None,
    model: str,
    out: Path,
    limit: int | None,
    as_json: bool,
) -> None:
    """figures.json and the tables of figures.md, measured where these weights were not yet."""
    from geomagnifier.models.registry import folder_of
    from geomagnifier_lab.datasets.sample import data_root
    from geomagnifier_lab.eval import figures

    with progress_bar() as progress:
        rows = figures.update(
            out,
            load(model),
            _mark(folder_of(model)),
            data_root(data),
            limit,
            suites,
            progress,
            aside,
        )
    print(figures.as_json(rows) if as_json else f"{out / figures.FILE}\n{out / figures.PAGE}")


def _folder(name: str, split: str | None, model: str, limit: int | None) -> str:
    """Of a run that named none: another one for whatever makes its predictions others."""
    from geomagnifier_lab.datasets.benchmarks import benchmark

    plain = "".join(
        letter if letter.isalnum() or letter in "-_." else "-" for letter in model.strip("/")
    )
    return "-".join(
        part for part in (name, split or benchmark(name).splits[0], plain, str(limit or "")) if part
    )


def _mark(folder: Path) -> str:
    """A few letters that change with the weights in a folder; "" for no folder.

    They keep a run from being resumed with weights that were trained further. The linear decoder,
    which a variant of the paper's search alone uses, is left out.
    """
    files = sorted(folder.glob("*.safetensors")) if folder.is_dir() else []
    files = [path for path in files if path.name != registry.LINEAR]
    mark = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            mark.update(file.read(MARKED))
            file.seek(max(0, path.stat().st_size - MARKED))
            mark.update(file.read())
    return mark.hexdigest()[:6] if files else ""


def _measure(tasks: list[Task], model: Callable[[], AnyModel], form: str) -> None:
    """Measure on benchmarks, and print."""
    from geomagnifier_lab.eval import examples, report
    from geomagnifier_lab.eval.run import measure

    results = []
    for task in tasks:
        with progress_bar(task.name) as progress:
            try:
                result = measure(task, model, progress)
            except KeyboardInterrupt:
                aside(f"what is done is kept in {task.out}; the same command goes on")
                raise
        results.append(result)
        if result.failed:
            first, why = next(iter(result.failed.items()))
            aside(
                f"{len(result.failed)} of {result.cases} cases of {task.name} have no answer and"
                f" count as wrong, the first {first}: {why}"
            )
    if form in ("csv", "latex"):
        print((report.as_csv if form == "csv" else report.as_latex)(results), end="")
        return
    found = {task.name: report.brief(result) for task, result in zip(tasks, results, strict=True)}
    print_tables(found, report.tables(results), form == "json", left=report.WORDS)
    for task in tasks if form == "table" else ():
        print(task.out / report.FILE)
        if task.examples:
            print(task.out / examples.FILE)


def _compare(first: Path, second: Path, out: Path | None, as_json: bool) -> None:
    """B against A; nothing but the two files is read."""
    from geomagnifier_lab.eval.compare import FILE, compare, plot
    from geomagnifier_lab.eval.report import read_result

    found = compare(read_result(first), read_result(second))
    target = None if out is None else out if out.suffix.lower() == ".png" else out / FILE
    if target is not None:
        plot(found, target)
    row = found.row()
    if as_json:
        print(json.dumps(row))
        return
    print_tables(
        row, {f"{found.benchmark}: {found.measure} of {found.cases:,} cases": found.lines()}, False
    )
    print(found.verdict())
    if target is not None:
        print(target)


def _list_benchmarks(as_json: bool) -> None:
    from geomagnifier_lab.datasets.benchmarks import BENCHMARKS, benchmark

    rows = []
    for name in BENCHMARKS:
        found = benchmark(name)
        rows.append(
            {
                "name": name,
                "title": found.title,
                "work": found.work,
                "splits": ", ".join(found.splits),
                "licence": found.licence,
                "url": found.url,
            }
        )
    print_tables({"benchmarks": rows}, {"": rows}, as_json)


def _say_where(name: str) -> NoReturn:
    """Raise what a person needs who has not got the data."""
    from geomagnifier_lab.datasets.benchmarks import benchmark

    found = benchmark(name)
    raise OptionError(
        f"--root is to be the folder of {found.title}, laid out as {found.layout}; it comes from"
        f" {found.url}"
    )


def aside(line: str) -> None:
    """Tell the person something that is no result: to stderr."""
    print(f"geomag: {line}", file=sys.stderr)
