"""How far a raster may reach.

Not out of its folder, nor to the network, unless GEOMAG_ALLOW says so; and never further than that.
"""

from __future__ import annotations

import os
import shutil
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine

from geomagnifier.errors import GeomagWarning, OptionError, SceneError, SceneUnreadable
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.types import View, Window
from odd_rasters import BANDS, HEIGHT, PICTURE, UTM, WIDTH, drawn, keep, save
from web_files import Web, serving


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with serving(tmp_path / "web", tmp_path / "log") as found:
        yield found


@pytest.fixture(autouse=True)
def nothing_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GEOMAG_ALLOW", raising=False)


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    """A folder with a picture, beside one with another that is not to be reached."""
    for name in ("inside", "outside"):
        (tmp_path / name).mkdir()
    save(tmp_path / "inside" / "a.tif")
    save(tmp_path / "outside" / "secret.tif", BANDS * 0 + 77)
    return tmp_path / "inside"


def whole(scene: Scene, shrink: int = 1) -> View:
    info = scene.info
    return scene.read(
        Window(info.box, info.width // shrink, info.height // shrink, "test", info.box)
    )


def source(named: str, attributes: str = ' relativeToVRT="1"', x: int = 0) -> str:
    places = "".join(
        f'<{end}Rect xOff="{at}" yOff="0" xSize="{WIDTH}" ySize="{HEIGHT}"/>'
        for end, at in (("Src", 0), ("Dst", x))
    )
    return (
        f"<SimpleSource><SourceFilename{attributes}>{named}</SourceFilename>"
        f"<SourceBand>1</SourceBand>{places}</SimpleSource>"
    )


def vrt(
    path: Path, inner: str, band: str = "", dataset: str = "", width: int = WIDTH, before: str = ""
) -> Path:
    """A VRT of one band."""
    head = f'<VRTDataset rasterXSize="{width}" rasterYSize="{HEIGHT}"{dataset}>'
    return keep(
        path,
        f'{before}{head}<VRTRasterBand dataType="Byte"'
        f' band="1"{band}>{inner}</VRTRasterBand></VRTDataset>',
    )


def test_the_setting_knows_two_words(monkeypatch: pytest.MonkeyPatch, inside: Path) -> None:
    path = vrt(inside / "a.vrt", source("a.tif"))
    for allowed, refused in (
        (" VRT , network,", None),
        ("network", "GEOMAG_ALLOW=vrt"),
        ("", "GEOMAG_ALLOW=vrt"),
    ):
        monkeypatch.setenv("GEOMAG_ALLOW", allowed)
        if refused is None:
            open_scene(path).close()
        else:
            with pytest.raises(SceneUnreadable, match=refused):
                open_scene(path)
    monkeypatch.setenv("GEOMAG_ALLOW", "vrt everything")
    with pytest.raises(OptionError, match="'vrt everything'; it takes network and vrt"):
        open_scene(path)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a.tif", "http://example.org/a.tif", "s3://bucket/a.tif",
        "gs://bucket/a.tif", "az://box/a.tif", "ftp://example.org/a.tif",
        "/vsicurl/https://example.org/a.tif", "/vsis3/bucket/a.tif", "/vsicurl_streaming/http://example.org/a.tif",
    ],
)  # fmt: skip
def test_every_address_names_the_setting(address: str) -> None:
    with pytest.raises(
        SceneUnreadable, match=r"not a local file; download it first, or .*GEOMAG_ALLOW=network"
    ):
        open_scene(address)


