"""Opening and reading scenes: real rasters made here, by seed."""

from __future__ import annotations

import concurrent.futures
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
import rasterio.vrt
from affine import Affine
from PIL import Image
from rasterio.enums import ColorInterp, Resampling

from geomagnifier.errors import (
    BoxError,
    GeomagWarning,
    OptionError,
    SceneEmpty,
    SceneUnreadable,
)
from geomagnifier.export.image_file import write_picture
from geomagnifier.geometry import Box
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.types import View, Window

UTM = {"crs": "EPSG:32633", "transform": Affine(0.5, 0, 500_000, 0, -0.5, 5_000_000)}


def window(x0: float, y0: float, x1: float, y1: float, width: int, height: int) -> Window:
    box = Box(x0, y0, x1, y1)
    return Window(box, width, height, "test", box)


def whole(scene: Scene, width: int | None = None, height: int | None = None) -> View:
    info = scene.info
    return scene.read(
        window(0, 0, info.width, info.height, width or info.width, height or info.height)
    )


def noise(*shape: int, dtype: str = "uint8", high: int = 256) -> Any:
    return np.random.default_rng(0).integers(0, high, shape).astype(dtype)


def save(path: Path, bands: Any, **profile: Any) -> Path:
    """(C, H, W) to a raster.

    `colours`, `colormap`, `mask` and `overviews` besides what rasterio takes.
    """
    colours, colormap, mask, overviews = (
        profile.pop(key, None) for key in ("colours", "colormap", "mask", "overviews")
    )
    profile = UTM | {"driver": "GTiff"} | profile
    with rasterio.open(
        path,
        "w",
        count=bands.shape[0],
        height=bands.shape[1],
        width=bands.shape[2],
        dtype=bands.dtype,
        **profile,
    ) as dataset:
        dataset.write(bands)
        if colours:
            dataset.colorinterp = colours
        if colormap:
            dataset.write_colormap(1, colormap)
        if mask is not None:
            dataset.write_mask(mask)
        if overviews:
            dataset.build_overviews(overviews, Resampling.average)
    return path


def test_geotiff_read_whole_and_in_part(tmp_path: Path) -> None:
    bands = noise(3, 60, 80)
    with open_scene(save(tmp_path / "a.tif", bands, photometric="RGB")) as scene:
        assert (scene.info.name, scene.info.width, scene.info.height, scene.info.bands) == (
            "a.tif",
            80,
            60,
            3,
        )
        assert scene.info.crs == "EPSG:32633"
        assert scene.info.transform == (0.5, 0, 500_000, 0, -0.5, 5_000_000)
        assert scene.info.gsd == 0.5
        view = whole(scene)
        assert (view.pixels == bands.transpose(1, 2, 0)).all()
        assert view.valid is None
        part = scene.read(window(10, 20, 50, 60, 10, 10))
        mean = bands[:, 20:60, 10:50].reshape(3, 10, 4, 10, 4).mean((2, 4)).transpose(1, 2, 0)
        assert np.abs(part.pixels - mean).max() <= 0.51
        assert part.key == f"{scene.key}:(10, 20, 50, 60):10x10"


def test_overviews_are_used(tmp_path: Path) -> None:
    # an overview that shows something else than the full picture betrays itself
    path = save(tmp_path / "o.tif", np.zeros((1, 512, 512), np.uint8))
    save(tmp_path / "o.tif.ovr", np.full((1, 128, 128), 200, np.uint8))
    with open_scene(path) as scene:
        assert (whole(scene, 128, 128).pixels == 200).all()
        assert (whole(scene, 64, 64).pixels == 200).all()
        assert (whole(scene).pixels == 0).all()
    inside = save(tmp_path / "i.tif", noise(3, 512, 512), photometric="RGB", overviews=[2, 4])
    with open_scene(inside) as scene, rasterio.open(inside, overview_level=1) as overview:
        assert (whole(scene, 128, 128).pixels == overview.read().transpose(1, 2, 0)).all()


def test_parts_of_pixels_are_placed_exactly() -> None:
    ramp = np.repeat(np.arange(100, dtype=np.uint8)[None], 50, 0)
    with open_scene(ramp) as scene:
        enlarged = scene.read(window(10.5, 0, 20.5, 10, 40, 20)).pixels[0, :, 0]
        expected = 10.5 + (np.arange(40) + 0.5) / 4 - 0.5
        assert np.abs(enlarged - expected).max() <= 0.51
        shrunk = scene.read(window(10.5, 0, 20.5, 10, 5, 5)).pixels[0, :, 0]
        assert shrunk.tolist() == [11, 13, 15, 17, 19]


