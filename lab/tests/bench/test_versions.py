"""Two installations in paired runs: what is run, what is compared, and what one cannot do."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from geomagnifier.errors import ModelError, OptionError
from geomagnifier_lab.bench import versions
from geomagnifier_lab.bench.versions import Row, Version, compare


def installed(folder: Path, script: str) -> Path:
    """An environment whose command is a shell script, and whose python is this one."""
    (folder / "bin").mkdir(parents=True)
    command = folder / "bin" / "geomag"
    command.write_text(
        f"#!/bin/sh\nif [ $1 = --version ]; then echo geomag 9; exit; fi\n{script}\n"
    )
    command.chmod(0o755)
    (folder / "bin" / "python").symlink_to(sys.executable)
    return command


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return installed(tmp_path / "here", "exit 0"), installed(
        tmp_path / "other", "echo it is not known >&2; exit 3"
    )


def test_a_command_is_timed_and_a_failed_one_tells_its_last_line(pair: tuple[Path, Path]) -> None:
    here, other = map(Version, pair)
    figures = versions._command(here, "--help")
    assert figures.keys() == {"seconds", "processor", "MB"}
    assert 0 < figures["MB"] < 1000 and figures["seconds"] > 0
    with pytest.raises(ModelError, match="it is not known"):
        versions._command(other, "--help")


def test_runs_alternate_and_the_least_counts(pair, tmp_path, monkeypatch) -> None:
    order: list[str] = []
    figures = {"here": [3.0, 1.0, 2.0], "other": [8.0, 4.0, 9.0]}

    def run(version: Version, folder: Path) -> dict[str, float]:
        name = version.folder.name
        order.append(name)
        return {"seconds": figures[name].pop(0), "processor": 1.0}

    row = Row("work", "some work", "0.5", "seconds", "s", run)
    monkeypatch.setattr(versions, "ROWS", {"work": row})
    found = compare(*pair, tmp_path / "out", repeats=3)
    assert order == ["other", "here", "here", "other", "other", "here"]
    (told,) = found["rows"]
    assert (told["here"], told["other"], told["ratio"], told["runs"]) == (1.0, 4.0, 0.25, 3)
    assert json.loads((tmp_path / "out/versions.json").read_text())["runs"]["work"]["ratio"] == 0.25
    text = (tmp_path / "out/versions.md").read_text()
    assert "| some work | 1 s | 4 s | 0.25 | 1.00 | 0.5 | 3 |" in text
    assert "geomag 9 in here" in text
    compare(*pair, tmp_path / "out", repeats=3)  # what is there is not measured again
    assert len(order) == 6


def test_what_the_other_cannot_do_is_told(pair, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(versions, "ROWS", {"help": versions.ROWS["help"]})
    (told,) = compare(*pair, tmp_path / "out", repeats=2)["rows"]
    assert told["cannot"] == "it is not known" and told["ratio"] is None and told["here"] > 0
    assert "| cannot |" in (tmp_path / "out/versions.md").read_text()
    with pytest.raises(ModelError, match="not known"):
        compare(*reversed(pair), tmp_path / "turned", repeats=1)


def test_an_environment_is_measured_and_names_are_checked(pair, tmp_path) -> None:
    (tmp_path / "here" / "large").write_bytes(os.urandom(3_000_000))
    os.link(tmp_path / "here" / "large", tmp_path / "here" / "same")
    assert 3 <= versions._disk(Version(pair[0]), tmp_path)["MB"] < 3.2
    with pytest.raises(OptionError, match="no row 'nothing'"):
        compare(*pair, tmp_path / "out", ["nothing"])
    with pytest.raises(OptionError, match="no geomag with its python"):
        compare(pair[0], tmp_path / "none/bin/geomag", tmp_path / "out")


def test_the_machine_is_named() -> None:
    told = versions.machine()
    assert f"{len(os.sched_getaffinity(0))} cores" in told and "bf16" in told
