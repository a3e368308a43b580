"""The messages of the program, for its catalogue: `python tests/messages.py` brings it up to date.

Collected are texts in `_()`, `gettext()` and `ngettext()`, the help of all commands, and what
errors and warnings say: there the values of an f-string are placeholders, named by what is put in.
`locale/zh_CN/LC_MESSAGES/geomagnifier.po` is then edited by hand, and the same command compiles it.
"""

import ast
import inspect
import io
import re
import sys
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from geomagnifier import errors, translation

ROOT = Path(translation.__file__).parent
PO = translation.FOLDER / "zh_CN" / "LC_MESSAGES" / "geomagnifier.po"
MO = PO.with_suffix(".mo")
ERRORS = {
    name
    for name, value in vars(errors).items()
    if inspect.isclass(value) and issubclass(value, (errors.GeomagError, errors.GeomagWarning))
}
MARKS = ("_", "gettext", "marked", "progress_bar")
TABLES = {"atomic.py": "REASONS", "language_id.py": "_NAMES"}
"""Files with a table of words that messages take up, and its name."""
SAID = ("translated", "say", "HTTPException")
"""Functions that take a finished message."""
NEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""The date in the compiled catalogue, so that the same texts make the same file."""
MOST = 16
"""Most wordings of one message: an f-string may choose among several."""


def placeholder(node: ast.expr, used: list[str]) -> str:
    """A name for what is put into a message."""
    if isinstance(node, ast.Call):
        inner = node.func
        name = inner.attr if isinstance(inner, ast.Attribute) else getattr(inner, "id", "value")
        if name in ("join", "str", "printable", "sorted", "repr", "len") and node.args:
            return placeholder(node.args[0], used)
    elif isinstance(node, ast.Attribute):
        name = node.attr
    elif isinstance(node, ast.Name):
        name = node.id
    else:
        first = next((n for n in ast.walk(node) if isinstance(n, ast.Name)), None)
        name = "value" if first is None else first.id
    name = name.strip("_").lower() or "value"
    found = name
    while found in used:
        found = f"{name}_{len([u for u in used if u.startswith(name)]) + 1}"
    used.append(found)
    return found


def wordings(node: ast.expr) -> list[str]:
    """What a string or f-string may say, its values as placeholders; nothing for anything else."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.IfExp):
        return wordings(node.body) + wordings(node.orelse)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [a + b for a, b in product(wordings(node.left), wordings(node.right))][:MOST]
    if not isinstance(node, ast.JoinedStr):
        return []
    used: list[str] = []
    parts: list[list[str]] = []
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append([str(value.value)])
            continue
        assert isinstance(value, ast.FormattedValue)
        inner = wordings(value.value) if isinstance(value.value, ast.IfExp) else []
        constant = isinstance(value.value, ast.IfExp) and all(
            isinstance(side, ast.Constant) for side in (value.value.body, value.value.orelse)
        )
        parts.append(inner if inner and constant else [f"{{{placeholder(value.value, used)}}}"])
    return ["".join(chosen) for chosen in product(*parts)][:MOST]


def assigned(scope: ast.AST, name: str) -> list[ast.expr]:
    """The values that a function or module gives a name."""
    found: list[ast.expr] = []
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            found += [node.value for t in node.targets if isinstance(t, ast.Name) and t.id == name]
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
            target = node.target
            if isinstance(target, ast.Name) and target.id == name and node.value is not None:
                found.append(node.value)
    return found


