"""The commands that make and measure models: `geomag train`, `train-full`, `eval` and `bench`. `cli.py` puts them on the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from geomagnifier.interfaces.options import AsJson, Bits, Data, Model, Segmenter, full_size, load
from geomagnifier.interfaces.progress import progress_bar

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""For a command whose options, --help too, are read elsewhere."""


def train(
    data: Data = None,
    out: Annotated[Path, typer.Option(help="Folder of the run: checkpoints, log, plot, and model/ at the end.", metavar="DIR")] = Path(
        "runs/small"
    ),
    steps: Annotated[int, typer.Option(help="Steps of the image side: 24 crops and 100 scene pictures each.")] = 1465,
    language_steps: Annotated[int, typer.Option(help="Steps of the language side over the trained image side.")] = 1400,
    seed: Annotated[int, typer.Option(help="Seed of weights and batches.")] = 0,
) -> None:
    """Train the small model, image side then language side; run it again to go on where it stopped."""
    from geomagnifier.train.run import run

    run(data, out, steps, language_steps, seed)


def train_full(context: typer.Context) -> None:
    """Train the full size; its --help has the options. On many GPUs: accelerate launch -m geomagnifier.train.full."""
    from geomagnifier.train.full.settings import read

    settings = read(context.args)
    with full_size():
        from geomagnifier.train.full import loop
    loop.train(settings)


def evaluate(
    suites: Annotated[list[str] | None, typer.Argument(help="Suites to run; all without.")] = None,
    data: Data = None,
    model: Model = "small",
    segmenter: Segmenter = None,
    bits: Bits = None,
    limit: Annotated[int | None, typer.Option(help="Pictures a suite, for a quick look.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a model on the validation parts of the data sets."""
    from geomagnifier.data.sample import data_root
    from geomagnifier.eval.run import run

    root, loaded = data_root(data), load(model, segmenter, bits)
    with progress_bar() as progress:
        rows = run(loaded, root, tuple(suites or ()), limit, progress)
    if as_json:
        print(json.dumps(dict(rows)))
        return
    for suite, figures in rows:
        print(
            f"{suite:14} "
            + "  ".join(f"{name} {value:.3f}" if isinstance(value, float) else f"{name} {value}" for name, value in figures.items())
        )


def bench(
    what: Annotated[
        Literal["cost", "precision", "psc", "search", "growth", "ablations"],
        typer.Argument(
            help="cost: seconds and memory; precision: fp32, bf16, channels-last, compiled; psc: where attention looks; "
            "search: ways of searching large scenes, accuracy against cost; growth: seconds from 2 Mpx to 1 Gpx; "
            "ablations: short training runs, each without one part."
        ),
    ] = "cost",
    data: Data = None,
    model: Model = "small",
    repeats: Annotated[int, typer.Option(help="Timed runs of each row; the median counts.")] = 5,
    frames: Annotated[int | None, typer.Option(help="Frames for psc (40 without), and for each group of search (20).")] = None,
    policy: Annotated[list[str] | None, typer.Option(help="Of search, repeatable; all and sahi without.", metavar="NAME")] = None,
    group: Annotated[list[str] | None, typer.Option(help="Scenes of search, repeatable; all without.", metavar="NAME")] = None,
    most: Annotated[float, typer.Option(help="The largest scene of growth, Mpx.")] = 1000,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for scenes, figures and plots of search and growth, or the runs of ablations (runs/ablations without); "
            "what is finished there is not done again.",
            metavar="DIR",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure seconds and memory, ways of searching, forms of arithmetic, PSC's windows, or what each part of training is worth."""
    rows: list[dict[str, Any]]
    if what == "search":
        from geomagnifier.bench.search import FRAMES, briefly, compare
        from geomagnifier.data.sample import data_root

        with progress_bar("scenes") as progress:
            found = compare(data_root(data), model, policy or (), group or (), FRAMES if frames is None else frames, out, progress, _aside)
        _print_tables(found, briefly(found["groups"]), as_json)
        return
    if what == "growth":
        from geomagnifier.bench.growth import growth
        from geomagnifier.data.sample import data_root

        with progress_bar("questions") as progress:
            found = growth(data_root(data), model, most, out, progress)
        fits = [{"policy": name, **figures} for name, figures in found["fits"].items()]
        _print_tables(found, {found["what"]: found["rows"], "seconds = a * area + b * found": fits}, as_json)
        return
    if what == "psc":
        from geomagnifier.bench import psc
        from geomagnifier.data.sample import data_root
        from geomagnifier.model.checkpoint import load_small

        root, number = data_root(data), psc.FRAMES if frames is None else frames
        with progress_bar("frames") as progress:
            shares = psc.compare(load_small(model), root, number, progress=progress)
        rows, title = [{"windows by": way, **figures} for way, figures in shares.items()], f"{number} frames of 4096 x 2160 px"
    elif what == "ablations":
        from geomagnifier.bench.ablations import STEPS, VARIANTS, ablate
        from geomagnifier.data.sample import data_root
        from geomagnifier.train.loop import Captions
        from geomagnifier.train.pretrained import prepare_encoder, read_encoder, trunk_file

        root, trunk, runs_folder = data_root(data), trunk_file(), out or Path("runs/ablations")
        prepare_encoder(runs_folder)
        runs: dict[str, dict[str, float]] = {}
        with progress_bar("steps") as progress:
            for name, step, figures in ablate(root, runs_folder, Captions(*read_encoder(runs_folder)), trunk):
                progress(list(VARIANTS).index(name) * STEPS + step, len(VARIANTS) * STEPS)
                runs[name] = figures
        rows, title = [{"variant": name, **figures} for name, figures in runs.items()], f"{STEPS} steps each, on validation pictures"
    elif what == "precision":
        from geomagnifier.bench import precision
        from geomagnifier.bench.cost import machine
        from geomagnifier.model.checkpoint import load_small

        with progress_bar("forms") as progress:
            figures_by_form = precision.compare(load_small(model).network, repeats, progress)
        rows, title = [{"form": form, **figures} for form, figures in figures_by_form.items()], machine()
    else:
        from geomagnifier.bench.cost import bench as measure

        result = measure(model, repeats)
        rows, title = result["rows"], str(result["machine"])
    _print_tables({"what": title, "rows": rows}, {title: rows}, as_json)


def _aside(line: str) -> None:
    print(f"geomag: {line}", file=sys.stderr)


def _print_tables(found: dict[str, Any], tables: dict[str, list[dict[str, Any]]], as_json: bool) -> None:
    """`found` as one JSON object, or its tables by title; a column that is empty throughout is left out."""
    if as_json:
        print(json.dumps(found))
        return
    from rich.console import Console
    from rich.measure import Measurement
    from rich.table import Table

    console = Console()
    for title, rows in ((title, rows) for title, rows in tables.items() if rows):
        table = Table(box=None, padding=(0, 2, 0, 0), title=title, title_justify="left")
        names = [name for name in rows[0] if any(row[name] is not None for row in rows)]
        for name in names:
            table.add_column(name, justify="left" if isinstance(rows[0][name], str) else "right")
        for row in rows:
            table.add_row(*("" if row[n] is None else f"{row[n]:.3g}" if isinstance(row[n], float) else str(row[n]) for n in names))
        console.width = max(console.width, Measurement.get(console, console.options.update(max_width=1000), table).maximum)
        console.print(table)
