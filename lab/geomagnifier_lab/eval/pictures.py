"""What all suites share: their figures, even picks of images, chance by image, and progress."""

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
    """Some of the items at even steps, so that a quick run sees every class.

    Args:
        items: in order.
        limit: how many; None for all.
    """
    if limit is None or limit >= len(items):
        return items
    return [items[i * len(items) // limit] for i in range(limit)]


def chance(path: Path, purpose: str) -> np.random.Generator:
    """Chance that depends on the image's name and the purpose, on nothing else.

    Args:
        path: of the image.
        purpose: what it is for.
    """
    return np.random.default_rng(crc32(f"{path.parent.name}/{path.name} {purpose}".encode()))


def followed(items: Sequence[Item], progress: Progress | None) -> Iterator[Item]:
    """The items one by one, reporting progress after each.

    Args:
        items: in order.
        progress: called with (done, all), if anything.
    """
    for done, item in enumerate(items, 1):
        yield item
        if progress is not None:
            progress(done, len(items))
