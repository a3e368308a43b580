"""What killed processes have left is removed, and nothing else."""

from __future__ import annotations

import os
import time
from pathlib import Path

from geomagnifier.atomic import STALE, Staging


def test_temporary_files_of_killed_processes_go_a_day_later(tmp_path: Path) -> None:
    old = time.time() - STALE - 60
    for name in (
        ".0123456789ab.mask.tif",
        ".0123456789ab.scratch.mask.tif",
        ".ba9876543210.mask.tif",
        ".0123.mask.tif",
        "mask.tif",
        ".notes",
    ):
        (tmp_path / name).write_text("before")
        if name != ".ba9876543210.mask.tif":  # of a process that may still be writing
            os.utime(tmp_path / name, (old, old))
    with Staging(tmp_path) as stage:
        stage.path("answer.json").write_text("{}")
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [".0123.mask.tif", ".ba9876543210.mask.tif", ".notes", "answer.json", "mask.tif"]
    with Staging(tmp_path, stale=0) as stage:  # nobody else writes here
        stage.path("answer.json").write_text("{}")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".0123.mask.tif",
        ".notes",
        "answer.json",
        "mask.tif",
    ]
