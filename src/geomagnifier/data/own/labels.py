"""What the readers of own labels hand over, and what is wrong with labels in any form."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import DataCorrupt, GeomagWarning

Ring = NDArray[np.float32]
BoxTuple = tuple[float, float, float, float]
FEWEST = 5
"""Labelled objects that a kind is taught from at least."""


@dataclass(frozen=True, eq=False)
class Outlined:
    """One labelled thing. box: (x0, y0, x1, y1) px within its picture.  rings, holes: (N, 2) px; no rings where only a box is given."""

    kind: str
    box: BoxTuple
    rings: tuple[Ring, ...] = ()
    holes: tuple[Ring, ...] = ()


@dataclass(frozen=True, eq=False)
class Labelled:
    """A picture with all its things of all kinds: what is not labelled is not there. area: only this part is labelled, px; None: all."""

    path: Path
    objects: tuple[Outlined, ...]
    area: BoxTuple | None = None


@dataclass(frozen=True, eq=False)
class Labels:
    """kinds: names as they are written. also: synonyms that the file itself gives.  covers: kinds that it says are no single things."""

    source: Path
    kinds: tuple[str, ...]
    pictures: tuple[Labelled, ...]
    also: dict[str, tuple[str, ...]] = field(default_factory=dict)
    covers: frozenset[str] = frozenset()

    def count(self, kind: str) -> tuple[int, int]:
        """Its things, and the pictures that they are in."""
        numbers = [sum(o.kind == kind for o in picture.objects) for picture in self.pictures]
        return sum(numbers), sum(n > 0 for n in numbers)


def plain(name: object, where: str) -> str:
    """A name as people say it: "Wind_Turbine" -> "wind turbine".

    Raises:
        DataCorrupt: it has no letters, or is no text.
    """
    text = " ".join(str(name).replace("_", " ").replace("-", " ").lower().split())
    if not isinstance(name, str) or not any(c.isalpha() for c in text) or len(text) > 60 or any(c in text for c in "<>[]"):
        raise DataCorrupt(f"{where}: {name!r} is no name of a kind; give it words as a person would ask for it")
    return text


def unique(names: Iterable[str], where: str) -> tuple[str, ...]:
    """The names, none of them twice.

    Raises:
        DataCorrupt: one is there twice.
    """
    seen: list[str] = []
    for name in names:
        if name in seen:
            raise DataCorrupt(f"{where}: the kind {name!r} is there twice; make them one, or name them apart")
        seen.append(name)
    return tuple(seen)


def inside(box: Sequence[float], size: tuple[int, int], where: str) -> BoxTuple | None:
    """The part of a box within a picture of (width, height) px; None where less than a pixel is.

    Raises:
        DataCorrupt: a corner is no finite number.
    """
    x0, y0, x1, y1 = (float(v) for v in box)
    if not all(map(math.isfinite, (x0, y0, x1, y1))):
        raise DataCorrupt(f"{where}: the box ({x0:g}, {y0:g}, {x1:g}, {y1:g}) is not finite")
    x0, y0, x1, y1 = max(x0, 0.0), max(y0, 0.0), min(x1, float(size[0])), min(y1, float(size[1]))
    return (x0, y0, x1, y1) if x1 - x0 >= 1 and y1 - y0 >= 1 else None


def warn_outside(count: int, source: Path) -> None:
    """Say how many labels were left out because nothing of them is in their picture."""
    if count:
        warnings.warn(f"{source}: {count} labels without a pixel inside their picture are left out", GeomagWarning, stacklevel=3)


def check(labels: Labels) -> Labels:
    """The labels, if they can be taught from.

    Raises:
        DataCorrupt: there is nothing in them, or too little of a kind.
    """
    if not any(picture.objects for picture in labels.pictures):
        raise DataCorrupt(f"{labels.source} holds no labels inside a picture; at least {FEWEST} of a kind are needed")
    for kind in labels.kinds:
        count, _ = labels.count(kind)
        if 0 < count < FEWEST:
            raise DataCorrupt(f"{labels.source}: {count} labelled {kind!r}; a kind needs at least {FEWEST}, and some fifty to be of use")
    return labels
