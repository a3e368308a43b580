"""What is asked of an archive, how far it is, and where things lie in the folder of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geomagnifier.archive.manifest import Entry

WORKING, SCENES, REGIONS, INDEX, MANIFEST = (
    ".working",
    "scenes",
    "regions",
    "scenes.parquet",
    "manifest.sqlite",
)
"""In the output folder."""


@dataclass(frozen=True)
class Task:
    """What is asked of every scene, and with what."""

    question: str
    out: Path
    """Folder that every worker sees."""
    model: str = "small"
    model_options: Mapping[str, Any] = field(default_factory=dict)
    search: str = "adaptive"
    recall: float | None = None
    min_score: float | None = None
    bands: str | None = None
    """As of `open_scene`, "4,3,2"."""

    @property
    def asked(self) -> dict[str, Any]:
        return {"search": self.search, "recall": self.recall, "min_score": self.min_score}


@dataclass(frozen=True)
class Tally:
    """How far it is."""

    done: int
    """scenes."""
    failed: int
    """scenes."""
    total: int
    """scenes."""
    pixels: int
    """Of the scenes that were answered in this run."""
    seconds: float
    """Since it began."""
    restarts: int
    """Workers that died."""


def working(task: Task, entry: Entry) -> Path:
    """The folder of a scene while it is under way."""
    return task.out / WORKING / entry.name


def part_name(number: int) -> str:
    """The file of a partition, in the folder `REGIONS`."""
    return f"part-{number:05}.parquet"
