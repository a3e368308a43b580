"""The command `geomag chat`: a conversation about one image, at a prompt or from a pipe."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geomagnifier.cli.messages import say
from geomagnifier.cli.options import Asset, Bands, Bits, Bounds, Layer, Model, Segmenter, Zoom, load
from geomagnifier.cli.printed_answer import print_answer
from geomagnifier.cli.progress import progress_bar
from geomagnifier.cli.scene_name import scene_name
from geomagnifier.cli.stopping import SingleInterrupt, Terminated, stop_after_window
from geomagnifier.errors import GeomagError, printable
from geomagnifier.language import chinese_text
from geomagnifier.translation import gettext, set_language, translated

if TYPE_CHECKING:
    from geomagnifier.conversation import Conversation, Turn
    from geomagnifier.results import Answer

EXAMPLES = (
    "Examples: [bold]geomag chat harbour.tif[/bold]\n\n[bold]printf 'Find the ships.\\nand the"
    " largest of them?\\nsegment it\\n' | geomag chat harbour.tif --json[/bold]\n\n[bold]geomag"
    " chat harbour.tif --new --out answers/[/bold]\n\n[bold]geomag chat harbour.tif"
    " --no-save[/bold]"
)
HELP = (
    'Ask a question; it may refer to the last answer: "and the largest of them?", "segment those",'
    ' "what is left of it?".\n'
    "/undo drops the last question, /save DIR writes the last answer, /history lists the"
    " questions, /quit exits."
)
Interruptible = Callable[[], AbstractContextManager[None]]
"""Makes contexts in which Ctrl-C raises KeyboardInterrupt."""
PROMPT = "> "
PLAIN = ("quit", "exit", "help")
"""Chat commands that also work without "/": as questions they would get some other answer."""
LONGEST = 200_000
"""Characters of a line from a pipe that are read; the longest question is far shorter."""


def chat(
    image: Annotated[str, typer.Argument(help="GeoTIFF, COG, JPEG, PNG or JPEG2000.")],
    model: Model = "small",
    segmenter: Segmenter = None,
    bits: Bits = None,
    bands: Bands = None,
    asset: Asset = None,
    layer: Layer = None,
    zoom: Zoom = None,
    bounds: Bounds = None,
    new: Annotated[
        bool,
        typer.Option("--new", help="Start a new chat; the saved one about this image is dropped."),
    ] = False,
    save: Annotated[
        bool,
        typer.Option(
            "--save/--no-save",
            help="Save the chat and continue the saved one; --no-save does neither.",
        ),
    ] = True,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the answer to each question: DIR/01, DIR/02, ...", metavar="DIR"
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one line of JSON for each question, errors included."),
    ] = False,
) -> None:
    """Chat about IMAGE: each question may refer to the answers before it.

    The chat is saved, and continued the next time you open it: beside the image, or in your own
    data folder where that folder is read-only or shared.

    Without a terminal, stdin is read: one question per line. Ctrl-C stops a question, not the chat.
    """
    import geomagnifier as gm
    from geomagnifier.atomic import check_writable
    from geomagnifier.conversation import Conversation, transcript

    if out is not None:
        check_writable(out)
    with (
        gm.open_scene(scene_name(image, asset, zoom, bounds, layer), bands=bands) as scene,
        ExitStack() as stack,
    ):
        path = transcript.place_of(image) if save else None
        conversation = Conversation(scene, load(model, segmenter, bits))
        conversation.turns = [] if new or path is None else transcript.load(path, scene)
        if new and path is not None:
            transcript.forget(path)
        interactive = sys.stdin.isatty()
        if conversation.last and not as_json:
            print(
                translated(
                    f"continuing after '{printable(conversation.last.question)}'; --new starts a"
                    " new chat"
                ),
                file=sys.stderr,
            )
        interruptible: Interruptible = nullcontext
        if interactive:
            interrupt = SingleInterrupt()
            stack.enter_context(interrupt.installed())
            interruptible = interrupt.armed
        failed = False
        for line in _lines(interactive, interruptible):
            set_language(chinese_text.message_language(line))
            try:
                with interruptible():
                    if line.startswith("/") or line.lower() in PLAIN:
                        command = line if line.startswith("/") else f"/{line.lower()}"
                        if not _run_command(command, conversation.turns, conversation.undo):
                            break
                        if path is not None:
                            transcript.save(path, conversation.turns)
                        continue
                    answer = _ask(conversation, line)
                    _print_turn(conversation.turns[-1], as_json)
                    if path is not None:
                        transcript.save(path, conversation.turns)
                    if out is not None:
                        gm.write(answer, out / f"{len(conversation.turns):02d}")
            except GeomagError as error:
                failed = True
                if as_json:
                    print(json.dumps({"question": line[:1000], "error": str(error)}), flush=True)
                else:
                    print(f"geomag: {error}", file=sys.stderr, flush=True)
            except Terminated:
                raise
            except KeyboardInterrupt:
                say("question stopped")
    if failed and not interactive:
        raise typer.Exit(2)


def _ask(conversation: Conversation, question: str) -> Answer:
    """Ask a question; the first Ctrl-C stops it at its next window, with a partial answer."""
    with progress_bar("windows") as show_progress, stop_after_window() as pressed:

        def progress(done: int, known: int) -> bool:
            show_progress(done, known)
            return not pressed.is_set()

        return conversation.ask(question, progress=progress)


def _print_turn(turn: Turn, as_json: bool) -> None:
    if as_json:
        from geomagnifier.export.write import to_json

        row = to_json(turn.answer) | {"meant": turn.meant, "refers": turn.sort}
        print(printable(json.dumps(row, ensure_ascii=False)), flush=True)
        return
    if turn.meant != turn.question:
        print(f"[{printable(chinese_text.without_order(turn.meant))}]")
    print_answer(turn.answer)


def _lines(interactive: bool, interruptible: Interruptible) -> Iterator[str]:
    """Yield questions and chat commands, without blank lines, until the end of the input.

    Args:
        interactive: whether stdin is a terminal, which gets a prompt.
        interruptible: context in which Ctrl-C raises KeyboardInterrupt.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        # A line that is not UTF-8 is then one refused question, and not the end of the chat.
        sys.stdin.reconfigure(errors="surrogateescape")
    if interactive:
        print(gettext(HELP), file=sys.stderr)
    while True:
        try:
            with interruptible():
                line = input(PROMPT) if interactive else _read_line()
        except EOFError:
            return
        except KeyboardInterrupt as stopped:
            if not interactive or isinstance(stopped, Terminated):
                raise
            print(file=sys.stderr)
            continue
        if not interactive and not line:
            return
        if line.strip():
            yield line.strip()


