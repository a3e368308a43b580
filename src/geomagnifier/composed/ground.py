"""What a program is run over, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geomagnifier.area_of_interest import Area
from geomagnifier.composed import program as p
from geomagnifier.geometry import Box
from geomagnifier.raster import measures
from geomagnifier.results import Region
from geomagnifier.types import SceneInfo

Value = bool | int | float | str

Pixels = Callable[[Box], NDArray[np.uint8]]
"""A box of whole scene px -> (h, w, 3) RGB, one px each."""

Why = Literal["no scale", "none", "fewer", "not two", "tie", "no colour", "round", "one class"]

FACTORS = {
    "m": 1.0,
    "km": 1000.0,
    "ft": 0.3048,
    "m2": 1.0,
    "ha": 1e4,
    "km2": 1e6,
    "acre": 4046.8564224,
    "mu": 10_000 / 15,
    "px": 1.0,
    "px2": 1.0,
}
"""Of a unit in metres, square metres, or px."""


@dataclass(frozen=True)
class Term:
    """A number that was computed on the way."""

    of: p.Number
    """The number in the program."""
    value: float
    """In `unit`."""
    unit: str | None
    """"m", "m2", "px" ...; None for a count."""
    counts: tuple[tuple[str, int], ...]
    """How many regions of each class it is computed from."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a program comes to."""

    value: Value | None
    """None where it cannot be told; `why` says why not."""
    unit: str | None = None
    """Of a number; None for a count."""
    regions: tuple[Region, ...] = ()
    """The regions that the value is computed from."""
    terms: tuple[Term, ...] = ()
    """The numbers that were compared, or the one asked for; where a rank is beyond what is there,
    how many there are.
    """
    why: Why | None = None
    """The reason where there is no value."""
    passed: int = 0
    """Of `Every`, how many of the regions pass; of `ColourOf`, how many have the colour."""
    each: tuple[Outcome, ...] = ()
    """Of `Several`, what each of them comes to."""


class CannotTell(Exception):
    """A value cannot be told; `run` turns it into an `Outcome` with the reason."""

    def __init__(self, why: Why, regions: Sequence[Region] = (), term: Term | None = None) -> None:
        super().__init__(why)
        self.why, self.regions, self.term = why, tuple(regions), term


@dataclass(frozen=True, eq=False)
class Ground:
    """What a program is run over."""

    found: Sequence[Region]
    """All regions of the classes that the program names."""
    scene: SceneInfo
    """Whose px the regions are in."""
    within: Box | Area | None = None
    """A box or area of interest that was given, scene px."""
    pixels: Pixels | None = None
    """Reads the image for colours."""
    them: Sequence[Region] = ()
    """The regions of the last answer."""
    _measured: dict[tuple[int, bool], tuple[float, float, float]] = field(default_factory=dict)
    strips: measures.Kept = field(default_factory=dict)
    """The regions' masks as runs, once they are unpacked."""

    @property
    def area(self) -> Box:
        return self.within.box if isinstance(self.within, Area) else self.within or self.scene.box

    @property
    def size(self) -> float:
        """Scene px of what was asked about."""
        return self.within.pixels if isinstance(self.within, Area) else self.area.area

    def metric(self, unit: str, regions: Sequence[Region] = ()) -> bool:
        """Whether to measure in metres: as asked, or where the GSD is known.

        Args:
            unit: that was asked for, "" for none.
            regions: that cannot be measured so, for the error.

        Raises:
            CannotTell: metres are asked for and the GSD is not known.
        """
        scaled = measures.is_scaled(self.scene)
        if unit.startswith("px"):
            return False
        if unit and not scaled:
            raise CannotTell("no scale", regions)
        return scaled

    def sizes(self, regions: Sequence[Region], what: p.Quantity, metres: bool) -> list[float]:
        """The size of each region; measured once.

        Args:
            regions: of the scene.
            what: length, width or area.
            metres: in m or m2; else px or px2.
        """
        new = [region for region in regions if (id(region), metres) not in self._measured]
        if new:
            found = measures.sizes(new, self.scene, metres, self.strips)
            for region, *values in zip(
                new, found.length.tolist(), found.width.tolist(), found.area.tolist(), strict=True
            ):
                self._measured[id(region), metres] = (values[0], values[1], values[2])
        return [
            self._measured[id(region), metres][("length", "width", "area").index(what)]
            for region in regions
        ]
