"""D of the paper is the mean of 4 x 4 px, whatever the overviews of a file are made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.enums import Resampling
from rasterio.transform import Affine

from geomagnifier.geometry import Box
from geomagnifier.inference import resolution
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Bytes

SIDE = 512
PLACE = Affine(0.5, 0, 500_000, 0, -0.5, 5_000_000)


def write(path: Path, pixels: Bytes, resampling: Resampling | None) -> Path:
    """A tiled GeoTIFF with overviews at 2 and 4."""
    how = {
        "count": 3,
        "dtype": pixels.dtype,
        "crs": "EPSG:32633",
        "transform": PLACE,
        "tiled": True,
        "blockxsize": 128,
        "blockysize": 128,
    }
    with rasterio.open(
        path, "w", driver="GTiff", height=pixels.shape[0], width=pixels.shape[1], **how
    ) as file:
        file.write(pixels.transpose(2, 0, 1))
        if resampling is not None:
            file.build_overviews([2, 4], resampling)
    return path


@pytest.fixture
def pixels() -> Bytes:
    return np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)


@pytest.mark.parametrize(
    "resampling", [None, Resampling.nearest, Resampling.average, Resampling.cubic, Resampling.mode]
)
def test_d_is_the_mean_whatever_the_overviews_are(
    tmp_path: Path, pixels: Bytes, resampling: Resampling | None
) -> None:
    with open_scene(write(tmp_path / "a.tif", pixels, resampling)) as scene:
        view = scene.read(resolution.window_of(scene.info.box, 4, "wide"), pooled=True)
        salvaged, broken = scene.salvage(
            resolution.window_of(scene.info.box, 4, "wide"), pooled=True
        )
    assert np.abs(view.pixels.astype(int) - resolution.compress(pixels)).max() <= 1
    assert (salvaged.pixels == view.pixels).all() and broken == ()


def test_without_pooling_the_overview_is_what_is_shown(tmp_path: Path, pixels: Bytes) -> None:
    with open_scene(write(tmp_path / "a.tif", pixels, Resampling.nearest)) as scene:
        window = resolution.window_of(scene.info.box, 4, "wide")
        quick, exact = scene.read(window), scene.read(window, pooled=True)
    assert np.abs(quick.pixels.astype(int) - resolution.compress(pixels)).mean() > 20
    assert quick.key != exact.key  # a model keeps what it saw under the key


def test_means_in_the_overviews_are_read_from_them(
    tmp_path: Path, pixels: Bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geomagnifier.raster.reader.SPOTS", 2)
    for resampling, factor in ((Resampling.average, 4), (Resampling.nearest, 1)):
        with open_scene(write(tmp_path / f"{factor}.tif", pixels, resampling)) as scene:
            scene.read(resolution.window_of(scene.info.box, 4, "wide"), pooled=True)
            wanted = scene._reader._is_pooled(4)
        assert wanted == (factor == 4)


@pytest.mark.parametrize("kind", ["uint16", "float32"])
def test_other_numbers_are_judged_by_their_range(tmp_path: Path, kind: str) -> None:
    numbers = (
        np.random.default_rng(1).random((SIDE, SIDE, 3)) * (6000 if kind == "uint16" else 0.4)
    ).astype(kind)
    for resampling in (Resampling.average, Resampling.nearest):
        with open_scene(write(tmp_path / f"{resampling.name}.tif", numbers, resampling)) as scene:
            scene.read(resolution.window_of(Box(0, 0, 256, 256), 4, "wide"), pooled=True)
            assert scene._reader._is_pooled(4) == (resampling is Resampling.average)
