"""The command `geomag`: a thin map from words on a command line to functions. Heavy libraries load inside the commands."""

from __future__ import annotations

import json
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from geomagnifier import __version__
from geomagnifier.errors import BoxError, GeomagError, GeomagWarning, OptionError

if TYPE_CHECKING:
    from geomagnifier.pipeline import Progress
    from geomagnifier.values import Answer

app = typer.Typer(
    name="geomag",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Ask satellite and aerial images questions; get text, boxes and masks that land on the map.",
    epilog="Example: [bold]geomag ask harbour.tif 'Segment every ship.' --out answers/[/bold]",
)

Model = Annotated[str, typer.Option(help="'small', or a folder with trained weights.", metavar="NAME|DIR")]
JOURNAL = ".unfinished.sqlite"
"""In the folder of an answer, until it is complete."""
Data = Annotated[Path | None, typer.Option(help="Folder of the data sets; else the setting GEOMAG_DATA.", metavar="DIR")]


def main() -> None:
    """Run the command: one line on stderr and exit code 2 for what a person can mend, never a traceback."""
    warnings.simplefilter("always", GeomagWarning)
    warnings.showwarning = _show_warning
    try:
        app()
    except GeomagError as error:
        print(f"geomag: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("geomag: stopped", file=sys.stderr)
        raise SystemExit(130) from None


def _show_warning(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    if issubclass(category, GeomagWarning):
        print(f"geomag: warning: {message}", file=sys.stderr)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"geomag {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")] = False,
) -> None:
    """Nothing is shared by the commands but --version."""


@app.command(
    epilog="Examples: [bold]geomag ask city.tif 'How many cars?' --json | jq .text[/bold]\n\n"
    "[bold]geomag ask country.tif 'Segment every ship.' --out ships/ --vector gpkg --max-memory '2 GB' --recall 0.95[/bold]\n\n"
    "[bold]geomag ask country.tif 'Segment every ship.' --out ships/ --vector gpkg --max-memory '2 GB' --recall 0.95 --resume[/bold]"
)
def ask(
    image: Annotated[str, typer.Argument(help="GeoTIFF, COG, JPEG, PNG or JPEG2000.")],
    question: Annotated[str, typer.Argument(help="Plain English, such as 'Find every airplane.'")],
    box: Annotated[str | None, typer.Option(help="What the question is about, in pixels.", metavar="x0,y0,x1,y1")] = None,
    model: Model = "small",
    search: Annotated[
        str, typer.Option(help="adaptive (closely only where it pays), paper, exhaustive; random, grid, shrink.")
    ] = "adaptive",
    budget: Annotated[
        str | None, typer.Option(help="The most to spend: '4 Mpx' or '20 s'; what it does not reach is listed.", metavar="AMOUNT")
    ] = None,
    recall: Annotated[
        float | None,
        typer.Option(help="Share of all objects of a kind that is to be found, such as 0.95; takes longer, and finds more false ones."),
    ] = None,
    min_score: Annotated[float | None, typer.Option(help="Every candidate above this score, instead of the calibrated choice.")] = None,
    max_memory: Annotated[
        str | None,
        typer.Option(help="Most memory of this process, '1.5 GB'; large scenes are then looked at in smaller views.", metavar="AMOUNT"),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for answer.json, regions, mask and pictures.", metavar="DIR")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an answer in --out that was stopped or killed.")] = False,
    vector: Annotated[Literal["geojson", "gpkg"], typer.Option(help="Format of the regions.")] = "geojson",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout and nothing else.")] = False,
) -> None:
    """Answer QUESTION about IMAGE. Ctrl-C ends the search: what was seen is answered, and --resume goes on."""
    import geomagnifier as gm

    corners = _corners(box)
    if resume and out is None:
        raise OptionError("--resume goes on with what lies in a folder; name it with --out")
    journal = None if out is None else out / JOURNAL
    if journal is not None and not resume and journal.is_file():
        journal.unlink()
    with gm.open_scene(image) as scene, _progress() as move, _ctrl_c() as pressed:
        steps = [(0, 0)]

        def progress(done: int, known: int) -> bool:
            move(done, known)
            steps[0] = done, known
            return not pressed.is_set()

        answer = gm.ask(
            scene,
            question,
            gm.load_model(model),
            box=corners,
            search=search,
            budget=budget,
            recall=recall,
            min_score=min_score,
            max_memory=max_memory,
            journal=journal,
            progress=progress,
        )
    written = gm.write(answer, out, vector=vector) if out is not None else {}
    if as_json:
        from geomagnifier.io.write import to_json

        print(json.dumps(to_json(answer), ensure_ascii=False))
    else:
        show(answer)
        for path in written.values():
            print(path)
    if answer.complete:
        if journal is not None:
            journal.unlink(missing_ok=True)
        return
    done, known = steps[0]
    how = "the same command with --resume goes on" if out is not None else "with --out it could be gone on with"
    print(f"geomag: stopped after {done} of {known} windows known so far; {how}", file=sys.stderr)
    raise typer.Exit(130)


