"""The command `geomag train`: fine-tune a model on custom classes (--from).

Without --from the lab trains the small model from scratch.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from geomagnifier.cli import lab_commands
from geomagnifier.cli.messages import say
from geomagnifier.errors import LibraryMissing, OptionError, install

EXAMPLES = (
    "Examples: [bold]geomag train --from small --data my_coco.json --out"
    " runs/own[/bold]\n\n[bold]geomag train --from runs/own/model --data quarries.gpkg --pictures"
    " ortho.tif --column what[/bold]\n\n[bold]geomag train --data sets/[/bold]"
)


def train(
    data: Annotated[
        Path | None,
        typer.Option(
            help=(
                "With --from: your labels, a COCO .json, a YOLO data.yaml, or outlines in "
                "a GeoPackage, GeoJSON or Shapefile. Without --from: the folder of the "
                "data sets; default: the setting GEOMAG_DATA."
            ),
            metavar="FILE|DIR",
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--from",
            help=(
                "Fine-tune this model on the classes in --data: 'small', or model/ of an "
                "earlier run."
            ),
            metavar="NAME|DIR",
        ),
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option(
            help=(
                "Images of the labels: for COCO if they are not beside the .json; for "
                "outlines the GeoTIFF, or a folder of GeoTIFFs."
            )
        ),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(
            help=(
                "For outlines: the column that holds the class. Default: the name of the "
                "layer is the class."
            )
        ),
    ] = None,
    layer: Annotated[
        str | None,
        typer.Option(
            help="For a GeoPackage with several polygon layers: the layer with the outlines."
        ),
    ] = None,
    cover: Annotated[
        list[str] | None,
        typer.Option(
            help="A class that is land cover, not single objects; may be repeated.",
            metavar="CLASS",
        ),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(help="Synonyms of a class; may be repeated.", metavar="CLASS=WORD,WORD"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help=(
                "Folder for checkpoints, log, plot and, at the end, model/. Default: "
                "runs/own with --from, else runs/small."
            ),
            metavar="DIR",
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            help=(
                "Training steps. Default: 200 with --from; else 1465 for the vision part "
                "(24 crops and 100 scene images a step)."
            ),
            min=1,
        ),
    ] = None,
    wide_steps: Annotated[
        int | None,
        typer.Option(
            help=(
                "Steps of the second stage of the vision part, on more sensors, scales and "
                "classes. Default: 6000."
            ),
            min=1,
        ),
    ] = None,
    language_steps: Annotated[
        int,
        typer.Option(
            help=(
                "Steps of the language part, after the vision part; 0 trains the vision part only."
            ),
            min=0,
        ),
    ] = 1400,
    start: Annotated[
        str | None,
        typer.Option(
            help=(
                "Skip the first stage: start the second from the vision part of this "
                "model, 'small' or a folder."
            ),
            metavar="NAME|DIR",
        ),
    ] = None,
    keep_language: Annotated[
        bool,
        typer.Option(
            "--keep-language",
            help=(
                "With --start: freeze the backbone and the language part; train only the "
                "detection and mask heads (1800 steps)."
            ),
        ),
    ] = False,
    seed: Annotated[int, typer.Option(help="Random seed of weights and batches.")] = 0,
) -> None:
    """Fine-tune a model on your own classes (--from), or train the small model from scratch.

    Stop it at any time; the same command continues.
    """
    if base is None:
        if pictures or column or layer or cover or also:
            raise OptionError(
                "--pictures, --column, --layer, --cover and --also are for fine-tuning; "
                "add --from small"
            )
        lab_commands.load("train")(
            data,
            out or Path("runs/small"),
            steps,
            wide_steps,
            language_steps,
            start,
            keep_language,
            seed,
        )
        return
    if start is not None or keep_language:
        raise OptionError(
            "--start and --keep-language train the small model from scratch; drop "
            "them, or drop --from"
        )
    if data is None:
        raise OptionError("--from needs labels; name them with --data my_coco.json")
    if find_spec("torch") is None:
        raise LibraryMissing(f"fine-tuning needs the extra train; install it: {install('train')}")
    from geomagnifier.finetuning import run
    from geomagnifier.finetuning.fit import FineTuneSchedule

    schedule = FineTuneSchedule(seed=seed)
    if steps is not None:
        schedule = FineTuneSchedule(steps=steps, seed=seed)
    pairs = [text.partition("=") for text in also or ()]
    if not all(class_name and words for class_name, _, words in pairs):
        raise OptionError(
            "--also is CLASS=WORD,WORD, as in --also 'wind turbine=windmill,wind generator'"
        )
    words = {
        class_name.strip(): tuple(word.strip() for word in words.split(",") if word.strip())
        for class_name, _, words in pairs
    }
    config = run.FineTuneConfig(
        data,
        base,
        out or Path("runs/own"),
        pictures,
        column,
        layer,
        frozenset(cover or ()),
        words,
        schedule,
    )
    try:
        run.run(config)
    except KeyboardInterrupt:
        if run.kept(config.out):
            say(
                f"stopped; training so far is kept in {config.out}; run the same command to"
                " continue"
            )
        raise
