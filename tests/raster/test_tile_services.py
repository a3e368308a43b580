"""Tile and map services become scenes; tiles that fail are told and not seen."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geomagnifier.errors import GeomagWarning, OptionError, SceneTooLarge, SceneUnreadable
from geomagnifier.geometry import Box
from geomagnifier.raster.scene import open_scene
from geomagnifier.raster.tile_services import TileRange, tile_range
from geomagnifier.types import Window
from web_files import Web, serving

ZOOM, COLUMN, ROW = 17, 69_000, 45_000


def degrees(x: int, y: int) -> tuple[float, float]:
    count = 2**ZOOM
    north = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / count))))
    return x / count * 360 - 180, north


WEST, NORTH = degrees(COLUMN, ROW)
EAST, SOUTH = degrees(COLUMN + 3, ROW + 2)
BOUNDS = f"{WEST},{SOUTH},{EAST},{NORTH}"


def tile(path: Path, colour: tuple[int, ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGBA" if len(colour) == 4 else "RGB", (256, 256), colour).save(path)


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """3 x 2 tiles, JPEG and PNG."""
    monkeypatch.setenv("GEOMAG_ALLOW", "network")
    with serving(tmp_path / "web", tmp_path / "log") as found:
        for x in range(3):
            for y in range(2):
                for end in ("png", "jpg"):
                    place = found.folder / f"{end}/{ZOOM}/{COLUMN + x}/{ROW + y}.{end}"
                    tile(place, (50 * x, 100 * y, 200))
        yield found


def name(web: Web, end: str = "png", bounds: str = BOUNDS) -> str:
    return f"xyz:{web.address}/{end}/{{z}}/{{x}}/{{y}}.{end}#zoom={ZOOM}&bounds={bounds}"


def whole(scene) -> Window:
    return Window(scene.info.box, scene.info.width, scene.info.height, "test", scene.info.box)


@pytest.mark.parametrize("end", ["png", "jpg"])
def test_tiles_are_a_scene_at_their_place(web: Web, end: str) -> None:
    with open_scene(name(web, end)) as scene:
        info = scene.info
        assert (info.width, info.height, info.crs) == (768, 512, "EPSG:3857")
        assert info.transform is not None and info.gsd == pytest.approx(0.784, abs=0.001)
        assert info.transform[2] == pytest.approx(WEST / 180 * math.pi * 6_378_137)
        view = scene.read(whole(scene))
        assert view.valid is None
        assert np.abs(view.pixels[300, 600].astype(int) - (100, 100, 200)).max() <= 3
    asked = [path for path in web.asked() if path.startswith(f"/{end}/")]
    assert len(asked) == len(set(asked)) == 6


def test_a_tile_that_fails_is_told_and_not_seen(web: Web) -> None:
    failing = web.folder / f"png/{ZOOM}/{COLUMN + 1}/{ROW}.png"
    failing.with_name(f"{failing.name}.status").write_text("503")
    with open_scene(name(web)) as scene:
        with (
            pytest.warns(GeomagWarning, match=r"could not be fetched \(HTTP status 503\)"),
            pytest.raises(SceneUnreadable, match="cannot be read"),
        ):
            scene.read(whole(scene))
        view, broken = scene.salvage(whole(scene))
        assert broken == (Box(256, 0, 512, 256),) and view.valid is not None
        assert not view.valid[100, 300] and view.valid[100, 100] and view.valid[400, 300]
        asked = web.asked().count(f"/{failing.relative_to(web.folder)}")
        scene.salvage(whole(scene))
        assert web.asked().count(f"/{failing.relative_to(web.folder)}") == asked


def test_nothing_but_failures_is_an_error_with_the_status(web: Web) -> None:
    with (
        open_scene(name(web).replace("/png/", "/none/")) as scene,
        pytest.warns(GeomagWarning, match="HTTP status 404"),
        pytest.raises(SceneUnreadable, match=r"none of its blocks .*\(HTTP status 404\)"),
    ):
        scene.salvage(whole(scene))


def test_nothing_is_asked_without_leave(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GEOMAG_ALLOW")
    with pytest.raises(SceneUnreadable, match="set GEOMAG_ALLOW=network"):
        open_scene(name(web))
    assert web.asked() == []


def test_transparent_pixels_are_not_valid(web: Web) -> None:
    tile(web.folder / f"png/{ZOOM}/{COLUMN}/{ROW}.png", (9, 9, 9, 0))
    with (
        open_scene(name(web)) as scene,
    ):
        valid = scene.read(whole(scene)).valid
        assert valid is not None and not valid[:256, :256].any() and valid[300:].all()


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("xyz:https://h/{z}/{x}/{y}.png", "needs a zoom and bounds; add --zoom 17 --bounds"),
        ("xyz:https://h/{z}/{x}/{y}.png#zoom=17", "needs a zoom and bounds"),
        ("xyz:https://h/{z}/{x}.png#zoom=7&bounds=1,2,3,4", "has no place for the tile"),
        (
            "xyz:file:///h/{z}/{x}/{y}#zoom=7&bounds=1,2,3,4",
            r"followed by an http\(s\):// address",
        ),
        ("wms:https://h/wms#zoom=7&bounds=1,2,3,4", "names no layers"),
    ],
)
def test_what_is_missing_is_told(given: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOMAG_ALLOW", "network")
    with pytest.raises((OptionError, SceneTooLarge), match=why):
        open_scene(given)


def test_the_tiles_that_bounds_touch() -> None:
    assert tile_range("17", BOUNDS) == TileRange(17, COLUMN, ROW, 3, 2)
    assert tile_range("0", "-180,-90,180,90") == TileRange(0, 0, 0, 1, 1)
    assert tile_range("1", "0,-10,0.1,10") == TileRange(1, 1, 0, 1, 2)
    assert tile_range("2", "179.9,-85,180,-84") == TileRange(2, 3, 3, 1, 1)
    for zoom in ("25", "-1", "1.5", "x", ""):
        with pytest.raises(OptionError, match="zoom is a whole number from 0 to 24"):
            tile_range(zoom, BOUNDS)
    for bounds in ("1,2,3", "3,2,1,4", "1,4,3,2", "1,2,3,nan", "a,b,c,d", "-181,0,0,1"):
        with pytest.raises(OptionError, match="bounds are WEST,SOUTH,EAST,NORTH"):
            tile_range("3", bounds)
    with pytest.raises(SceneTooLarge, match="lower zoom or narrower bounds"):
        tile_range("17", "0,0,10,10")


CAPABILITIES = """<?xml version="1.0"?>
<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1">
<Contents><Layer><ows:Identifier>ortho</ows:Identifier>
<Style isDefault="true"><ows:Identifier>normal</ows:Identifier></Style>
<Format>image/jpeg</Format><TileMatrixSetLink><TileMatrixSet>GM</TileMatrixSet></TileMatrixSetLink>
<ResourceURL format="image/jpeg" resourceType="tile"
 template="{address}/{{Style}}/{{TileMatrix}}/{{TileCol}}/{{TileRow}}.jpg"/></Layer>
