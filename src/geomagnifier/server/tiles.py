"""Map tiles of 256 px on rio-tiler's grids, read from overviews and warped to Web Mercator.

A scene without a CRS that a web map can show has tiles in its own pixels, where the largest zoom is
full size. Pixels are read by `Scene`, so that a map shows what the model sees: one choice of bands
and one stretch for all tiles of a scene, nothing where there is no data, and the sound parts of a
damaged file. (rio-tiler's own reading through a warped VRT takes 60 to 220 ms a tile of a 20,000 px
COG, this 10 to 40 ms.)
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from morecantile import Tile
from numpy.typing import NDArray
from PIL import Image
from pyproj import Transformer
from pyproj.exceptions import ProjError
from rio_tiler.constants import WEB_MERCATOR_TMS
from rio_tiler.io.rasterio import LocalTileMatrixSet

from geomagnifier.errors import NotReady, SceneEmpty, SceneUnreadable
from geomagnifier.geometry import Box
from geomagnifier.raster.dataset import open_source
from geomagnifier.raster.georeference import parse_crs, to_crs, turn
from geomagnifier.raster.scene import Scene
from geomagnifier.server import coarse_scene
from geomagnifier.server.coarse_scene import CoarseScene
from geomagnifier.server.lru_cache import OpenFiles, TileCache
from geomagnifier.types import Affine6, Bools, Bytes, SceneInfo, Window

if TYPE_CHECKING:
    from geomagnifier.server.scenes import Card

SIDE = 256
"""Side of a tile, px."""
OPEN = 8
"""Scenes that stay open."""
CACHED = 64 << 20
"""Bytes of finished tiles that are cached."""
SMALL = 16_000_000
"""A scene with more px than this and no overviews has a coarse copy, for its small zooms."""
COARSE = coarse_scene.SIDE
"""Longest side of the copy, px."""
PATIENCE = 5.0
"""Seconds that a tile waits for what it shows of the copy."""
BEYOND = 5
"""Zooms past full size that are still drawn."""
KNOTS = 65
"""Points of a tile, each way, that are transformed exactly; the pixels between are interpolated."""
LATITUDE = 85.05
"""Largest latitude of Web Mercator, degrees."""

Point = tuple[float, float]
Doubles = NDArray[np.float64]


def tile(path: Path, z: int, x: int, y: int) -> bytes:
    """Draw one tile as PNG, 256 x 256 px, transparent outside the scene and where it has no data.

    Args:
        path: of the scene.
        z: zoom, from min_zoom to max_zoom of `layers`.
        x: column, from the west, or from the left.
        y: row, from the north, or from the top.

    Raises:
        SceneError: the scene cannot be read.
        NotReady: a large scene without overviews is still being read.
    """
    with _scenes.use(path) as tiled:
        key = (tiled.scene.key, z, x, y)
        found = _tiles.get(key)
        if found is None:
            found = tiled.draw(z, x, y)
            _tiles.put(key, found)
        return found


def prepare(path: Path) -> None:
    """Open a scene whose map will be asked for, and begin to read it where it is slow to read.

    Args:
        path: of the scene.

    Raises:
        SceneError: the scene cannot be read.
    """
    with _scenes.use(path) as tiled:
        tiled.prepare()


def layers(card: Card) -> dict[str, Any]:
    """What a Leaflet map needs to show a scene.

    Returns:
        crs ("EPSG:3857" or "simple"), tile_size (px), min_zoom, max_zoom (full size), bounds
        ((south, west), (north, east)) in Leaflet's coordinates, which in CRS.Simple are px /
        `scale`, y upwards, and tiles, the URL with {z}, {x} and {y}.
    """
    largest = _full_zoom(card.info, card.georeferenced)
    smallest = max(0, largest - math.ceil(math.log2(max(1.0, max(card.width, card.height) / SIDE))))
    if card.georeferenced:
        west, south, east, north = card.bounds
        corners = ((max(south, -LATITUDE), west), (min(north, LATITUDE), east))
    else:
        corners = ((-card.height / 2**largest, 0.0), (0.0, card.width / 2**largest))
    return {
        "crs": "EPSG:3857" if card.georeferenced else "simple",
        "tile_size": SIDE,
        "min_zoom": smallest,
        "max_zoom": largest,
        "bounds": corners,
        "scale": None if card.georeferenced else 2**largest,
        "tiles": f"/v1/scenes/{card.id}/tiles/{{z}}/{{x}}/{{y}}",
    }


def to_map(card: Card, points: Sequence[Point]) -> list[Point]:
    """Transform scene px (x, y) to Leaflet coordinates (lat, lng).

    Args:
        card: of the scene.
        points: (N, 2) px.
    """
    if not card.georeferenced:
        scale = layers(card)["scale"]
        return [(-y / scale, x / scale) for x, y in points]
    assert card.transform is not None
    longitude, latitude = _transformer(card.crs, "EPSG:4326").transform(
        *to_crs(card.transform, *_columns(points))
    )
    # PROJ may give a longitude of 200 for -160: take the turn nearest to the scene's centre.
    centre = (card.bounds[0] + card.bounds[2]) / 2
    longitude = longitude - 360 * np.round((longitude - centre) / 360)
    return list(zip(latitude.tolist(), longitude.tolist(), strict=True))


def to_scene(card: Card, points: Sequence[Point]) -> list[Point]:
    """Transform Leaflet coordinates (lat, lng) to scene px (x, y), which may be outside the scene.

    Args:
        card: of the scene.
        points: (N, 2) in degrees, or in units of CRS.Simple.
    """
    if not card.georeferenced:
        scale = layers(card)["scale"]
        return [(lng * scale, -lat * scale) for lat, lng in points]
    assert card.transform is not None
    latitude, longitude = _columns(points)
    x, y = _transformer("EPSG:4326", card.crs).transform(longitude, latitude)
    xs, ys = to_crs(_inverted(card.transform), x + _turns(card.crs, card.transform, card.width), y)
    return [(float(x), float(y)) for x, y in np.stack([xs, ys], axis=1)]


def lonlat_bounds(info: SceneInfo) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees; None where a web map cannot show the scene in place.

    That is a scene without a CRS, one that is not north up, one across the antimeridian, or one
    beyond `LATITUDE` that does not span the Earth.
    """
    if info.crs is None or info.transform is None:
        return None
    a, b, c, d, e, f = info.transform
    if b != 0 or d != 0 or a <= 0 or e >= 0:
        return None
    try:
        convert = _transformer(info.crs, "EPSG:4326")
        west, south, east, north = map(
            float, convert.transform_bounds(c, f + e * info.height, c + a * info.width, f)
        )
    except ProjError:
        return None
    if west >= 180:  # a grid from 0 to 360 degrees
        west, east = west - 360, east - 360
    slack = 1e-6
    if not (
        -180 - slack <= west < east <= 180 + slack and -90 - slack <= south < north <= 90 + slack
    ):
        return None
    if max(abs(south), abs(north)) > LATITUDE and not (south < 0 < north and east - west > 180):
        return None
    return west, south, east, north


