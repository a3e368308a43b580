"""The filter of an image search by place and time, in a collapsible form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from geomagnifier.errors import OptionError
from geomagnifier.raster.footprint import Bounds
from geomagnifier.retrieval import SearchQuery
from geomagnifier.retrieval.query import NEAR, read_box, read_date, read_distance, read_place
from geomagnifier.server.ui import presentation
from geomagnifier.server.ui.collapsible_form import CollapsibleForm
from geomagnifier.server.ui.page_language import _
from geomagnifier.server.ui.widgets import button, set_attributes

LETTERS = 80
"""Most characters of one field."""
DEFAULT_WITHIN = f"{NEAR / 1000:g} km"
"""Distance from "near" where none is given."""
READ: dict[str, Callable[[str], Any]] = {
    "near": read_place,
    "within": read_distance,
    "bbox": read_box,
    "after": read_date,
    "before": read_date,
}
"""Parser of each field."""


@dataclass(frozen=True)
class SpatialFilter:
    """The filter as it was typed; "" is anywhere, or at any time."""

    near: str = ""
    """Place, "LON,LAT" in degrees."""
    within: str = ""
    """Largest distance from it, "5 km"."""
    bbox: str = ""
    """Box, "W,S,E,N" in degrees."""
    after: str = ""
    """Earliest date, "2024", "2024-05" or "2024-05-31"."""
    before: str = ""
    """First date that is too late."""

    @classmethod
    def of(cls, form: Mapping[str, Any]) -> SpatialFilter:
        """Read the filter from the fields of a form."""
        return cls(
            **{field.name: str(form.get(field.name, "")).strip()[:LETTERS] for field in fields(cls)}
        )

    @property
    def given(self) -> bool:
        """Whether there is a place or a time."""
        return bool(self.near or self.bbox or self.after or self.before)

    def problems(self) -> dict[str, str]:
        """What is wrong with the filter, by the name of the field."""
        wrong = {}
        for name, read in READ.items():
            try:
                if text := getattr(self, name):
                    SearchQuery(**({"near": (0.0, 0.0)} | {name: read(text)}))
            except OptionError as error:
                wrong[name] = presentation.error_line(error)
        if self.within and not self.near:
            wrong["within"] = _("Say from which place, too.")
        if not wrong and self.given:
            try:
                self.query()
            except OptionError as error:  # each field is right, but not the order of the dates
                wrong["before"] = presentation.error_line(error)
        return wrong

    def query(self) -> SearchQuery | None:
        """The filter for `Jobs.search`, where there are no problems; None where it is empty."""
        return (
            SearchQuery(
                **{name: read(text) for name, read in READ.items() if (text := getattr(self, name))}
            )
            if self.given
            else None
        )

    def summary(self) -> str:
        """The filter in a few words."""
        parts = (
            self.near
            and _("within {distance} of {place}").format(
                distance=self.within or DEFAULT_WITHIN, place=self.near
            ),
            self.bbox and _("in {box}").format(box=self.bbox),
            self.after and _("from {date}").format(date=self.after),
            self.before and _("before {date}").format(date=self.before),
        )
        return ", ".join(part for part in parts if part)


class SpatialFilterForm:
    """The collapsible form of the filter, inside the form of the search.

    Args:
        shows: returns west, south, east, north of the map's view in degrees; None where it is not
            georeferenced.
    """

    def __init__(self, shows: Callable[[], Awaitable[Bounds | None]]) -> None:
        self._shows = shows
        self._form = CollapsibleForm(_("Where and when"), SpatialFilter.of)
        self.check = self._form.check
        field = self._form.field
        field("near", _("Near"), placeholder=_("longitude, latitude"), maxlength=str(LETTERS))
        field("within", _("Within"), placeholder=DEFAULT_WITHIN, maxlength=str(LETTERS))
        field(
            "bbox",
            _("In the box"),
            aside=self._button,
            placeholder=_("west, south, east, north"),
            maxlength=str(LETTERS),
        )
        field("after", _("From"), placeholder=_("2024, or 2024-05-31"), maxlength=str(LETTERS))
        field("before", _("Before"), placeholder=_("2025, or 2025-01-01"), maxlength=str(LETTERS))
        self.earth(False)

    def earth(self, there: bool) -> None:
        """Enable the button that takes the map's view, where that is georeferenced."""
        set_attributes(
            self._view,
            disabled=not there,
            title=None if there else _("The picture on the map does not say where it lies"),
        )

    def _button(self) -> None:
        self._view = button(_("What the map shows"), None, self._take, "edged low")

    async def _take(self) -> None:
        box = await self._shows()
        if box is not None:
            self._form.set({"bbox": ", ".join(f"{side:.5f}" for side in box)})
