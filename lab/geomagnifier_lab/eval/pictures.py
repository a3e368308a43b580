"""What all suites share.

The form of their figures, an even choice of pictures, chance that depends on the picture alone,
progress.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar
from zlib import crc32

import numpy as np

from geomagnifier.inference.scan_state import Progress

Figures = dict[str, float]
Item = TypeVar("Item")


def evenly(items: Sequence[Item], limit: int | None) -> Sequence[Item]:
    """`limit` of the items at even steps, so that a quick look sees every class.

    All of them for None.
    """
    if limit is None or limit >= len(items):
        return items
    return [items[i * len(items) // limit] for i in range(limit)]


def chance(path: Path, purpose: str) -> np.random.Generator:
    """Chance that depends on the picture's name and on what it is for, on nothing else."""
    return np.random.default_rng(crc32(f"{path.parent.name}/{path.name} {purpose}".encode()))


def followed(items: Sequence[Item], progress: Progress | None) -> Iterator[Item]:
    """The items one by one, telling `progress` after each."""
    for done, item in enumerate(items, 1):
        yield item
        if progress is not None:
            progress(done, len(items))
