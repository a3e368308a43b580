"""A worker without Ray: the options of a task reach the scenes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from fake import FakeModel
from geomagnifier.archive import Task, entries
from geomagnifier.archive.worker import Worker
from geomagnifier.export.image_file import write_picture


def test_the_bands_of_a_task_are_those_of_its_scenes(tmp_path: Path) -> None:
    pixels = np.full((120, 160, 3), 128, np.uint8)
    pixels[40:60, 40:80] = 0, 0, 250  # a ship is red
    write_picture(tmp_path / "a.tif", pixels)
    found = []
    for bands in (None, "3,2,1"):
        worker = Worker(Task("Find every ship.", tmp_path / f"out-{bands}", bands=bands))
        worker.model = FakeModel()
        [entry] = entries([tmp_path / "a.tif"])
        assert "why" not in worker.whole(entry, 1e9)
        found.append(
            len(
                json.loads(
                    (tmp_path / f"out-{bands}" / "scenes" / entry.name / "answer.json").read_text()
                )["regions"]
            )
        )
    assert found == [0, 1]
