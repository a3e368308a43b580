"""The command `geomag train`: fine-tune a model on custom classes (--from).

Without --from the lab trains the small model from scratch.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from geomagnifier.cli import lab_commands
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
                "With --from, your labels: COCO's .json, YOLO's data.yaml, or a GeoPackage"
                " (GeoJSON, Shapefile) of outlines. Without, the "
                "folder of the data sets; else the setting GEOMAG_DATA."
            ),
            metavar="FILE|DIR",
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option(
            "--from",
            help=(
                "Fine-tune this model on the classes of --data: 'small', or the model/ of an"
                " earlier run."
            ),
            metavar="NAME|DIR",
        ),
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option(
            help=(
                "COCO's pictures, if they do not lie beside the file; the GeoTIFF, or folder of"
                " GeoTIFFs, of outlines."
            )
        ),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(
            help="Of outlines: the column with the class. Without, the layer's name is the class."
        ),
    ] = None,
    layer: Annotated[
        str | None,
        typer.Option(
            help="Of a GeoPackage: the layer with the outlines, where several hold polygons."
        ),
    ] = None,
    cover: Annotated[
        list[str] | None,
        typer.Option(
            help="A class that is land cover, an area without single objects; repeatable.",
            metavar="KIND",
        ),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(help="Other words for a class; repeatable.", metavar="KIND=WORD,WORD"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help=(
                "Folder of the run: checkpoints, log, plot, and model/ at the end (runs/small,"
                " runs/own)."
            ),
            metavar="DIR",
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(
            help=(
                "Steps of the image side (1465: 24 crops and 100 scene pictures each); of"
                " fine-tuning (200)."
            ),
            min=1,
        ),
    ] = None,
    wide_steps: Annotated[
        int | None,
        typer.Option(
            help=(
                "Steps of the image side's second stage, over more cameras, scales and classes"
                " (6000)."
            ),
            min=1,
        ),
    ] = None,
    language_steps: Annotated[
        int,
        typer.Option(
            help=(
                "Steps of the language side over the trained image side; 0 stops after the image"
                " side."
            ),
            min=0,
        ),
    ] = 1400,
    start: Annotated[
        str | None,
        typer.Option(
            help=(
                "Start the second stage from this model's image side and leave out the first:"
                " 'small' or a model folder."
            ),
            metavar="NAME|DIR",
        ),
    ] = None,
    keep_language: Annotated[
        bool,
        typer.Option(
            "--keep-language",
            help=(
                "With --start: leave that model's trunk and language side as they are, and train"
                " what finds things alone (1800 steps)."
            ),
        ),
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of weights and batches.")] = 0,
) -> None:
    """Fine-tune a model on classes of your own (--from), or train the small model from scratch.

    Run it again to go on where it stopped.
    """
    if base is None:
        if pictures or column or layer or cover or also:
            raise OptionError(
                "--pictures, --column, --layer, --cover and --also are for labels of your own: name"
                " the model, --from small"
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
            "--start is for training the small model; with --from, the model to teach is what is"
            " started from"
        )
    if data is None:
        raise OptionError("--from teaches from labels; name them: --data my_coco.json")
    if find_spec("torch") is None:
        raise LibraryMissing(f"teaching needs the extra train; install it: {install('train')}")
    from geomagnifier.finetuning import run
    from geomagnifier.finetuning.fit import FineTuneSchedule

    schedule = FineTuneSchedule(seed=seed)
    if steps is not None:
        schedule = FineTuneSchedule(steps=steps, seed=seed)
    pairs = [text.partition("=") for text in also or ()]
    if not all(class_name and words for class_name, _, words in pairs):
        raise OptionError(
            "--also is KIND=WORD,WORD, as in --also 'wind turbine=windmill,wind generator'"
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
            print(
                f"geomag: what is done is kept in {config.out}; the same command goes on",
                file=sys.stderr,
            )
        raise
