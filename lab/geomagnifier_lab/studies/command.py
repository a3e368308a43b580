"""`geomag eval paper`: the paper's tables, claimed beside measured.

A command of its own under `geomag eval`, with its own --help.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from geomagnifier.cli.options import AsJson, Data, Model
from geomagnifier.cli.progress import progress_bar
from geomagnifier.errors import OptionError
from geomagnifier_lab.tables import print_tables

NAME = "paper"
PRINTED = ("preprocessing", "crops", "compute", "case 1", "case 2", "prompts", "variants")
"""Tables that are printed; paper.md has all of them."""


class Evaluate(TyperCommand):
    """`geomag eval`, which hands `geomag eval paper ...` on.

    The options and --help of the latter are those of the paper's tables.
    """

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        if args[:1] == [NAME]:
            return _command().make_context(f"{info_name} {NAME}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


def paper(
    parts: Annotated[
        list[str] | None,
        typer.Argument(
            help=(
                "Tables to measure: preprocessing (three preprocessings, three "
                "granularities), crops (small objects by size of crop), cost (pixels, FLOP "
                "and seconds), cases (the case studies and the questions in the text), "
                "variants (of --search paper). Default: all."
            ),
            metavar="[PART]...",
        ),
    ] = None,
    data: Data = None,
    model: Model = "small",
    out: Annotated[
        Path | None,
        typer.Option(
            help=(
                "Folder for frames, paper.json, paper.md and plots; tables finished there "
                "with the same limits are not measured again. Default: runs/paper, with "
                "--quick runs/paper-quick."
            ),
            metavar="DIR",
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            help=(
                "Limit of frames, images of each scene data set, drawn scenes, target "
                "lengths and questions about courts."
            )
        ),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help=(
                "Smallest run that shows that everything works: all tables in ten minutes "
                "on two cores."
            ),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure the tables of the paper, beside what it claims; each is written when it is ready.

    Stop it at any time; the same command continues.
    """
    from geomagnifier_lab.datasets.sample import data_root
    from geomagnifier_lab.studies import paper as tables

    if quick and limit is not None:
        raise OptionError("--quick sets the limit; give one of --quick and --limit")
    amount = (
        tables.QUICK
        if quick
        else tables.Amount()
        if limit is None
        else tables.Amount().limited(limit)
    )
    out = out or Path("runs/paper-quick" if quick else "runs/paper")
    if quick:
        _aside(
            "quick: one frame of each sort, 20 pictures of each scene set, one drawn scene: ten"
            " minutes on two cores, no figures"
        )
    chosen = parts or tables.PARTS
    with progress_bar("questions") as progress:
        found = tables.run(
            data_root(data),
            out,
            progress,
            model_name=model,
            parts=chosen,
            amount=amount,
            tell=_aside,
        )["tables"]
    print_tables(found, {title: found[title] for title in PRINTED if title in found}, as_json)
    if not as_json:
        print(out / "paper.md")


def _command() -> Any:
    app = typer.Typer(rich_markup_mode="rich", add_completion=False)
    app.command(
        epilog=(
            "Examples: [bold]geomag eval paper --quick[/bold]\n\n[bold]geomag eval paper variants"
            " --limit 4 --out runs/forms[/bold]\n\n[bold]geomag eval paper cost cases --data"
            " sets/[/bold]"
        ),
        context_settings={"help_option_names": ["-h", "--help"]},
    )(paper)
    return typer.main.get_command(app)


def _aside(line: str) -> None:
    print(f"geomag: {line}", file=sys.stderr)