def test_windows_outside_are_refused() -> None:
    with open_scene(noise(20, 30, 3)) as scene:
        for box in ((-1, 0, 10, 10), (0, 0, 31, 10), (40, 40, 50, 50)):
            with pytest.raises(BoxError, match="30 x 20"):
                scene.read(window(*box, 5, 5))


def test_jpeg_is_decoded_untouched(tmp_path: Path) -> None:
    smooth = np.asarray(
        Image.fromarray(noise(7, 10, 3)).resize((1000, 700), Image.Resampling.BICUBIC)
    )
    Image.fromarray(smooth).save(tmp_path / "p.jpg", quality=90)
    with open_scene(str(tmp_path / "p.jpg")) as scene:
        view = whole(scene)
    assert (
        np.abs(
            view.pixels.astype(int) - np.asarray(Image.open(tmp_path / "p.jpg")).astype(int)
        ).mean()
        < 0.5
    )
    assert (scene.info.crs, scene.info.transform, scene.info.gsd) == (None, None, None)


def test_exif_orientation_is_not_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noise(20, 40, 3)).save(tmp_path / "r.jpg", exif=exif)
    with open_scene(tmp_path / "r.jpg") as scene:
        assert (scene.info.width, scene.info.height) == (40, 20)


@pytest.mark.parametrize("suffix", ["png", "bmp", "webp", "tif"])
def test_lossless_formats(tmp_path: Path, suffix: str) -> None:
    pixels = noise(32, 48, 3)
    Image.fromarray(pixels).save(tmp_path / f"a.{suffix}", lossless=True)
    with open_scene(tmp_path / f"a.{suffix}") as scene:
        assert (whole(scene).pixels == pixels).all()


def test_jpeg2000(tmp_path: Path) -> None:
    with rasterio.Env() as env:
        if "JP2OpenJPEG" not in env.drivers():
            pytest.skip("this GDAL has no JPEG 2000")
    bands = noise(3, 64, 64)
    path = save(tmp_path / "a.jp2", bands, driver="JP2OpenJPEG", QUALITY="100", REVERSIBLE="YES")
    with open_scene(path) as scene:
        assert (whole(scene).pixels == bands.transpose(1, 2, 0)).all()
        assert scene.info.crs == "EPSG:32633"


def test_16_bit_is_stretched(tmp_path: Path) -> None:
    grey = np.linspace(300, 3000, 64 * 64).astype(np.uint16).reshape(64, 64)
    Image.fromarray(grey).save(tmp_path / "g.png")
    with open_scene(tmp_path / "g.png") as scene:
        pixels = whole(scene).pixels
        assert (pixels[..., 0] == pixels[..., 2]).all()
        assert (pixels.min(), pixels.max()) == (0, 255)
        assert 120 < pixels[32].mean() < 136
        # the stretch belongs to the scene, not to the window
        assert (scene.read(window(0, 0, 64, 8, 64, 8)).pixels == pixels[:8]).all()


@pytest.mark.filterwarnings("ignore:.*which of its 8 bands")
@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_band_counts(tmp_path: Path, count: int) -> None:
    bands = noise(count, 16, 24)
    with open_scene(save(tmp_path / "b.tif", bands, photometric="MINISBLACK")) as scene:
        pixels = whole(scene).pixels
        assert scene.info.bands == count
    if count <= 2:
        assert (pixels == bands[0][..., None]).all()
    elif count == 4:
        assert (pixels == bands[:3].transpose(1, 2, 0)).all()
    else:  # a sensor's numbers: stretched, in order
        assert np.corrcoef(pixels[..., 1].ravel(), bands[1].ravel())[0, 1] > 0.99


def test_colour_interpretation_decides(tmp_path: Path) -> None:
    bands = noise(4, 16, 16)
    colours = (ColorInterp.undefined, ColorInterp.blue, ColorInterp.green, ColorInterp.red)
    with open_scene(
        save(tmp_path / "c.tif", bands, photometric="MINISBLACK", colours=colours)
    ) as scene:
        assert (whole(scene).pixels == bands[[3, 2, 1]].transpose(1, 2, 0)).all()


