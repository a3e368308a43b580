"""Help in the language of messages: the texts of Typer's commands, and Typer's own words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from geomagnifier.translation import gettext, language, translated

TYPER = {
    "ARGUMENTS_PANEL_TITLE": "Arguments",
    "OPTIONS_PANEL_TITLE": "Options",
    "COMMANDS_PANEL_TITLE": "Commands",
    "ERRORS_PANEL_TITLE": "Error",
    "ABORTED_TEXT": "Aborted.",
    "DEFAULT_STRING": "[default: {}]",
    "REQUIRED_LONG_STRING": "[required]",
    "RICH_HELP": "Try [blue]'{command_path} {help_option}'[/] for help.",
}
"""Names of Typer's own words in `typer.rich_utils`, by which Typer lets them be changed."""
CLICK = (
    "Missing argument {name}.",
    "Missing option {name}.",
    "Missing command.",
    "Invalid value for {name}: {why}",
    "No such option: {name}",
    "No such option: {name} Did you mean {other}?",
    "No such option: {name} (Possible options: {other})",
    "No such command {name}.",
    "No such command {name}. Did you mean {other}?",
    "Value error, {why}",
    "Option {name} requires an argument.",
    "Option {name} does not take a value.",
    "Got unexpected extra argument ({name})",
    "Got unexpected extra arguments ({name})",
    "{name} is not one of {other}.",
    "{name} is not a valid integer.",
    "{name} is not a valid float.",
    "{name} is not a valid int.",
    "Install completion for the current shell.",
    "Show completion for the current shell, to copy it or customize the installation.",
    "Show this message and exit.",
)
"""What Click says of a wrong command line, and the help of its own options."""


def texts(command: Any) -> list[str]:
    """Every text of the help of a command and those below it, in English.

    Args:
        command: a Click command, as `typer.main.get_command` makes it.
    """
    own = [command.help, command.short_help, command.epilog]
    own += [getattr(option, "help", None) for option in command.params]
    below = [text for one in getattr(command, "commands", {}).values() for text in texts(one)]
    return [text for text in (*own, *below) if text]


def of_typer() -> tuple[str, ...]:
    """The words of Typer and Click that are shown."""
    return (*TYPER.values(), *CLICK)


def translate(command: Any) -> None:
    """Put the help of a command and those below it into the language of messages.

    Args:
        command: a Click command; its texts are replaced.
    """
    if language() == "en":
        return
    _translate_typer()
    _translate_texts(command)


@contextmanager
def translated_usage_errors() -> Iterator[None]:
    """Put what is wrong with a command line into the language of messages."""
    try:
        yield
    except Exception as error:
        if hasattr(error, "format_message") and language() != "en":
            told = translated(error.format_message())
            error.format_message = lambda: told
        raise


def _translate_texts(command: Any) -> None:
    for name in ("help", "short_help", "epilog"):
        if text := getattr(command, name, None):
            setattr(command, name, gettext(text))
    for option in command.params:
        _translate_option(option)
    own_help = command.get_help_option
    command.get_help_option = lambda context: _translate_option(own_help(context))
    for one in getattr(command, "commands", {}).values():
        _translate_texts(one)


def _translate_option(option: Any) -> Any:
    if text := getattr(option, "help", None):
        option.help = gettext(text)
    return option


def _translate_typer() -> None:
    from rich.columns import Columns
    from rich.text import Text
    from typer import rich_utils

    def folded(items: list[Any]) -> Columns:
        """Help of an option that breaks anywhere: Chinese has no blanks, and would be cut."""
        for item in items:
            if isinstance(item, Text):
                item.overflow = "fold"
        return Columns(items)

    rich_utils.Columns = folded  # type: ignore[assignment, attr-defined]
    for name, text in TYPER.items():
        if hasattr(rich_utils, name):
            setattr(rich_utils, name, gettext(text))
