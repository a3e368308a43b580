"""`geomag eval reliability`: bins, gaps, halves and plots."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geomagnifier.models.registry import load_small
from geomagnifier_lab.bench import reliability
from geomagnifier_lab.bench.reliability import (
    ANSWERED,
    HELD_OUT,
    RAW,
    Judged,
    bins,
    object_curves,
    scene_curves,
    worst,
    write,
)

ROOT = Path(os.environ.get("GEOMAG_DATA", "none"))


def test_bins_say_what_was_said_and_what_was_right() -> None:
    rows = bins(np.array([0.05, 0.82, 0.88, 1.0], np.float32), np.array([False, True, False, True]))
    assert [(row["from"], row["n"], row["right"]) for row in rows] == [
        (0.0, 1, 0.0),
        (0.8, 2, 0.5),
        (0.9, 1, 1.0),
    ]
    assert rows[1]["said"] == pytest.approx(0.85)


def test_bins_with_few_answers_are_not_judged() -> None:
    few, many = (
        {"from": 0.1, "n": 29.0, "said": 0.1, "right": 0.9},
        {"from": 0.8, "n": 30.0, "said": 0.85, "right": 0.8},
    )
    assert worst([few, many]) == pytest.approx(0.05) and worst([few]) == 0


def test_what_is_held_out_was_not_fitted_on() -> None:
    rng = np.random.default_rng(0)
    raw = rng.uniform(0.05, 0.95, 4000)
    right = rng.random(4000) < raw**2
    half = np.arange(4000) % 2
    wrong = Judged(
        raw.tolist(),
        raw.tolist(),
        right.tolist(),
        half.tolist(),
        ["ship"] * 4000,
        (raw > 0.3).tolist(),
    )
    curves = object_curves(wrong, fitted=True)
    assert {*curves} == {ANSWERED, RAW, HELD_OUT} and len(curves[HELD_OUT][0]) == (raw > 0.3).sum()
    assert worst(bins(*curves[RAW])) > 0.15 and worst(bins(*curves[HELD_OUT])) < 0.1
    assert {*object_curves(wrong, fitted=False)} == {ANSWERED, RAW}
    assert len(object_curves(wrong, True, every=True)[RAW][0]) == 4000


def test_scenes_are_judged_by_their_classes() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (3000, 4)).astype(np.float32)
    drawn = (
        rng.random((3000, 1)) > (np.exp(logits) / np.exp(logits).sum(1, keepdims=True)).cumsum(1)
    ).sum(1)
    classes = drawn[:, None] == np.arange(4)
    said = [0.5] * 3000
    judged = Judged(
        said,
        [],
        [True] * 3000,
        (np.arange(3000) % 2).tolist(),
        logits=[*(3 * logits)],
        classes=[*classes],
    )
    curves = scene_curves(judged, np.zeros((0, 4), bool))
    assert worst(bins(*curves[RAW])) > 0.15 and worst(bins(*curves[HELD_OUT])) < 0.08
    assert worst(bins(*curves[ANSWERED])) == pytest.approx(0.5)


def test_figures_and_plots_are_written(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    said = rng.random(500).astype(np.float32)
    lines: list[str] = []
    files = write(
        {"big ships": {ANSWERED: (said, rng.random(500) < said)}}, tmp_path / "out", lines.append
    )
    assert [file.name for file in files] == ["reliability.json", "reliability-big-ships.png"]
    assert json.loads(files[0].read_text())["bins"]["big ships"][ANSWERED]
    with Image.open(files[1]) as plot:
        assert plot.format == "PNG" and files[1].stat().st_size < 100_000
    assert "largest gap" in lines[0] and "500" in lines[0]


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / "vhr10").is_dir(), reason="GEOMAG_DATA names no data sets")
def test_real_pictures_are_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reliability, "_airbus", lambda root, limit: [])
    done: list[tuple[int, int]] = []
    found = reliability.measure(load_small("small"), ROOT, 1, lambda *at: done.append(at))
    assert {"scenes", "objects", "candidates"} <= {*found}
    assert done[-1][0] == done[-1][1] == len(done)
    assert all(
        len(said) == len(right) and np.all((said >= 0) & (said <= 1))
        for each in found.values()
        for said, right in each.values()
    )