@contextmanager
def _ctrl_c() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second one stops at once, as usual."""
    pressed = threading.Event()

    def press(number: int, frame: object) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()
        print("geomag: stopping after this window; press Ctrl-C again to stop at once", file=sys.stderr)

    usual = signal.signal(signal.SIGINT, press) if threading.current_thread() is threading.main_thread() else None
    try:
        yield pressed
    finally:
        if usual is not None:
            signal.signal(signal.SIGINT, usual)


@app.command(
    epilog="Examples: [bold]geomag search photos/ 'a harbor with many boats' --out sheet.png[/bold]\n\n"
    "[bold]geomag search photos/ --image quay.jpg --top 5 --json | jq .hits[/bold]"
)
def search(
    folder: Annotated[Path, typer.Argument(help="Folder of pictures, searched with the folders in it.")],
    words: Annotated[str | None, typer.Argument(help="Plain English; or give --image.")] = None,
    image: Annotated[Path | None, typer.Option(help="Find pictures like this one.", metavar="FILE")] = None,
    top: Annotated[int, typer.Option(help="How many to show.")] = 12,
    out: Annotated[Path | None, typer.Option(help="Contact sheet of the best ones.", metavar="FILE.png")] = None,
    model: Model = "small",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout and nothing else.")] = False,
) -> None:
    """Rank the pictures of FOLDER by WORDS or by likeness to a picture."""
    import geomagnifier as gm
    from geomagnifier import retrieval
    from geomagnifier.io.sheet import write_sheet

    if (words is None) == (image is None):
        raise OptionError("give either words or --image, one of the two")
    if top < 1:
        raise OptionError(f"--top is the number of pictures to show, at least 1, not {top}")
    if out is not None and out.suffix.lower() != ".png":
        raise OptionError(f"the contact sheet is a PNG; call it {out.with_suffix('.png').name}, not {out.name}")
    loaded = gm.load_model(model)
    if image is not None:
        with gm.open_scene(image) as scene:
            query = gm.embed(scene, loaded)
    else:
        query = gm.embed(words or "", loaded)
    with _progress("pictures") as progress:
        found = retrieval.search(folder, query, loaded, progress)
    best = found.hits[:top]
    if out is not None:
        write_sheet(out, image or words or "", [(hit.path, hit.score) for hit in best])
    if as_json:
        hits = [{"path": str(hit.path), "score": round(hit.score, 6)} for hit in best]
        unreadable = [{"path": _printable(path), "reason": _printable(reason)} for path, reason in found.unreadable]
        print(json.dumps({"query": str(image or words), "hits": hits, "unreadable": unreadable}, ensure_ascii=False))
        return
    for hit in best:
        print(f"{hit.score:.3f}  {hit.path}")
    for path, reason in found.unreadable:
        print(f"geomag: left out {path}: {reason}", file=sys.stderr)
    if out is not None:
        print(out)


def _printable(text: object) -> str:
    """Text that any terminal takes: bytes of a file name that are not UTF-8 become escapes."""
    return str(text).encode("utf-8", "backslashreplace").decode()


def _corners(text: str | None) -> tuple[float, float, float, float] | None:
    if text is None:
        return None
    try:
        x0, y0, x1, y1 = (float(part) for part in text.replace(" ", ",").split(",") if part)
    except ValueError:
        raise BoxError(f"--box {text!r} is not four numbers; write it as x0,y0,x1,y1 in pixels") from None
    return x0, y0, x1, y1


@contextmanager
def _progress(of: str = "windows") -> Iterator[Progress]:
    """A bar on stderr, where a person looks on and there is more than one thing to wait for."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn(of), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task(of, total=None, visible=False)

        def move(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total, visible=total > 1)

        yield move


