"""Open a part of a tile service (XYZ, WMTS) or a map service (WMS) by GDAL's WMS driver.

    xyz:https://host/{z}/{x}/{y}.png#zoom=17&bounds=W,S,E,N
    wmts:https://host/WMTSCapabilities.xml?layer=NAME#zoom=17&bounds=W,S,E,N
    wms:https://host/wms?layers=NAME#zoom=17&bounds=W,S,E,N

The scene is made of the whole tiles of Web Mercator that the bounds (degrees) touch. Tiles are
fetched as they are read, each once; what fails is not valid, see `reader`.
"""

from __future__ import annotations

import math
import re
import tempfile
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit

from rasterio.errors import RasterioError

from geomagnifier.errors import OptionError, SceneTooLarge
from geomagnifier.raster.dataset import FAILURES, Source, open_service, unreadable
from geomagnifier.raster.fetch import check_allowed
from geomagnifier.raster.wmts_capabilities import tile_address

SORTS = ("xyz:", "wmts:", "wms:")
"""Beginnings of the names of services."""
DEEPEST = 24
"""Highest zoom: 1 cm a pixel at the equator."""
MOST = 4096
"""Most tiles of a scene: 268 Mpx."""
SIDE = 256
"""Side of a tile, px."""
EDGE = math.pi * 6_378_137
"""Half the side of Web Mercator's square, m."""
NORTHMOST = 85.0511
"""Latitude at its upper edge, degrees."""
HOW = "add --zoom 17 --bounds WEST,SOUTH,EAST,NORTH (degrees), or #zoom=17&bounds=... to the name"
SHELL = """<GDAL_WMS><Service name="{service}">{inner}</Service><DataWindow>
<UpperLeftX>{left!r}</UpperLeftX><UpperLeftY>{top!r}</UpperLeftY>
<LowerRightX>{right!r}</LowerRightX><LowerRightY>{bottom!r}</LowerRightY>
<SizeX>{width}</SizeX><SizeY>{height}</SizeY>
<TileX>{column}</TileX><TileY>{row}</TileY><TileLevel>{zoom}</TileLevel><YOrigin>top</YOrigin>
</DataWindow><Projection>EPSG:3857</Projection><BandsCount>4</BandsCount>
<BlockSizeX>{side}</BlockSizeX><BlockSizeY>{side}</BlockSizeY><OverviewCount>0</OverviewCount>
<MaxConnections>4</MaxConnections><Timeout>30</Timeout><UserAgent>geomagnifier</UserAgent>
<Cache><Path>{cache}</Path></Cache></GDAL_WMS>"""


@dataclass(frozen=True)
class TileRange:
    """The tiles of a zoom that a scene is made of."""

    zoom: int
    """Zoom of Web Mercator."""
    column: int
    """First column, from the west."""
    row: int
    """First row, from the north."""
    columns: int
    """Number of columns."""
    rows: int
    """Number of rows."""


def is_service(name: str) -> bool:
    """Return whether a name is that of a tile or map service."""
    return name.lower().startswith(SORTS)


def open_tiles(name: str) -> Source:
    """Open a part of a service.

    Raises:
        OptionError: zoom or bounds are missing or wrong, or the address has no place for them.
        SceneTooLarge: there are too many tiles.
        SceneUnreadable: the network is not allowed, or the service cannot be used.
    """
    sort, _, rest = name.partition(":")
    address, _, fragment = rest.partition("#")
    given = dict(parse_qsl(fragment))
    if not address.startswith(("http://", "https://")):
        raise OptionError(f"{sort}: is followed by an http(s):// address, not {address[:100]!r}")
    if "zoom" not in given or "bounds" not in given:
        raise OptionError(f"{name[:200]} needs a zoom and bounds; {HOW}")
    part = tile_range(given["zoom"], given["bounds"])
    check_allowed(address)
    service, inner = _service(sort.lower(), address, part.zoom)
    cache = tempfile.TemporaryDirectory(prefix="geomagnifier-tiles-")
    try:
        text = _xml(part, service, inner, cache.name)
        shown = f"{urlsplit(address).hostname} zoom {part.zoom}"
        return Source(open_service(text), shown, held=cache)
    except (*FAILURES, RasterioError) as error:
        cache.cleanup()
        raise unreadable(address[:200], error) from error
    except BaseException:
        cache.cleanup()
        raise


