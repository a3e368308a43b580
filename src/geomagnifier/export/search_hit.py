"""Describe a search hit: an image, or a tile of one, as lists, contact sheets and maps show it."""

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
    """An image, or a tile of one, that fits a query."""

    path: Path
    """The image."""
    score: float | None
    """Cosine similarity of its vector and the query's, -1 to 1; None where nothing was ranked by
    similarity.
    """
    tile: Box | None
    """The tile of a large image that was found, scene px; None for the image as a whole."""
    width: int
    """Width of the image, px."""
    height: int
    """Height of the image, px."""
    gsd: float | None = None
    """Ground sample distance, m/px, or None."""
    crs: str | None = None
    """CRS, "EPSG:..." or WKT, or None."""
    date: datetime | None = None
    """Acquisition date in UTC, or None."""
    date_from: str | None = None
    """Source of the date: "tag", "EXIF", "name" or "STAC"."""
    outline: bytes | None = None
    """Footprint, WKB in longitude and latitude, cut at the antimeridian; None where the image is
    not georeferenced.
    """
    distance: float | None = None
    """Metres from the place of the query, 0 inside; None for a query without a place."""

    @cached_property
    def footprint(self) -> dict[str, Any] | None:
        """Footprint as a GeoJSON geometry."""
        return None if self.outline is None else places.geojson(self.outline)

    @cached_property
    def bounds(self) -> places.Bounds | None:
        """West, south, east, north in degrees, with west > east across the antimeridian."""
        return None if self.outline is None else places.bounds(self.outline)

    @cached_property
    def centre(self) -> tuple[float, float] | None:
        """Longitude and latitude of the middle of the bounds."""
        return None if self.bounds is None else places.middle(self.bounds)

    @property
    def where(self) -> str:
        """Centre as people write it; "" where it is not known."""
        if self.centre is None:
            return ""
        longitude, latitude = self.centre
        return (
            f"{abs(latitude):.4f}° {'N' if latitude >= 0 else 'S'}, {abs(longitude):.4f}°"
            f" {'E' if longitude >= 0 else 'W'}"
        )

    @property
    def when(self) -> str:
        """Day, and time where that is known too; "" where nothing is."""
        if self.date is None:
            return ""
        midnight = self.date.hour == self.date.minute == self.date.second == 0
        return f"{self.date:%Y-%m-%d}" if midnight else f"{self.date:%Y-%m-%d %H:%M} UTC"


def to_json(hit: Hit) -> dict[str, Any]:
    """Convert a hit to plain values; what is not known is left out."""
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
