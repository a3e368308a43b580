"""The command `geomag`: a thin map from words on a command line to functions.

Heavy libraries load inside the commands.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from geomagnifier import __version__
from geomagnifier.cli import archives, chat, describe, lab_commands, map, stopping, train
from geomagnifier.cli.options import AsJson, Bands, Bits, Model, Segmenter, full_size, load
from geomagnifier.cli.printed_answer import show
from geomagnifier.cli.progress import progress_bar
from geomagnifier.cli.stdout import printing
from geomagnifier.errors import (
    BoxError,
    GeomagError,
    GeomagWarning,
    LibraryMissing,
    OptionError,
    install,
    printable,
)
from geomagnifier.inference import similar_pictures

if TYPE_CHECKING:
    pass


class Commands(TyperGroup):
    """The commands; Ctrl-C in one of them ends in one line and exit code 130 (SIGTERM: 143), where Typer says nothing."""

    def make_context(self, *given: Any, **named: Any) -> Any:
        with _told():
            return super().make_context(*given, **named)

    def invoke(self, ctx: Any) -> Any:
        with _told():
            return super().invoke(ctx)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as stopped:
        print("geomag: stopped", file=sys.stderr)
        raise typer.Exit(stopping.code(stopped)) from None


app = typer.Typer(
    name="geomag",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    help=(
        "Ask satellite and aerial images questions; get text, boxes and masks that land on the map."
    ),
    epilog="Example: [bold]geomag ask harbour.tif 'Segment every ship.' --out answers/[/bold]",
)

SHEET = "similar.png"
"""In the folder of an answer: pictures like the one that was asked about."""
JOURNAL = ".unfinished.sqlite"
"""In the folder of an answer, until it is complete."""


def main() -> None:
    """Run the command.

    One line on stderr and exit code 2 for what a person can mend, never a traceback.
    """
    warnings.simplefilter("always", GeomagWarning)
    warnings.showwarning = _show_warning
    stopping.take_sigterm()
    try:
        with printing():
            app()
    except GeomagError as error:
        print(f"geomag: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except BrokenPipeError:  # nobody reads on, as after `| head`
        raise SystemExit(1) from None


def _show_warning(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    if issubclass(category, GeomagWarning):
        print(f"geomag: warning: {message}", file=sys.stderr)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"geomag {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version and leave."
        ),
    ] = False,
) -> None:
    """Nothing is shared by the commands but --version."""


@app.command(
    epilog=(
        "Examples: [bold]geomag ask city.tif 'How many cars?' --json | jq"
        " .text[/bold]\n\n[bold]geomag ask country.tif 'Segment every ship.' --out ships/ --vector"
        " gpkg --max-memory '2 GB' --recall 0.95[/bold]\n\n[bold]geomag ask country.tif 'Segment"
        " every ship.' --out ships/ --vector gpkg --max-memory '2 GB' --recall 0.95"
        " --resume[/bold]\n\n[bold]geomag ask harbour.tif 'Find every ship.' --model"
        " Qwen/Qwen2.5-VL-3B-Instruct --segmenter facebook/sam2.1-hiera-base-plus[/bold]"
    )
)
def ask(
    image: Annotated[str, typer.Argument(help="GeoTIFF, COG, JPEG, PNG or JPEG2000.")],
    question: Annotated[str, typer.Argument(help="Plain English, such as 'Find every airplane.'")],
    box: Annotated[
        str | None,
        typer.Option(help="What the question is about, in pixels.", metavar="x0,y0,x1,y1"),
    ] = None,
    box_crs: Annotated[
        str | None,
        typer.Option(
            help=(
                "CRS of --box, such as EPSG:4326 (west,south,east,north), or 'scene' for the"
                " image's own."
            ),
            metavar="CRS",
        ),
    ] = None,
    aoi: Annotated[
        str | None,
        typer.Option(
            help=(
                "Area to search in place of the whole image: a file of polygons, WKT, or"
                " west,south,east,north."
            ),
            metavar="FILE|WKT|BOX",
        ),
    ] = None,
    aoi_crs: Annotated[
        str | None,
        typer.Option(
            help="CRS of --aoi where it is given in numbers or WKT: EPSG:4326, 'scene' or 'px'.",
            metavar="CRS",
        ),
    ] = None,
    model: Model = "small",
    segmenter: Segmenter = None,
    bits: Bits = None,
    bands: Bands = None,
    search: Annotated[
        str,
        typer.Option(
            help="adaptive (closely only where it pays), paper, exhaustive; random, grid, shrink."
        ),
    ] = "adaptive",
    variant: Annotated[
        str | None,
        typer.Option(
            help=(
                "Form of --search paper, or several joined by +: hull, separate, coarse masks,"
                " cross entropy, linear decoder."
            ),
            metavar="NAME",
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            help="The most to spend: '4 Mpx' or '20 s'; what it does not reach is listed.",
            metavar="AMOUNT",
        ),
    ] = None,
    recall: Annotated[
        float | None,
        typer.Option(
            help=(
                "Share of all objects of a kind that is to be found, such as 0.95; takes longer,"
                " and finds more false ones."
            )
        ),
    ] = None,
    min_score: Annotated[
        float | None,
        typer.Option(help="Every candidate above this score, instead of the calibrated choice."),
    ] = None,
    max_memory: Annotated[
        str | None,
        typer.Option(
            help=(
                "Most memory of this process, '1.5 GB'; large scenes are then looked at in smaller"
                " views."
            ),
            metavar="AMOUNT",
        ),
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option(
            help=(
                "An index of geomag index, for questions such as 'Find images similar to this one.'"
            ),
            metavar="INDEX",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for answer.json, regions, mask and pictures.", metavar="DIR"),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with an answer in --out that was stopped or killed."),
    ] = False,
    vector: Annotated[
        Literal["geojson", "gpkg"], typer.Option(help="Format of the regions.")
    ] = "geojson",
    out_crs: Annotated[
        str | None,
        typer.Option(
            help=(
                "CRS of the regions, such as EPSG:3857; else longitude and latitude, of a"
                " GeoPackage the image's."
            ),
            metavar="CRS",
        ),
    ] = None,
    oriented: Annotated[
        bool, typer.Option("--oriented", help="Regions as oriented boxes, with their headings.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Answer QUESTION about IMAGE.

    Ctrl-C ends the search: what was seen is answered, and --resume goes on.
    """
    import geomagnifier as gm
    from geomagnifier import ask_arguments
    from geomagnifier.atomic import check_writable
    from geomagnifier.export.vectors import Form

    if index is not None:
        if not similar_pictures.asked(question):
            raise OptionError(
                "--index is for questions that search for pictures like this one, as in 'Find"
                " images similar to this one.'"
            )
        archives.search(
            index,
            image=Path(image),
            model=model,
            segmenter=segmenter,
            bits=bits,
            as_json=as_json,
            out=out and out / SHEET,
        )
        return
    corners = _corners(box)
    if resume and out is None:
        raise OptionError("--resume goes on with what lies in a folder; name it with --out")
    if out is None and (out_crs is not None or oriented):
        raise OptionError(
            "--out-crs and --oriented are of the regions that --out writes; name a folder with"
            " --out"
        )
    if out is not None:
        check_writable(out)
    journal = None if out is None else out / JOURNAL
    if journal is not None and not resume and journal.is_file():
        journal.unlink()
    with (
        gm.open_scene(image, bands=bands) as scene,
        progress_bar() as move,
        stopping.ctrl_c() as pressed,
    ):
        # before the model is loaded
        ask_arguments.checked(
            scene.info,
            question,
            corners,
            search,
            budget,
            recall,
            min_score,
            max_memory,
            box_crs,
            variant,
            aoi,
            aoi_crs,
        )
        Form(out_crs).check(scene.info, vector)
        steps = [(0, 0)]

        def progress(done: int, known: int) -> bool:
            move(done, known)
            steps[0] = done, known
            return not pressed.is_set()

        answer = gm.ask(
            scene,
            question,
            load(model, segmenter, bits),
            box=corners,
            box_crs=box_crs,
            aoi=aoi,
            aoi_crs=aoi_crs,
            search=search,
            budget=budget,
            recall=recall,
            min_score=min_score,
            max_memory=max_memory,
            journal=journal,
            progress=progress,
            variant=variant,
        )
    written = (
        gm.write(answer, out, vector=vector, crs=out_crs, oriented=oriented)
        if out is not None
        else {}
    )
    if as_json:
        from geomagnifier.export.write import to_json

        print(printable(json.dumps(to_json(answer), ensure_ascii=False)))
    else:
        show(answer)
        for path in written.values():
            print(printable(str(path)))
    if not answer.stopped:
        if journal is not None:
            journal.unlink(missing_ok=True)
        return
    done, known = steps[0]
    how = (
        "the same command with --resume goes on"
        if out is not None
        else "with --out it could be gone on with"
    )
    print(f"geomag: stopped after {done} of {known} windows known so far; {how}", file=sys.stderr)
    raise typer.Exit(130)


