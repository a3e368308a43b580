"""The figure of failures: each panel shows one, and the sheet holds them in rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geomagnifier.models.registry import load_model
from geomagnifier_lab.studies import drawn_failures
from geomagnifier_lab.studies.drawn_failures import COLUMNS, FAILURES, GAP, SIDE, figure, panel


def test_six_kinds_of_failure_are_shown() -> None:
    assert len({(f.kind, f.seed, f.enlarged) for f in FAILURES}) == len(FAILURES) == 6


def test_a_panel_shows_what_was_missed_or_wrong() -> None:
    made = panel(load_model("small"), FAILURES[0])
    assert made.pixels.shape == (SIDE, SIDE, 3)
    assert len(made.missed) + len(made.false) > 0
    colours = {tuple(c) for c in made.pixels.reshape(-1, 3).tolist()}
    assert drawn_failures.MISSED in colours or drawn_failures.FALSE in colours


def test_panels_stand_in_rows() -> None:
    panels = [np.full((SIDE, SIDE, 3), 40 * n, np.uint8) for n in range(4)]
    sheet = figure(panels)
    assert sheet.shape == (2 * SIDE + GAP, COLUMNS * (SIDE + GAP) - GAP, 3)
    assert (sheet[SIDE + GAP + 100, 100] == 120).all() and (sheet[-1, -1] == 255).all()


def test_the_command_writes_the_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_failures, "FAILURES", FAILURES[:1])
    assert drawn_failures.main(["--out", str(tmp_path / "failures.png")]) == 0
    with Image.open(tmp_path / "failures.png") as written:
        assert written.size[1] == SIDE
