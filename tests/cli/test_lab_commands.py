"""Commands of the lab: there with it, one line without it."""

import pytest
import typer
from typer.testing import CliRunner

from geomagnifier.cli import lab_commands
from geomagnifier.cli.main import app
from geomagnifier.errors import LibraryMissing

NAMES = ("eval", "bench", "train-full")


@pytest.mark.parametrize("name", NAMES)
def test_a_command_of_the_lab_shows_its_own_help(name):
    shown = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0 and "usage" in shown.output.lower()
    assert "--data" in shown.output and "Part of geomagnifier-lab" not in shown.output


@pytest.mark.parametrize("words", [("eval",), ("bench", "--help"), ("train-full",), ("train",)])
def test_without_the_lab_a_line_says_how_to_install_it(words, monkeypatch):
    monkeypatch.setattr(lab_commands, "GROUP", "geomag.nothing")
    done = CliRunner().invoke(app, [*words])
    assert isinstance(done.exception, LibraryMissing)
    assert "geomagnifier-lab" in str(done.exception) and "lab" in str(done.exception).split()[-1]


def test_the_list_of_commands_needs_no_lab(monkeypatch):
    monkeypatch.setattr(lab_commands, "load", lambda name: pytest.fail(f"{name} was loaded"))
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"})
    listed = typer.main.get_command(app).commands
    assert shown.exit_code == 0 and all(name in shown.output and name in listed for name in NAMES)
