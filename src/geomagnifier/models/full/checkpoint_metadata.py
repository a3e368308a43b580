"""geomag.json: what the folder of a full-size model says of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from geomagnifier.atomic import rename
from geomagnifier.errors import ModelCorrupt

NAME = "geomag.json"
LARGEST = 10_000_000
"""Most bytes of the file."""


@dataclass(frozen=True)
class Card:
    """The parts of a full-size model and what it was trained on."""

    version: str
    """Of the package that wrote it."""
    vlm: str
    """The vision-language model: a folder inside the model's own, a path, or a name on the hub."""
    segmenter: str
    """SAM2, named in the same way."""
    language: str
    """The encoder of questions, named in the same way."""
    kinds: tuple[str, ...] = ()
    """Classes it was trained to find; it may be asked for others."""
    covers: tuple[str, ...] = ()
    """Those of them without single objects."""
    scenes: tuple[str, ...] = ()
    """Scene classes that `Answer.labels` ranks."""
    sizes: Mapping[str, tuple[float | None, float]] = field(default_factory=dict)
    """By class, metres (None: unknown) and px in the training images."""
    trained: bool = False
    """Pixel decoder and granularity were trained; without them the model works zero-shot."""

    def write(self, folder: Path) -> None:
        """Write `geomag.json`, under a temporary name first."""
        temporary = folder / f"{NAME}.part"
        temporary.write_text(json.dumps(asdict(self), indent=1) + "\n")
        rename(temporary, folder / NAME)

    @classmethod
    def read(cls, folder: Path) -> Card:
        """Read `geomag.json`.

        Raises:
            ModelCorrupt: it is damaged or of another version.
        """
        path = folder / NAME
        try:
            if path.stat().st_size > LARGEST:
                raise ValueError("it is far too long")
            told: dict[str, Any] = json.loads(path.read_text())
            lists = {key: tuple(told.get(key, ())) for key in ("kinds", "covers", "scenes")}
            sizes = {
                kind: (size[0] and float(size[0]), float(size[1]))
                for kind, size in told.get("sizes", {}).items()
            }
            return cls(**(told | lists | {"sizes": sizes}))
        except (
            OSError,
            ValueError,
            TypeError,
            LookupError,
            AttributeError,
            RecursionError,
        ) as error:
            raise ModelCorrupt(
                f"{path} cannot be read ({error}); copy the model folder again, or train again"
            ) from error

    def part(self, folder: Path, name: str) -> str:
        """Where a part is: a folder inside `folder` where there is one, else what the card says.

        Args:
            folder: of the model.
            name: "vlm", "segmenter" or "language".
        """
        said: str = getattr(self, name)
        return str(folder / said) if said and (folder / said).is_dir() else said
