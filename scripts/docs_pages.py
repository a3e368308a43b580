"""What mkdocs does beyond rendering: reference pages filled from the code, so that nothing is written twice.

A page holds a comment such as `<!-- commands -->`; it is replaced when the site is built. Named in mkdocs.yml under `hooks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
NOTICE = "src/geomagnifier/models/weights/NOTICE.md"
RUN = re.compile(r"^(```(?:bash|python|text))[ \t]+\S.*$", re.MULTILINE)
"""A fence that says why it does not run, or how; a reader of the page need not know."""


def commands() -> str:
    """Every command with its arguments and options, from the Typer app."""
    import typer.main  # noqa: TID251
    from typer.cli import get_docs_for_click  # noqa: TID251

    from geomagnifier.cli import lab_commands
    from geomagnifier.cli.main import app

    command = typer.main.get_command(app)
    for name, one in command.commands.items():
        if isinstance(one, lab_commands.FromLab):
            command.commands[name] = lab_commands.load(name)
    context = command.make_context("geomag", [], resilient_parsing=True)
    lines = get_docs_for_click(obj=command, ctx=context, name="geomag").splitlines()[1:]
    page = re.sub(r"(?:^Examples?: )?\[bold\](.*?)\[/bold\]$", r"```bash\n\1\n```", "\n".join(lines), flags=re.MULTILINE)
    page = page.replace("```\n\n```bash\n", "")  # examples of one command in one fence
    listed = (
        f"* [`geomag {name}`](#geomag-{name}): {(one.help or '').split('. ')[0].rstrip('.')}." for name, one in command.commands.items()
    )
    page = re.sub(r"^\*\*Commands\*\*:\n\n(?:\* .*\n)+", lambda _: "\n".join(["**Commands**:", "", *listed, ""]), page, flags=re.MULTILINE)
    page = re.sub(r"^```console\n\$ (.*)\n```$", r"```text\n\1\n```", page, flags=re.MULTILINE)
    return re.sub(r"^(Train a vision-language model with SAM2; .*)$", lambda found: f"{found[1]}\n\n{full_size()}", page, count=1, flags=re.MULTILINE)


def full_size() -> str:
    """Options of `geomag train-full`, which are the fields of its settings."""
    from geomagnifier_lab.train.full.settings import option

    lines = ["**Its own options**:", ""]
    for name, default, told in fields("geomagnifier_lab.train.full.settings"):
        lines.append(f"* `{option(name)}`: {told}  [{'required' if default is None else f'default: `{default}`'}]")
    return "\n".join(lines)


def settings() -> str:
    """The service's settings as a table."""
    rows = [f"| `GEOMAG_{name.upper()}` | `{default}` | {told} |" for name, default, told in fields("geomagnifier.server.settings")]
    return "\n".join(["| variable | without it | meaning |", "| --- | --- | --- |", *rows])


def fields(module: str) -> Iterator[tuple[str, str | None, str]]:
    """Name, default as it is written and the sentence under it, of each field of a module's Settings."""
    for name, field in griffe.load(module, search_paths=[ROOT / "src"])["Settings"].attributes.items():
        if "property" not in field.labels and field.docstring is not None:
            yield name, None if field.value is None else str(field.value), " ".join(field.docstring.value.split())


def errors() -> str:
    """The tree of errors, as errors.py draws it."""
    from geomagnifier import errors

    tree = [line for line in (errors.__doc__ or "").splitlines() if line.startswith(("GeomagError", "│", "├", "└"))]
    return "\n".join(["```text", *tree, "```"])


def statuses() -> str:
    """Which HTTP status the service answers with, by the class of the error."""
    table: Any = griffe.load("geomagnifier.server.error_responses", search_paths=[ROOT / "src"])["STATUS"].value
    rows = [f"| `{str(kind).removeprefix('tiles.')}` | {status} |" for kind, status in zip(table.keys, table.values, strict=True)]
    return "\n".join(["| error, or the nearest above it | status |", "| --- | --- |", *rows])


class Examples(griffe.Extension):
    """Docstrings end with an `Example:`; griffe shows a section as code where it is called `Examples:`."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Each object, once it is read."""
        if obj.docstring is not None:
            obj.docstring.value = re.sub(r"^( *)Example:$", r"\1Examples:", obj.docstring.value, flags=re.MULTILINE)


FILLED = {"commands": commands, "settings": settings, "errors": errors, "statuses": statuses}


def on_files(files: Files, config: Any) -> Files:
    """The notice of the weights lies beside them; it is a page, too."""
    files.append(File.generated(config, "notice.md", content=(ROOT / NOTICE).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fill the page's comments, and leave out what fences say to the tests."""
    for name, make in FILLED.items():
        comment = f"<!-- {name} -->"
        if comment in markdown:
            markdown = markdown.replace(comment, make())
    return RUN.sub(r"\1", markdown.replace(f"../{NOTICE}", "notice.md"))