def _read_line() -> str:
    """Read a line of stdin; of one that is too long only the beginning, whatever its length."""
    line, more = sys.stdin.readline(LONGEST + 1), ""
    while (
        len(line) > LONGEST
        and not (more or line).endswith("\n")
        and (more := sys.stdin.readline(LONGEST))
    ):
        pass
    return line


def _run_command(line: str, turns: list[Turn], undo: Callable[[], Turn | None]) -> bool:
    """Run a chat command, a line that begins with "/".

    Returns:
        Whether the chat goes on.
    """
    word, _, rest = line.partition(" ")
    if word in ("/quit", "/exit", "/q"):
        return False
    if word == "/undo":
        gone = undo()
        print(
            translated(
                f"dropped: {printable(gone.question)}" if gone else "there is nothing to undo"
            ),
            file=sys.stderr,
        )
    elif word == "/history":
        for number, turn in enumerate(turns, 1):
            print(printable(f"{number}  {turn.question}  {turn.answer.text}"), file=sys.stderr)
    elif word == "/save" and rest.strip() and turns:
        from geomagnifier.export.write import write

        for path in write(turns[-1].answer, rest.strip()).values():
            print(printable(str(path)), file=sys.stderr)
    elif word == "/save":
        print(
            translated("there is no answer yet" if not turns else "name the folder: /save DIR"),
            file=sys.stderr,
        )
    else:
        print(gettext(HELP), file=sys.stderr)
    return True