def show(answer: Answer) -> None:
    """Text, the likeliest labels or the regions as a table, and the cost."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(answer.text, style="bold", highlight=False)
    if answer.labels:
        for name, probability in answer.labels[:5]:
            console.print(f"  {probability:6.1%}  {name}", highlight=False)
    elif answer.regions:
        table = Table(box=None, padding=(0, 2, 0, 0))
        for heading in ("", "label", "score", "box (px)", "size"):
            table.add_column(heading, justify="left" if heading == "label" else "right")
        for number, region in enumerate(answer.regions[:20], 1):
            x0, y0, x1, y1 = region.box
            size = f"{x1 - x0:.0f} x {y1 - y0:.0f} px"
            if answer.scene.gsd:
                size = f"{(x1 - x0) * answer.scene.gsd:.0f} x {(y1 - y0) * answer.scene.gsd:.0f} m"
            table.add_row(str(number), region.label, f"{region.score:.2f}", f"{x0:.0f},{y0:.0f},{x1:.0f},{y1:.0f}", size)
        console.print(table)
        if len(answer.regions) > 20:
            console.print(f"  and {len(answer.regions) - 20} more; --json or --out has them all")
    trace = answer.trace
    share, seconds = trace.pixels_processed / trace.scene_pixels, sum(trace.seconds.values())
    console.print(
        f"{answer.granularity} level, {trace.pixels_processed / 1e6:.2f} Mpx looked at ({share:.0%} of the scene), "
        f"{trace.flops / 1e9:.1f} GFLOP, {seconds:.2f} s",
        style="dim",
        highlight=False,
    )


@app.command()
def info(
    image: Annotated[str | None, typer.Argument(help="A picture to describe, too.")] = None,
    model: Model = "small",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout and nothing else.")] = False,
) -> None:
    """Say what the model knows, and what kind of raster IMAGE is."""
    from dataclasses import asdict

    import geomagnifier as gm

    facts: dict[str, Any] = {"version": __version__, "model": asdict(gm.load_model(model).spec)}
    if image is not None:
        with gm.open_scene(image) as scene:
            facts["scene"] = asdict(scene.info)
    if as_json:
        print(json.dumps(facts))
        return
    from rich.console import Console

    console = Console(highlight=False)
    for part in ("scene", "model"):
        for name, value in facts.get(part, {}).items():
            shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
            console.print(f"[bold]{part}.{name}[/bold]  {shown}", soft_wrap=True)


@app.command()
def demo(
    image: Annotated[str | None, typer.Argument(help="A picture; without it a scene is drawn.")] = None,
    question: Annotated[str | None, typer.Argument(help="A question; without it one of each granularity.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the drawn scene and the answers.", metavar="DIR")] = Path("demo-out"),
) -> None:
    """Ask one question of each granularity and write the overlays."""
    from geomagnifier.interfaces.demo import run

    run(image, question, out)


@app.command()
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


@app.command(name="eval")
def evaluate(
    suites: Annotated[list[str] | None, typer.Argument(help="Suites to run; all without.")] = None,
    data: Data = None,
    model: Model = "small",
    limit: Annotated[int | None, typer.Option(help="Pictures a suite, for a quick look.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout and nothing else.")] = False,
) -> None:
    """Measure a model on the validation parts of the data sets."""
    import geomagnifier as gm
    from geomagnifier.data.sample import data_root
    from geomagnifier.eval.run import run

    root, loaded = data_root(data), gm.load_model(model)
    with _progress() as progress:
        rows = run(loaded, root, tuple(suites or ()), limit, progress)
    if as_json:
        print(json.dumps(dict(rows)))
        return
    for suite, figures in rows:
        print(
            f"{suite:14} "
            + "  ".join(f"{name} {value:.3f}" if isinstance(value, float) else f"{name} {value}" for name, value in figures.items())
        )


@app.command(
    epilog="Examples: [bold]geomag bench psc --data sets/[/bold]\n\n"
    "[bold]geomag bench search --policy adaptive --policy sahi --group sparse --frames 10 --out runs/search[/bold]"
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
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout and nothing else.")] = False,
) -> None:
    """Measure seconds and memory, ways of searching, forms of arithmetic, PSC's windows, or what each part of training is worth."""
    rows: list[dict[str, Any]]
    if what == "search":
        from geomagnifier.bench.search import FRAMES, briefly, compare
        from geomagnifier.data.sample import data_root

        with _progress("scenes") as progress:
            found = compare(data_root(data), model, policy or (), group or (), FRAMES if frames is None else frames, out, progress, _aside)
        _print_tables(found, briefly(found["groups"]), as_json)
        return
    if what == "growth":
        from geomagnifier.bench.growth import growth
        from geomagnifier.data.sample import data_root

        with _progress("questions") as progress:
            found = growth(data_root(data), model, most, out, progress)
        fits = [{"policy": name, **figures} for name, figures in found["fits"].items()]
        _print_tables(found, {found["what"]: found["rows"], "seconds = a * area + b * found": fits}, as_json)
        return
    if what == "psc":
        from geomagnifier.bench import psc
        from geomagnifier.data.sample import data_root
        from geomagnifier.model.checkpoint import load_model

        root, number = data_root(data), psc.FRAMES if frames is None else frames
        with _progress("frames") as progress:
            shares = psc.compare(load_model(model), root, number, progress=progress)
        rows, title = [{"windows by": way, **figures} for way, figures in shares.items()], f"{number} frames of 4096 x 2160 px"
    elif what == "ablations":
        from geomagnifier.bench.ablations import STEPS, VARIANTS, ablate
        from geomagnifier.data.sample import data_root
        from geomagnifier.train.loop import Captions
        from geomagnifier.train.pretrained import prepare_encoder, read_encoder, trunk_file

        root, trunk, runs_folder = data_root(data), trunk_file(), out or Path("runs/ablations")
        prepare_encoder(runs_folder)
        runs: dict[str, dict[str, float]] = {}
        with _progress("steps") as progress:
            for name, step, figures in ablate(root, runs_folder, Captions(*read_encoder(runs_folder)), trunk):
                progress(list(VARIANTS).index(name) * STEPS + step, len(VARIANTS) * STEPS)
                runs[name] = figures
        rows, title = [{"variant": name, **figures} for name, figures in runs.items()], f"{STEPS} steps each, on validation pictures"
    elif what == "precision":
        from geomagnifier.bench import precision
        from geomagnifier.bench.cost import machine
        from geomagnifier.model.checkpoint import load_model

        with _progress("forms") as progress:
            figures_by_form = precision.compare(load_model(model).network, repeats, progress)
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
