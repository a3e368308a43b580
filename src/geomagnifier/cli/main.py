"""The command `geomag`: puts all commands on one command line.

Heavy libraries are imported inside the commands, so that `--help` is quick.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from geomagnifier import __version__
from geomagnifier.cli import archives, ask, chat, info, lab_commands, map, mcp, stopping, train
from geomagnifier.cli.options import Segmenter
from geomagnifier.cli.stdout import checked_stdout
from geomagnifier.errors import GeomagError, GeomagWarning, LibraryMissing, install


class Commands(TyperGroup):
    """The group of all commands.

    Ctrl-C in one of them ends with a line on stderr and exit code 130 (SIGTERM: 143), where Typer
    prints nothing.
    """

    def make_context(self, *given: Any, **named: Any) -> Any:
        with _interrupt_is_one_line():
            return super().make_context(*given, **named)

    def invoke(self, ctx: Any) -> Any:
        with _interrupt_is_one_line():
            return super().invoke(ctx)


@contextmanager
def _interrupt_is_one_line() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as stopped:
        print("geomag: stopped", file=sys.stderr)
        raise typer.Exit(stopping.exit_code(stopped)) from None


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


def main() -> None:
    """Run the command line; a `GeomagError` is one line on stderr and exit code 2, no traceback."""
    warnings.simplefilter("always", GeomagWarning)
    warnings.showwarning = _show_warning
    stopping.take_sigterm()
    try:
        with checked_stdout():
            app()
    except GeomagError as error:
        print(f"geomag: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except BrokenPipeError:  # the reader has closed the pipe, as `| head` does
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


app.command(epilog=ask.EXAMPLES)(ask.ask)
app.command(epilog=info.EXAMPLES)(info.info)


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
    """A first look: ask a picture, or a drawn airport, one question of each granularity.

    The answers are written, with pictures of them.
    """
    from geomagnifier.cli.demo import run

    run(image, question, out)


app.command(epilog=chat.EXAMPLES)(chat.chat)
app.command("map", epilog=map.EXAMPLES)(map.map_archive)
app.command(epilog=archives.INDEX_EXAMPLES)(archives.index)
app.command(epilog=archives.SEARCH_EXAMPLES)(archives.search)
app.command(epilog=train.EXAMPLES)(train.train)
app.command(epilog=mcp.EXAMPLES)(mcp.mcp)
lab_commands.join(app)
