"""Measurements in a file that grows by one at a time.

A run that was stopped continues where it was.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from geomagnifier import __version__
from geomagnifier.atomic import rename


class Kept:
    """Measurements by name in a JSON file.

    {"settings": {...}, "machine": str, "runs": {name: {...}}}.

    Args:
        path: the file; None keeps nothing beyond this process.
        settings: what the figures depend on. A file with other settings is begun anew.
    """

    def __init__(self, path: Path | None, settings: dict[str, Any]) -> None:
        self.path = path
        self.all: dict[str, Any] = {"settings": settings, "runs": {}}
        if path is not None and path.is_file():
            try:
                before = json.loads(path.read_text())
            except ValueError:
                before = {}
            if before.get("settings") == settings:
                self.all = before

    def get(self, name: str) -> dict[str, Any] | None:
        """A measurement, if it was made."""
        found: dict[str, Any] | None = self.all["runs"].get(name)
        return found

    def put(self, name: str, run: dict[str, Any]) -> None:
        """Add a measurement; the file is complete at any time.

        Args:
            name: of the measurement; an earlier one of that name is replaced.
            run: its figures, as JSON holds them.
        """
        self.all["runs"][name] = run
        self.save()

    def save(self) -> None:
        """Write the file, where there is one."""
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new = self.path.with_suffix(".new")
            new.write_text(json.dumps(self.all, indent=1))
            rename(new, self.path)


def about(model_name: str) -> dict[str, Any]:
    """What is measured: version of the package, and a hash that changes with any of the weights."""
    from geomagnifier.models.registry import WEIGHTS

    mark = hashlib.sha256()
    for file in sorted(
        (WEIGHTS if model_name == "small" else Path(model_name)).glob("*.safetensors")
    ):
        mark.update(file.read_bytes())
    return {"version": __version__, "model": model_name, "weights": mark.hexdigest()[:16]}