class _TiledScene:
    """An open scene that draws its tiles."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.scene = Scene(open_source(path))
        self.info = self.scene.info
        self._bounds = lonlat_bounds(self.info)
        self._zoom = _full_zoom(self.info, self._bounds is not None)
        self._grid = LocalTileMatrixSet(width=self.info.width, height=self.info.height)
        # rio-tiler's zoom 0 has the shorter side in one tile, ours the whole scene.
        self._grid.maxzoom = self._zoom
        large = self.info.pixels > SMALL and not self.scene.pyramid
        self._coarse = (
            CoarseScene(self.info.width, self.info.height, self._full_size, COARSE)
            if large
            else None
        )

    def close(self) -> None:
        """Close the file."""
        self.scene.close()

    def draw(self, z: int, x: int, y: int) -> bytes:
        """Draw a tile; arguments, result and errors as of `tile`."""
        if not 0 <= z <= self._zoom + BEYOND or x < 0 or y < 0:
            return EMPTY
        try:
            pixels = (
                self._flat(z, x, y)
                if self._bounds is None
                else self._mercator(self._bounds, z, x, y)
            )
        except SceneEmpty:
            return EMPTY
        return EMPTY if pixels is None or not pixels[..., 3].any() else png(pixels)

    def _flat(self, z: int, x: int, y: int) -> Bytes | None:
        """Pixels of a tile in the scene's own grid, (256, 256, 4); None outside the scene."""
        left, bottom, right, top = self._grid.xy_bounds(Tile(x, y, z))
        box = Box(left, top, right, bottom).intersection(self.info.box)
        if box is None:
            return None
        factor = (right - left) / SIDE
        canvas = np.zeros((SIDE, SIDE, 4), np.uint8)
        width, height = (
            min(SIDE, max(1, math.ceil(side / factor - 1e-9))) for side in (box.width, box.height)
        )
        canvas[:height, :width] = self._read(box, width, height)
        return canvas

    def _mercator(
        self, bounds: tuple[float, float, float, float], z: int, x: int, y: int
    ) -> Bytes | None:
        """Pixels of a tile on Web Mercator, (256, 256, 4); None outside the scene.

        The part of the scene under the tile is read at about the tile's resolution and warped.
        """
        if x >= 2**z or y >= 2**z:
            return None
        grid = WEB_MERCATOR_TMS.xy_bounds(Tile(x, y, z))
        here = WEB_MERCATOR_TMS.bounds(Tile(x, y, z))
        if (
            here.left >= bounds[2]
            or here.right <= bounds[0]
            or here.bottom >= bounds[3]
            or here.top <= bounds[1]
        ):
            return None
        columns, rows = self._inverse((grid.left, grid.top, grid.right, grid.bottom))
        # Comparisons are False where a pixel of the tile is not in the domain of the CRS.
        inside = (columns > 0) & (rows > 0)
        inside &= (columns < self.info.width) & (rows < self.info.height)
        if not inside.any():
            return None
        # Read at a power of two that all tiles of a zoom share, and from a multiple of it:
        # neighbouring tiles then average the same pixels, and there is no seam.
        step = 2 ** max(0, round(math.log2(max(_length(columns), _length(rows.T), 1.0))))
        x0, y0 = (math.floor(v[inside].min() / step - 1) * step for v in (columns, rows))
        x1, y1 = (math.ceil(v[inside].max() / step + 1) * step for v in (columns, rows))
        box = Box(max(0, x0), max(0, y0), min(self.info.width, x1), min(self.info.height, y1))
        pixels = self._read(box, math.ceil(box.width / step), math.ceil(box.height / step))
        drawn = _sample(
            pixels,
            (columns - box.x0) * pixels.shape[1] / box.width,
            (rows - box.y0) * pixels.shape[0] / box.height,
        )
        drawn[~inside] = 0
        return drawn

    def _inverse(self, grid: tuple[float, float, float, float]) -> tuple[Doubles, Doubles]:
        """Position in the scene of each pixel of a tile: columns and rows, (256, 256) px each.

        A projection is smooth within a tile, so that it is computed for (KNOTS, KNOTS) points and
        interpolated, unless some of these are outside the domain of the CRS.

        Args:
            grid: left, top, right, bottom of the tile in Web Mercator, m.
        """
        assert self.info.transform is not None
        convert, back = _transformer("EPSG:3857", self.info.crs), _inverted(self.info.transform)
        turns = _turns(self.info.crs, self.info.transform, self.info.width)
        for shares in (np.linspace(0, 1, KNOTS), _centres()):
            across, down = np.meshgrid(
                grid[0] + (grid[2] - grid[0]) * shares, grid[1] + (grid[3] - grid[1]) * shares
            )
            x, y = convert.transform(across, down)
            columns, rows = (np.asarray(v) for v in to_crs(back, x + turns, y))
            if len(shares) == KNOTS and np.isfinite(columns).all() and np.isfinite(rows).all():
                between = _between()
                return between @ columns @ between.T, between @ rows @ between.T
        return columns, rows

    def _read(self, box: Box, width: int, height: int) -> Bytes:
        """Read a box of the scene, resampled to (height, width, 4), alpha last.

        Raises:
            NotReady: it is part of a large scene without overviews, and still being read.
        """
        coarse = self._coarse
        if coarse is None or 2 * box.width / width <= coarse.factor:
            return coarse_scene.with_alpha(*self.view(Window(box, width, height, "tile", box)))
        pixels = coarse.read(box, width, height, PATIENCE)
        if pixels is None:
            raise NotReady(
                f"{self.info.name} is large and has no overviews; it is still being read, ask again"
                " in a moment"
            )
        return pixels

    def prepare(self) -> None:
        """Do what the first tile would have to wait for."""
        if self._bounds is not None:
            _transformer("EPSG:3857", self.info.crs)
        if self._coarse is not None:
            self._coarse.read_ahead()

    def _full_size(self, box: Box) -> tuple[Bytes, Bools | None]:
        window = Window(box, int(box.width), int(box.height), "coarse", box)
        with _scenes.use(self.path) as tiled:  # opened again where the cache has closed it
            return tiled.view(window)

    def view(self, window: Window) -> tuple[Bytes, Bools | None]:
        """Read a window; of a damaged file what can be read, the rest not valid.

        Returns:
            (h, w, 3) uint8, and where it is valid, (h, w) bool, None: everywhere.
        """
        try:
            view = self.scene.read(window)
        except SceneUnreadable:
            try:
                view = self.scene.salvage(window)[0]
            except SceneUnreadable:
                size = (window.height, window.width)
                return np.zeros((*size, 3), np.uint8), np.zeros(size, bool)
        return view.pixels, view.valid


