"""The command `geomag map`: one question about every scene of an archive."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geomagnifier.cli import stopping
from geomagnifier.cli.messages import say
from geomagnifier.cli.options import AsJson, Asset, Bands, Bits, Model, Segmenter
from geomagnifier.cli.progress import progress_bar
from geomagnifier.errors import OptionError, QuestionError, SceneNotFound
from geomagnifier.language import chinese_text
from geomagnifier.translation import set_language, translated

if TYPE_CHECKING:
    from geomagnifier.archive import Tally

SHOWN = 10
"""Failed scenes that are printed one by one; more are counted."""
EXAMPLES = (
    "Examples: [bold]geomag map 'Find every ship.' --scenes scenes/ --out"
    " ships/[/bold]\n\n[bold]geomag map 'Segment every storage tank.' --scenes list.txt --out"
    " tanks/ --address ray://head:10001[/bold]"
)


def map_archive(
    question: Annotated[str, typer.Argument(help="The question, asked about every scene.")],
    scenes: Annotated[
        Path,
        typer.Option(
            help=(
                "A folder, a text file with one path per line, or a STAC file (items or catalog)."
            ),
            metavar="WHERE",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for the answers; scenes already answered there are not asked again.",
            metavar="DIR",
        ),
    ],
    workers: Annotated[
        int | None,
        typer.Option(
            help=(
                "Number of processes, each with its own model. Default: one per core, as "
                "far as memory allows."
            )
        ),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            help="Address of a Ray cluster. Default: the cores of this machine.",
            metavar="ray://HOST:10001",
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Ask again about the scenes that failed.")
    ] = False,
    model: Model = "small",
    segmenter: Segmenter = None,
    bits: Bits = None,
    bands: Bands = None,
    asset: Asset = None,
    search: Annotated[
        str,
        typer.Option(
            help=(
                "How to choose windows, as in geomag ask: adaptive, exhaustive, paper, "
                "random, grid, shrink."
            )
        ),
    ] = "adaptive",
    recall: Annotated[
        float | None,
        typer.Option(help="Recall to aim for, such as 0.95; slower, with more false detections."),
    ] = None,
    min_score: Annotated[
        float | None,
        typer.Option(
            help=("Keep every detection above this score, in place of the calibrated thresholds.")
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask one question about every scene of an archive, on all cores or a Ray cluster.

    Stop it at any time; the same command continues.

    DIR gets scenes.parquet (one row per scene), regions/ (GeoParquet) and, in scenes/, answer.json
    and mask.tif (COG) of each scene.
    """
    from geomagnifier import archive, ask_arguments, composed
    from geomagnifier.language.class_names import CLASSES, NARROWER, names_by_class
    from geomagnifier.types import ModelSpec, SceneInfo

    set_language(chinese_text.message_language(question))
    # Wrong options are refused here, once, and not by every scene.
    ask_arguments.checked(
        SceneInfo("any", 1, 1, 1), question, None, search, None, recall, min_score
    )
    options = {"segmenter": segmenter, "bits": bits and int(bits)}
    task = archive.Task(
        question,
        out.absolute(),
        str(Path(model).absolute()) if model != "small" and Path(model).is_dir() else model,
        {name: value for name, value in options.items() if value is not None},
        search,
        recall,
        min_score,
        bands,
    )
    if model == "small":  # of other models only the workers know the classes
        classes = (*CLASSES, *NARROWER)
        spec = ModelSpec("small", "", classes, (), names=names_by_class(classes))
        refusal = composed.refusal(question, spec, boxed=False)
        if refusal is not None:
            raise QuestionError(refusal)
    entries = archive.entries(listed(scenes, asset))

    def progress(tally: Tally) -> None:
        show_progress(tally.done + tally.failed, tally.total)

    try:
        with (
            progress_bar("scenes") as show_progress,
            stopping.announced_stop("stopping; press Ctrl-C again to stop at once"),
        ):
            tally = archive.run(
                entries, task, workers=workers, address=address, again=again, progress=progress
            )
    except KeyboardInterrupt as stopped:
        say(f"stopped; answers so far are in {out}; run the same command to continue")
        raise typer.Exit(stopping.exit_code(stopped)) from None
    failures = archive.failures(task, SHOWN)
    if as_json:
        print(
            json.dumps(
                {
                    "out": str(out),
                    **facts(tally),
                    "failures": [{"scene": name, "why": why} for name, why in failures],
                }
            )
        )
        return
    rate = f", {tally.pixels / 1e6 / tally.seconds:.1f} Mpx/s" if tally.pixels else ""
    print(
        translated(
            f"{tally.done:,} of {tally.total:,} scenes answered{rate}, {tally.seconds:.0f} s"
        )
    )
    if tally.restarts:
        say(f"{tally.restarts} workers died and were restarted; their scenes were asked again")
    for path in (out / archive.INDEX, out / archive.REGIONS, out / archive.SCENES):
        print(path)
    for name, why in failures:
        say(f"no answer for {name}: {why}")
    if tally.failed > len(failures):
        say(f"and {tally.failed - len(failures):,} more; {out / archive.INDEX} lists them")


def listed(where: Path, asset: str | None = None) -> list[Path | str]:
    """Paths and addresses of the scenes of a folder, a list (one a line) or a STAC file.

    Args:
        where: the folder or file.
        asset: name of the asset that is taken of each STAC item; None for the likeliest one.

    Raises:
        SceneNotFound: it is not there, or has no images.
        OptionError: it is neither a folder nor a list.
    """
    from geomagnifier import retrieval
    from geomagnifier.retrieval.discovery import COLLECTIONS

    if where.is_dir() or where.suffix.lower() in COLLECTIONS:
        found = retrieval.gather(where, asset)
        found.warn()
        for path, why in found.left_out:
            say(f"skipped {path}: {why}")
        return [picture.path for picture in found.pictures]
    if not where.is_file():
        raise SceneNotFound(
            f"{where} does not exist; give a folder, a text file with one path per line, or a"
            " STAC file"
            " (items or catalog)"
        )
    try:
        lines = [line.strip() for line in where.read_text(encoding="utf-8").splitlines()]
    except (UnicodeDecodeError, OSError) as error:
        raise OptionError(
            f"{where} is not a list of scenes; give a text file with one path per line"
        ) from error
    wanted = [line for line in lines if line and not line.startswith("#")]
    return [line if "://" in line else where.parent / line for line in wanted]


def facts(tally: Tally) -> dict[str, float | int]:
    """A tally as values for JSON."""
    found = {
        "done": tally.done,
        "failed": tally.failed,
        "total": tally.total,
        "pixels": tally.pixels,
        "restarts": tally.restarts,
    }
    return {**found, "seconds": round(tally.seconds, 2)}
