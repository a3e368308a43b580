"""The command `geomag`: puts all commands on one command line.

Heavy libraries are imported inside the commands, so that `--help` is quick.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from geomagnifier import __version__
from geomagnifier.cli import (
    archives,
    ask,
    chat,
    help_texts,
    info,
    lab_commands,
    map,
    mcp,
    stopping,
    train,
)
from geomagnifier.cli.messages import say
from geomagnifier.cli.options import Segmenter
from geomagnifier.cli.stdout import checked_stdout
from geomagnifier.errors import GeomagError, GeomagWarning, LibraryMissing, install
from geomagnifier.translation import gettext


class Commands(TyperGroup):
    """The group of all commands.

    Ctrl-C in one of them ends with a line on stderr and exit code 130 (SIGTERM: 143), where Typer
    prints nothing.
    """

    def main(self, *given: Any, **named: Any) -> Any:
        help_texts.translate(self)
        return super().main(*given, **named)

    def make_context(self, *given: Any, **named: Any) -> Any:
        with _interrupt_is_one_line(), help_texts.translated_usage_errors():
            return super().make_context(*given, **named)

    def invoke(self, ctx: Any) -> Any:
        with _interrupt_is_one_line(), help_texts.translated_usage_errors():
            return super().invoke(ctx)


@contextmanager
def _interrupt_is_one_line() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as stopped:
        say("stopped")
        raise typer.Exit(stopping.exit_code(stopped)) from None


app = typer.Typer(
    name="geomag",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    help=(
        "Ask questions about satellite and aerial images; get text, boxes and "
        "masks that fit the map."
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
            copy_context().run(app)  # the language of a question ends with its command
    except GeomagError as error:
        print(f"geomag: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except BrokenPipeError:  # the reader has closed the pipe, as `| head` does
        raise SystemExit(1) from None


def _show_warning(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
    if issubclass(category, GeomagWarning):
        print(f"geomag: {gettext('warning')}: {message}", file=sys.stderr)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"geomag {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version and exit."
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
                "An image, a folder of images, or an index made by geomag index. Default: "
                "images are uploaded in the page."
            )
        ),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(
            help=("Address to listen on. Default: 127.0.0.1, which only this machine can reach.")
        ),
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; 0 takes a free one. Default: 8000.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="Model, as in geomag ask. Default: 'small'.", metavar="NAME|DIR"),
    ] = None,
    segmenter: Segmenter = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            help="Folder where earlier questions and links outlive the service.", metavar="DIR"
        ),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Start a map page in the browser and a REST service.

    Limits are set by environment variables, GEOMAG_*: see docs/serve.md.
    """
    try:
        from geomagnifier.server import serve as service
        from geomagnifier.server import settings
    except ImportError as error:
        raise LibraryMissing(
            f"geomag serve needs the extra serve; install it: {install('serve')} ({error})"
        ) from error
    chosen = settings.Settings.from_environment(
        host=host, port=port, model=model, segmenter=segmenter, keep=keep
    )
    service.serve(target, chosen, open_browser=browser)


@app.command(
    epilog=(
        "Examples: [bold]geomag demo[/bold]\n\n[bold]geomag demo harbour.tif[/bold]\n\n"
        "[bold]geomag demo harbour.tif 'How many ships are there?' --out first-look/[/bold]"
    )
)
def demo(
    image: Annotated[str | None, typer.Argument(help="An image. Default: a drawn airport.")] = None,
    question: Annotated[
        str | None,
        typer.Argument(
            help=(
                "A question. Default: three, one each about the image, its objects and its pixels."
            )
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Folder for the drawn airport and the answers.", metavar="DIR")
    ] = Path("demo-out"),
) -> None:
    """Try it: ask three questions about a drawn airport, or about an image of yours.

    The answers are written to files, with overlays.
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
