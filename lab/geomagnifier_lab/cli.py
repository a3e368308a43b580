"""The commands that make and measure models.

`geomag train` without --from, `train-full`, `eval` and `bench`.

`geomag` finds them by the entry points of this distribution (`cli/lab_commands.py` there).
"""

from __future__ import annotations

import functools
import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from geomagnifier.cli.options import AsJson, Bits, Data, Model, Segmenter, full_size, load
from geomagnifier.cli.progress import progress_bar
from geomagnifier.cli.tables import print_tables
from geomagnifier.errors import OptionError
from geomagnifier_lab.studies import command

if TYPE_CHECKING:
    from geomagnifier.model_protocol import Model as AnyModel
    from geomagnifier_lab.eval.run import Task

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""For a command whose options, --help too, are read elsewhere."""
MARKED = 1 << 20
"""Bytes at both ends of a file of weights that tell it from others."""


def train_small(
    data: Path | None,
    out: Path,
    steps: int | None,
    wide_steps: int | None,
    language_steps: int,
    start: str | None,
    keep_language: bool,
    seed: int,
) -> None:
    """Train the small model: `geomag train` without --from, whose options these are.

    Raises:
        OptionError: options that do not go together.
    """
    if start is not None and steps is not None:
        raise OptionError(
            "--steps is of the first stage, which --start leaves out; --wide-steps sets the second"
        )
    if keep_language and start is None:
        raise OptionError(
            "--keep-language keeps the language side of the model that --start names; name one,"
            " --start small"
        )
    from geomagnifier_lab.train.run import Length, run

    length = Length(
        steps or 1465,
        wide_steps or (1800 if keep_language else 6000),
        language_steps,
        keep_language,
    )
    run(data, out, length, seed, start)


def train_full(context: typer.Context) -> None:
    """Train the full size; its --help has the options.

    On many GPUs: accelerate launch -m geomagnifier_lab.train.full.
    """
    from geomagnifier_lab.train.full.settings import read

    settings = read(context.args)
    with full_size():
        from geomagnifier_lab.train.full import loop
    loop.train(settings)


def evaluate(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help=(
                "Benchmarks (--list), or suites on the validation data; all suites without. 'paper'"
                " for the paper's tables (geomag eval "
                "paper --help), 'reliability' for how often what is said with a probability is"
                " right."
            )
        ),
    ] = None,
    data: Data = None,
    root: Annotated[
        Path | None,
        typer.Option(
            help=(
                "Folder of the benchmark as its authors pack it; of several, the folder with one"
                " NAME each."
            ),
            metavar="DIR",
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            help="Part of the benchmark; else the one that papers report.", metavar="NAME"
        ),
    ] = None,
    model: Model = "small",
    segmenter: Segmenter = None,
    bits: Bits = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help=(
                "Folder for predictions.jsonl, result.json and examples.png (runs/eval/..."
                " without); what is predicted there already is "
                "not asked again. Of --compare, the plot or its folder."
            ),
            metavar="DIR",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(help="Pictures a suite, or cases a benchmark, for a quick look.")
    ] = None,
    form: Annotated[
        Literal["table", "json", "csv", "latex"],
        typer.Option("--format", help="How the figures of benchmarks are printed."),
    ] = "table",
    examples: Annotated[
        int, typer.Option(help="Draw so many of the best, the worst and random cases.", metavar="N")
    ] = 0,
    predictions: Annotated[
        Path | None,
        typer.Option(
            help=(
                "Score these instead of a model: JSON lines as in predictions.jsonl, or COCO's list"
                " of results."
            ),
            metavar="FILE",
        ),
    ] = None,
    ids: Annotated[
        Path | None,
        typer.Option(
            help="COCO file whose numbers of pictures and categories --predictions uses.",
            metavar="FILE",
        ),
    ] = None,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(help="Two result.json of the same cases: is B better than A?", metavar="A B"),
    ] = None,
    show: Annotated[
        bool,
        typer.Option(
            "--list", help="List the benchmarks: where they come from, their splits and licences."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure a model on public benchmarks, or on the validation parts of the data sets.

    Ctrl-C stops; the same command goes on.
    """
    from geomagnifier_lab.datasets.benchmarks import BENCHMARKS
    from geomagnifier_lab.eval.suites import SUITES

    form = "json" if as_json else form
    chosen = list(dict.fromkeys(names or ()))
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
    files = reliability.write(found, out, _aside if as_json else print)
    print(files[0].read_text() if as_json else "\n".join(map(str, files)))


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
    """A few letters that change with the weights in a folder, so that a run is not gone on with after more training; "" for no folder."""
    files = sorted(folder.glob("*.safetensors")) if folder.is_dir() else []
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
                _aside(f"what is done is kept in {task.out}; the same command goes on")
                raise
        results.append(result)
        if result.failed:
            first, why = next(iter(result.failed.items()))
            _aside(
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
        rows.append({"name": name, "title": found.title, "work": found.work, "splits": ", ".join(found.splits), "licence": found.licence,
                     "url": found.url})  # fmt: skip
    print_tables({"benchmarks": rows}, {"": rows}, as_json)


def _say_where(name: str) -> NoReturn:
    """Raise what a person needs who has not got the data."""
    from geomagnifier_lab.datasets.benchmarks import benchmark

    found = benchmark(name)
    raise OptionError(
        f"--root is to be the folder of {found.title}, laid out as {found.layout}; it comes from"
        f" {found.url}"
    )


def bench(
    what: Annotated[
        Literal[
            "cost",
            "precision",
            "psc",
            "search",
            "growth",
            "memory",
            "archive",
            "map",
            "ablations",
            "teach",
        ],
        typer.Argument(
            help=(
                "cost: seconds and memory; precision: fp32, bf16, channels-last, compiled; psc:"
                " where attention looks; "
                "search: ways of searching large scenes, accuracy against cost; growth: seconds"
                " from 2 Mpx to 1 Gpx; "
                "memory: the peak of whole runs up to 40,000 px, and of a service over 500"
                " questions; "
                "archive: queries to an index of 10,000 scenes; map: 500 drawn scenes by one"
                " worker, by all, and with one killed; "
                "ablations: short training runs, each without one part; teach: how many examples a"
                " new kind takes."
            )
        ),
    ] = "cost",
    data: Data = None,
    model: Model = "small",
    repeats: Annotated[int, typer.Option(help="Timed runs of each row; the median counts.")] = 5,
    frames: Annotated[
        int | None,
        typer.Option(help="Frames for psc (40 without), and for each group of search (20)."),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(help="Of search, repeatable; all and sahi without.", metavar="NAME"),
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(help="Scenes of search, repeatable; all without.", metavar="NAME"),
    ] = None,
    most: Annotated[float, typer.Option(help="The largest scene of growth, Mpx.")] = 1000,
    out: Annotated[
        Path | None,
        typer.Option(
            help=(
                "Folder for scenes, figures and plots of search, growth and memory, scenes and"
                " answers of map, or the runs of "
                "ablations and teach (runs/... without); what is finished there is not done again."
            ),
            metavar="DIR",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure seconds and memory, ways of searching, forms of arithmetic, PSC's windows, or what each part of training is worth."""
    rows: list[dict[str, Any]]
    if what == "search":
        from geomagnifier_lab.bench.search import FRAMES, briefly, compare
        from geomagnifier_lab.datasets.sample import data_root

        with progress_bar("scenes") as progress:
            found = compare(
                data_root(data),
                model,
                policy or (),
                group or (),
                FRAMES if frames is None else frames,
                out,
                progress,
                _aside,
            )
        print_tables(found, briefly(found["groups"]), as_json)
        return
    if what == "growth":
        from geomagnifier_lab.bench.growth import growth
        from geomagnifier_lab.datasets.sample import data_root

        with progress_bar("questions") as progress:
            found = growth(data_root(data), model, most, out, progress)
        fits = [{"policy": name, **figures} for name, figures in found["fits"].items()]
        print_tables(
            found, {found["what"]: found["rows"], "seconds = a * area + b * found": fits}, as_json
        )
        return
    if what == "memory":
        from geomagnifier_lab.bench import memory

        with progress_bar("scenes and questions") as progress:
            found = memory.bench(model, out, progress)
        print_tables(
            found, {found["what"]: found["rows"], "the service": found["service"]}, as_json
        )
        return
    if what == "psc":
        from geomagnifier.models.registry import load_small
        from geomagnifier_lab.bench import psc
        from geomagnifier_lab.datasets.sample import data_root

        root, number = data_root(data), psc.FRAMES if frames is None else frames
        with progress_bar("frames") as progress:
            shares = psc.compare(load_small(model), root, number, progress=progress)
        rows, title = (
            [{"windows by": way, **figures} for way, figures in shares.items()],
            f"{number} frames of 4096 x 2160 px",
        )
    elif what == "ablations":
        from geomagnifier_lab.datasets.sample import data_root
        from geomagnifier_lab.studies.ablations import STEPS, VARIANTS, ablate
        from geomagnifier_lab.train.loop import Captions
        from geomagnifier_lab.train.pretrained import prepare_encoder, read_encoder, trunk_file

        root, trunk, runs_folder = data_root(data), trunk_file(), out or Path("runs/ablations")
        prepare_encoder(runs_folder)
        runs: dict[str, dict[str, float]] = {}
        with progress_bar("steps") as progress:
            for name, step, figures in ablate(
                root, runs_folder, Captions(*read_encoder(runs_folder)), trunk
            ):
                progress(list(VARIANTS).index(name) * STEPS + step, len(VARIANTS) * STEPS)
                runs[name] = figures
        rows, title = (
            [{"variant": name, **figures} for name, figures in runs.items()],
            f"{STEPS} steps each, on validation pictures",
        )
    elif what == "teach":
        from geomagnifier_lab.datasets.sample import data_root
        from geomagnifier_lab.studies import teaching
        from geomagnifier_lab.train.loop import Captions
        from geomagnifier_lab.train.pretrained import prepare_encoder, read_encoder, trunk_file

        root, trunk, runs_folder = data_root(data), trunk_file(), out or Path("runs/teach")
        prepare_encoder(runs_folder)
        with progress_bar("steps and lessons") as progress:
            rows = teaching.curve(
                root, runs_folder, Captions(*read_encoder(runs_folder)), trunk, progress
            )
        title = f"kinds kept from {teaching.STEPS} steps, then taught; on validation pictures"
    elif what == "precision":
        from geomagnifier.models.registry import load_small
        from geomagnifier_lab.bench import precision
        from geomagnifier_lab.bench.cost import machine

        with progress_bar("forms") as progress:
            figures_by_form = precision.compare(load_small(model).network, repeats, progress)
        rows, title = (
            [{"form": form, **figures} for form, figures in figures_by_form.items()],
            machine(),
        )
    elif what == "archive":
        from geomagnifier_lab.bench import archive

        with progress_bar("queries") as progress:
            found = archive.bench(load(model), archive.SCENES, repeats, progress)
        rows, title = found["rows"], found["what"]
    elif what == "map":
        from geomagnifier_lab.bench import workers

        with progress_bar("scenes") as progress:
            found = workers.bench(model=model, out=out, progress=progress)
        rows, title = found["rows"], found["what"]
    else:
        from geomagnifier_lab.bench.cost import bench as measure

        result = measure(model, repeats)
        rows, title = result["rows"], str(result["machine"])
    print_tables({"what": title, "rows": rows}, {title: rows}, as_json)


def _aside(line: str) -> None:
    print(f"geomag: {line}", file=sys.stderr)


def _alone(function: Callable[..., None], **options: Any) -> Any:
    """A function as a command of Click, to be handed a line of words by `geomag`."""
    app = typer.Typer(rich_markup_mode="rich", add_completion=False, pretty_exceptions_enable=False)
    context = {"help_option_names": ["-h", "--help"]} | options.pop("context_settings", {})
    app.command(context_settings=context, **options)(function)
    return typer.main.get_command(app)


train_full_command = _alone(
    train_full,
    name="train-full",
    context_settings=PASSED_ON,
    epilog="Example: [bold]geomag train-full --data sets/ --out runs/full[/bold]",
)
eval_command = _alone(
    evaluate,
    name="eval",
    cls=command.Evaluate,
    epilog=(
        "Examples: [bold]geomag eval --list[/bold]\n\n[bold]geomag eval aid --root AID/ --split"
        " test --out runs/aid --examples 5[/bold]\n\n[bold]geomag eval rrsis-d --root RRSIS-D/"
        " --limit 200 --format latex[/bold]\n\n[bold]geomag eval vhr10 --root VHR-10/ --predictions"
        " boxes.json --ids instances_val.json[/bold]\n\n[bold]geomag eval --compare"
        " runs/a/result.json runs/b/result.json --out runs/[/bold]\n\n[bold]geomag eval segment"
        " detect --data sets/[/bold]\n\n[bold]geomag eval paper --help[/bold]"
    ),
)
bench_command = _alone(
    bench,
    name="bench",
    epilog=(
        "Examples: [bold]geomag bench psc --data sets/[/bold]\n\n[bold]geomag bench search --policy"
        " adaptive --policy sahi --group sparse --frames 10 --out runs/search[/bold]"
    ),
)
