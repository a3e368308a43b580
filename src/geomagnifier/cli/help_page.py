"""`geomag --help` alone, from its texts: Typer and all commands take three times as long to import.

The page is that of Typer, line by line. Its texts are in help_page.json, which
`python tests/cli/test_help_page.py` writes, and a test holds to the commands.
"""

from __future__ import annotations

import json
import os
import re
import sys
from inspect import cleandoc
from pathlib import Path
from typing import Any

from geomagnifier.cli.stdout import checked_stdout
from geomagnifier.errors import GeomagError
from geomagnifier.translation import gettext, language

FILE = Path(__file__).with_name("help_page.json")
ASKED = (["--help"], ["-h"])
"""Command lines that ask for this page."""
STYLES = {
    "option": "bold cyan",
    "switch": "bold green",
    "types": "bold yellow",
    "types_sep": "dim",
    "usage": "yellow",
}
PARTS = (
    r"(^|\W)(?P<switch>\-\w+)(?![a-zA-Z0-9])",
    r"(^|\W)(?P<option>\-\-[\w\-]+)(?![a-zA-Z0-9])",
    r"(?P<types>\<[^\>]+\>)",
    r"(?P<usage>Usage: )",
)
"""What is coloured in texts, by the names of STYLES."""
TYPES = (r"^(?P<types_sep>(\[|<))", r"(?P<types_sep>\|)", r"(?P<types_sep>(\]|>))(\.\.\.)?$")
"""The same in types."""


def main() -> None:
    """Print the page; what cannot be printed is one line on stderr and exit code 2."""
    try:
        with checked_stdout():
            show(json.loads(FILE.read_text("utf-8")))
    except GeomagError as error:
        print(f"geomag: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except BrokenPipeError:  # the reader has closed the pipe, as `| head` does
        raise SystemExit(1) from None


def texts_of(command: Any) -> dict[str, Any]:
    """The texts of the page, in English: the content of help_page.json.

    Args:
        command: `geomag` as Typer makes it.
    """
    context = command.make_context("geomag", ["ask"], resilient_parsing=True)
    options = [
        [
            next(name for name in option.opts if name.startswith("--")),
            next((name for name in option.opts if not name.startswith("--")), ""),
            option.display_type_rich(ctx=context) or "",
            option.help,
        ]
        for option in command.get_params(context)
    ]
    commands = [
        [one.name, one.short_help or one.help or ""]
        for one in command.commands.values()
        if not one.hidden
    ]
    return {
        "usage": command.get_usage(context),
        "about": command.help,
        "options": options,
        "commands": commands,
        "epilog": command.epilog,
    }


def show(page: dict[str, Any]) -> None:
    """Print the page in the language of messages.

    Args:
        page: of `texts_of`.
    """
    from rich.align import Align
    from rich.columns import Columns
    from rich.console import Console
    from rich.padding import Padding
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text
    from rich.theme import Theme

    def coloured(text: str | Text, parts: tuple[str, ...] = PARTS) -> Text:
        shown = text if isinstance(text, Text) else Text(text)
        for part in parts:
            shown.highlight_regex(re.compile(part))
        return shown

    def help_of(text: str) -> Text:
        told = cleandoc(gettext(text))
        shown = coloured(Text.from_markup(told, emoji=False))
        if language() != "en":
            shown.overflow = "fold"
        return shown

    def panel(title: str, table: Table) -> Panel:
        return Panel(table, border_style="dim", title=gettext(title), title_align="left")

    width, terminal = os.environ.get("TERMINAL_WIDTH"), None
    if any(os.environ.get(name) for name in ("GITHUB_ACTIONS", "FORCE_COLOR", "PY_COLORS")):
        terminal = True
    if os.environ.get("_TYPER_FORCE_DISABLE_TERMINAL"):
        terminal = False
    console = Console(
        theme=Theme(STYLES),
        highlighter=coloured,
        force_terminal=terminal,
        width=int(width) if width else None,
    )
    console.print(Padding(coloured(page["usage"]), 1), style="bold")
    console.print(Padding(Align(help_of(page["about"]), pad=False), (0, 1, 1, 1)))
    options = Table(highlight=True, show_header=False, expand=True, box=None, pad_edge=False)
    for long, short, kind, text in page["options"]:
        typed = coloured(Text(kind, style="bold yellow", overflow="fold"), TYPES)
        options.add_row(coloured(long), coloured(short), "", "", typed, Columns([help_of(text)]))
    console.print(panel("Options", options))
    commands = Table(highlight=False, show_header=False, expand=True, box=None, pad_edge=False)
    longest = max(len(name) for name, _ in page["commands"])
    commands.add_column(style="bold cyan", no_wrap=True, width=longest)
    commands.add_column("Description", justify="left", no_wrap=False, ratio=10)
    for name, text in page["commands"]:
        line = cleandoc(gettext(text)).partition("\n\n")[0].replace("\n", " ")
        commands.add_row(Text(name), coloured(Text.from_markup(line.strip(), emoji=False)))
    console.print(panel("Commands", commands))
    console.print(Padding(Align(help_of(page["epilog"]), pad=False), 1))
    console.print()
