"""What `geomag map` takes for scenes, and what it says of what it cannot take."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from geomagnifier.errors import DataCorrupt, OptionError, QuestionEmpty, SceneNotFound
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
    wrong = ((" ", [], QuestionEmpty, "empty"), ("Find every ship.", ["--workers", "0"], OptionError, "at least 1"))
    for words, more, kind, expected in wrong:
        told = CliRunner().invoke(app, ["map", words, "--scenes", str(folder), "--out", str(tmp_path / "out"), *more])
        assert isinstance(told.exception, kind)
        assert expected in str(told.exception)