def _corners(text: str | None) -> tuple[float, float, float, float] | None:
    if text is None:
        return None
    try:
        x0, y0, x1, y1 = (float(part) for part in text.replace(" ", ",").split(",") if part)
    except ValueError:
        raise BoxError(
            f"--box {text!r} is not four numbers; write x0,y0,x1,y1 in pixels, or use --box-crs"
        ) from None
    return x0, y0, x1, y1


@app.command(
    epilog=(
        "Examples: [bold]geomag info harbour.tif[/bold]\n\n[bold]geomag info --model"
        " Qwen/Qwen2.5-VL-3B-Instruct --segmenter facebook/sam2.1-hiera-base-plus[/bold]"
    )
)
def info(
    image: Annotated[str | None, typer.Argument(help="A picture to describe, too.")] = None,
    model: Model = "small",
    segmenter: Segmenter = None,
    language: Annotated[
        str | None,
        typer.Option(
            help="Encoder of questions that the full size is trained with.", metavar="NAME|DIR"
        ),
    ] = None,
    bands: Bands = None,
    as_json: AsJson = False,
) -> None:
    """Say what the model knows or, of one of the full size, the memory it needs.

    And what kind of raster IMAGE is.
    """
    from dataclasses import asdict

    import geomagnifier as gm
    from geomagnifier.models import checksums
    from geomagnifier.models.registry import folder_of, is_full_size

    facts: dict[str, Any] = {"version": __version__}
    rows: describe.Rows = []
    if image is not None:
        with gm.open_scene(image, bands=bands) as scene:
            facts["scene"] = asdict(scene.info) | asdict(scene.layout)
            rows += describe.raster(scene.info, scene.layout)
    if full := is_full_size(model):
        with full_size():
            from geomagnifier.models.full import memory_estimate
        facts["model"] = memory_estimate.describe(model, segmenter, language)
    elif language is not None:
        raise OptionError("--language is for models of the full size; the small model has its own")
    else:
        whole = checksums.fingerprint(
            folder_of(model)
        )  # of what was held against it while it was loaded
        spec, weights = (
            load(model, segmenter).spec,
            f"whole, {whole}" if whole else f"without {checksums.SUMS}",
        )
        facts["model"] = asdict(spec) | {"weights": weights}
        rows += describe.model(spec, weights)
    if as_json:
        print(json.dumps(facts))
        return
    from rich.console import Console

    if full:
        left_out = ("parameters", "memory", "free", "device")
        told = {
            name: value
            for name, value in facts["model"].items()
            if value is not None and name not in left_out
        }
        rows += [(name, printable(str(value))) for name, value in told.items()]
    console = Console(highlight=False, emoji=False, markup=False)
    for name, line in rows:
        console.print(f"{name:11}{line}", soft_wrap=True)
    if full:
        _show_memory(facts["model"])


