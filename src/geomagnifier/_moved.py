"""Old import paths: they answer until 1.0, with a DeprecationWarning. The table is moved.txt."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType


@cache
def table() -> dict[str, tuple[str, ...]]:
    """Old module -> the modules that have its contents."""
    from pathlib import Path

    lines = Path(__file__).with_name("moved.txt").read_text(encoding="ascii").splitlines()
    return {old: tuple(new) for old, *new in (line.split() for line in lines)}


class Moved:
    """Finds and loads a module by its old path; it is asked last, for what no file has.

    The classes of importlib.abc, which it could derive from, take longer to import than this.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module whose import gives the new one; None for any other name.

        Args:
            name: dotted, as imported.
            path: not needed: the table has full names.
            target: not needed.
        """
        if not name.startswith("geomagnifier.") or name not in table():
            return None
        # What lay below it is found here, too. A loader by its methods, not by its class.
        return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The contents of the new modules under the old name."""
        new = table()[spec.name]
        warnings.warn(
            f"{spec.name} is now {' and '.join(new)}; the old path goes with 1.0",
            DeprecationWarning,
            stacklevel=2,
        )
        found = [import_module(name) for name in new]
        alias = ModuleType(spec.name, found[0].__doc__)
        for module in reversed(found):  # of a name in several modules that of the first counts
            own = {k: v for k, v in vars(module).items() if not k.startswith("__")}
            alias.__dict__.update(own)
        alias.__path__ = []
        return alias

    def exec_module(self, module: ModuleType) -> None:
        """It has run already."""


def install() -> None:
    """Answer for old paths from now on."""
    if not any(isinstance(finder, Moved) for finder in sys.meta_path):
        sys.meta_path.append(Moved())
