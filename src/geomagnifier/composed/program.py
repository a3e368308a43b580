"""What a composed question asks, as a small typed program.

Select, filter, relate, aggregate, compare.

    "How many airplanes are in the left half?"
        Count(Select(("airplane",), (Place("left half"),)))
    "Are there more ships than storage tanks?"
        Compare(Count(ship), ">", Count(storage tank))
    "Segment the ships longer than 30 m."
        Chosen(Select(("ship",), (Limit("length", 30, None, "m"),)))

A program is plain data. `str` of it is the one line that says how the question was read:
"count(airplane; in left half)".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, ClassVar, Literal

from geomagnifier.composed.program_filters import BY_MASK as BY_MASK
from geomagnifier.composed.program_filters import OUTLINED as OUTLINED
from geomagnifier.composed.program_filters import Among as Among
from geomagnifier.composed.program_filters import AnyOf as AnyOf
from geomagnifier.composed.program_filters import Between as Between
from geomagnifier.composed.program_filters import Colour as Colour
from geomagnifier.composed.program_filters import Filter as Filter
from geomagnifier.composed.program_filters import Heading as Heading
from geomagnifier.composed.program_filters import Limit as Limit
from geomagnifier.composed.program_filters import Not as Not
from geomagnifier.composed.program_filters import Place as Place
from geomagnifier.composed.program_filters import Quantity as Quantity
from geomagnifier.composed.program_filters import Rank as Rank
from geomagnifier.composed.program_filters import Related as Related
from geomagnifier.composed.program_filters import Select as Select
from geomagnifier.composed.program_filters import Way as Way

Sign = Literal[">", ">=", "<", "<=", "=="]
How = Literal["sum", "mean", "median", "largest", "smallest"]

# Filters: which of some regions.


# Numbers.


@dataclass(frozen=True)
class _Told:
    """What is told of one selection."""

    NAME: ClassVar[str] = ""
    """Of it in the line that says how the question was read."""
    of: Select

    @property
    def name(self) -> str:
        return self.NAME

    def __str__(self) -> str:
        return f"{self.name}({self.of})"


@dataclass(frozen=True)
class Count(_Told):
    """How many."""

    NAME = "count"


@dataclass(frozen=True)
class Measure:
    """A size of the regions together."""

    of: Select
    what: Quantity
    how: How
    unit: str = ""
    """That was asked for, "" for what the scene gives."""
    shown: str = ""
    """A unit for the sentence ("ft")."""

    def __str__(self) -> str:
        return (
            f"{self.how}"
            f" {self.what}({self.of}){f' in {self.shown or self.unit}' if self.unit else ''}"
        )


@dataclass(frozen=True)
class Share:
    """Per cent of the picture, or of a box that was given, that the masks cover.

    Or of the number of other regions.
    """

    of: Select
    whole: Select | None = None

    def __str__(self) -> str:
        return f"share({self.of} of {self.whole or 'picture'})"


@dataclass(frozen=True)
class Distance:
    """Between centres, or the gap between outlines.

    How: of several pairs, the nearest.
    """

    first: Select
    second: Select | None = None
    """None for the two of the first."""
    gap: bool = False
    unit: str = ""
    shown: str = ""

    def __str__(self) -> str:
        pair = f"{self.first}, {self.second}" if self.second is not None else f"{self.first}"
        unit = f" in {self.shown or self.unit}" if self.unit else ""
        return f"{'gap' if self.gap else 'distance'}({pair}){unit}"


@dataclass(frozen=True)
class Density:
    """How many on an area."""

    of: Select
    per: str = "ha"
    """"ha" or "km2"."""

    def __str__(self) -> str:
        return f"density({self.of}) per {self.per}"


@dataclass(frozen=True)
class Lines(_Told):
    """In how many rows, or columns, they lie."""

    columns: bool = False

    @property
    def name(self) -> str:
        return "columns" if self.columns else "rows"


@dataclass(frozen=True)
class Axis(_Told):
    """The heading of the long axis, degrees clockwise from north, 0 to 180."""

    NAME = "axis"


@dataclass(frozen=True)
class Given:
    """A number that the question states."""

    number: float
    unit: str = ""
    """"" for a count."""

    def __str__(self) -> str:
        return f"{self.number:g}{f' {self.unit}' if self.unit else ''}"


@dataclass(frozen=True)
class Difference:
    """By how much one number is more than another."""

    left: Number
    right: Number

    def __str__(self) -> str:
        return f"{self.left} - {self.right}"


@dataclass(frozen=True)
class Counts:
    """Several numbers, each told; the value is their sum."""

    counts: tuple[Count, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.counts))


Number = Count | Measure | Share | Distance | Density | Lines | Axis | Given | Difference | Counts

# Truths, words, regions.


@dataclass(frozen=True)
class Exists:
    """Whether there are any.

    Plain: asked so simply that the model's own words answer it.
    """

    of: Select
    each: bool = False
    """Of every one of the classes."""

    def __str__(self) -> str:
        return f"exists({'each of ' if self.each else ''}{self.of})"


@dataclass(frozen=True)
class Compare:
    """Whether one number is larger, smaller, as large."""

    left: Number
    sign: Sign
    right: Number
    times: float = 1.0
    """The second one is multiplied by it."""

    def __str__(self) -> str:
        return (
            f"{self.left} {self.sign} {'' if self.times == 1 else f'{self.times:g} x '}{self.right}"
        )


@dataclass(frozen=True)
class Every:
    """Whether all of some regions pass a filter."""

    of: Select
    test: Filter

    def __str__(self) -> str:
        return f"every({self.of}) {self.test}"


@dataclass(frozen=True)
class Arranged(_Told):
    """Whether they are "aligned", "clustered" or "scattered"."""

    form: Literal["aligned", "clustered", "scattered"]

    @property
    def name(self) -> str:
        return self.form


@dataclass(frozen=True)
class Arrangement(_Told):
    """How they lie, in a word."""

    NAME = "arrangement"


@dataclass(frozen=True)
class Which:
    """Of several numbers the one that is largest, or smallest: its class."""

    options: tuple[Number, ...]
    most: bool = True

    def __str__(self) -> str:
        return f"{'most' if self.most else 'least'} of {', '.join(map(str, self.options))}"


@dataclass(frozen=True)
class Commonest(_Told):
    """The class with most regions, or fewest."""

    most: bool = True

    @property
    def name(self) -> str:
        return f"{'most' if self.most else 'least'} common"


@dataclass(frozen=True)
class ColourOf(_Told):
    """What colour they are."""

    NAME = "colour"


@dataclass(frozen=True)
class Chosen(_Told):
    """The regions themselves."""

    NAME = "select"
    masks: bool = False
    """Outlines are asked for."""


Truth = Exists | Compare | Every | Arranged
Program = Number | Truth | Arrangement | Which | Commonest | ColourOf | Chosen


def parts(program: Any) -> Iterator[Any]:
    """A program and everything in it, outermost first."""
    yield program
    if is_dataclass(program):
        for field in fields(program):
            yield from parts(getattr(program, field.name))
    elif isinstance(program, tuple):
        for one in program:
            yield from parts(one)


def kinds(program: Program) -> tuple[str, ...]:
    """The classes that must be looked for, those that only say where among them."""
    return tuple(
        dict.fromkeys(
            kind for part in parts(program) if isinstance(part, Select) for kind in part.kinds
        )
    )


def refers(program: Program) -> bool:
    """Whether it is about the regions of the last answer."""
    return any(isinstance(part, Select) and part.them for part in parts(program))


def outlined(program: Program) -> bool:
    """Whether the masks of the regions are needed: sizes, shares, gaps, colours, headings.

    A count or a side of the picture takes boxes.
    """
    near = (part for part in parts(program) if isinstance(part, Related))
    return shown(program) or any(part.within is not None or part.way in BY_MASK for part in near)


def shown(program: Program) -> bool:
    """Whether the masks belong to the answer.

    Where they only tell which objects lie on others, boxes are all that was asked for.
    """
    told = (Limit, Measure, Colour, ColourOf, Heading, Axis)
    for part in parts(program):
        if (
            isinstance(part, told)
            or (isinstance(part, Chosen) and part.masks)
            or (isinstance(part, Share) and part.whole is None)
        ):
            return True
        if (isinstance(part, Distance) and part.gap) or (
            isinstance(part, Rank) and part.by in OUTLINED
        ):
            return True
    return False


def simple(program: Program) -> bool:
    """Whether it is a count or a yes or no with no more than a side of the picture.

    The model has words of its own for that.
    """
    if not isinstance(program, Count | Exists):
        return False
    of = program.of
    return (
        not of.them
        and of.rank is None
        and of.number is None
        and all(isinstance(f, Place) for f in of.filters)
        and len(of.filters) < 2
    )


def replaced(program: Any, old: Mapping[Any, Any]) -> Any:
    """The program with some of its parts replaced by others, outermost first."""
    if program.__hash__ is not None and program in old:
        return old[program]
    if isinstance(program, tuple):
        return tuple(replaced(one, old) for one in program)
    if is_dataclass(program) and not isinstance(program, type):
        return replace(
            program,
            **{
                field.name: replaced(getattr(program, field.name), old) for field in fields(program)
            },
        )
    return program
