"""Where and when a picture that is looked for was taken.

A fold under the words of a search, with a service's own filters behind it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from geomagnifier.errors import OptionError
from geomagnifier.raster.footprint import Bounds
from geomagnifier.retrieval import SearchQuery
from geomagnifier.retrieval.query import NEAR, read_box, read_date, read_distance, read_place
from geomagnifier.server.ui import presentation
from geomagnifier.server.ui.collapsible_form import Fold
from geomagnifier.server.ui.widgets import button, set_attributes

LETTERS = 80
"""Of one field."""
USUAL = f"{NEAR / 1000:g} km"
"""How far is near where nothing is said."""
READ: dict[str, Callable[[str], Any]] = {
    "near": read_place,
    "within": read_distance,
    "bbox": read_box,
    "after": read_date,
    "before": read_date,
}


@dataclass(frozen=True)
class Where:
    """As it was typed; "" is anywhere, at any time.

    near: "LON,LAT".  within: "5 km".  bbox: "W,S,E,N".  after, before: "2024", "2024-05",
        "2024-05-31".
    """

    near: str = ""
    within: str = ""
    bbox: str = ""
    after: str = ""
    before: str = ""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Where:
        """From the fields of a form."""
        return cls(
            **{field.name: str(said.get(field.name, "")).strip()[:LETTERS] for field in fields(cls)}
        )

    @property
    def given(self) -> bool:
        """Whether there is a place or a time."""
        return bool(self.near or self.bbox or self.after or self.before)

    def amiss(self) -> dict[str, str]:
        """What is wrong, by the name of the field."""
        wrong = {}
        for name, read in READ.items():
            try:
                if text := getattr(self, name):
                    SearchQuery(**({"near": (0.0, 0.0)} | {name: read(text)}))
            except OptionError as error:
                wrong[name] = presentation.line(error)
        if self.within and not self.near:
            wrong["within"] = "Say from which place, too."
        if not wrong and self.given:
            try:
                self.wanted()
            except OptionError as error:  # each is right, and together they are not: the two dates
                wrong["before"] = presentation.line(error)
        return wrong

    def wanted(self) -> SearchQuery | None:
        """As `Jobs.search` takes it, where nothing is amiss; None for anywhere and any time."""
        return (
            SearchQuery(
                **{name: read(text) for name, read in READ.items() if (text := getattr(self, name))}
            )
            if self.given
            else None
        )

    def told(self) -> str:
        """In a few words."""
        parts = (
            self.near and f"within {self.within or USUAL} of {self.near}",
            self.bbox and f"in {self.bbox}",
            self.after and f"from {self.after}",
            self.before and f"before {self.before}",
        )
        return ", ".join(part for part in parts if part)


class WhereFold:
    """The fold, in the form of the search.

    Args:
        shows: tells what the map shows, west, south, east, north in degrees; None where it shows no
            Earth.
    """

    def __init__(self, shows: Callable[[], Awaitable[Bounds | None]]) -> None:
        self._shows = shows
        self._fold = Fold("Where and when", Where.of)
        self.check = self._fold.check
        field = self._fold.field
        field("near", "Near", placeholder="longitude, latitude", maxlength=str(LETTERS))
        field("within", "Within", placeholder=USUAL, maxlength=str(LETTERS))
        field(
            "bbox",
            "In the box",
            aside=self._button,
            placeholder="west, south, east, north",
            maxlength=str(LETTERS),
        )
        field("after", "From", placeholder="2024, or 2024-05-31", maxlength=str(LETTERS))
        field("before", "Before", placeholder="2025, or 2025-01-01", maxlength=str(LETTERS))
        self.earth(False)

    def earth(self, there: bool) -> None:
        """Say whether the map shows a part of the Earth."""
        set_attributes(
            self._view,
            disabled=not there,
            title=None if there else "The picture on the map does not say where it lies",
        )

    def _button(self) -> None:
        self._view = button("What the map shows", None, self._take, "edged low")

    async def _take(self) -> None:
        box = await self._shows()
        if box is not None:
            self._fold.set({"bbox": ", ".join(f"{side:.5f}" for side in box)})