@pytest.mark.parametrize(
    "address", ["gs://bucket/a.tif", "/vsis3/bucket/a.tif", "ftp://example.org/a.tif"]
)
def test_the_network_is_http_and_s3_alone(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("GEOMAG_ALLOW", "network")
    with pytest.raises(SceneUnreadable, match=r"give its http\(s\):// or s3:// address"):
        open_scene(address)


def test_a_bucket_is_read_in_ranges(monkeypatch: pytest.MonkeyPatch, web: Web) -> None:
    (web.folder / "bucket").mkdir()
    save(web.folder / "bucket" / "a.tif")
    monkeypatch.setenv("GEOMAG_ALLOW", "network")
    for name, value in (
        ("AWS_S3_ENDPOINT", web.address.removeprefix("http://")),
        ("AWS_HTTPS", "NO"),
        ("AWS_VIRTUAL_HOSTING", "FALSE"),
        ("AWS_NO_SIGN_REQUEST", "YES"),
    ):
        monkeypatch.setenv(name, value)
    with open_scene("s3://bucket/a.tif") as scene:
        assert (scene.info.name, scene.info.width) == ("a.tif", WIDTH)
        assert whole(scene).pixels.any()
    assert web.asked() and set(web.asked()) == {"/bucket/a.tif"}


@pytest.mark.parametrize(
    "name",
    [
        "zip://a.zip!b.tif",
        "/vsizip/a.zip/b.tif",
        "/vsitar/a.tar/b.tif",
        "/vsigzip/a.tif.gz",
        "tar://a.tar!b.tif",
    ],
)
def test_what_lies_in_an_archive_is_to_be_unpacked(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for allowed in ("", "network"):
        monkeypatch.setenv("GEOMAG_ALLOW", allowed)
        with pytest.raises(
            SceneUnreadable,
            match="is inside an archive; unpack it and give the image",
        ):
            open_scene(name)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("zip", "a ZIP archive"),
        ("tar", "a TAR archive"),
        ("gztar", "packed by gzip"),
        ("bztar", "packed by bzip2"),
    ],
)
def test_an_archive_is_told_for_what_it_is(
    inside: Path, tmp_path: Path, kind: str, what: str
) -> None:
    packed = Path(shutil.make_archive(str(tmp_path / "packed"), kind, inside))
    shutil.copy(packed, tmp_path / "scene.tif")
    for path in (packed, tmp_path / "scene.tif"):
        with pytest.raises(
            SceneUnreadable,
            match=f"is {what}, not an image; unpack it and give an image from it",
        ):
            open_scene(path)


