"""Where the tiles of a WMTS layer lie, as its capabilities have it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from geomagnifier.errors import SceneUnreadable
from geomagnifier.raster.wmts_capabilities import tile_address
from web_files import Web, serving

HEAD = (
    '<Capabilities xmlns="http://www.opengis.net/wmts/1.0"'
    ' xmlns:ows="http://www.opengis.net/ows/1.1">'
)
LAYER = (
    "<Layer><ows:Identifier>{name}</ows:Identifier><TileMatrixSetLink><TileMatrixSet>{of}"
    "</TileMatrixSet></TileMatrixSetLink>{urls}</Layer>"
)
URL = '<ResourceURL format="{kind}" resourceType="tile" template="{template}"/>'
MATRICES = (
    "<TileMatrixSet><ows:Identifier>{name}</ows:Identifier><ows:SupportedCRS>{crs}"
    "</ows:SupportedCRS><TileMatrix><ows:Identifier>level {zoom}</ows:Identifier>"
    "<ScaleDenominator>{scale}</ScaleDenominator><TileWidth>{side}</TileWidth>"
    "<MatrixWidth>{count}</MatrixWidth></TileMatrix></TileMatrixSet>"
)
PLACE = "https://x.org/{TileMatrixSet}/{Style}/{TileMatrix}/{TileRow}/{TileCol}"
ZOOM_10 = 545_978.7734655447
"""Scale denominator of zoom 10 (OGC 07-057r7, annex E.4, GoogleMapsCompatible)."""


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setenv("GEOMAG_ALLOW", "network")
    with serving(tmp_path / "web", tmp_path / "log") as found:
        yield found


def written(web: Web, urls: str, crs: str = "urn:ogc:def:crs:EPSG::3857", **matrix: object) -> str:
    given = {"zoom": 10, "scale": ZOOM_10, "side": 256, "count": 1024} | matrix
    layer = LAYER.format(name="a b", of="GM", urls=urls)
    text = HEAD + layer + MATRICES.format(name="GM", crs=crs, **given) + "</Capabilities>"
    (web.folder / "caps.xml").write_text(text)
    return f"{web.address}/caps.xml?layer=a%20b&key=7"


def test_the_template_is_filled_in_but_for_column_and_row(web: Web) -> None:
    urls = "".join(
        URL.format(kind=k, template=PLACE + e)
        for k, e in (("image/jpeg", ".j"), ("image/png", ".p"))
    )
    address = tile_address(written(web, urls), 10)
    assert address == "https://x.org/GM/default/level 10/{y}/{x}.p"  # PNG before JPEG
    assert web.asked() == ["/caps.xml?key=7"]  # the layer is no part of the address


@pytest.mark.parametrize(
    "change",
    [
        {"crs": "urn:ogc:def:crs:EPSG::25832"},
        {"side": 512},
        {"count": 1000},
        {"scale": ZOOM_10 * 1.01},
    ],
)
def test_tiles_that_begin_elsewhere_are_none(web: Web, change: dict[str, object]) -> None:
    urls = URL.format(kind="image/png", template=PLACE)
    with pytest.raises(SceneUnreadable, match=r"no tiles of Web Mercator .* at zoom 10"):
        tile_address(written(web, urls, **change), 10)  # type: ignore[arg-type]


def test_a_layer_without_addresses_of_tiles_is_said(web: Web) -> None:
    for urls in (
        "",
        URL.format(kind="image/png", template="/a.png"),
        URL.format(kind="a", template=PLACE),
    ):
        with pytest.raises(SceneUnreadable, match="no tiles of Web Mercator"):
            tile_address(written(web, urls), 10)
