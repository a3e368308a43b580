"""The mean of two models' weights."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from geomagnifier.models import registry
from geomagnifier_lab.train.weight_average import average, main


def test_the_image_side_is_the_mean_and_thresholds_are_those_before(tmp_path: Path) -> None:
    before, after = registry.folder_of("small"), tmp_path / "after"
    shutil.copytree(before, after)
    name = registry.FILES[0]
    card, tensors = registry.read(before / name)
    key = next(k for k in tensors if k.startswith("neck.") and k.endswith("weight"))
    moved = tensors | {key: (tensors[key].astype(np.float32) + 1).astype(tensors[key].dtype)}
    registry.write(after / name, moved, card | {"calibration": {}, "version": "later"})
    registry.seal(after)
    assert main([str(before), str(after), "--out", str(tmp_path / "mean")]) == 0
    told, mixed = registry.read(tmp_path / "mean" / name)
    assert np.allclose(mixed[key].astype(float) - tensors[key].astype(float), 0.5, atol=2e-3)
    assert all((mixed[k] == tensors[k]).all() for k in tensors if k != key)
    assert told["calibration"] == card["calibration"] and told["version"] == "later"
    assert registry.load_small(tmp_path / "mean").kinds == registry.load_small(before).kinds


def test_what_cannot_be_averaged_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = str(registry.folder_of("small"))
    assert main([small, small, "--out", str(tmp_path), "--share", "2"]) == 2
    assert "from 0 to 1" in capsys.readouterr().err
    assert main([small, small, "--out", small]) == 2
    assert "another --out" in capsys.readouterr().err
    average(Path(small), Path(small), tmp_path / "same")
    assert registry.load_small(tmp_path / "same").kinds
