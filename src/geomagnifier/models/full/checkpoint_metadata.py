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
"""Most bytes of it."""


@dataclass(frozen=True)
class Card:
    """The parts of a full-size model and what it was taught.

    version: of the package that wrote it.  vlm, segmenter, language: a folder inside the model's
        own, a path, or the name of a hub model.
    kinds: things it was trained to find; it may be asked for others.  covers: those of them that
        are no single objects.
    scenes: names of places that `Answer.labels` ranks.  sizes: by kind, metres (None: says nothing)
        and px of the training pictures.
    trained: whether pixel decoder and granularity were trained; without them the model works
        zero-shot.
    """

    version: str
    vlm: str
    segmenter: str
    language: str
    kinds: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ()
    sizes: Mapping[str, tuple[float | None, float]] = field(default_factory=dict)
    trained: bool = False

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
                f"{path} cannot be read ({error}); copy the model folder anew, or train again"
            ) from error

    def part(self, folder: Path, name: str) -> str:
        """Where a part ("vlm", "segmenter", "language") is.

        A folder inside `folder` where there is one, else what the card says.
        """
        said: str = getattr(self, name)
        return str(folder / said) if said and (folder / said).is_dir() else said
