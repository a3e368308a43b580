"""Public functions say what they take: an Args section, a docstring for each field, no private name
of another file.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import geomagnifier

ROOT = Path(geomagnifier.__file__).parents[2]
FILES = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "lab/geomagnifier_lab").rglob("*.py")])
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(body: list[ast.stmt]) -> Iterator[Function]:
    """Public functions and methods of a module or class."""
    for node in body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from functions(node.body)


def parameters(node: Function) -> list[str]:
    """Names of a function's parameters, without self and cls."""
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [a.arg for a in given if a.arg not in ("self", "cls")]


def without_args(path: Path) -> list[str]:
    """Public functions of two parameters or more that have no Args section, or one without a
    parameter.
    """
    found = []
    for node in functions(ast.parse(path.read_text()).body):
        if decorated(node, ("overload", "override", "command", "get", "post", "delete", "put")):
            continue
        if any("typer." in ast.unparse(a.annotation) for a in node.args.args if a.annotation):
            continue  # a command: its options carry their own help
        text, names = ast.get_docstring(node) or "", parameters(node)
        if len(names) >= 2 and text and "Args:" not in text and not text.startswith("See "):
            found.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    return found


def decorated(node: Function | ast.ClassDef, names: tuple[str, ...]) -> bool:
    """Whether a decorator's last name is one of these."""
    for one in node.decorator_list:
        one = one.func if isinstance(one, ast.Call) else one
        if (one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "")) in names:
            return True
    return False


def without_field_docs(path: Path) -> list[str]:
    """Fields of public dataclasses and named tuples that no docstring follows."""
    found = []
    for node in ast.parse(path.read_text()).body:
        if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
            continue
        bases = {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases}
        if not decorated(node, ("dataclass",)) and not bases & {"NamedTuple", "BaseModel"}:
            continue
        for field, after in zip(node.body, [*node.body[1:], None], strict=True):
            if not isinstance(field, ast.AnnAssign) or field.target.id.startswith("_"):
                continue
            if not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)):
                found.append(
                    f"{path.relative_to(ROOT)}:{field.lineno} {node.name}.{field.target.id}"
                )
    return found


def test_public_functions_have_an_args_section():
    assert [line for path in FILES for line in without_args(path)] == []


def test_every_field_has_a_line_of_its_own():
    assert [line for path in FILES for line in without_field_docs(path)] == []


if __name__ == "__main__":  # python tests/test_docstrings.py [FOLDER]: what is missing there
    import sys

    for path in FILES:
        if len(sys.argv) < 2 or sys.argv[1] in str(path):
            print(*without_args(path), *without_field_docs(path), sep="\n", end="")
