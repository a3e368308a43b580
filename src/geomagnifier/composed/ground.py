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
    """A number that was worked out on the way."""

    of: p.Number
    """What it is of."""
    value: float
    unit: str | None
    counts: tuple[tuple[str, int], ...]
    """Regions that it is made of, by class."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a program comes to.

    value: None where it cannot be told; `why` says why not.  unit: of a number.  regions: that the
        value is made of.
    terms: numbers that were compared, or the one asked for; where a rank is beyond what is there,
        how many there are.
    passed: of `Every`, how many of the regions pass.
    """

    value: Value | None
    unit: str | None = None
    regions: tuple[Region, ...] = ()
    terms: tuple[Term, ...] = ()
    why: Why | None = None
    passed: int = 0


class CannotTell(Exception):
    def __init__(self, why: Why, regions: Sequence[Region] = (), term: Term | None = None) -> None:
        super().__init__(why)
        self.why, self.regions, self.term = why, tuple(regions), term


@dataclass(frozen=True, eq=False)
class Ground:
    """What a program is run over.

    found: all regions of the classes that it names.  scene: whose px they are in.  within: a box or
        area that was given, scene px.
    pixels: reads the picture.  them: the regions of the last answer.  strips: of the regions'
        masks, once they were unpacked.
    """

    found: Sequence[Region]
    scene: SceneInfo
    within: Box | Area | None = None
    pixels: Pixels | None = None
    them: Sequence[Region] = ()
    _measured: dict[tuple[int, bool], tuple[float, float, float]] = field(default_factory=dict)
    strips: measures.Kept = field(default_factory=dict)

    @property
    def area(self) -> Box:
        return self.within.box if isinstance(self.within, Area) else self.within or self.scene.box

    @property
    def size(self) -> float:
        """Scene px of what was asked about."""
        return self.within.pixels if isinstance(self.within, Area) else self.area.area

    def metric(self, unit: str, regions: Sequence[Region] = ()) -> bool:
        """Whether to measure in metres: as asked, or where they are known.

        Args:
            regions: that cannot be measured so.
        """
        scaled = measures.is_scaled(self.scene)
        if unit.startswith("px"):
            return False
        if unit and not scaled:
            raise CannotTell("no scale", regions)
        return scaled

    def sizes(self, regions: Sequence[Region], what: p.Quantity, metres: bool) -> list[float]:
        """Of each region; measured once."""
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
