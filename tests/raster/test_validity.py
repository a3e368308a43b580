"""What is valid by alpha, mask and nodata, as GDAL has it.

A band that is only marked alpha hides nothing.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from PIL import Image
from rasterio.enums import ColorInterp, Resampling

from geomagnifier.errors import GeomagWarning
from geomagnifier.raster import reader as raw
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.types import View, Window
from geomagnifier_lab.render.scene import draw_scene

DRAWN = draw_scene(3, 1000, 700, "harbour")
RGB = DRAWN.pixels[300:556, 480:736].transpose(2, 0, 1)
NIR = np.where(DRAWN.cover[300:556, 480:736] == 2, 0, RGB.mean(0)).astype(np.uint8)
"""Near infrared: water is 0."""
HIDDEN = np.full((256, 256), 255, np.uint8)
HIDDEN[:, :64] = 0
RGBA = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)


def save(path: Path, bands: Any, colours: Any = RGBA, **profile: Any) -> Path:
    place = {
        "driver": "GTiff",
        "crs": "EPSG:32633",
        "transform": Affine(0.5, 0, 500_000, 0, -0.5, 5_000_000),
    }
    profile = (
        place
        | {
            "count": len(bands),
            "height": bands.shape[1],
            "width": bands.shape[2],
            "dtype": bands.dtype,
        }
        | profile
    )
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.colorinterp = colours
        dataset.write(bands)
    return path


def with_band(band: Any, kind: str = "uint8", factor: float = 1) -> Any:
    return np.concatenate(((RGB * factor).astype(kind), band[None].astype(kind)))


def read(scene: Scene, side: int = 256) -> View:
    return scene.read(Window(scene.info.box, side, side, "whole", scene.info.box))


def look(path: Path, side: int = 256) -> View:
    with open_scene(path) as scene:
        return read(scene, side)


@pytest.mark.parametrize("kind", ["tif", "cog", "png", "uint16", "float32", "alpha first"])
def test_near_infrared_that_is_marked_alpha_hides_nothing(tmp_path: Path, kind: str) -> None:
    numbers = {"uint16": ("uint16", 12.0), "float32": ("float32", 1 / 255)}.get(
        kind, ("uint8", 1.0)
    )
    bands = with_band(NIR * numbers[1], *numbers)
    path = save(tmp_path / "a.tif", bands)
    if kind == "alpha first":
        path = save(tmp_path / "b.tif", bands[[3, 0, 1, 2]], (RGBA[3], *RGBA[:3]))
    elif kind in ("cog", "png"):
        path = Path(str(tmp_path / f"b.{kind}"))
        rasterio.shutil.copy(tmp_path / "a.tif", path, driver=kind.upper())
    plain = save(tmp_path / "plain.tif", bands[:3], RGBA[:3])
    for side in (256, 100, 40, 300):
        with pytest.warns(GeomagWarning, match="band . of .* marked alpha, but holds image data"):
            view = look(path, side)
        assert view.valid is None
        assert (
            np.abs(view.pixels.astype(int) - look(plain, side).pixels).mean() < 3
        )  # averages of parts of pixels differ


def test_a_band_with_a_name_is_no_alpha(tmp_path: Path) -> None:
    bands = with_band(HIDDEN)  # looks like one
    with rasterio.open(save(tmp_path / "a.tif", bands), "r+") as dataset:
        dataset.set_band_description(4, "NIR")
    view = look(tmp_path / "a.tif", 64)
    assert view.valid is None and view.pixels[:, :16].any()


@pytest.mark.parametrize("top", [65535, 4095, 255, 1])
@pytest.mark.parametrize("all_valid", [True, False])
def test_16_bit_alpha_of_any_depth(tmp_path: Path, top: int, all_valid: bool) -> None:
    alpha = (np.ones_like(HIDDEN) if all_valid else HIDDEN > 0).astype(np.uint16) * top
    path = save(tmp_path / "a.tif", with_band(alpha, "uint16", 12))
    with rasterio.open(path) as dataset:
        expected = dataset.dataset_mask() > 0
    view = look(path)
    assert (view.valid is None) == all_valid and (all_valid or (view.valid == expected).all())
    assert view.pixels[:, 64:].mean() > 50
    assert all_valid or look(path, 64).valid.sum() == 64 * 48  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("kind", "top"),
    [("uint8", 1), ("uint8", 255), ("int16", 1), ("float32", 1.0), ("float32", 255.0)],
)
def test_alpha_is_valid_from_1_on(tmp_path: Path, kind: str, top: float) -> None:
    alpha = (HIDDEN > 0).astype(kind) * np.asarray(top, kind)
    view = look(save(tmp_path / "a.tif", with_band(alpha, kind)))
    assert view.valid is not None and (view.valid == (HIDDEN > 0)).all()
    assert (view.pixels[:, 64:] == RGB.transpose(1, 2, 0)[:, 64:]).all() or kind != "uint8"


def test_soft_edges_and_half_transparent_parts_are_alpha(tmp_path: Path) -> None:
    soft = HIDDEN.copy()
    soft[:, 64:80] = np.arange(16) * 16 + 8
    soft[100:150, 150:200] = 100
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        view = look(save(tmp_path / "a.tif", with_band(soft)))
        assert view.valid is not None and (view.valid == (soft > 0)).all()
        Image.fromarray(with_band(soft).transpose(1, 2, 0)).save(tmp_path / "a.png")
        assert look(tmp_path / "a.png").valid is not None


def test_an_alpha_in_doubt_is_told(tmp_path: Path) -> None:
    water = (
        np.random.default_rng(0).integers(0, 4, (256, 256)).astype(np.uint8)
    )  # near infrared of open water
    water[:8, :8] = 100
    with pytest.warns(
        GeomagWarning,
        match=r"25% of a.tif is hidden by band 4, which is marked alpha and has few levels",
    ):
        look(save(tmp_path / "a.tif", with_band(water)))


def test_nodata_comes_before_alpha_and_a_mask_before_nodata(tmp_path: Path) -> None:
    path = save(tmp_path / "a.tif", with_band(NIR), nodata=0)
    assert look(path).valid is None  # no pixel is 0 in red, green and blue
    masked = save(
        tmp_path / "b.tif", np.where(HIDDEN > 0, RGB, 7), RGBA[:3], nodata=RGB[0, 200, 200]
    )
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(masked, "r+") as dataset:
        dataset.write_mask(HIDDEN)
    assert (look(masked).valid == (HIDDEN > 0)).all()  # type: ignore[union-attr]


@pytest.mark.parametrize("by", ["alpha", "mask", "nodata"])
def test_a_scene_that_is_mostly_hidden_is_told(tmp_path: Path, by: str) -> None:
    seen = np.zeros_like(HIDDEN)
    seen[:, :77] = 255
    path = tmp_path / "a.tif"
    if by == "alpha":
        save(path, with_band(seen))
    else:
        save(
            path,
            np.where(seen > 0, np.maximum(RGB, 1), 0),
            RGBA[:3],
            nodata=0 if by == "nodata" else None,
        )
    if by == "mask":
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as dataset:
            dataset.write_mask(seen)
    with open_scene(path) as scene:
        with pytest.warns(GeomagWarning, match="70% of a.tif"):
            read(scene)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read(scene, 100)  # once is enough


def test_a_plain_picture_is_read_without_a_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = save(tmp_path / "plain.tif", RGB, RGBA[:3], tiled=True, blockxsize=64, blockysize=64)
    with rasterio.open(plain, "r+") as dataset:
        dataset.build_overviews([2, 4], Resampling.average)
    wanted: list[raw.ReadRequest] = []
    for name in ("read", "salvage"):
        original = getattr(raw.RasterReader, name)
        monkeypatch.setattr(
            raw.RasterReader,
            name,
            lambda reader, one, original=original: (wanted.append(one), original(reader, one))[1],
        )
    with open_scene(plain) as scene:
        read(scene, 64)
        read(scene, 128)
    assert len(wanted) == 2
    with open_scene(save(tmp_path / "alpha.tif", with_band(HIDDEN))) as scene:
        read(scene, 64)
        before = len(wanted)
        read(scene, 128)
    assert len(wanted) == before + 1