def tile_range(zoom: str, bounds: str) -> TileRange:
    """Return the tiles that bounds touch.

    Args:
        zoom: a whole number, 0 to `DEEPEST`.
        bounds: "W,S,E,N" in degrees.

    Raises:
        OptionError: one of them is something else.
        SceneTooLarge: these are more than `MOST` tiles.
    """
    if not zoom.isascii() or not zoom.isdigit() or int(zoom) > DEEPEST:
        raise OptionError(f"zoom is a whole number from 0 to {DEEPEST}, not {zoom[:20]!r}")
    try:
        west, south, east, north = (float(part) for part in bounds.split(","))
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValueError
    except ValueError:
        raise OptionError(
            f"bounds are WEST,SOUTH,EAST,NORTH in degrees, west of east and south of north, not"
            f" {bounds[:60]!r}"
        ) from None
    count = 2 ** int(zoom)
    first = _tile(west, north, count)
    # An edge between two tiles belongs to the first of them.
    end = _place(east, south, count)
    columns, rows = (max(1, math.ceil(end[i]) - first[i]) for i in range(2))
    if columns * rows > MOST:
        raise SceneTooLarge(
            f"zoom {zoom} has {columns * rows:,} tiles in these bounds, more than {MOST:,}; give a"
            " lower zoom or narrower bounds"
        )
    return TileRange(int(zoom), *first, columns, rows)


def _tile(longitude: float, latitude: float, count: int) -> tuple[int, int]:
    x, y = _place(longitude, latitude, count)
    return min(count - 1, math.floor(x)), min(count - 1, math.floor(y))


def _place(longitude: float, latitude: float, count: int) -> tuple[float, float]:
    """Return where a point lies, in tiles from the upper left corner."""
    angle = math.radians(max(-NORTHMOST, min(NORTHMOST, latitude)))
    y = (1 - math.asinh(math.tan(angle)) / math.pi) / 2
    x, y = (longitude + 180) / 360 * count, y * count
    return min(float(count), max(0.0, round(x, 9))), min(float(count), max(0.0, round(y, 9)))


def _service(sort: str, address: str, zoom: int) -> tuple[str, str]:
    """Return name and content of GDAL's element for a service."""
    if sort == "wms":
        parts = urlsplit(address)
        query = parse_qsl(parts.query)
        found = {key.lower(): value for key, value in query}
        if not found.get("layers"):
            raise OptionError(f"{address[:200]} names no layers; add ?layers=NAME to the address")
        kept = [pair for pair in query if pair[0].lower() not in ("layers", "styles", "service")]
        server = parts._replace(query=urlencode(kept)).geturl()
        server += "&" if kept else "?"
        return "WMS", (
            f"<Version>1.1.1</Version><ServerUrl>{escape(server)}</ServerUrl><SRS>EPSG:3857</SRS>"
            f"<ImageFormat>image/png</ImageFormat><Layers>{escape(found['layers'])}</Layers>"
            f"<Styles>{escape(found.get('styles', ''))}</Styles><Transparent>TRUE</Transparent>"
        )
    needed: tuple[str, ...]
    if sort == "wmts":
        needed, address = ("{x}", "{y}"), tile_address(address, zoom)
    else:
        needed = ("{z}", "{x}", "{y}")
        address = re.sub("%7B([xyz])%7D", r"{\1}", address, flags=re.IGNORECASE)
    if not all(part in address for part in needed):
        raise OptionError(
            f"{address[:200]} has no place for the tile; write {{z}}, {{x}} and {{y}} where zoom,"
            " column and row go"
        )
    for part in "zxy":
        address = address.replace(f"{{{part}}}", f"${{{part}}}")
    return "TMS", f"<ServerUrl>{escape(address)}</ServerUrl>"


def _xml(part: TileRange, service: str, inner: str, cache: str) -> str:
    """Return what GDAL's WMS driver opens."""
    step = 2 * EDGE / 2**part.zoom
    left, top = part.column * step - EDGE, EDGE - part.row * step
    return SHELL.format(
        service=service,
        inner=inner,
        left=left,
        top=top,
        right=left + part.columns * step,
        bottom=top - part.rows * step,
        width=part.columns * SIDE,
        height=part.rows * SIDE,
        column=part.column,
        row=part.row,
        zoom=part.zoom,
        side=SIDE,
        cache=escape(cache),
    )