def _show_memory(facts: dict[str, Any]) -> None:
    """Parameters by part, and by dtype what the weights take, what is added at work, and whether it fits here."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    parts, totals = (Table(box=None, padding=(0, 2, 0, 0)) for _ in range(2))
    for table, headings in (
        (parts, ("part", "parameters")),
        (totals, ("weights in", "weights", "at work", "fits here")),
    ):
        for number, heading in enumerate(headings):
            table.add_column(heading, justify="right" if number else "left")
    for part, number in facts["parameters"].items():
        parts.add_row(part, f"{number / 1e6:,.1f} M")
    for dtype, figures in facts["memory"].items():
        sizes = (figures["weights"], figures["weights"] + figures["working"])
        totals.add_row(
            dtype, *(f"{size / 1e9:.1f} GB" for size in sizes), "yes" if figures["fits"] else "no"
        )
    console.print(parts)
    console.print(totals)
    console.print(
        f"{facts['free'] / 1e9:.1f} GB are free on {facts['device']}; at work is an estimate, right"
        " within a factor of two"
    )


@app.command(
    epilog=(
        "Examples: [bold]geomag serve scenes/[/bold]\n\n[bold]geomag serve"
        " scenes.index[/bold]\n\n[bold]GEOMAG_API_KEY=secret geomag serve scenes/ --host 0.0.0.0"
        " --port 80 --no-browser[/bold]"
    )
)
def serve(
    target: Annotated[
        Path | None,
        typer.Argument(
            help=(
                "A folder of pictures, an index of one, or one picture; without it they are"
                " uploaded."
            )
        ),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on; 127.0.0.1 without, which is this machine alone."),
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port; 8000 without, 0 for a free one.")] = None,
    model: Annotated[
        str | None, typer.Option(help="As in ask; 'small' without.", metavar="NAME|DIR")
    ] = None,
    segmenter: Segmenter = None,
    browser: Annotated[bool, typer.Option(help="Show the page.")] = True,
) -> None:
    """A map in the browser and a REST service, on this machine.

    Its limits are settings of the environment, GEOMAG_*: docs/serve.md.
    """
    try:
        from geomagnifier.server import serve as service
        from geomagnifier.server import settings
    except ImportError as error:
        raise LibraryMissing(
            f"the map and the service need the extra serve; install it: {install('serve')}"
            f" ({error})"
        ) from error
    chosen = settings.Settings.from_environment(
        host=host, port=port, model=model, segmenter=segmenter
    )
    service.serve(target, chosen, open_browser=browser)


@app.command(
    epilog=(
        "Examples: [bold]geomag demo[/bold]\n\n[bold]geomag demo harbour.tif[/bold]\n\n"
        "[bold]geomag demo harbour.tif 'How many ships are there?' --out first-look/[/bold]"
    )
)
def demo(
    image: Annotated[
        str | None, typer.Argument(help="A picture; without it a scene is drawn.")
    ] = None,
    question: Annotated[
        str | None, typer.Argument(help="A question; without it one of each granularity.")
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for the drawn scene and the answers.", metavar="DIR")
    ] = Path("demo-out"),
) -> None:
    """A first look: ask a picture, or a drawn airport, one question of each granularity, and write the answers and pictures of them."""
    from geomagnifier.cli.demo import run

    run(image, question, out)


app.command(name="chat", epilog=chat.EPILOG)(chat.chat)
app.command(name="map", epilog=map.EPILOG)(map.map_archive)
app.command(epilog=archives.INDEX_EXAMPLES)(archives.index)
app.command(epilog=archives.SEARCH_EXAMPLES)(archives.search)
app.command(epilog=train.EXAMPLES)(train.train)
lab_commands.join(app)
