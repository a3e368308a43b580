"""The commands that make and measure models: `geomag train`, `train-full`, `eval`, `bench`.

`geomag` finds them by the entry points of this distribution (`cli/lab_commands.py` there); of
`geomag train` this is the half without --from.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from geomagnifier.cli.options import AsJson, Data, Model, full_size, load
from geomagnifier.cli.progress import progress_bar
from geomagnifier.errors import OptionError
from geomagnifier_lab.eval.command import aside, evaluate
from geomagnifier_lab.studies.command import Evaluate
from geomagnifier_lab.tables import print_tables

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""For a command whose options, --help too, are read elsewhere."""


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

    Args:
        data: folder of the data sets; None for that of the setting.
        out: folder of the trained model and its checkpoints.
        steps: of the first stage; None for the usual number.
        wide_steps: of the second stage; None for the usual number.
        language_steps: of the text decoder.
        start: folder of a model to go on from, or "small"; None to begin anew.
        keep_language: keep the language side of `start`.
        seed: of everything drawn.

    Raises:
        OptionError: options that do not go together.
    """
    if start is not None and steps is not None:
        raise OptionError(
            "--steps is for the first stage, which --start skips; --wide-steps sets the second"
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
    """Train a vision-language model with SAM2; its --help has the options.

    On many GPUs: accelerate launch -m geomagnifier_lab.train.full.
    """
    from geomagnifier_lab.train.full.settings import read

    settings = read(context.args)
    with full_size():
        from geomagnifier_lab.train.full import loop
    loop.train(settings)


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
            "page",
            "ablations",
            "teach",
            "versions",
        ],
        typer.Argument(
            help=(
                "cost: seconds and memory; precision: fp32, bf16, channels-last, compiled; "
                "psc: whether the proposed windows hold the objects; search: search "
                "policies on large scenes, accuracy against cost; growth: seconds from 2 "
                "Mpx to 1 Gpx; memory: peak memory of runs up to 40,000 px, and of a "
                "service over 500 questions; archive: queries to an index of 10,000 "
                "scenes; map: 500 drawn scenes with one worker, with all, and with one "
                "killed; page: how long a person waits for the map page, and how smoothly it "
                "moves; ablations: short training runs, each without one part; teach: how "
                "many examples a new class needs; versions: this installation against "
                "another one, in paired runs."
            )
        ),
    ] = "cost",
    data: Data = None,
    model: Model = "small",
    repeats: Annotated[
        int | None,
        typer.Option(
            help=(
                "Timed runs of each row; the median is reported, for versions the least. "
                "Default: 5, for versions 7."
            )
        ),
    ] = None,
    frames: Annotated[
        int | None,
        typer.Option(help="Number of frames. Default: 40 for psc, 20 for each group of search."),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            help="Search policy to measure; may be repeated. Default: all, and sahi.",
            metavar="NAME",
        ),
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(
            help="Group of scenes for search; may be repeated. Default: all.", metavar="NAME"
        ),
    ] = None,
    most: Annotated[float, typer.Option(help="Largest scene for growth, in megapixels.")] = 1000,
    against: Annotated[
        Path | None,
        typer.Option(
            help="The geomag of another installation, for page and versions: old/bin/geomag.",
            metavar="FILE",
        ),
    ] = None,
    command: Annotated[
        Path | None,
        typer.Option(
            "--with",
            help="The geomag that is compared with it. Default: that of this installation.",
            metavar="FILE",
        ),
    ] = None,
    row: Annotated[
        list[str] | None,
        typer.Option(help="Row of versions; may be repeated. Default: all.", metavar="NAME"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help=(
                "Folder for scenes, figures, plots and runs; what is finished there is not "
                "measured again. Default: runs/..."
            ),
            metavar="DIR",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """See `geomag bench --help`, which says what the options are."""
    rows: list[dict[str, Any]]
    if what == "versions":
        from geomagnifier_lab.bench import versions

        if against is None:
            raise OptionError("versions needs another installation: --against old/bin/geomag")
        here = command or Path(sys.executable).with_name("geomag")
        with progress_bar("runs") as progress:
            found = versions.compare(
                here,
                against,
                out or Path("runs/versions"),
                row or (),
                repeats or versions.REPEATS,
                progress,
            )
        shown = [
            {name: one[name] for name in versions.SHOWN if one.get(name) is not None}
            for one in found["rows"]
        ]
        print_tables(found, {found["what"]: shown}, as_json)
        return
    repeats = repeats or 5
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
                aside,
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
    if what == "page":
        from geomagnifier_lab.bench import page_speed

        with progress_bar("services") as progress:
            found = page_speed.bench(against, repeats, out, progress)
        print_tables(found, {found["what"]: found["rows"], "moving it": found["pan"]}, as_json)
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
        from geomagnifier.models.registry import folder_of
        from geomagnifier_lab.bench import precision
        from geomagnifier_lab.bench.cost import machine
        from geomagnifier_lab.networks.loading import small_network

        with progress_bar("forms") as progress:
            figures_by_form = precision.compare(small_network(folder_of(model)), repeats, progress)
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
    cls=Evaluate,
    help=(
        "Measure a model on public benchmarks, on validation data, or on your own labels."
        "\n\nStop it at any time; the same command continues."
    ),
    epilog=(
        "Examples: [bold]geomag eval --list[/bold]\n\n[bold]geomag eval aid --root AID/ --split"
        " test --out runs/aid --examples 5[/bold]\n\n[bold]geomag eval rrsis-d --root RRSIS-D/"
        " --limit 200 --format latex[/bold]\n\n[bold]geomag eval vhr10 --root VHR-10/ --predictions"
        " boxes.json --ids instances_val.json[/bold]\n\n[bold]geomag eval --compare"
        " runs/a/result.json runs/b/result.json --out runs/[/bold]\n\n[bold]geomag eval segment"
        " detect --data sets/[/bold]\n\n[bold]geomag eval --coco mine.json --images tiles/"
        " --detector ships.onnx --against small --out runs/mine[/bold]\n\n[bold]geomag eval paper"
        " --help[/bold]"
    ),
)
bench_command = _alone(
    bench,
    name="bench",
    help=("Measure speed, memory, search policies, number formats and ablations."),
    epilog=(
        "Examples: [bold]geomag bench psc --data sets/[/bold]\n\n[bold]geomag bench search --policy"
        " adaptive --policy sahi --group sparse --frames 10 --out"
        " runs/search[/bold]\n\n[bold]geomag bench versions --against old/bin/geomag --out"
        " runs/versions[/bold]"
    ),
)
