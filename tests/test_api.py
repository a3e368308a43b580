"""What people build on does not change unannounced.

Answers fit their JSON Schema, and the public names are those of tests/api.txt.

A change that is meant: say it in CHANGELOG.md, and run  python tests/test_api.py  to write
tests/api.txt anew.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import inspect
import json
import tempfile
from collections.abc import Iterator
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer

import geomagnifier as gm
from geomagnifier import archive, conversation, errors, retrieval
from geomagnifier.cli import lab_commands
from geomagnifier.cli.main import app
from geomagnifier.export.answer_json import schema, to_json
from geomagnifier_lab.render.scene import draw_scene

WRITTEN = Path(__file__).with_name("api.txt")
TOLD = "say it in CHANGELOG.md, then run: python tests/test_api.py"


def described(name: str, value: Any) -> Iterator[str]:
    """Lines on a public name: signature, fields or members, public methods."""
    if not inspect.isclass(value):
        yield f"{name}{inspect.signature(value)}"
        return
    bases = f"({value.__bases__[0].__name__})" if issubclass(value, BaseException | Enum) else ""
    yield f"class {name}{bases}"
    if issubclass(value, Enum):
        yield from (f"  {member.name} = {member.value!r}" for member in value)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            known = (
                field.default is not dataclasses.MISSING
                or field.default_factory is not dataclasses.MISSING
            )
            yield f"  {field.name}: {field.type}{' = ...' if known else ''}"
    members: dict[str, Any] = {}
    for base in reversed(value.__mro__):
        members |= vars(base) if base.__module__.startswith("geomagnifier") else {}
    for method, body in sorted(members.items()):
        if method.startswith("_") or issubclass(value, BaseException):
            continue
        inner = getattr(body, "__func__", body)
        if inspect.isfunction(inner):
            yield f"  {method}{inspect.signature(inner)}"
        elif isinstance(body, property | cached_property):
            yield f"  {method} (property)"


def commands() -> Iterator[str]:
    """Lines on the command line: each command with its arguments and options."""
    for name, command in sorted(typer.main.get_command(app).commands.items()):  # type: ignore[attr-defined]
        if isinstance(command, lab_commands.FromLab):
            command = lab_commands.load(name)
        words = [
            (
                " ".join([*p.opts, *p.secondary_opts])
                if p.param_type_name == "option"
                else p.name.upper()
            )
            for p in command.params
        ]
        yield f"geomag {name}: {', '.join(words)}"


def paths() -> Iterator[str]:
    """Lines on the service: each path with its parameters and the statuses that it documents."""
    from fake import FakeModel
    from geomagnifier.server.app import create_app
    from geomagnifier.server.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        told = create_app(Settings(root=Path(folder)), FakeModel()).openapi()
    for path, methods in sorted(told["paths"].items()):
        for method, body in sorted(methods.items()):
            names = [parameter["name"] for parameter in body.get("parameters", ())]
            yield (
                f"{method.upper()} {path} ({', '.join(names)})"
                f" {' '.join(sorted(body['responses']))}"
            )


def api() -> str:
    """Everything that is promised, as text."""
    lines = ["# geomagnifier"]
    for name in gm.__all__:
        lines += described(name, getattr(gm, name))
    for module in (conversation, retrieval):
        lines += ["", f"# {module.__name__}"]
        for name, value in sorted(vars(module).items()):
            if callable(value) and not name.startswith("_"):
                lines += described(name, value)
    lines += ["", "# geomagnifier.archive"]
    for value in (archive.Task, archive.Tally, archive.entries, archive.run, archive.failures):
        lines += described(value.__name__, value)
    lines += ["", "# geomagnifier.errors"]
    kinds = [
        value
        for _, value in sorted(vars(errors).items())
        if inspect.isclass(value) and value.__module__ == errors.__name__
    ]
    lines += [f"{kind.__name__}({kind.__bases__[0].__name__})" for kind in kinds]
    lines += ["", "# geomag", *commands(), "", "# geomag serve", *paths()]
    fingerprint = hashlib.sha256(json.dumps(schema(), sort_keys=True).encode()).hexdigest()[:16]
    lines += ["", "# answer.json", f"{schema()['$id']} {fingerprint}"]
    return "\n".join(lines) + "\n"


def test_the_public_names_are_those_that_are_written_down() -> None:
    changes = list(
        difflib.unified_diff(
            WRITTEN.read_text().splitlines(),
            api().splitlines(),
            "written down",
            "now",
            lineterm="",
            n=0,
        )
    )
    assert not changes, "\n".join(["the public API has changed;", TOLD, *changes])


@pytest.fixture(scope="module")
def model() -> gm.Model:
    return gm.load_model("small")


@pytest.mark.parametrize(
    ("question", "granularity"),
    [
        ("What kind of place is this?", "image"),
        ("Find every ship.", "region"),
        ("Segment every ship.", "pixel"),
        ("How many airplanes are there?", "region"),
        ("Segment the elephants.", "pixel"),
        ("分割所有的船。", "pixel"),
    ],
)
def test_answers_fit_the_schema(model: gm.Model, question: str, granularity: str) -> None:
    with gm.open_scene(draw_scene(3, 400, 300, "harbour").pixels) as scene:
        told = to_json(gm.ask(scene, question, model))
    assert told["granularity"] == granularity
    jsonschema.Draft202012Validator(schema()).validate(json.loads(json.dumps(told)))


def test_a_written_answer_fits_the_schema_and_a_broken_one_does_not(
    model: gm.Model, tmp_path: Path
) -> None:
    with gm.open_scene(draw_scene(3, 400, 300, "harbour").pixels) as scene:
        gm.write(gm.ask(scene, "Segment every ship.", model), tmp_path)
    written = json.loads((tmp_path / "answer.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema())
    check = jsonschema.Draft202012Validator(schema())
    assert written["regions"]
    check.validate(written)
    region = written["regions"][0]
    for broken in (
        {**written, "granularity": "object"},
        {**written, "extra": 1},
        {key: value for key, value in written.items() if key != "crs"},
        {**written, "regions": [{**region, "score": 1.5}]},
        {**written, "regions": [{**region, "box": [0, 0, 1]}]},
        {**written, "transform": [1, 0, 0]},
    ):
        assert not check.is_valid(broken)


if __name__ == "__main__":
    WRITTEN.write_text(api())
    print(WRITTEN)
