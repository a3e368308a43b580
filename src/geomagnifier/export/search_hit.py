"""A picture, or a part of one, that a search has found.

What lists, contact sheets, pages and maps show of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from geomagnifier.geometry import Box
from geomagnifier.raster import footprint as places


@dataclass(frozen=True, eq=False)
class Hit:
    """A hit.

    path: of the picture.  score: cosine of its vector and what was looked for, -1 to 1; None where
        nothing was ranked by likeness.
    tile: the part of a large picture that was found, scene px; None for the picture as a whole.
        width, height: of the picture, px.
    gsd: metres on the ground for one px, or None.  crs: "EPSG:..." or WKT, or None.  date: UTC, or
        None.  date_from: what says so.
    outline: on the Earth, WKB in longitude and latitude, cut at the antimeridian; None where the
        picture does not say.
    distance: metres from the place that was looked for, 0 inside; None without one.
    """

    path: Path
    score: float | None
    tile: Box | None
    width: int
    height: int
    gsd: float | None = None
    crs: str | None = None
    date: datetime | None = None
    date_from: str | None = None
    outline: bytes | None = None
    distance: float | None = None

    @cached_property
    def footprint(self) -> dict[str, Any] | None:
        """The outline as a GeoJSON geometry."""
        return None if self.outline is None else places.geojson(self.outline)

    @cached_property
    def bounds(self) -> places.Bounds | None:
        """West, south, east, north in degrees.

        West is greater than east across the antimeridian.
        """
        return None if self.outline is None else places.bounds(self.outline)

    @cached_property
    def centre(self) -> tuple[float, float] | None:
        """Longitude and latitude of the middle of the bounds."""
        return None if self.bounds is None else places.middle(self.bounds)

    @property
    def where(self) -> str:
        """The centre as people write it; "" where it is not known."""
        if self.centre is None:
            return ""
        longitude, latitude = self.centre
        return (
            f"{abs(latitude):.4f}° {'N' if latitude >= 0 else 'S'}, {abs(longitude):.4f}°"
            f" {'E' if longitude >= 0 else 'W'}"
        )

    @property
    def when(self) -> str:
        """The day, and the time where that is known too; "" where nothing is."""
        if self.date is None:
            return ""
        midnight = self.date.hour == self.date.minute == self.date.second == 0
        return f"{self.date:%Y-%m-%d}" if midnight else f"{self.date:%Y-%m-%d %H:%M} UTC"


def to_json(hit: Hit) -> dict[str, Any]:
    """The hit as plain values; what is not known is left out."""
    known: dict[str, Any] = {
        "score": None if hit.score is None else round(hit.score, 6),
        "tile": None if hit.tile is None else [round(side) for side in hit.tile.tuple()],
        "centre": hit.centre,
        "date": None if hit.date is None else f"{hit.date.isoformat()}Z",
        "date_from": hit.date_from,
        "distance_m": None if hit.distance is None else round(hit.distance, 1),
        "gsd": hit.gsd,
        "crs": hit.crs,
        "size": [hit.width, hit.height],
        "footprint": hit.footprint,
    }
    return {
        "path": str(hit.path),
        **{name: value for name, value in known.items() if value is not None},
    }
