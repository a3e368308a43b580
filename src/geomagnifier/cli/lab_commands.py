"""Commands that train, measure and prove.

They live in the distribution geomagnifier-lab and join `geomag` by entry points.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

import typer
from typer.core import TyperCommand

from geomagnifier.errors import LibraryMissing, install

GROUP = "geomag.commands"
"""Entry points of the lab: "eval", "bench" and "train-full" are commands of Click, "train" is a
function.
"""


def load(name: str) -> Any:
    """What the lab has under a name.

    Raises:
        LibraryMissing: the lab is not installed.
    """
    for found in entry_points(group=GROUP, name=name):
        return found.load()
    raise LibraryMissing(
        "this command is part of geomagnifier-lab, which trains and measures models; install it:"
        f" {install('lab')}"
    )


class FromLab(TyperCommand):
    """A command that only the lab can run: it is handed all words behind its name, --help too."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        return load(str(self.name)).make_context(info_name, args, parent, **extra)


def join(app: typer.Typer) -> None:
    """Put the lab's commands on a command line, with a line each for its help.

    Nothing of the lab is looked for before one is called.
    """

    @app.command("train-full", cls=FromLab)
    def train_full() -> None:
        """Train the full size; its --help has the options. Part of geomagnifier-lab."""

    @app.command("eval", cls=FromLab)
    def evaluate() -> None:
        """Measure a model on public benchmarks, or on the validation parts of the data sets.

        Part of geomagnifier-lab.
        """

    @app.command("bench", cls=FromLab)
    def bench() -> None:
        """Measure seconds and memory, ways of searching, or what each part of training is worth.

        Part of geomagnifier-lab.
        """
