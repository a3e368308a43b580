"""Files, arrays and PIL images become datasets, or are refused with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
import rasterio.vrt
from affine import Affine
from PIL import Image
from rasterio.enums import Resampling

from geomagnifier.errors import (
    SceneNotFound,
    SceneUnreadable,
)
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


@pytest.mark.parametrize(
    "dtype", ["uint8", "uint16", "int16", "int64", "float16", "float32", "float64", "bool", ">u2"]
)
def test_arrays_of_every_kind(dtype: str) -> None:
    pixels = noise(20, 30, 3, high=2).astype(dtype)
    with open_scene(pixels) as scene:
        assert (
            whole(scene).pixels == noise(20, 30, 3, high=2) * (1 if dtype == "uint8" else 255)
        ).all()


def test_axes_of_arrays() -> None:
    pixels = noise(20, 30, 3)
    backwards = pixels[::-1, ::-1]
    for array, expected in (
        (pixels, pixels),
        (pixels.transpose(2, 0, 1), pixels),
        (pixels[:, :, :1], pixels[:, :, [0] * 3]),
        (backwards, backwards),
    ):
        with open_scene(array) as scene:
            assert (whole(scene).pixels == expected).all()


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"]
)
def test_pil_modes(mode: str) -> None:
    source = Image.fromarray(noise(20, 30, 3))
    image = (
        Image.fromarray(noise(20, 30, dtype="uint16", high=5000))
        if mode == "I;16"
        else source.convert(mode)
    )
    with open_scene(image) as scene:
        view = whole(scene)
    if mode in ("I", "F", "I;16"):
        assert np.corrcoef(view.pixels[..., 0].ravel(), np.asarray(image).ravel())[0, 1] > 0.99
    else:
        assert (view.pixels == np.asarray(image.convert("RGB"))).all()
        assert view.valid is None


def test_pil_transparency_is_validity() -> None:
    rgba = noise(10, 10, 4)
    rgba[..., 3] = 255
    rgba[:5, :, 3] = 0
    with open_scene(Image.fromarray(rgba)) as scene:
        view = whole(scene)
    assert view.valid is not None
    assert (view.valid == (rgba[..., 3] > 0)).all()


def test_files_that_are_no_scene(tmp_path: Path) -> None:
    (tmp_path / "text.tif").write_text("not a picture\n" * 50)
    (tmp_path / "empty.tif").write_bytes(b"")
    save(tmp_path / "a.tif", noise(1, 8, 8))
    (tmp_path / "points.vrt").write_text(
        '<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand dataType="Byte"'
        ' band="1"/></VRTDataset>'
    )
    with rasterio.open(tmp_path / "a.tif") as dataset, rasterio.vrt.WarpedVRT(dataset) as points:
        rasterio.shutil.copy(points, tmp_path / "warped.vrt", driver="VRT")
    refused = {
        "text.tif": "not an image",
        "empty.tif": "empty file",
        "points.vrt": "VRT",
        "warped.vrt": "VRT",
        ".": "folder",
    }
    for name, words in refused.items():
        with pytest.raises(SceneUnreadable, match=words):
            open_scene(tmp_path / name)
    with pytest.raises(SceneNotFound, match="does not exist"):
        open_scene(tmp_path / "none.tif")
    for address in (
        "https://example.org/a.tif",
        "/vsicurl/https://example.org/a.tif",
        "s3://bucket/a.tif",
        "zip://a.zip!a.tif",
    ):
        with pytest.raises(
            SceneUnreadable, match="unpack it" if address.startswith("zip") else "download it first"
        ):
            open_scene(address)
    with pytest.raises(SceneUnreadable, match="not int"):
        open_scene(7)  # type: ignore[arg-type]


def test_shapes_and_numbers_that_are_no_picture() -> None:
    for array in (
        np.zeros(5),
        np.zeros((2, 2, 2, 2)),
        np.zeros((4, 4), complex),
        np.array([["a"]]),
    ):
        with pytest.raises(SceneUnreadable):
            open_scene(array)
