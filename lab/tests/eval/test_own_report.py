"""`geomag eval --coco`: a detector of one's own, files, tables and the comparison of two."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eval import own_set
from PIL import Image

from fake import FakeModel
from geomagnifier.cli.main import main
from geomagnifier_lab.eval import own_command, own_errors
from geomagnifier_lab.eval.examples import SAID, TRUE
from geomagnifier_lab.eval.own_figures import Match
from made_detectors import detector, ultralytics


def geomag(monkeypatch: Any, capfd: Any, *words: object) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["geomag", "eval", *map(str, words)])
    with pytest.raises(SystemExit) as stop:
        main()
    out, err = capfd.readouterr()
    return int(stop.value.code or 0), out, err


def test_a_detector_against_another(tmp_path: Path, monkeypatch: Any, capfd: Any) -> None:
    source = own_set.coco(tmp_path)
    path = detector(tmp_path / "own.onnx", ultralytics())
    monkeypatch.setattr(own_command, "load", lambda *given: FakeModel())
    words = ("--coco", source, "--detector", path, "--against", "other", "--out", tmp_path / "out")
    code, out, err = geomag(monkeypatch, capfd, *words)
    assert code == 0, err
    made = json.loads((tmp_path / "out" / "A" / "report.json").read_text())
    # all is found but the turbine that is not there, and a ship that is not labelled
    assert made["at_threshold"] == {
        "objects": 4,
        "detections": 4,
        "precision": 0.75,
        "recall": 0.75,
        "F1": 0.75,
    }
    assert made["confusion"]["rows"] == [[2, 0, 0], [0, 1, 1], [1, 0, 0]]
    assert made["classes"]["ship"]["AP50 (VOC)"] == 1.0
    assert made["figures"]["box AP50"] == pytest.approx((1 + 0.5) / 2, abs=0.01)
    assert {*made["cameras"]} == {"near", "far"}
    assert [(e["case"], e["sort"]) for e in made["errors"]] == [
        ("b.png", "false"),
        ("b.png", "missed"),
    ]
    other = json.loads((tmp_path / "out" / "B" / "report.json").read_text())
    assert other["at_threshold"]["recall"] == 0 and other["lacking"] == ["wind turbine"]
    told = (tmp_path / "out" / "A" / "report.md").read_text()
    assert "## Confusion" in told and "* b.png: missed: wind turbine" in told
    with Image.open(tmp_path / "out" / "A" / "errors.png") as sheet:
        assert sheet.width > 1000
    assert "A is better on cases of this kind" in out or "do not tell them apart" in out
    # asked again, nothing is predicted anew, and all is printed as JSON
    before = (tmp_path / "out" / "A" / "predictions.jsonl").read_bytes()
    code, out, _ = geomag(monkeypatch, capfd, *words, "--json")
    assert code == 0
    assert json.loads(out)["A"] == made
    assert (tmp_path / "out" / "A" / "predictions.jsonl").read_bytes() == before


def test_the_sheet_shows_what_was_labelled_and_what_was_said(tmp_path: Path) -> None:
    folder = own_set.pictures(tmp_path)
    boxes = (30.0, 20.0, 62.0, 52.0), (32.0, 22.0, 60.0, 50.0)
    error = Match("a.png", "confused", "ship", "wind turbine", 0.8, *boxes)
    sheet = np.asarray(own_errors.draw([error], {"a.png": folder / "a.png"}))
    assert (sheet == TRUE).all(2).sum() > 100
    assert (sheet == SAID).all(2).sum() > 100
    assert own_errors.described(error) == ("ship taken for wind turbine, 0.80", "a.png")
    (tmp_path / "a.png").write_bytes(b"no picture")
    own_errors.draw([error], {"a.png": folder / "a.png"})  # blank, and no error


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--images", "tiles"), "go with your own labels"),
        (("--coco", "a.json", "--yolo", "b"), "give one of them"),
        (("aid", "--coco", "a.json"), "give one of them"),
        (("--coco", "nowhere.json"), "nowhere.json does not exist"),
    ],
)
def test_wrong_options(words: tuple[str, ...], said: str, monkeypatch: Any, capfd: Any) -> None:
    code, _, err = geomag(monkeypatch, capfd, *words)
    assert code == 2 and said in " ".join(err.split())