<TileMatrixSet><ows:Identifier>GM</ows:Identifier>
<ows:SupportedCRS>urn:ogc:def:crs:EPSG::3857</ows:SupportedCRS>
<TileMatrix><ows:Identifier>z17</ows:Identifier>
<ScaleDenominator>4265.4591676995</ScaleDenominator>
<TopLeftCorner>-20037508.3427892 20037508.3427892</TopLeftCorner>
<TileWidth>256</TileWidth><TileHeight>256</TileHeight>
<MatrixWidth>131072</MatrixWidth><MatrixHeight>131072</MatrixHeight></TileMatrix></TileMatrixSet>
</Contents></Capabilities>"""


def test_a_wmts_leads_to_its_tiles(web: Web) -> None:
    (web.folder / "caps.xml").write_text(CAPABILITIES.format(address=web.address))
    (web.folder / "jpg" / str(ZOOM)).rename(web.folder / "jpg/z17")
    (web.folder / "jpg").rename(web.folder / "normal")
    place = f"wmts:{web.address}/caps.xml?layer=ortho#zoom={ZOOM}&bounds={BOUNDS}"
    with open_scene(place) as scene:
        assert abs(int(scene.read(whole(scene)).pixels[300, 600, 0]) - 100) <= 3
    with pytest.raises(OptionError, match=r"no layer 'x'; .* one of: ortho"):
        open_scene(place.replace("=ortho", "=x"))
    with pytest.raises(SceneUnreadable, match=r"no tiles of Web Mercator .* at zoom 16"):
        open_scene(place.replace("zoom=17", "zoom=16"))
    (web.folder / "caps.xml").write_text("<!DOCTYPE a><a/>")
    with pytest.raises(SceneUnreadable, match="is no WMTS capabilities document"):
        open_scene(place)


def test_a_wms_is_asked_for_its_layers(web: Web) -> None:
    tile(web.folder / "wms.png", (10, 20, 30))
    (web.folder / "wms.png").rename(web.folder / "wms")
    place = f"wms:{web.address}/wms?key=1&layers=a,b#zoom={ZOOM}&bounds={BOUNDS}"
    with open_scene(place) as scene:
        assert scene.read(whole(scene)).pixels[5, 5].tolist() == [10, 20, 30]
    asked = [path for path in web.asked() if path.startswith("/wms")]
    assert len(asked) == 6 and all(
        re.match(r"/wms\?key=1&.*REQUEST=GetMap.*LAYERS=a,b.*SRS=EPSG:3857", path, re.IGNORECASE)
        for path in asked
    ), asked
