"""The objects that a program is about: classes, filters, ranks.

`program` has the same names, and is where other modules take them from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from geomagnifier.language.ordinals import ordinal

Quantity = Literal["length", "width", "area"]

Way = Literal[
    "inside",
    "on",
    "near",
    "along",
    "left of",
    "right of",
    "above",
    "below",
    "north of",
    "south of",
    "east of",
    "west of",
]

OUTLINED = ("length", "width", "area")
"""Quantities that are taken from outlines, not from boxes."""

BY_MASK = ("inside", "on", "along")
"""Relations that are told by outlines."""


@dataclass(frozen=True)
class Limit:
    """Those of a size between two numbers."""

    what: Quantity
    low: float | None
    high: float | None
    unit: str
    """"m", "px", "m2" or "px2"."""

    def __str__(self) -> str:
        unit = f" {self.unit}"
        if self.low is not None and self.high is not None:
            return f"{self.what} {self.low:g} to {self.high:g}{unit}"
        return (
            f"{self.what} > {self.low:g}{unit}"
            if self.low is not None
            else f"{self.what} < {self.high:g}{unit}"
        )


@dataclass(frozen=True)
class Place:
    """Those with their centre in a part of the picture.

    "left half", "upper left quarter", "centre", "lower third", "edge".
    """

    part: str

    def __str__(self) -> str:
        return f"at {self.part}" if self.part == "edge" else f"in {self.part}"


@dataclass(frozen=True)
class Colour:
    """Those whose pixels are of one of these colours."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return " or ".join(self.names)


@dataclass(frozen=True)
class Heading:
    """Those whose long axis lies this way, degrees clockwise from north, 0 to 180."""

    degrees: float

    def __str__(self) -> str:
        return f"axis at {self.degrees:g} deg"


@dataclass(frozen=True)
class Related:
    """Those that lie so to one of some others."""

    way: Way
    others: Select
    within: float | None = None
    """A limit on the gap between the outlines, `unit` "m" or "px"."""
    unit: str = ""

    def __str__(self) -> str:
        limit = "" if self.within is None else f"within {self.within:g} {self.unit} of "
        return f"{limit or f'{self.way} '}{self.others}"


@dataclass(frozen=True)
class Between:
    """Those between one of some others and one of some more.

    The same twice where two of a class are meant.
    """

    first: Select
    second: Select

    def __str__(self) -> str:
        return f"between {self.first} and {self.second}"


@dataclass(frozen=True)
class Among:
    """Those that are chosen by another selection."""

    of: Select

    def __str__(self) -> str:
        return f"among {self.of}"


@dataclass(frozen=True)
class Not:
    """Those that a filter leaves out."""

    of: Filter

    def __str__(self) -> str:
        return f"not {self.of}"


@dataclass(frozen=True)
class AnyOf:
    """Those that pass one of some filters."""

    tests: tuple[Filter, ...]

    def __str__(self) -> str:
        return " or ".join(map(str, self.tests))


Filter = Limit | Place | Colour | Heading | Related | Between | Among | Not | AnyOf


@dataclass(frozen=True)
class Rank:
    """The first ones by size or place."""

    by: str
    """A quantity, or "left", "right", "upper", "lower"."""
    largest: bool = True
    count: int = 1
    """How many."""
    start: int = 1
    """Of which rank on."""

    def __str__(self) -> str:
        size = {
            "length": ("longest", "shortest"),
            "width": ("widest", "narrowest"),
            "area": ("largest", "smallest"),
        }.get(self.by)
        name = f"{self.by}most" if size is None else size[not self.largest]
        name = f"{ordinal(self.start)} {name}" if self.start > 1 else name
        return f"{self.count} {name}" if self.count > 1 else name


@dataclass(frozen=True)
class Select:
    """Regions of some classes that pass every filter, and of these the first by rank.

    them: of the last answer.  number: how many the words speak of ("the two ships"); it is held
        against what is found.
    """

    kinds: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    rank: Rank | None = None
    them: bool = False
    number: int | None = None

    def __str__(self) -> str:
        names = (
            "them"
            if self.them
            else " or ".join(self.kinds)
            if len(self.kinds) < 4
            else f"{len(self.kinds)} classes"
        )
        named = names if self.rank is None else f"{self.rank} {names}"
        return "; ".join([named, *map(str, self.filters)])