def test_a_mosaic_is_its_pictures_side_by_side(
    monkeypatch: pytest.MonkeyPatch, inside: Path
) -> None:
    monkeypatch.setenv("GEOMAG_ALLOW", "vrt")
    (inside / "below").mkdir()
    save(
        inside / "below" / "b & c.tif",
        BANDS[:, ::-1],
        compress="jpeg",
        photometric="YCbCr",
        jpeg_quality=98,
    )
    pictures = (
        source("a.tif")
        + source("below/b &amp; c.tif", x=WIDTH)
        + source(f"{inside}/a.tif", ' relativeToVRT="0" shared="0"', 2 * WIDTH)
    )
    path = vrt(
        inside / "a.vrt",
        f"<ColorInterp>Gray</ColorInterp>{pictures}",
        width=3 * WIDTH,
        before='<?xml version="1.0" encoding="UTF-8"?>',
    )
    with open_scene(path) as scene:
        seen, first = whole(scene).pixels[..., 0].astype(int), BANDS[0].astype(int)
        assert (seen[:, :WIDTH] == first).all() and (seen[:, 2 * WIDTH :] == first).all()
        assert np.abs(seen[:, WIDTH : 2 * WIDTH] - first[::-1]).mean() < 6
        assert not scene.pyramid
    with warnings.catch_warnings(action="ignore"), rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2, 4])
    assert Path(f"{path}.ovr").is_file()
    with open_scene(path) as scene:
        assert (
            scene.pyramid
            and np.abs(
                whole(scene, 2).pixels[..., 0].astype(int)[:, : WIDTH // 2] - BANDS[0, ::2, ::2]
            ).mean()
            < 20
        )


@pytest.mark.parametrize(
    "profile",
    [
        {
            "crs": "EPSG:32633",
            "transform": UTM,
            "nodata": 7,
            "scales": (2.0,) * 3,
            "offsets": (1.0,) * 3,
        },
        {
            "bands": BANDS[:1],
            "photometric": "palette",
            "colormap": {i: (i, 0, 255 - i, 255) for i in range(256)},
        },
        {
            "bands": np.concatenate((BANDS, np.where(BANDS[:1] > 100, 255, 0).astype(np.uint8))),
            "photometric": "RGB",
            "alpha": "YES",
            "tiled": True,
        },
        {"mask": np.full((HEIGHT, WIDTH), 255, np.uint8), "overviews": [2]},
        {
            "gcps": (
                [
                    rasterio.control.GroundControlPoint(y, x, x, y)
                    for x, y in ((0, 0), (9, 0), (0, 9))
                ],
                "EPSG:4326",
            )
        },
    ],
    ids=["place and nodata", "palette", "alpha", "mask", "control points"],
)
def test_what_gdal_writes_is_a_mosaic(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, profile: dict[str, Any]
) -> None:
    monkeypatch.setenv("GEOMAG_ALLOW", "vrt")
    path = save(tmp_path / "a.tif", profile.pop("bands", BANDS), **profile)
    with warnings.catch_warnings(action="ignore"):
        rasterio.shutil.copy(path, tmp_path / "a.vrt", driver="VRT")
        direct_scene, mosaic_scene = (
            open_scene(path),
            open_scene(tmp_path / "a.vrt"),
        )  # control points are warned of
    with direct_scene as direct, mosaic_scene as mosaic:
        assert (mosaic.info.crs, mosaic.info.transform, mosaic.info.bands) == (
            direct.info.crs,
            direct.info.transform,
            direct.info.bands,
        )
        one, other = whole(direct), whole(mosaic)
        assert (one.pixels == other.pixels).all() and (
            one.valid is None or (one.valid == other.valid).all()
        )


RAW = ' subClass="VRTRawRasterBand"'
MOSAICS: dict[str, Callable[[Path, str], Path]] = {
    "an absolute path": lambda path, secret: vrt(path, source(secret, ' relativeToVRT="0"')),
    "an absolute path that is said to be relative": lambda path, secret: vrt(path, source(secret)),
    "up": lambda path, secret: vrt(path, source("../outside/secret.tif")),
    "down and up": lambda path, secret: vrt(path, source("below/../../outside/secret.tif")),
    "up and in again": lambda path, secret: vrt(path, source("../outside/../outside/secret.tif")),
    "escaped": lambda path, secret: vrt(path, source("&#46;&#46;/outside/secret.tif")),
    "an entity": lambda path, secret: vrt(
        path, source("&x;"), before='<!DOCTYPE VRTDataset [<!ENTITY x "a.tif">]>'
    ),
    "a comment": lambda path, secret: vrt(path, f"<!-- -->{source('a.tif')}"),
    "from wherever the process is": lambda path, secret: vrt(path, source("a.tif", "")),
    "two minds": lambda path, secret: vrt(
        path, source("a.tif", ' relativetovrt="0" relativeToVRT="1"')
    ),
    "a link": lambda path, secret: vrt(path, source("link.tif")),
    "a linked folder": lambda path, secret: vrt(path, source("linked/secret.tif")),
    "an attribute": lambda path, secret: vrt(
        path, f'<SimpleSource SourceFilename="{secret}"><SourceBand>1</SourceBand></SimpleSource>'
    ),
    "a mask": lambda path, secret: vrt(
        path,
        f"{source('a.tif')}<MaskBand><VRTRasterBand>{source(secret, '')}"
        "</VRTRasterBand></MaskBand>",
    ),
    "an overview": lambda path, secret: vrt(
        path, f"{source('a.tif')}<Overview><SourceFilename>{secret}</SourceFilename></Overview>"
    ),
    "overviews elsewhere": lambda path, secret: vrt(
        path,
        f'{source("a.tif")}</VRTRasterBand><Metadata domain="OVERVIEWS"><MDI'
        f' key="OVERVIEW_FILE">{secret}</MDI></Metadata><VRTRasterBand>',
    ),
    "options": lambda path, secret: vrt(
        path,
        source("a.tif").replace("<SourceBand>", "<OpenOptions><OOI/></OpenOptions><SourceBand>"),
    ),
    "raw": lambda path, secret: vrt(
        path, f"<SourceFilename>{secret}</SourceFilename><ImageOffset>0</ImageOffset>", RAW
    ),
    "raw in small letters": lambda path, secret: vrt(
        path, "", f'{RAW.lower()} SourceFilename="/etc/passwd" ImageOffset="0"'
    ),
    "derived": lambda path, secret: vrt(
        path,
        f"<PixelFunctionType>mul</PixelFunctionType>{source('a.tif')}",
        ' subClass="VRTDerivedRasterBand"',
    ),
    "Python": lambda path, secret: vrt(
        path,
        source("a.tif"),
        ' subclass="VRTDerivedRasterBand" PixelFunctionType="f" PixelFunctionLanguage="Python"'
        ' PixelFunctionCode="def f(): 1"',
    ),
    "warped": lambda path, secret: vrt(
        path,
        "",
        dataset=' subClass="VRTWarpedDataset"><GDALWarpOptions/><a /',
        band=' subClass="VRTWarpedRasterBand"',
    ),
    "processed": lambda path, secret: vrt(path, "", dataset=' subClass="VRTProcessedDataset"'),
    "multidimensional": lambda path, secret: keep(
        path, '<VRTDataset><Group name="/"><Array name="a"/></Group></VRTDataset>'
    ),
    "a VRT": lambda path, secret: vrt(
        path, source(vrt(path.with_name("b.vrt"), source(secret, "")).name)
    ),
    "a VRT that is a raw picture, too": lambda path, secret: vrt(
        path, source(polyglot(path.with_name("b.bin"), secret).name)
    ),
    "a format in front": lambda path, secret: vrt(
        path, source(save(path.with_name("GTIFF_DIR:1:a.tif")).name)
    ),
    "an index of pictures": lambda path, secret: vrt(
        path, source(keep(path.with_name("b.tif"), f"<GDALTileIndexDataset>{secret}").name)
    ),
    "an index within a JPEG": lambda path, secret: vrt(
        path, source(hidden(path.with_name("b.jpg"), secret).name)
    ),
    "text": lambda path, secret: vrt(path, source(keep(path.with_name("b.tif"), "text").name)),
    "a folder": lambda path, secret: vrt(path, source(".")),
    "a pipe": lambda path, secret: vrt(path, source("pipe.tif")),
    "nothing": lambda path, secret: vrt(path, source("")),
    "itself": lambda path, secret: vrt(path, source(path.name)),
    "not XML": lambda path, secret: keep(path, "<VRTDataset><"),
    "another encoding": lambda path, secret: keep(
        path, '<?xml version="1.0" encoding="UTF-16"?><VRTDataset é="'.encode("latin-1")
    ),
    "billions of laughs": lambda path, secret: vrt(
        path, "&c;", before='<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]>'
    ),
    "17 MB": lambda path, secret: vrt(path, " " * 17_000_000),
}


def polyglot(path: Path, secret: str) -> Path:
    """A VRT for GDAL, which asks all of its formats; an ENVI picture for who leaves VRT out."""
    keep(
        path.with_suffix(".hdr"),
        f"ENVI\nsamples = {WIDTH}\nlines = {HEIGHT}\nbands = 1\ndata type = 1\ninterleave = bsq\n",
    )
    return keep(vrt(path, source(secret, "")), path.read_bytes().ljust(WIDTH * HEIGHT))


def hidden(path: Path, secret: str) -> Path:
    """A sound JPEG, whose comment is what another format is known by."""
    index = f"<GDALTileIndexDataset><IndexDataset>{secret}</IndexDataset></GDALTileIndexDataset>"
    text = index.encode().ljust(0x0101)
    data = drawn(path).read_bytes()
    return keep(path, data[:2] + b"\xff\xfe\x01\x03" + text + data[2:])


@pytest.mark.parametrize("name", MOSAICS)
def test_a_mosaic_stays_in_its_folder(
    monkeypatch: pytest.MonkeyPatch, inside: Path, name: str
) -> None:
    monkeypatch.setenv("GEOMAG_ALLOW", "vrt")
    monkeypatch.chdir(inside.parent / "outside")
    save(Path("a.tif"), BANDS * 0 + 77)
    (inside / "link.tif").symlink_to(inside.parent / "outside" / "secret.tif")
    (inside / "linked").symlink_to(inside.parent / "outside")
    os.mkfifo(inside / "pipe.tif")
    path = MOSAICS[name](inside / "mosaic.vrt", str(inside.parent / "outside" / "secret.tif"))
    with pytest.raises(SceneUnreadable, match=r"mosaic\.vrt|b\.vrt|b\.tif"):
        open_scene(path)


def pointers(folder: Path, address: str) -> Iterator[Any]:
    """Rasters that lead to an address."""
    picture, curl = f"{address}/a.tif", f"/vsicurl/{address}/a.tif"
    yield from (
        picture,
        curl,
        f"/vsicurl_streaming/{picture}",
        f"/vsicurl?url={picture}",
        picture.replace("http", "HTTP"),
    )
    yield from (
        f"WMS:{address}/wms",
        f"WCS:{address}/wcs",
        f"ZARR:{curl}",
        f"STACTA:{picture}",
        f"vrt://{curl}",
        f"vrt://{picture}?bands=1",
    )
    yield vrt(folder / "a.vrt", source(curl, ""))
    yield vrt(folder / "a.tif", source(curl, ""))
    yield keep(
        folder / "wms.tif",
        "<GDAL_WMS><Service"
        f" name='TMS'><ServerUrl>{address}/${{z}}</ServerUrl></Service></GDAL_WMS>",
    )
    yield keep(
        folder / "wmts.xml",
        f"<GDAL_WMTS><GetCapabilitiesUrl>{address}/wmts</GetCapabilitiesUrl></GDAL_WMTS>",
    )
    yield keep(
        folder / "stac.json",
        '{"type": "FeatureCollection", "features": [{"assets": {"a": {"href":'
        f' "{picture}"}}}}}}]}}',
    )
    yield keep(
        folder / "tms.jpg",
        f"<GDALTileIndexDataset><IndexDataset>{curl}</IndexDataset></GDALTileIndexDataset>",
    )
    yield save(folder / "named.tif", tags={"OVERVIEWS": {"OVERVIEW_FILE": curl}})
    for end in (".ovr", ".msk"):
        vrt(folder / f"beside{end}.tif{end}", source(curl, ""))
        yield save(folder / f"beside{end}.tif")
    led = f'<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{curl}</MDI></Metadata>'
    path = save(folder / "pam.tif")
    keep(Path(f"{path}.aux.xml"), f"<PAMDataset>{led}</PAMDataset>")
    yield path


def test_without_leave_nothing_is_asked_of_the_network(inside: Path, web: Web) -> None:
    save(web.folder / "a.tif")
    for pointer in pointers(inside, web.address):
        # OptionError: a map service without zoom and bounds
        with pytest.raises((SceneError, OptionError)), open_scene(pointer) as scene:
            whole(scene, 4)
    assert web.asked() == []


def test_names_of_places_are_not_looked_up(
    inside: Path, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROJ_NETWORK", "ON")
    monkeypatch.setenv("PROJ_NETWORK_ENDPOINT", web.address)
    proj = f"+proj=longlat +ellps=WGS84 +nadgrids={web.address}/grid.tif +no_defs"
    shifted = (
        'GEOGCS["x",DATUM["y",SPHEROID["z",6378137,298.25]],PRIMEM["g",0],'
        f'UNIT["degree",0.017453],EXTENSION["PROJ4","{proj}"]]'
    )
    path = save(inside / "srs.tif", transform=Affine(1e-5, 0, 13, 0, -1e-5, 52))
    for text, told in (
        (f"{web.address}/crs", None),
        (str(inside / "a.tif"), None),
        (shifted, "names a file"),
    ):
        keep(
            Path(f"{path}.aux.xml"),
            f"<PAMDataset><SRS>{text.replace(chr(34), '&quot;')}</SRS></PAMDataset>",
        )
        if told is None:
            open_scene(path).close()
        else:
            with pytest.warns(GeomagWarning, match=told), open_scene(path) as scene:
                assert scene.info.crs is None and (whole(scene).pixels == PICTURE).all()
        with pytest.raises(OptionError, match="not a coordinate reference system"):
            open_scene(path, crs=text)
    for text in (
        "+init=/etc/passwd:x",
        "+proj=longlat +nadgrids=../a.gsb",
        '{"type": "BoundCRS", "file=/etc/passwd": 1}',
    ):
        with pytest.raises(OptionError):
            open_scene(path, crs=text)
    assert web.asked() == []


def test_with_leave_a_picture_comes_from_the_network_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, inside: Path, web: Web
) -> None:
    monkeypatch.setenv("GEOMAG_ALLOW", "network,vrt")
    save(web.folder / "a.tif", tiled=True, blockxsize=32, blockysize=32, overviews=[2])
    save(web.folder / "led.tif", tags={"OVERVIEWS": {"OVERVIEW_FILE": str(inside / "a.tif")}})
    vrt(web.folder / "b.vrt", source("a.tif"))
    with open_scene(f"{web.address}/a.tif?key=1") as scene:
        assert (
            scene.info.name == "a.tif" and scene.pyramid and (whole(scene).pixels == PICTURE).all()
        )
    assert web.asked() and {path.split("?")[0] for path in web.asked()} == {"/a.tif"}
    for name, words in (
        ("led.tif", "outside its folder"),
        ("b.vrt", "not recognized"),
        ("none.tif", "none.tif cannot be read"),
    ):
        with pytest.raises(SceneUnreadable, match=words):
            open_scene(f"{web.address}/{name}")
    before = len(web.asked())
    for path in pointers(inside, web.address):
        if isinstance(path, Path):
            with pytest.raises(SceneUnreadable), open_scene(path) as scene:
                whole(scene, 4)
    for address in (
        "ftp://127.0.0.1/a.tif",
        "file:///etc/passwd",
        "gopher://127.0.0.1/a",
        f"/vsicurl/{web.address}/a.tif",
    ):
        with pytest.raises(SceneUnreadable, match="download it first"):
            open_scene(address)
    assert len(web.asked()) == before


def test_a_pipe_beside_a_picture_is_not_waited_for(inside: Path) -> None:
    for number, end in enumerate(
        (
            ".tif.ovr",
            ".tif.MSK",
            ".tif.aux",
            ".aux",
            ".tif.aux.xml",
            ".tfw",
            ".TIFW",
            ".wld",
            ".tab",
            "_rpc.txt",
            ".IMD",
        )
    ):
        path = save(inside / f"{number}.tif")
        os.mkfifo(inside / f"{number}{end}")
        said: list[str] = []

        def attempt(path: Path = path, said: list[str] = said) -> None:
            with pytest.raises(SceneUnreadable) as caught:
                open_scene(path)
            said.append(str(caught.value))

        thread = threading.Thread(target=attempt, daemon=True)
        thread.start()
        thread.join(300)
        assert said and f"{number}{end} beside it" in said[0]


def test_overviews_by_a_link_lie_where_the_picture_or_its_own_link_does(inside: Path) -> None:
    store = inside.parent / "store"
    store.mkdir()
    save(store / "1.tif")
    save(store / "2.tif", BANDS[:, ::2, ::2])
    (inside / "b.tif").symlink_to(store / "1.tif")
    (inside / "b.tif.ovr").symlink_to(store / "2.tif")
    with open_scene(inside / "b.tif") as scene:
        assert scene.pyramid and (whole(scene, 2).pixels == PICTURE[::2, ::2]).all()
    (inside / "a.tif.ovr").symlink_to(store / "2.tif")
    with pytest.raises(SceneUnreadable, match="a link out of its folder"):
        open_scene(inside / "a.tif")
