"""What a composed question asks, as a small typed program: select, filter, aggregate, compare.

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

import re
from collections.abc import Iterator, Mapping, Sequence
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
    """The length, width or area of some regions together."""

    of: Select
    """The regions."""
    what: Quantity
    """Length, width or area."""
    how: How
    """Sum, mean, median, largest or smallest."""
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
    """The share of the image, or of a box that was given, that the masks cover, per cent.

    With `whole`: of the number of other regions.
    """

    of: Select
    """The regions."""
    whole: Select | None = None
    """The regions of which the others are a share."""

    def __str__(self) -> str:
        return f"share({self.of} of {self.whole or 'picture'})"


@dataclass(frozen=True)
class Distance:
    """The distance between centres, or the gap between outlines.

    Of several pairs, that of the nearest.
    """

    first: Select
    """The regions on one side."""
    second: Select | None = None
    """Those on the other; None for the two of the first."""
    gap: bool = False
    """Between outlines, not centres."""
    unit: str = ""
    """That was asked for, "" for what the scene gives."""
    shown: str = ""
    """A unit for the sentence ("ft")."""

    def __str__(self) -> str:
        pair = f"{self.first}, {self.second}" if self.second is not None else f"{self.first}"
        unit = f" in {self.shown or self.unit}" if self.unit else ""
        return f"{'gap' if self.gap else 'distance'}({pair}){unit}"


@dataclass(frozen=True)
class Density:
    """The number of regions on an area."""

    of: Select
    """The regions."""
    per: str = "ha"
    """"ha" or "km2"."""

    def __str__(self) -> str:
        return f"density({self.of}) per {self.per}"


@dataclass(frozen=True)
class Lines(_Told):
    """The number of rows, or columns, that the regions form."""

    columns: bool = False
    """Columns, not rows."""

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
    """The number."""
    unit: str = ""
    """"" for a count."""

    def __str__(self) -> str:
        return f"{self.number:g}{f' {self.unit}' if self.unit else ''}"


@dataclass(frozen=True)
class Difference:
    """The first number minus the second."""

    left: Number
    """The first."""
    right: Number
    """The second."""

    def __str__(self) -> str:
        return f"{self.left} - {self.right}"


@dataclass(frozen=True)
class Counts:
    """Several counts, each told; the value is their sum."""

    counts: tuple[Count, ...]
    """The counts, in order."""

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
    """The regions."""
    each: bool = False
    """There must be some of every class."""

    def __str__(self) -> str:
        return f"exists({'each of ' if self.each else ''}{self.of})"


@dataclass(frozen=True)
class Compare:
    """Whether one number is larger than, smaller than or equal to another."""

    left: Number
    """The first number."""
    sign: Sign
    """What must hold."""
    right: Number
    """The second number."""
    times: float = 1.0
    """The factor of the second number."""

    def __str__(self) -> str:
        return (
            f"{self.left} {self.sign} {'' if self.times == 1 else f'{self.times:g} x '}{self.right}"
        )


@dataclass(frozen=True)
class Every:
    """Whether all of some regions pass a filter."""

    of: Select
    """The regions."""
    test: Filter
    """The filter."""

    def __str__(self) -> str:
        return f"every({self.of}) {self.test}"


@dataclass(frozen=True)
class Arranged(_Told):
    """Whether the regions are aligned, clustered or scattered."""

    form: Literal["aligned", "clustered", "scattered"]
    """Which of these."""

    @property
    def name(self) -> str:
        return self.form


@dataclass(frozen=True)
class Arrangement(_Told):
    """How they lie, in a word."""

    NAME = "arrangement"


@dataclass(frozen=True)
class Which:
    """The class of the largest, or smallest, of several numbers."""

    options: tuple[Number, ...]
    """The numbers."""
    most: bool = True
    """The largest, not the smallest."""

    def __str__(self) -> str:
        return f"{'most' if self.most else 'least'} of {', '.join(map(str, self.options))}"


@dataclass(frozen=True)
class Commonest(_Told):
    """The class with the most regions, or the fewest."""

    most: bool = True
    """The most, not the fewest."""

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


@dataclass(frozen=True)
class Several:
    """Several things asked in one question, each answered by itself."""

    asked: tuple[Program, ...]
    """What is asked, in order."""

    def __str__(self) -> str:
        told = (
            re.sub("^select", "segment", str(one))
            if isinstance(one, Chosen) and one.masks
            else str(one)
            for one in self.asked
        )
        return ", ".join(told)


Truth = Exists | Compare | Every | Arranged
Program = Number | Truth | Arrangement | Which | Commonest | ColourOf | Chosen | Several


def together(asked: Sequence[Program]) -> Program:
    """What several clauses ask, as one program, without what another one tells anyway.

    A count shows what it counted, and regions that are shown tell their number; the regions of a
    size are shown with it, and whether there are some is told by their number.

    Args:
        asked: one or more.
    """
    kept: list[Program] = []
    masks = {one.of for one in asked if isinstance(one, Chosen) and one.masks}
    told = {one.of for one in asked if isinstance(one, Count)}
    denied = {one.of for one in asked if isinstance(one, Exists)}
    for one in dict.fromkeys(asked):
        new: Program = one
        if isinstance(one, Count | Exists | Chosen) and one.of in masks:
            new = Chosen(one.of, True)
        elif isinstance(one, Chosen | Exists) and one.of in told:
            new = Count(one.of)
        elif isinstance(one, Chosen) and one.of in denied:
            continue
        if new not in kept:
            kept.append(new)
    return kept[0] if len(kept) == 1 else Several(tuple(kept))


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
    near = [part for part in parts(program) if isinstance(part, Related)]
    ranks = [part for part in parts(program) if isinstance(part, Rank)]
    return (
        shown(program)
        or any(part.within is not None or part.way in BY_MASK for part in near)
        or any(part.to is not None for part in ranks)
    )


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
    """Whether it is a count without a condition, or a yes or no with no more than a place.

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
        and len(of.filters) <= isinstance(program, Exists)
    )


def replaced(program: Any, old: Mapping[Any, Any]) -> Any:
    """A program with some of its parts replaced, outermost first.

    Args:
        program: the program, or a part of one.
        old: part -> what stands in its place.
    """
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
