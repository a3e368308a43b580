"""Define a task over an archive, its progress, and the layout of its output folder."""

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
"""Names in the output folder."""


@dataclass(frozen=True)
class Task:
    """A question that is asked about every scene, the model and the output folder."""

    question: str
    """The question."""
    out: Path
    """Output folder, which every worker must see."""
    model: str = "small"
    """Name of the model, for `load_model`."""
    model_options: Mapping[str, Any] = field(default_factory=dict)
    """Other arguments of `load_model`."""
    search: str = "adaptive"
    """Search policy, see `ask`."""
    recall: float | None = None
    """Recall of the search, see `ask`."""
    min_score: float | None = None
    """Lowest score of a region, see `ask`."""
    bands: str | None = None
    """Bands that are shown, such as "4,3,2", see `open_scene`."""

    @property
    def asked(self) -> dict[str, Any]:
        """The options of `ask`."""
        return {"search": self.search, "recall": self.recall, "min_score": self.min_score}


@dataclass(frozen=True)
class Tally:
    """Progress of a run."""

    done: int
    """Scenes that are answered."""
    failed: int
    """Scenes that failed."""
    total: int
    """Scenes in all."""
    pixels: int
    """Pixels of the scenes that were answered in this run."""
    seconds: float
    """Seconds since the run began."""
    restarts: int
    """Number of times that a worker died."""


def working(task: Task, entry: Entry) -> Path:
    """Return the folder of a scene while it is being answered.

    Args:
        task: whose output folder it is in.
        entry: the scene.
    """
    return task.out / WORKING / entry.name


def part_name(number: int) -> str:
    """Return the file name of a partition, in the folder `REGIONS`."""
    return f"part-{number:05}.parquet"
