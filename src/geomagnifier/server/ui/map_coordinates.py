"""Transform rings, boxes and rasters between scene pixels and the map in the browser.

Map coordinates are (up, right): latitude and longitude on Web Mercator, or units of Leaflet's
CRS.Simple; `tiles.layers` says which.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from geomagnifier.errors import BoxError
from geomagnifier.geometry import Box
from geomagnifier.server import tiles
from geomagnifier.server.scenes import Card
from geomagnifier.types import Floats

Ring = list[list[float]]
Pairs = Sequence[Sequence[float]]

OUTSIDE = "the box does not touch the picture; draw it over what the question is about"
DEGREES = "EPSG:4326"
GRID = 17
"""Points of `MapCoordinates.grid`, each way."""
WARPED = 256
"""Longest side of a raster brought to Web Mercator, px: a heat map has no more cells."""


@dataclass(frozen=True)
class MapCoordinates:
    """The transform between the pixels of a scene and the map.

    Example:
        >>> card = Card("", "plain.png", 512, 256, 3, None, None, False, (0, 0, 512, 256))
        >>> Places(card).corners((0, 0, 512, 256))
        [[0.0, 0.0], [0.0, 256.0], [-128.0, 256.0], [-128.0, 0.0]]
    """

    card: Card
    """The scene."""

    @cached_property
    def layers(self) -> dict[str, Any]:
        """What a Leaflet map needs to show the scene, from `tiles.layers`."""
        return tiles.layers(self.card)

    @property
    def bounds(self) -> Ring:
        """((south, west), (north, east)) of the whole scene."""
        return [list(corner) for corner in self.layers["bounds"]]

    def rings(self, rings: Sequence[Pairs]) -> list[Ring]:
        """Transform rings of scene px to the map, rounded to a centimetre or 0.01 px.

        Args:
            rings: each (N, 2) px.
        """
        digits = 7 if self.layers["scale"] is None else 2 + round(math.log2(self.layers["scale"]))
        placed = (
            tiles.to_map(self.card, [(x, y) for ring in rings for x, y in ring]) if rings else []
        )
        points = [[round(up, digits), round(right, digits)] for up, right in placed]
        ends = np.cumsum([len(ring) for ring in rings]).tolist()
        return [points[end - len(ring) : end] for ring, end in zip(rings, ends, strict=True)]

    def corners(self, box: Sequence[float]) -> Ring:
        """Transform a box of scene px to a ring on the map."""
        return self.rings([outline(box)])[0]

    def pixels(self, ring: Pairs) -> Ring:
        """Transform a ring drawn on the map, (N, 2), to scene px, rounded to 0.1 px.

        Raises:
            BoxError: a point of it is nowhere on the scene's CRS.
        """
        points = np.asarray(tiles.to_scene(self.card, [(up, right) for up, right in ring]))
        if not np.isfinite(points).all():
            raise BoxError(OUTSIDE)
        return [[round(x, 1), round(y, 1)] for x, y in points.tolist()]

    def box(self, ring: Pairs) -> Box:
        """The box of whole scene px around a ring drawn on the map, cut to the scene.

        Args:
            ring: (N, 2) of the map.

        Raises:
            BoxError: the ring's box does not touch the scene.
        """
        points = np.asarray(tiles.to_scene(self.card, [(up, right) for up, right in ring]))
        if not np.isfinite(points).all():
            raise BoxError(OUTSIDE)
        (x0, y0), (x1, y1) = np.floor(points.min(0)).tolist(), np.ceil(points.max(0)).tolist()
        drawn = (max(0, x0), max(0, y0), min(self.card.width, x1), min(self.card.height, y1))
        if drawn[0] >= drawn[2] or drawn[1] >= drawn[3]:
            raise BoxError(OUTSIDE)
        return Box(*drawn)

    def grid(self) -> dict[str, Any] | None:
        """Coordinates of the scene's own CRS over `bounds`, as map/readout.js interpolates them.

        Returns:
            name of the CRS, digits to show, and points, (GRID, GRID) of (x, y) from north to south
            and from west to east; None where the scene is not georeferenced or in degrees itself.
        """
        card = self.card
        if not card.georeferenced or card.crs in (None, DEGREES) or card.transform is None:
            return None
        (south, west), (north, east) = self.bounds
        at = [
            (north + (south - north) * row / (GRID - 1), west + (east - west) * column / (GRID - 1))
            for row in range(GRID)
            for column in range(GRID)
        ]
        a, b, c, d, e, f = card.transform
        x, y = np.asarray(tiles.to_scene(card, at)).T
        own = np.stack((a * x + b * y + c, d * x + e * y + f), axis=1)
        if not np.isfinite(own).all():
            return None
        name = card.crs if len(card.crs or "") <= len("EPSG:000000") else "CRS"
        points = np.round(own, 3).reshape(GRID, GRID, 2).tolist()
        return {"name": name, "digits": 1, "points": points}

    def warped(self, values: Floats) -> Floats:
        """Warp a raster over the whole scene (h, w) to one over `bounds`, NaN outside the scene."""
        if not self.card.georeferenced:
            return values
        (south, west), (north, east) = self.bounds
        bottom, top = _mercator(south), _mercator(north)
        steep = (top - bottom) / math.radians(east - west)
        height, width = (
            max(1, round(min(WARPED, WARPED * steep))),
            max(1, round(min(WARPED, WARPED / steep))),
        )
        rows = top - (np.arange(height) + 0.5) / height * (top - bottom)
        latitude = np.degrees(2 * np.arctan(np.exp(rows)) - math.pi / 2)
        longitude = west + (np.arange(width) + 0.5) / width * (east - west)
        grid = [(up, right) for up in latitude.tolist() for right in longitude.tolist()]
        cells = (
            np.asarray(tiles.to_scene(self.card, grid))
            / (self.card.width, self.card.height)
            * values.shape[::-1]
        )
        inside = np.asarray(
            (np.isfinite(cells) & (cells >= 0) & (cells < values.shape[::-1])).all(1)
        )
        column, row = np.where(inside[:, None], cells, 0).astype(np.intp).T
        return np.asarray(
            np.where(inside, values[row, column], np.nan).reshape(height, width), np.float32
        )


def outline(box: Sequence[float]) -> list[tuple[float, float]]:
    """The corners of a box, (x0, y0, x1, y1), clockwise on the screen."""
    x0, y0, x1, y1 = box
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def _mercator(latitude: float) -> float:
    """Northing of Web Mercator on a sphere of radius 1; latitude in degrees."""
    return math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))
