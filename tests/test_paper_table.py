"""docs/paper.md says of every equation where it is: those places exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import geomagnifier

SOURCES = Path(geomagnifier.__file__).parent
PAGE = (SOURCES.parents[1] / "docs" / "paper.md").read_text(encoding="utf-8")
PLACE = re.compile(r"`([\w/]+\.py): ([^`]+)`")


def rows() -> list[list[str]]:
    """Cells of the table of equations: as written, as built, why, where, the figure."""
    table = PAGE.partition("## Equation by equation")[2].partition("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")]
    assert lines[0].split(" | ")[3] == "where"
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def members(body: list[ast.stmt]) -> dict[str, ast.stmt]:
    """Functions, classes and constants of a module or a class, and what a class's __init__ sets on
    itself.
    """
    found: dict[str, ast.stmt] = {}
    for one in body:
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            found[one.name] = one
            if one.name == "__init__":
                found |= {
                    t.attr: part
                    for part in ast.walk(one)
                    if isinstance(part, ast.Assign)
                    for t in part.targets
                    if isinstance(t, ast.Attribute)
                }
        elif isinstance(one, ast.Assign | ast.AnnAssign):
            targets = one.targets if isinstance(one, ast.Assign) else [one.target]
            names = [
                name
                for target in targets
                for name in ast.walk(target)
                if isinstance(name, ast.Name)
            ]
            found |= {name.id: one for name in names}
    return found


def lacking(file: str, what: str) -> str | None:
    """The first part of "Scene.read(pooled)" or "attend(loss)" that is not in a file.

    None where all is there.
    """
    place = SOURCES / file if (SOURCES / file).is_file() else SOURCES.parents[1] / file  # the lab's
    if not place.is_file():
        return file
    dotted, _, argument = what.rstrip(")").partition("(")
    body, here = ast.parse(place.read_text(encoding="utf-8")).body, None
    for part in dotted.split("."):
        here = members(body).get(part)
        if here is None:
            return part
        body = getattr(here, "body", [])
    if argument and argument not in [a.arg for a in (*here.args.args, *here.args.kwonlyargs)]:  # type: ignore[union-attr]
        return argument
    return None


@pytest.mark.parametrize("row", rows(), ids=[row[0][:40] for row in rows()])
def test_every_row_says_where_and_it_is_there(row: list[str]) -> None:
    assert len(row) == 5
    places = [(file, what) for file, names in PLACE.findall(row[3]) for what in names.split(", ")]
    assert places, f"{row[0]}: no `file.py: name` in {row[3]!r}"
    assert not [(file, what, lacking(file, what)) for file, what in places if lacking(file, what)]
