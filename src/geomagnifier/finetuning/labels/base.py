"""The form that all readers of labels give, and the checks of labels in any form."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geomagnifier.errors import DataCorrupt, GeomagWarning
from geomagnifier.finetuning.labels.image_files import is_turned

Ring = NDArray[np.float32]
BoxTuple = tuple[float, float, float, float]
FEWEST = 5
"""Labelled objects that a class needs at least."""
TOLD, TOLD_LETTERS = 5, 160
"""Skipped records that are named, and letters of each reason."""
LONGEST, FARTHEST = 60, 1e9
"""Letters of a name, and px of a coordinate, at most."""
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
PLAIN_NUMBER = re.compile(r"[+-]?(\d{1,20}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?")


@dataclass(frozen=True, eq=False)
class Outlined:
    """One labelled object or area."""

    kind: str
    """Its class."""
    box: BoxTuple
    """(x0, y0, x1, y1) px within its image."""
    rings: tuple[Ring, ...] = ()
    """(N, 2) px; no rings where only a box is given."""
    holes: tuple[Ring, ...] = ()
    """(N, 2) px, of the rings."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """An image with all its objects of all classes: what is not labelled is not there."""

    path: Path
    """Of the image."""
    objects: tuple[Outlined, ...]
    """All that is labelled in it."""
    area: BoxTuple | None = None
    """Only this part is labelled, px; None: all."""


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels of a set of images."""

    source: Path
    """The file that they were read from."""
    kinds: tuple[str, ...]
    """Classes with objects, named as people say them."""
    pictures: tuple[Labelled, ...]
    """The images."""
    also: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Synonyms that the file itself gives."""
    covers: frozenset[str] = frozenset()
    """Classes that the file says have no single objects."""

    def count(self, kind: str) -> tuple[int, int]:
        """The objects of a class, and the images that they are in."""
        numbers = [sum(o.kind == kind for o in picture.objects) for picture in self.pictures]
        return sum(numbers), sum(n > 0 for n in numbers)


class LeftOut:
    """Skipped records, each with its place in the file and the reason.

    One warning names them together; the others are read on.
    """

    def __init__(self, source: Path) -> None:
        self.source = source
        self.records: list[tuple[str, str]] = []

    def add(self, record: str, why: str) -> None:
        """Note a record.

        Args:
            record: "annotations[3]", "p.txt, line 2".
            why: the reason.
        """
        self.records.append((record, " ".join(why.split())))

    def __str__(self) -> str:
        told = "; ".join(f"{record}: {why[:TOLD_LETTERS]}" for record, why in self.records[:TOLD])
        return told + (f"; and {len(self.records) - TOLD} more" if len(self.records) > TOLD else "")

    def tell(self) -> None:
        """Warn of them, if there are any."""
        if self.records:
            warnings.warn(
                f"{self.source}: {len(self.records)} records are skipped: {self}",
                GeomagWarning,
                stacklevel=3,
            )


def plain(name: object, where: str = "") -> str:
    """A name as people say it: "Wind_Turbine", "windTurbine" -> "wind turbine".

    Args:
        name: as the file has it.
        where: it was found, for the message.

    Raises:
        DataCorrupt: it has no letters, or is no text.
    """
    told = f"{where}: " if where else ""
    # a list, or what YAML takes for a number or a date: never made text, which could be endless
    if not isinstance(name, str):
        raise DataCorrupt(f"{told}the name of a class is text, not {_sort(name)}; put it in quotes")
    spaced = CAMEL.sub(" ", name) if len(name) <= LONGEST else name
    text = " ".join(spaced.replace("_", " ").replace("-", " ").lower().split())
    if not any(c.isalpha() for c in text) or len(text) > LONGEST or any(c in text for c in "<>[]"):
        raise DataCorrupt(
            f"{told}{name[:80]!r} cannot name a class; use words that a person would ask for"
        )
    return text


def number(value: object) -> float:
    """A number, also one that was written as text: "10" is 10.

    Raises:
        ValueError: it is none, or not finite.
    """
    if isinstance(value, str) and PLAIN_NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(
            f"{value[:20]!r} is no number"
            if isinstance(value, str)
            else f"{_sort(value)} in place of a number"
        )
    if not (math.isfinite(value) and abs(value) <= FARTHEST):
        raise ValueError(f"{value:g} is not finite, or too large for a position in an image")
    return float(value)


def _sort(value: object) -> str:
    """The type of a value, in a word and not in its own text."""
    return {"dict": "a table", "list": "a list", "NoneType": "nothing", "bool": "yes or no"}.get(
        type(value).__name__, f"a {type(value).__name__}"
    )


def inside(corners: Sequence[float], size: tuple[int, int]) -> BoxTuple:
    """The part of a box within an image.

    Args:
        corners: (x0, y0, x1, y1) px.
        size: width and height of the image, px.

    Raises:
        ValueError: less than a pixel of it is.
    """
    x0, y0, x1, y1 = (
        max(corners[0], 0.0),
        max(corners[1], 0.0),
        min(corners[2], float(size[0])),
        min(corners[3], float(size[1])),
    )
    if x1 - x0 >= 1 and y1 - y0 >= 1:
        return x0, y0, x1, y1
    told = ", ".join(f"{v:g}" for v in corners)
    if min(corners[2] - corners[0], corners[3] - corners[1]) < 1:
        raise ValueError(f"the box ({told}) is less than a pixel wide or high")
    raise ValueError(f"the box ({told}) lies outside its image of {size[0]} x {size[1]} px")


def tell_turned(pictures: Sequence[Path], source: Path) -> None:
    """Warn of images that viewers rotate by their EXIF orientation.

    Labels drawn in such a viewer do not lie on the pixels as they are stored.

    Args:
        pictures: paths.
        source: of the labels.
    """
    turned = [path for path in pictures if is_turned(path)]
    if turned:
        warnings.warn(
            f"{source}: {len(turned)} pictures are turned by viewers (EXIF orientation), the first"
            f" {turned[0].name}; the labels are taken to be of the pixels as they are stored: if"
            " they were drawn on the turned picture, save the pictures upright",
            GeomagWarning,
            stacklevel=3,
        )


def check(labels: Labels, left: LeftOut, fewest: int = FEWEST) -> Labels:
    """The labels, if they can be trained on; skipped records are warned of.

    Args:
        labels: as read.
        left: skipped records.
        fewest: labelled objects that a class needs.

    Raises:
        DataCorrupt: there is nothing in them, or too little of a class.
    """
    if not any(picture.objects for picture in labels.pictures):
        why = f" ({len(left.records)} records cannot be used: {left})" if left.records else ""
        raise DataCorrupt(
            f"{labels.source} holds no labels inside an image{why}; at least {fewest} of a class"
            " are needed"
        )
    left.tell()
    for kind in labels.kinds:
        count, _ = labels.count(kind)
        if 0 < count < fewest:
            raise DataCorrupt(
                f"{labels.source}: {count} labelled {kind!r}; a class needs at least {fewest}, and"
                " some fifty to be of use"
            )
    return labels