def test_alpha_is_validity(tmp_path: Path) -> None:
    bands = noise(4, 16, 16)
    bands[3] = 255
    bands[3, :, 8:] = 0
    path = save(tmp_path / "a.tif", bands, photometric="RGB", alpha="YES")
    with open_scene(path) as scene:
        view = whole(scene)
    assert view.valid is not None
    assert view.valid[:, :8].all()
    assert not view.valid[:, 8:].any()
    assert (view.pixels[:, 8:] == 0).all()
    assert (view.pixels[:, :8] == bands[:3, :, :8].transpose(1, 2, 0)).all()


def test_internal_mask(tmp_path: Path) -> None:
    hidden = np.full((16, 16), 255, np.uint8)
    hidden[:4] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        path = save(tmp_path / "m.tif", noise(3, 16, 16), photometric="RGB", mask=hidden)
    with open_scene(path) as scene:
        assert whole(scene).valid.tolist() == (hidden > 0).tolist()  # type: ignore[union-attr]


def test_nodata_is_invalid_and_does_not_stretch(tmp_path: Path) -> None:
    bands = noise(3, 64, 64, dtype="int16", high=1000)
    bands[:, :32] = -9999
    with open_scene(save(tmp_path / "n.tif", bands, nodata=-9999)) as scene:
        view = whole(scene)
        assert view.valid is not None
        assert (view.valid == (np.arange(64) >= 32)[:, None]).all()
        assert 118 < view.pixels[32:].mean() < 137
        assert not view.pixels[:32].any()
        quarter = scene.read(window(0, 32, 64, 64, 16, 8))
        assert quarter.valid is None


def test_nan_is_invalid(tmp_path: Path) -> None:
    band = np.random.default_rng(1).random((1, 32, 32)).astype(np.float32)
    band[0, 5:9, 5:9] = np.nan
    band[0, 20, 20] = np.inf
    with open_scene(save(tmp_path / "f.tif", band)) as scene:
        view = whole(scene)
    assert view.valid is not None
    assert (view.valid == np.isfinite(band[0])).all()
    assert view.pixels[6, 6, 0] == 0


def test_palette(tmp_path: Path) -> None:
    index = noise(1, 32, 32, high=3)
    colours = {0: (250, 0, 0, 255), 1: (0, 100, 0, 255), 2: (0, 0, 50, 255)}
    with open_scene(
        save(tmp_path / "p.tif", index, photometric="palette", colormap=colours)
    ) as scene:
        table = np.array([colours[i][:3] for i in range(3)], np.uint8)
        assert (whole(scene).pixels == table[index[0]]).all()
        small = whole(scene, 16, 16).pixels.astype(float)
        assert np.abs(small - table[index[0]].reshape(16, 2, 16, 2, 3).mean((1, 3))).max() <= 0.51


def test_gif(tmp_path: Path) -> None:
    picture = Image.fromarray(noise(20, 30, 3)).quantize(16)
    picture.save(tmp_path / "a.gif")
    with open_scene(tmp_path / "a.gif") as scene:
        assert (whole(scene).pixels == np.asarray(picture.convert("RGB"))).all()


def test_rotated_transform_is_kept(tmp_path: Path) -> None:
    turned = (0.4, 0.3, 500_000.0, 0.3, -0.4, 5_000_000.0)
    write_picture(tmp_path / "r.tif", noise(20, 30, 3), "EPSG:32633", turned)
    with open_scene(tmp_path / "r.tif") as scene:
        assert scene.info.transform == pytest.approx(turned)
        assert scene.info.gsd == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("crs", "transform", "gsd"),
    [
        ("EPSG:4326", (1e-5, 0, 15, 0, -1e-5, 60), 1e-5 * np.sqrt(111_412 * 55_800)),
        ("EPSG:3857", (1, 0, 1_669_792, 0, -1, 8_399_738), 0.5),
        ("EPSG:2263", (2, 0, 1_000_000, 0, -2, 200_000), 0.6096),
    ],
)
def test_metres_per_pixel(crs: str, transform: tuple[float, ...], gsd: float) -> None:
    with open_scene(noise(10, 10, 3), crs=crs, transform=transform) as scene:  # type: ignore[arg-type]
        assert scene.info.gsd == pytest.approx(gsd, rel=0.01)


