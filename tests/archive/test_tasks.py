"""The options of a task, and where its files lie."""

from __future__ import annotations

from pathlib import Path

from geomagnifier.archive.manifest import Entry
from geomagnifier.archive.tasks import Task, part_name, working


def test_the_options_of_ask_and_the_folder_of_a_scene() -> None:
    task = Task("Find every ship.", Path("out"), recall=0.9, min_score=0.3)
    assert task.asked == {"search": "adaptive", "recall": 0.9, "min_score": 0.3}
    scene = Entry("deep/a.tif", "/data/deep/a.tif", 1, 1.0)
    assert working(task, scene) == Path("out/.working/deep/a.tif")
    assert part_name(7) == "part-00007.parquet"