def of_file(path: Path) -> list[tuple[int, str | tuple[str, str]]]:
    """Line and text of each message of a file; of a counted one, both its texts."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[tuple[int, str | tuple[str, str]]] = []
    scopes = [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]

    within: dict[int, list[ast.AST]] = {}
    for scope in scopes:
        for inner in ast.walk(scope):
            within.setdefault(id(inner), []).append(scope)

    def said(node: ast.expr) -> list[str]:
        if isinstance(node, ast.Name):
            around = within.get(id(node), [])
            values = [v for scope in around for v in assigned(scope, node.id)]
            values = values or assigned(tree, node.id)
            return [text for value in values for text in wordings(value)]
        return wordings(node)

    def inside(node: ast.expr) -> list[str]:
        """What may be put into a message: other texts of several words, by their names."""
        names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
        return [text for name in names for text in said(name) if len(text.split()) > 1]

    for table in assigned(tree, TABLES.get(path.name, "")):
        assert isinstance(table, ast.Dict)
        found += [(table.lineno, text) for value in table.values for text in wordings(value)]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        args = node.args
        if name == "ngettext" and len(args) >= 2:
            one, many = wordings(args[0]), wordings(args[1])
            found += [(node.lineno, pair) for pair in zip(one, many, strict=True)]
        elif name in MARKS and args and path.name != "translation.py":
            found += [(node.lineno, text) for text in wordings(args[0])]
        elif args and (name in ERRORS or name in SAID or (name == "warn" and is_ours(args[1:]))):
            text_at = 1 if name == "HTTPException" else 0
            found += [(node.lineno, text) for text in said(args[text_at])]
            found += [(node.lineno, text) for text in inside(args[text_at])]
    return found


def is_ours(args: list[ast.expr]) -> bool:
    """Whether a warning with these arguments after its text is a GeomagWarning."""
    return getattr(args[0], "id", "") == "GeomagWarning" if args else False


def of_help() -> list[str]:
    """The help of the program and its commands, as Typer has it."""
    import typer

    from geomagnifier.cli import help_texts
    from geomagnifier.cli.main import app

    own = help_texts.texts(typer.main.get_command(app))
    return [text for text in own if translatable(text)] + list(help_texts.of_typer())


def translatable(text: str) -> bool:
    """Whether it has words of its own, and can be found again in a finished message."""
    own = re.sub(r"\{\w+\}", "", text)
    return len(re.findall("[A-Za-z]", own)) >= 2 and not re.search("[\u4e00-\u9fff{}]", own)


def collected() -> Catalog:
    """The template: every message with the files that say it."""
    catalog = Catalog(project="geomagnifier", charset="utf-8", fuzzy=False)
    for path in sorted(ROOT.rglob("*.py")):
        place = str(path.relative_to(ROOT))
        for _, text in of_file(path):
            first = text if isinstance(text, str) else text[0]
            if translatable(first):
                catalog.add(text, locations=[(place, 0)])
    for text in of_help():
        catalog.add(text, locations=[("cli", 0)])
    return catalog


def known() -> Catalog:
    """The Chinese catalogue as it is written."""
    if PO.is_file():
        with PO.open("rb") as file:
            catalog = read_po(file, locale="zh_CN")
    else:
        catalog = Catalog(locale="zh_CN", charset="utf-8", fuzzy=False)
    catalog.header_comment = "# Chinese texts of geomagnifier; see tests/messages.py."
    catalog.creation_date = catalog.revision_date = NEVER
    return catalog


def po_text(catalog: Catalog) -> bytes:
    """A catalogue as it is written: no line numbers, dates or names, which change all the time."""
    written = io.BytesIO()
    write_po(written, catalog, width=100, include_lineno=False, sort_output=True)
    header, texts = written.getvalue().split(b"\n\n", 1)
    passing = rb'"(?!Language:|Plural|MIME|Content)[A-Z][\w-]+: .*\\n"\n'
    return re.sub(passing, b"", header) + b"\n\n" + texts


def mo_bytes(catalog: Catalog) -> bytes:
    """A catalogue compiled."""
    written = io.BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def untranslated(catalog: Catalog) -> list[str]:
    """English of the messages that have no Chinese."""
    return [
        str(m.id)
        for m in catalog
        if m.id and not (all(m.string) if isinstance(m.string, (tuple, list)) else m.string)
    ]


def main() -> None:
    """Bring the catalogue up to date and compile it; says how many messages have no Chinese."""
    catalog = known()
    catalog.update(collected(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(po_text(catalog))
    MO.write_bytes(mo_bytes(known()))
    print(f"{len(catalog)} messages, {len(untranslated(catalog))} without Chinese", file=sys.stderr)


if __name__ == "__main__":
    main()
