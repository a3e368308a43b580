"""`geomag chat`: questions about one picture that may refer back, at a prompt or one a line from a pipe."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geomagnifier.cli.options import Bands, Bits, Model, Segmenter, load
from geomagnifier.cli.printed_answer import show
from geomagnifier.cli.progress import progress_bar
from geomagnifier.cli.stopping import Presses, Terminated, ctrl_c
from geomagnifier.errors import GeomagError, printable
from geomagnifier.language import chinese_text

if TYPE_CHECKING:
    from geomagnifier.conversation import Turn

EPILOG = (
    "Examples: [bold]geomag chat harbour.tif[/bold]\n\n[bold]printf 'Find the ships.\\nand the"
    " largest of them?\\nsegment it\\n' | geomag chat harbour.tif --json[/bold]\n\n[bold]geomag"
    " chat harbour.tif --new --out answers/[/bold]\n\n[bold]geomag chat harbour.tif"
    " --no-save[/bold]"
)
HELP = """Ask in plain words; a question may refer back: "and the largest of them?", "segment those", "what is left of it?".
/undo forgets the last question, /save DIR writes the last answer, /history lists what was asked, /quit leaves."""
PROMPT = "> "
PLAIN = ("quit", "exit", "help")
"""Orders that are understood without "/", too: as questions they would be answered with something
else.
"""
LONGEST = 200_000
"""Letters of a line from a pipe; questions end before."""


def chat(
    image: Annotated[str, typer.Argument(help="GeoTIFF, COG, JPEG, PNG or JPEG2000.")],
    model: Model = "small",
    segmenter: Segmenter = None,
    bits: Bits = None,
    bands: Bands = None,
    new: Annotated[
        bool,
        typer.Option("--new", help="Begin anew, and forget what was asked about this picture."),
    ] = False,
    save: Annotated[
        bool,
        typer.Option(
            "--save/--no-save",
            help="Keep the chat; without, neither go on with an earlier one nor write this one.",
        ),
    ] = True,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the answer of each turn: DIR/01, DIR/02, ...", metavar="DIR"),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="One JSON object a line on stdout for each question, errors too."
        ),
    ] = False,
) -> None:
    """Talk about IMAGE: questions may refer back to the last answer.

    Kept, and gone on with the next time.

    It is kept beside the picture, or, where others may write there too or nobody may, in your own
    data folder.

    Reads one question a line where stdin is no terminal. Ctrl-C ends a question, not the chat.
    """
    import geomagnifier as gm
    from geomagnifier.atomic import check_writable
    from geomagnifier.conversation import Conversation, transcript

    if out is not None:
        check_writable(out)
    with gm.open_scene(image, bands=bands) as scene, ExitStack() as stack:
        path = transcript.place_of(image) if save else None
        held = Conversation(scene, load(model, segmenter, bits))
        held.turns = [] if new or path is None else transcript.load(path, scene)
        if new and path is not None:
            transcript.forget(path)
        person = sys.stdin.isatty()
        if held.last and not as_json:
            print(
                f"going on after '{printable(held.last.question)}'; --new begins anew",
                file=sys.stderr,
            )
        heard: Callable[[], AbstractContextManager[None]] = nullcontext
        if person:
            presses = Presses()
            stack.enter_context(presses.taken())
            heard = presses.heard
        failed = False
        for line in _lines(person, heard):
            try:
                with heard():
                    if line.startswith("/") or line.lower() in PLAIN:
                        if not _order(
                            line if line.startswith("/") else f"/{line.lower()}",
                            held.turns,
                            held.undo,
                        ):
                            break
                        if path is not None:
                            transcript.save(path, held.turns)
                        continue
                    with progress_bar() as move, ctrl_c() as pressed:
                        answer = held.ask(
                            line,
                            progress=lambda done, known: (move(done, known), not pressed.is_set())[
                                1
                            ],
                        )
                    _tell(held.turns[-1], as_json)
                    if path is not None:
                        transcript.save(path, held.turns)
                    if out is not None:
                        gm.write(answer, out / f"{len(held.turns):02d}")
            except GeomagError as error:
                failed = True
                print(
                    (
                        json.dumps({"question": line[:1000], "error": str(error)})
                        if as_json
                        else f"geomag: {error}"
                    ),
                    file=sys.stdout if as_json else sys.stderr,
                    flush=True,
                )
            except Terminated:
                raise
            except KeyboardInterrupt:
                print("geomag: that question was stopped", file=sys.stderr)
    if failed and not person:
        raise typer.Exit(2)


def _tell(turn: Turn, as_json: bool) -> None:
    if as_json:
        from geomagnifier.export.write import to_json

        row = to_json(turn.answer) | {"meant": turn.meant, "refers": turn.sort}
        print(printable(json.dumps(row, ensure_ascii=False)), flush=True)
        return
    if turn.meant != turn.question:
        print(f"[{printable(chinese_text.without_order(turn.meant))}]")
    show(turn.answer)


def _lines(person: bool, heard: Callable[[], AbstractContextManager[None]]) -> Iterator[str]:
    """Questions and orders, without blank ones, until the end of the input.

    Heard: where Ctrl-C is.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(
            errors="surrogateescape"
        )  # a line that is no text is one refused question, not the end of all
    if person:
        print(HELP, file=sys.stderr)
    while True:
        try:
            with heard():
                line = input(PROMPT) if person else _read_line()
        except EOFError:
            return
        except KeyboardInterrupt as stopped:
            if not person or isinstance(stopped, Terminated):
                raise
            print(file=sys.stderr)
            continue
        if not person and not line:
            return
        if line.strip():
            yield line.strip()


def _read_line() -> str:
    """A line of stdin.

    Of one that is far too long for a question its beginning, so that it takes no memory.
    """
    line, more = sys.stdin.readline(LONGEST + 1), ""
    while (
        len(line) > LONGEST
        and not (more or line).endswith("\n")
        and (more := sys.stdin.readline(LONGEST))
    ):
        pass
    return line


def _order(line: str, turns: list[Turn], undo: Callable[[], Turn | None]) -> bool:
    """Do what a line that begins with "/" says; whether the chat goes on."""
    word, _, rest = line.partition(" ")
    if word in ("/quit", "/exit", "/q"):
        return False
    if word == "/undo":
        gone = undo()
        print(
            f"forgotten: {printable(gone.question)}" if gone else "there is nothing to undo",
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
            "there is no answer yet" if not turns else "name the folder: /save DIR", file=sys.stderr
        )
    else:
        print(HELP, file=sys.stderr)
    return True
