"""Commands of geomagnifier-lab, which joins `geomag` by entry points: train, eval, bench."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand

from geomagnifier.errors import LibraryMissing, install

GROUP = "geomag.commands"
"""Group of the lab's entry points: "eval", "bench", "train-full" are Click commands, "train" is a
function.
"""


def load(name: str) -> Any:
    """Load an entry point of the lab by its name.

    Raises:
        LibraryMissing: the lab is not installed.
    """
    from importlib.metadata import entry_points

    for found in entry_points(group=GROUP, name=name):
        return found.load()
    raise LibraryMissing(
        "this command is part of geomagnifier-lab, which trains and measures models; install it:"
        f" {install('lab')}"
    )


class FromLab(TyperCommand):
    """A command that the lab runs: it gets all arguments after its name, also --help."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        return load(str(self.name)).make_context(info_name, args, parent, **extra)


def join(app: typer.Typer) -> None:
    """Add the lab's commands to a command line, with a line each for its help.

    The lab is looked up only when one is called, so that the help is whole without it.
    """

    @app.command("train-full", cls=FromLab)
    def train_full() -> None:
        """Train a vision-language model with SAM2; part of geomagnifier-lab."""

    @app.command("eval", cls=FromLab)
    def evaluate() -> None:
        """Measure a model on public benchmarks or on validation data.

        Part of geomagnifier-lab.
        """

    @app.command("bench", cls=FromLab)
    def bench() -> None:
        """Measure speed, memory, search policies and ablations.

        Part of geomagnifier-lab.
        """