def png(pixels: Bytes) -> bytes:
    """Encode (h, w, 4) uint8 as PNG, without alpha where all of it is opaque."""
    out = io.BytesIO()
    opaque = bool((pixels[..., 3] == 255).all())
    Image.fromarray(np.ascontiguousarray(pixels[..., :3] if opaque else pixels)).save(
        out, "PNG", compress_level=3
    )
    return out.getvalue()


def _full_zoom(info: SceneInfo, georeferenced: bool) -> int:
    """The smallest zoom at which a scene is shown at full size or larger."""
    if not georeferenced:
        return max(0, math.ceil(math.log2(max(info.width, info.height) / SIDE)))
    bounds = lonlat_bounds(info)
    assert bounds is not None
    west, south, east, north = bounds
    left, bottom = WEB_MERCATOR_TMS.xy(west, max(south, -LATITUDE))
    right, top = WEB_MERCATOR_TMS.xy(east, min(north, LATITUDE))
    finest = min((right - left) / info.width, (top - bottom) / info.height)
    return int(WEB_MERCATOR_TMS.zoom_for_res(finest, zoom_level_strategy="upper"))


def _centres() -> Doubles:
    """Centres of the pixels along a side of a tile, as shares of it."""
    return (np.arange(SIDE) + 0.5) / SIDE


