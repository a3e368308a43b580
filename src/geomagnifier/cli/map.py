"""The command `geomag map`: one question about every scene of an archive."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geomagnifier.cli import stopping
from geomagnifier.cli.options import AsJson, Asset, Bands, Bits, Model, Segmenter
from geomagnifier.cli.progress import progress_bar
from geomagnifier.errors import OptionError, QuestionError, SceneNotFound, printable

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
    question: Annotated[str, typer.Argument(help="Plain words, asked of every scene.")],
    scenes: Annotated[
        Path,
        typer.Option(
            help="A folder, a text file with a path a line, or a STAC file (items or catalog).",
            metavar="WHERE",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            help="Folder of the answers; what is there already is not asked again.", metavar="DIR"
        ),
    ],
    workers: Annotated[
        int | None,
        typer.Option(
            help="Processes with a model each; without it one a core, as far as memory goes."
        ),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            help="Of a Ray cluster; without it the cores of this machine.",
            metavar="ray://HOST:10001",
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Ask the scenes that failed once more.")
    ] = False,
    model: Model = "small",
    segmenter: Segmenter = None,
    bits: Bits = None,
    bands: Bands = None,
    asset: Asset = None,
    search: Annotated[
        str, typer.Option(help="adaptive, paper, exhaustive; random, grid, shrink.")
    ] = "adaptive",
    recall: Annotated[
        float | None, typer.Option(help="Share of all objects that is to be found, such as 0.95.")
    ] = None,
    min_score: Annotated[
        float | None, typer.Option(help="Every candidate above this score.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask every scene of an archive, on all cores or a Ray cluster.

    Stop it at any time; the same command goes on.

    DIR gets scenes.parquet (a row a scene) and regions/ (GeoParquet), and of each scene answer.json
    and mask.tif (COG) in scenes/.
    """
    from geomagnifier import archive, ask_arguments, composed
    from geomagnifier.language.class_names import CLASSES, NARROWER, names_by_class
    from geomagnifier.types import ModelSpec, SceneInfo

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
        print(
            printable(
                f"geomag: stopped; what is answered is kept in {out}, and the same command goes on"
            ),
            file=sys.stderr,
        )
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
    print(f"{tally.done:,} of {tally.total:,} scenes answered{rate}, {tally.seconds:.0f} s")
    if tally.restarts:
        print(
            f"geomag: {tally.restarts} workers died and were started anew; their scenes were asked"
            " again",
            file=sys.stderr,
        )
    for path in (out / archive.INDEX, out / archive.REGIONS, out / archive.SCENES):
        print(path)
    for name, why in failures:
        print(printable(f"geomag: no answer for {name}: {why}"), file=sys.stderr)
    if tally.failed > len(failures):
        print(
            f"geomag: and {tally.failed - len(failures):,} more; {out / archive.INDEX} lists them",
            file=sys.stderr,
        )


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
            print(printable(f"geomag: left out {path}: {why}"), file=sys.stderr)
        return [picture.path for picture in found.pictures]
    if not where.is_file():
        raise SceneNotFound(
            f"{where} is not there; give a folder, a text file with a path a line, or a STAC file"
            " (items or catalog)"
        )
    try:
        lines = [line.strip() for line in where.read_text(encoding="utf-8").splitlines()]
    except (UnicodeDecodeError, OSError) as error:
        raise OptionError(
            f"{where} is not a list of scenes; give a text file with a path a line"
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
