"""What `geomag map` takes for scenes, and what it says of what it cannot take."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from geomagnifier.errors import DataCorrupt, OptionError, QuestionEmpty, QuestionError, SceneNotFound
from geomagnifier.interfaces.cli import app
from geomagnifier.interfaces.mapping import listed
from geomagnifier.io.picture import write_picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    scenes = tmp_path / "scenes"
    scenes.mkdir()
    for name in ("b.tif", "a.png"):
        write_picture(scenes / name, np.full((20, 30, 3), 90, np.uint8))
    return scenes


def test_a_folder_a_list_and_a_catalogue(folder: Path, tmp_path: Path) -> None:
    assert [path.name for path in listed(folder)] == ["a.png", "b.tif"]
    (tmp_path / "list.txt").write_text("# two\nscenes/b.tif\n\n/elsewhere/c.tif\n")
    assert listed(tmp_path / "list.txt") == [tmp_path / "scenes/b.tif", Path("/elsewhere/c.tif")]
    item = {
        "type": "Feature", "stac_version": "1.0.0", "id": "b", "geometry": None, "links": [],
        "properties": {"datetime": "2024-05-01T00:00:00Z"}, "assets": {"image": {"href": "scenes/b.tif", "type": "image/tiff"}},
    }  # fmt: skip
    (tmp_path / "items.json").write_text(json.dumps({"type": "FeatureCollection", "features": [item]}))
    assert [path.name for path in listed(tmp_path / "items.json")] == ["b.tif"]


def test_what_is_no_archive(tmp_path: Path) -> None:
    with pytest.raises(SceneNotFound, match="is not there"):
        listed(tmp_path / "nothing.txt")
    (tmp_path / "list").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(OptionError, match="not a list"):
        listed(tmp_path / "list")
    (tmp_path / "items.json").write_text("{")
    with pytest.raises(DataCorrupt):
        listed(tmp_path / "items.json")


def test_an_empty_question_and_a_wrong_number_of_workers(folder: Path, tmp_path: Path) -> None:
    wrong = (
        (" ", [], QuestionEmpty, "empty"),
        ("Find every ship.", ["--workers", "0"], OptionError, "at least 1"),
        ("Find every ship longer than 30 m.", [], QuestionError, "cannot be checked yet"),
    )
    for words, more, kind, expected in wrong:
        told = CliRunner().invoke(app, ["map", words, "--scenes", str(folder), "--out", str(tmp_path / "out"), *more])
        assert isinstance(told.exception, kind)
        assert expected in str(told.exception)


def test_sigterm_ends_in_one_line_and_the_same_command_goes_on(folder: Path, tmp_path: Path) -> None:
    for number in range(60):
        write_picture(folder / f"{number}.png", np.full((700, 1000, 3), 90, np.uint8))
    command = [sys.executable, "-m", "geomagnifier", "map", "Find every ship.", "--scenes", str(folder), "--out", str(tmp_path / "out")]
    with subprocess.Popen([*command, "--workers", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while process.poll() is None and not any((tmp_path / "out").glob("scenes/*")):
            time.sleep(0.05)
        process.terminate()
        out, err = process.communicate(timeout=120)
    assert process.returncode == 130 and not out
    assert err == f"geomag: stopped; what is answered is kept in {tmp_path / 'out'}, and the same command goes on\n"


def test_scenes_without_an_answer_are_named_and_the_others_answered(folder: Path, tmp_path: Path) -> None:
    (folder / "torn.tif").write_bytes(b"II*\0")
    (tmp_path / "list.txt").write_text("scenes/a.png\nscenes/torn.tif\nscenes/gone.tif\n")
    command = [sys.executable, "-m", "geomagnifier", "map", "Find every ship.", "--scenes", str(tmp_path / "list.txt"), "--workers", "1"]

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        words = [*command, "--out", str(tmp_path / "out"), *more]
        return subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)

    first = run()
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("1 of 3 scenes answered") and str(tmp_path / "out/scenes.parquet") in first.stdout
    told = [line for line in first.stderr.splitlines() if line.startswith("geomag: no answer for ")]
    assert len(told) == 2 and "gone.tif: " in told[0] and "does not exist" in told[0] and "torn.tif: " in told[1]
    again = json.loads(run("--json").stdout)
    assert (again["done"], again["failed"], again["total"]) == (1, 2, 3)
    assert [row["scene"] for row in again["failures"]] == ["gone.tif", "torn.tif"]
    write_picture(folder / "gone.tif", np.full((20, 30, 3), 90, np.uint8))
    mended = run("--again")
    assert mended.stdout.startswith("2 of 3 scenes answered") and "torn.tif" in mended.stderr
