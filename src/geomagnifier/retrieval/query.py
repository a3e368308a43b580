"""Define a search query: similarity, a place, a box and a time in any combination."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from geomagnifier.errors import OptionError
from geomagnifier.export.search_hit import Hit
from geomagnifier.raster import footprint
from geomagnifier.raster.acquisition import utc
from geomagnifier.translation import marked
from geomagnifier.types import Floats
from geomagnifier.units import amount

NEAR = 10_000.0
"""Default distance from a place, metres."""
DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
"""2024, 2024-05 or 2024-05-31."""


@dataclass(frozen=True, eq=False)
class SearchQuery:
    """A search query; a hit must fit all that is given.

    An image that does not say where (when) it was taken fits no place (time).

    Raises:
        OptionError: a place that is not on the Earth, an empty box or time, or nothing at all.
    """

    vector: Floats | None = None
    """(D,) from `embed`, of words or of an image: hits are ranked by similarity."""
    near: tuple[float, float] | None = None
    """Longitude and latitude, degrees: without a vector, hits are ranked by distance."""
    within: float = NEAR
    """Largest distance from there, metres."""
    bbox: footprint.Bounds | None = None
    """West, south, east, north in degrees, west greater than east across the antimeridian; a
    footprint that touches it fits.
    """
    after: datetime | None = None
    """Earliest acquisition date; UTC where it has no time zone."""
    before: datetime | None = None
    """Date that an image must be older than; UTC where it has no time zone."""

    def __post_init__(self) -> None:
        """Check the query, and bring its dates to UTC."""
        if all(
            part is None for part in (self.vector, self.near, self.bbox, self.after, self.before)
        ):
            raise OptionError(
                "there is nothing to look for; give words, a picture, a place, a box or a date"
            )
        if self.near is not None and not _on_earth(*self.near):
            raise OptionError(
                f"{self.near} is not on the Earth; give longitude (-180 to 180), then latitude (-90"
                " to 90)"
            )
        if not (self.within > 0 and math.isfinite(self.within)):
            raise OptionError(f"a distance is above 0 m, not {self.within}")
        if self.bbox is not None:
            west, south, east, north = self.bbox
            if not (_on_earth(west, south) and _on_earth(east, north)) or south > north:
                raise OptionError(
                    f"{self.bbox} is no box in degrees; give west, south, east, north, such as"
                    " 11.4,48.0,11.8,48.3"
                )
        for name in ("after", "before"):
            date: datetime | None = getattr(self, name)
            if date is not None:
                object.__setattr__(self, name, utc(date))
        if self.after is not None and self.before is not None and self.after >= self.before:
            raise OptionError(
                f"nothing is after {self.after} and before {self.before}; exchange the two dates"
            )

    @property
    def boxes(self) -> list[footprint.Bounds]:
        """Boxes that every hit touches, to preselect rows."""
        found = [] if self.bbox is None else [self.bbox]
        return found if self.near is None else [*found, footprint.around(*self.near, self.within)]

    def fitting(self, hits: Sequence[Hit], top: int | None = None) -> list[Hit]:
        """Return the hits that fit, best first, each image once with its best tile.

        Args:
            hits: by falling score where the query has a vector; else in any order.
            top: most hits, None for all.
        """
        kept = np.ones(len(hits), bool)
        for number, hit in enumerate(hits):
            if self.after is not None or self.before is not None:
                date = hit.date
                kept[number] = (
                    date is not None
                    and (self.after is None or date >= self.after)
                    and (self.before is None or date < self.before)
                )
        chosen = [hit for hit, keep in zip(hits, kept, strict=True) if keep]
        if self.bbox is not None and chosen:
            meets = footprint.meet([hit.outline for hit in chosen], self.bbox)
            chosen = [hit for hit, keep in zip(chosen, meets, strict=True) if keep]
        if self.near is not None and chosen:
            far = footprint.distances([hit.outline for hit in chosen], *self.near)
            chosen = [
                replace(hit, distance=float(metres))
                for hit, metres in zip(chosen, far, strict=True)
                if metres <= self.within
            ]
        if self.vector is None:
            chosen = sorted(
                chosen, key=lambda hit: (hit.distance or 0.0, hit.tile is not None, hit.path)
            )
        once: dict[str, Hit] = {}
        for hit in chosen:
            once.setdefault(str(hit.path), hit)
            if len(once) == top:
                break
        return list(once.values())


def read_place(text: str) -> tuple[float, float]:
    """Read a place from "LON,LAT".

    Raises:
        OptionError: it is not two numbers.
    """
    longitude, latitude = _numbers(
        text, 2, marked("a place is LON,LAT in degrees, such as 11.57,48.14")
    )
    return longitude, latitude


def read_box(text: str) -> footprint.Bounds:
    """Read a box from "W,S,E,N".

    Raises:
        OptionError: it is not four numbers.
    """
    west, south, east, north = _numbers(
        text, 4, marked("a box is W,S,E,N in degrees, such as 11.4,48.0,11.8,48.3")
    )
    return west, south, east, north


def read_distance(text: str) -> float:
    """Read a distance, in metres, from "10 km" or "500 m"; a number alone is metres.

    Raises:
        OptionError: it is no distance.
    """
    return amount(text, "metres", ("metres",))[1]


def read_date(text: str) -> datetime:
    """Read the beginning of 2024, 2024-05, 2024-05-31 or 2024-05-31T10:15, with a time zone or UTC.

    Raises:
        OptionError: it is no date.
    """
    short = DATE.fullmatch(text.strip())
    try:
        if short is not None:
            return datetime(int(short[1]), int(short[2] or 1), int(short[3] or 1))
        return utc(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        raise OptionError(
            f"{text!r} is no date; write it as 2024, 2024-05, 2024-05-31 or 2024-05-31T10:15"
        ) from None


def _numbers(text: str, count: int, form: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.replace(",", " ").split()]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise OptionError(f"{text!r} cannot be read: {form}")
    return numbers


def _on_earth(longitude: float, latitude: float) -> bool:
    return abs(longitude) <= 180 and abs(latitude) <= 90