def test_place_given_by_the_caller_wins(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.tif", noise(10, 10, 3), "EPSG:32633", (1, 0, 0, 0, -1, 0))
    with open_scene(
        tmp_path / "a.tif", crs="EPSG:32632", transform=(2, 0, 500_000, 0, -2, 10)
    ) as scene:
        assert (scene.info.crs, scene.info.gsd) == ("EPSG:32632", 2)
    with pytest.raises(OptionError, match="EPSG"):
        open_scene(tmp_path / "a.tif", crs="EPSG:none")


@pytest.mark.parametrize("name", ["t.jpg", "t.png", "t.tif", "t.gif"])
def test_truncated_files_say_so(tmp_path: Path, name: str) -> None:
    Image.fromarray(noise(300, 300, 3)).save(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) // 2])
    with (
        pytest.raises(SceneUnreadable, match=rf"{name}.*download it again"),
        open_scene(tmp_path / name) as scene,
    ):
        whole(scene)


def test_harmless_jpeg_oddities_are_read(tmp_path: Path) -> None:
    Image.fromarray(noise(64, 64, 3)).save(tmp_path / "x.jpg")
    data = (tmp_path / "x.jpg").read_bytes()
    (tmp_path / "x.jpg").write_bytes(data[:-2] + b"\x12\x34\x56" + data[-2:] + b"trailing bytes")
    with open_scene(tmp_path / "x.jpg") as scene:
        assert whole(scene).pixels.std() > 20


def test_nothing_to_see(tmp_path: Path) -> None:
    with pytest.raises(SceneEmpty):
        open_scene(np.zeros((0, 10, 3), np.uint8))
    for dtype, nodata in (("uint8", 0), ("uint16", 0), ("float32", float("nan"))):
        path = save(tmp_path / f"{dtype}.tif", np.full((1, 20, 20), nodata, dtype), nodata=nodata)
        with open_scene(path) as scene, pytest.raises(SceneEmpty, match="no data"):
            whole(scene)


@pytest.mark.filterwarnings("ignore:only what is valid")
def test_an_empty_corner_is_no_empty_scene() -> None:
    rgba = np.zeros((400, 400, 4), np.uint8)
    rgba[399, 399] = 255
    with open_scene(Image.fromarray(rgba)) as scene:
        view = scene.read(window(0, 0, 100, 100, 50, 50))
        assert view.valid is not None
        assert not view.valid.any()


def test_complex_files_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "radar.tif", np.ones((1, 8, 8), np.complex64))
    with pytest.raises(SceneUnreadable, match="complex"):
        open_scene(path)


def test_threads_take_turns(tmp_path: Path) -> None:
    bands = noise(3, 256, 256)
    with open_scene(
        save(tmp_path / "t.tif", bands, photometric="RGB", tiled=True, blockxsize=64, blockysize=64)
    ) as scene:

        def same(i: int) -> bool:
            x, y = i % 4 * 64, i // 4 % 4 * 64
            view = scene.read(window(x, y, x + 64, y + 64, 64, 64))
            return bool((view.pixels == bands[:, y : y + 64, x : x + 64].transpose(1, 2, 0)).all())

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            assert all(pool.map(same, range(64)))


def test_closed_scenes_and_keys() -> None:
    pixels = noise(8, 8, 3)
    with open_scene(pixels) as one, open_scene(pixels) as two:
        assert whole(one).key != whole(two).key
        assert whole(one).key == whole(one).key
    one.close()
    with pytest.raises(SceneUnreadable, match="closed"):
        whole(one)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_crs_without_a_place_in_it_is_told(tmp_path: Path) -> None:
    with rasterio.open(
        tmp_path / "a.tif",
        "w",
        driver="GTiff",
        width=8,
        height=8,
        count=1,
        dtype="uint8",
        crs="EPSG:32633",
    ) as dataset:
        dataset.write(np.zeros((1, 8, 8), np.uint8))
    sources: list[tuple[Any, dict[str, Any]]] = [
        (tmp_path / "a.tif", {}),
        (np.zeros((8, 8), np.uint8), {"crs": "EPSG:32633"}),
    ]
    for source, how in sources:
        with (
            pytest.warns(GeomagWarning, match="has a CRS, but nothing says where its pixels lie"),
            open_scene(source, **how) as scene,
        ):
            assert scene.info.crs is None and scene.info.transform is None
