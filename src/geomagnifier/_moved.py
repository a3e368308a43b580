"""Old import paths: they answer until 1.0, with a DeprecationWarning. The table is moved.txt."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


@cache
def table() -> dict[str, str]:
    """Old module -> the module that has its contents."""
    from pathlib import Path

    lines = Path(__file__).with_name("moved.txt").read_text(encoding="ascii").splitlines()
    return dict(line.split() for line in lines)


class Moved(MetaPathFinder, Loader):
    """Finds a module by its old path; it is asked last, for what no file has."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A module whose import gives the new one."""
        if not name.startswith("geomagnifier.") or name not in table():
            return None
        return ModuleSpec(name, self, is_package=True)  # what lay below it is found here, too

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The new module under its old name."""
        new = table()[spec.name]
        warnings.warn(
            f"{spec.name} is now {new}; the old path goes with 1.0",
            DeprecationWarning,
            stacklevel=2,
        )
        found = import_module(new)
        alias = ModuleType(spec.name, found.__doc__)
        alias.__dict__.update({k: v for k, v in vars(found).items() if not k.startswith("__")})
        alias.__path__ = []
        return alias

    def exec_module(self, module: ModuleType) -> None:
        """It has run already."""


def install() -> None:
    """Answer for old paths from now on."""
    if not any(isinstance(finder, Moved) for finder in sys.meta_path):
        sys.meta_path.append(Moved())
