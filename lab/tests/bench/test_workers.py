"""The bench of archives asked by many workers.

What it counts, on a few drawn scenes and with real workers.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from geomagnifier.errors import GeomagError, OptionError
from geomagnifier_lab.bench import workers


@pytest.mark.slow
def test_one_worker_two_and_one_of_them_killed(tmp_path: Path) -> None:
    seen = []
    found = workers.bench(
        4, workers=2, out=tmp_path, progress=lambda done, known: seen.append((done, known))
    )
    assert [row["workers"] for row in found["rows"]] == ["1", "2", "2, and one killed"]
    assert [row["restarts"] for row in found["rows"]] == [0, 0, 1]
    assert all(row["lost"] == row["doubled"] == row["different"] == 0 for row in found["rows"])
    assert all(
        row["seconds"] > 0 and row["scenes/s"] == 4 / row["seconds"] for row in found["rows"]
    )
    assert found["rows"][0]["times"] == 1
    assert seen[3] == (4, 16) and all(known == 16 for _, known in seen)


def test_scenes_are_drawn_once(tmp_path: Path) -> None:
    workers.draw(tmp_path, 1)
    written = (tmp_path / "0000.tif").stat().st_mtime_ns
    workers.draw(tmp_path, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["0000.tif"]
    assert (tmp_path / "0000.tif").stat().st_mtime_ns == written


@pytest.mark.slow
def test_what_cannot_be_measured(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="at least 1"):
        workers.bench(0)
    with pytest.raises(OptionError, match="at least 2"):
        workers.bench(1, workers=1)
    with pytest.raises(GeomagError, match="no model named 'nothing'"):
        workers.bench(1, "nothing", 2, tmp_path)
