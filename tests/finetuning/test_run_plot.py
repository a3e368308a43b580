"""The picture of a run: losses on the left, figures on the right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from geomagnifier.finetuning import run_log
from geomagnifier.finetuning.run_plot import plot


def inked(path: Path) -> tuple[int, int]:
    """Coloured pixels (lines, not axes) of the left and the right half."""
    pixels = np.asarray(Image.open(path).convert("RGB")).astype(int)
    coloured = pixels.max(2) - pixels.min(2) > 60
    half = coloured.shape[1] // 2
    return int(coloured[:, :half].sum()), int(coloured[:, half:].sum())


def test_each_side_has_its_lines(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    plot(log, tmp_path / "empty.png")
    assert inked(tmp_path / "empty.png") == (0, 0)
    run_log.add(log, [{"step": n, "seconds": 1.0, "total": 9.0 / n} for n in (10, 20, 30)])
    plot(log, tmp_path / "losses.png")
    left, right = inked(tmp_path / "losses.png")
    assert left > 100 and right == 0
    run_log.add(log, [{"step": 30, "recall": 0.5}])
    plot(log, tmp_path / "both.png")
    assert min(inked(tmp_path / "both.png")) > 20
    assert {path.name for path in tmp_path.iterdir()} == {
        "log.jsonl",
        "empty.png",
        "losses.png",
        "both.png",
    }