@lru_cache(maxsize=1)
def _between() -> Doubles:
    """Weights of the knots along a side for each of its pixels, (256, KNOTS)."""
    shares, centres = np.linspace(0, 1, KNOTS), _centres()
    return np.stack([np.interp(centres, shares, one) for one in np.eye(KNOTS)], axis=1)


def _length(places: Doubles) -> float:
    """Scene px for one px of a tile: the median step along the rows of (256, 256) positions."""
    steps = np.abs(np.diff(places, axis=1))
    return float(np.median(steps[np.isfinite(steps)])) if np.isfinite(steps).any() else 1.0


def _sample(pixels: Bytes, columns: Doubles, rows: Doubles) -> Bytes:
    """Sample (h, w, 4) at positions in px, bilinear and weighted by alpha: (256, 256, 4).

    Without the weights, pixels without data would darken their neighbours.
    """
    height, width = pixels.shape[:2]
    x, y = (
        np.nan_to_num(v, posinf=-1, neginf=-1).astype(np.float32) - 0.5 for v in (columns, rows)
    )
    left, top = np.floor(x), np.floor(y)
    x, y = x - left, y - top
    across = [np.clip(left + step, 0, width - 1).astype(np.intp) for step in (0, 1)]
    down = [np.clip(top + step, 0, height - 1).astype(np.intp) * width for step in (0, 1)]
    flat = pixels.reshape(-1, 4)
    opaque = bool((flat[:, 3] == 255).all())
    total = np.zeros((*columns.shape, 4), np.float32)
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        weight = (y if i else 1 - y) * (x if j else 1 - x)
        near = flat.take(down[i] + across[j], axis=0).astype(np.float32)
        if not opaque:
            weight = weight * near[..., 3] / 255
            near[..., 3] = 255
        near *= weight[..., None]
        total += near
    if not opaque:
        total[..., :3] /= np.maximum(total[..., 3:] / 255, 1e-6)
    total += 0.5
    return total.astype(np.uint8)


def _turns(crs: str | None, place: Affine6, width: int) -> float:
    """Whole turns round the Earth, in units of the CRS, to add to a projected x.

    360 for a scene in degrees whose transform says 200 for -160.
    """
    round_the_earth = None if crs is None else turn(parse_crs(crs))
    return (
        round_the_earth * round((place[2] + place[0] * width / 2) / round_the_earth)
        if round_the_earth
        else 0.0
    )


@lru_cache(maxsize=64)
def _transformer(crs: str | None, to: str | None) -> Transformer:
    """Cached: a map asks for many tiles, and making a transformer costs more than using it."""
    return Transformer.from_crs(crs, to, always_xy=True)


def _columns(points: Sequence[Point]) -> tuple[Any, Any]:
    """First and second coordinates of points, (N,) float64 each."""
    both = np.asarray(points, np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _inverted(place: Affine6) -> Affine6:
    """Invert an affine transform."""
    a, b, c, d, e, f = tuple(~Affine(*place))[:6]
    return a, b, c, d, e, f


EMPTY = png(np.zeros((SIDE, SIDE, 4), np.uint8))
_scenes, _tiles = OpenFiles(_TiledScene, OPEN), TileCache(CACHED)
