"""The most memory of whole runs and of a service: real processes, small scenes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from torch.version import cuda

from geomagnifier.errors import OptionError
from geomagnifier.inference.resolution import window_of
from geomagnifier.raster.scene import open_scene
from geomagnifier_lab.bench import memory

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="memory is measured as Linux counts it"
)
ALLOWED = 1_000_000_000 if cuda is None else 1_300_000_000


@pytest.mark.slow
def test_runs_and_a_service_are_measured_once(tmp_path: Path) -> None:
    told = memory.bench(out=tmp_path, sides=(1024,), questions=3, allowed=ALLOWED)
    (row,) = told["rows"]
    assert row["scene"] == "1,024 px" and row["found"] > 0
    assert 200 < row["peak MB"] <= ALLOWED / 1e6
    first, last = told["service"]
    assert (first["questions"], last["questions"]) == (0, 3)
    assert 200 < last["MB"] <= last["peak MB"]
    assert (tmp_path / "memory.png").stat().st_size > 10_000
    made = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.tif")}
    steps: list[tuple[int, int]] = []
    again = memory.bench(
        out=tmp_path,
        sides=(1024,),
        questions=3,
        allowed=ALLOWED,
        progress=lambda *step: steps.append(step),
    )
    assert again == told == json.loads(json.dumps(told)) and steps == [(0, 4)]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.tif")} == made


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:only what is valid can be searched")
def test_scenes_are_sparse_and_have_their_pictures(tmp_path: Path) -> None:
    path = memory.draw_scene(tmp_path / "a.tif", 8192)
    assert path.stat().st_size < 40e6
    with open_scene(path) as scene:
        assert (scene.info.width, scene.info.height, scene.info.crs) == (8192, 8192, "EPSG:32633")
        view = scene.read(window_of(scene.info.box, 16, "whole"))
        assert view.valid is not None
        assert 0.05 < np.mean(view.valid) < 0.3


def test_there_is_something_to_be_asked() -> None:
    with pytest.raises(OptionError, match="from 1, not 0"):
        memory.bench(questions=0)
