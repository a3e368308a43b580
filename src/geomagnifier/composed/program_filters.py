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
    """Regions of a size between two numbers."""

    what: Quantity
    """Length, width or area."""
    low: float | None
    """None for no lower limit."""
    high: float | None
    """None for no upper limit."""
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
    """Regions with their centre in a part of the image."""

    part: str
    """"left half", "upper left quarter", "centre", "lower third", "edge", "left edge"."""

    def __str__(self) -> str:
        return f"at {self.part}" if self.part.endswith("edge") else f"in {self.part}"


@dataclass(frozen=True)
class Colour:
    """Regions whose pixels are of one of some colours."""

    names: tuple[str, ...]
    """Names of colours."""

    def __str__(self) -> str:
        return " or ".join(self.names)


@dataclass(frozen=True)
class Heading:
    """Regions whose long axis points a given way."""

    degrees: float
    """Clockwise from north, 0 to 180."""

    def __str__(self) -> str:
        return f"axis at {self.degrees:g} deg"


@dataclass(frozen=True)
class Related:
    """Regions that stand in a spatial relation to one of some others."""

    way: Way
    """The relation."""
    others: Select
    """The others."""
    within: float | None = None
    """The largest gap between the outlines, in `unit`."""
    unit: str = ""
    """"m" or "px"."""

    def __str__(self) -> str:
        limit = "" if self.within is None else f"within {self.within:g} {self.unit} of "
        return f"{limit or f'{self.way} '}{self.others}"


@dataclass(frozen=True)
class Between:
    """Regions between one of some others and one of some more.

    The same twice where two of a class are meant.
    """

    first: Select
    """On one side."""
    second: Select
    """On the other side."""

    def __str__(self) -> str:
        return f"between {self.first} and {self.second}"


@dataclass(frozen=True)
class Among:
    """Regions that another selection chooses."""

    of: Select
    """The other selection."""

    def __str__(self) -> str:
        return f"among {self.of}"


@dataclass(frozen=True)
class Not:
    """Regions that a filter leaves out."""

    of: Filter
    """The filter."""

    def __str__(self) -> str:
        return f"not {self.of}"


@dataclass(frozen=True)
class AnyOf:
    """Regions that pass one of some filters."""

    tests: tuple[Filter, ...]
    """The filters."""

    def __str__(self) -> str:
        return " or ".join(map(str, self.tests))


Filter = Limit | Place | Colour | Heading | Related | Between | Among | Not | AnyOf


@dataclass(frozen=True)
class Rank:
    """The first regions by size or place."""

    by: str
    """A quantity, "left", "right", "upper", "lower", or "gap": the gap to the nearest of `to`."""
    largest: bool = True
    """From the largest on, not from the smallest."""
    count: int = 1
    """How many."""
    start: int = 1
    """From which rank on, 1 for the first."""
    to: Select | None = None
    """What the gap is measured to."""

    def __str__(self) -> str:
        size = {
            "length": ("longest", "shortest"),
            "width": ("widest", "narrowest"),
            "area": ("largest", "smallest"),
            "gap": ("farthest", "nearest"),
        }.get(self.by)
        name = f"{self.by}most" if size is None else size[not self.largest]
        name = f"{ordinal(self.start)} {name}" if self.start > 1 else name
        return f"{self.count} {name}" if self.count > 1 else name


@dataclass(frozen=True)
class Select:
    """Regions of some classes that pass every filter, and of these the first by rank."""

    kinds: tuple[str, ...]
    """The classes."""
    filters: tuple[Filter, ...] = ()
    """All of them must be passed."""
    rank: Rank | None = None
    """None for all of the regions."""
    them: bool = False
    """Of the last answer's regions."""
    number: int | None = None
    """How many the words speak of ("the two ships"); compared with what is found."""

    def __str__(self) -> str:
        names = (
            "them"
            if self.them
            else " or ".join(self.kinds)
            if len(self.kinds) < 4
            else f"{len(self.kinds)} classes"
        )
        named = names if self.rank is None else f"{self.rank} {names}"
        if self.rank is not None and self.rank.to is not None:
            named = f"{named} to {self.rank.to}"
        return "; ".join([named, *map(str, self.filters)])
