"""Reading in bounded memory: pieces, GDAL's cache, sparse files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import Resampling
from rasterio.windows import Window as RasterWindow

from geomagnifier.geometry import Box
from geomagnifier.raster import reader as raw
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.types import Window

PLACE = {"driver": "GTiff", "dtype": "uint8", "transform": Affine(0.5, 0, 0, 0, -0.5, 0)}
TILES = {"tiled": True, "blockxsize": 256, "blockysize": 256}


def window(scene: Scene, width: int, height: int, box: Box | None = None) -> Window:
    box = box or scene.info.box
    return Window(box, width, height, "test", box)


@pytest.mark.parametrize("blocks", [TILES, {"blockysize": 1}, {"blockysize": 300}])
@pytest.mark.parametrize("alpha", [False, True])
def test_a_picture_is_the_same_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocks: dict[str, Any], alpha: bool
) -> None:
    bands = (
        np.random.default_rng(0).integers(0, 256, (4 if alpha else 3, 900, 1300)).astype(np.uint8)
    )
    if alpha:
        bands[3] = 255
        bands[3, 200:450, 300:] = 0
    path = tmp_path / "a.tif"
    kind = {"photometric": "RGB"} | ({"alpha": "YES"} if alpha else {})
    with rasterio.open(
        path, "w", width=1300, height=900, count=len(bands), **PLACE, **blocks, **kind
    ) as dataset:
        dataset.write(bands)
    for size, box in (
        ((130, 90), None),
        ((433, 301), Box(10.5, 20.25, 1290, 899)),
        ((1300, 900), None),
    ):
        views = []
        for most in (1 << 40, 300_000):
            monkeypatch.setattr(raw, "AT_ONCE", most)
            with open_scene(path) as scene:
                views.append(scene.read(window(scene, *size, box)))
        assert np.abs(views[0].pixels.astype(int) - views[1].pixels).max() <= 1
        if alpha:
            assert (views[0].valid == views[1].valid).all()
        else:
            assert views[1].valid is None


def test_a_large_scene_without_overviews_is_shrunk_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.tif"
    side = 9000  # 243 MB decoded
    strip = np.repeat(np.arange(side, dtype=np.uint8)[None, None] // 32, 512, 1).repeat(3, 0)
    profile = PLACE | TILES | {"compress": "packbits", "interleave": "pixel", "photometric": "RGB"}
    with (
        rasterio.Env(GDAL_CACHEMAX=32 << 20),
        rasterio.open(path, "w", width=side, height=side, count=3, **profile) as dataset,
    ):
        for y in range(0, side, 512):
            high = min(512, side - y)
            dataset.write(strip[:, :high], window=RasterWindow(0, y, side, high))
    code = """
import sys
from geomagnifier.memory import peak
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Window
with open_scene(sys.argv[1]) as scene:
    before, box = peak(), scene.info.box
    scene.read(Window(box, 900, 900, "test", box))
    print((peak() - before) / 1e6)
"""
    grown = float(
        subprocess.run(
            [sys.executable, "-c", code, str(path)],
            capture_output=True,
            text=True,
            check=True,
            timeout=600,
        ).stdout
    )
    assert grown < 64 * 1.05 + 30


def test_what_was_never_written_is_not_shrunk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels, patiently = [], raw._patiently

    def counting(read: Any, *given: Any, **how: Any) -> Any:
        pixels.append(how["window"].width * how["window"].height)
        return patiently(read, *given, **how)

    monkeypatch.setattr(raw, "_patiently", counting)
    path = tmp_path / "sparse.tif"
    side = 40_000
    profile = PLACE | TILES | {"compress": "deflate", "photometric": "RGB", "SPARSE_OK": "TRUE"}
    patch = np.random.default_rng(0).integers(1, 256, (3, 256, 256)).astype(np.uint8)
    with rasterio.open(path, "w", width=side, height=side, count=3, **profile) as dataset:
        dataset.write(patch, window=RasterWindow(20_480, 10_240, 256, 256))
    with open_scene(path) as scene:
        view = scene.read(window(scene, 1000, 1000))
        assert 0 < sum(pixels) < 0.05 * side**2
        assert (
            view.valid is None
            and view.pixels.any()
            and not view.pixels[:200].any()
            and not view.pixels[300:].any()
        )
        near = scene.read(window(scene, 300, 300, Box(20_470, 10_230, 20_770, 10_530))).pixels
        assert (
            near[10:266, 10:266] == patch.transpose(1, 2, 0)
        ).all() and near.sum() == patch.sum()
        beside = scene.read(
            window(scene, 512, 512, Box(20_224, 10_240, 20_480, 10_496))
        )  # bilinear looks at the neighbour
        assert beside.pixels[:, -1].any() and not beside.pixels[:, :500].any()


@pytest.mark.filterwarnings("ignore:only what is valid")
@pytest.mark.parametrize(
    ("kind", "nodata"), [("uint8", 7), ("float32", -9999.5), ("float32", float("nan"))]
)
def test_what_was_never_written_is_nodata(tmp_path: Path, kind: str, nodata: float) -> None:
    path = tmp_path / "sparse.tif"
    profile = PLACE | TILES | {"dtype": kind, "SPARSE_OK": "TRUE", "nodata": nodata}
    with rasterio.open(path, "w", width=1024, height=512, count=1, **profile) as dataset:
        dataset.write(
            np.arange(256 * 256, dtype=kind).reshape(1, 256, 256) // 2 + 8,
            window=RasterWindow(256, 0, 256, 256),
        )
    with open_scene(path) as scene, rasterio.open(path) as dataset:
        for wanted in (window(scene, 1024, 512), window(scene, 64, 32)):
            valid = dataset.dataset_mask(out_shape=(wanted.height, wanted.width)) > 0
            assert (scene.read(wanted).valid == valid).all() and 0 < valid.sum() < valid.size


def test_nodata_that_a_raster_cannot_hold_is_brought_to_the_nearest() -> None:
    cases = {
        (-9999, "uint8"): 0,
        (9999, "uint8"): 255,
        (float("nan"), "int16"): 0,
        (-1e300, "float32"): -np.inf,
        (None, "uint8"): 0,
    }
    assert {case: raw._unwritten(case[0], np.dtype(case[1])) for case in cases} == cases


@pytest.mark.filterwarnings("ignore:only what is valid")
def test_a_missing_alpha_is_not_valid(tmp_path: Path) -> None:
    path = tmp_path / "sparse.tif"
    with rasterio.open(
        path,
        "w",
        width=1024,
        height=512,
        count=4,
        **PLACE | TILES,
        photometric="RGB",
        alpha="YES",
        SPARSE_OK="TRUE",
    ) as dataset:
        dataset.write(np.full((4, 256, 256), 255, np.uint8), window=RasterWindow(256, 0, 256, 256))
    with open_scene(path) as scene:
        view = scene.read(window(scene, 128, 64))
        assert (
            view.valid is not None and view.valid.sum() == 32 * 32 and view.valid[:32, 32:64].all()
        )


@pytest.mark.filterwarnings("ignore:only what is valid")
def test_the_whole_scene_is_looked_through_for_data_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.tif"
    bands = np.zeros((1, 600, 600), np.uint8)
    bands[0, 500:, 500:] = 9
    with rasterio.open(
        path, "w", width=600, height=600, count=1, nodata=0, **PLACE | TILES
    ) as dataset:
        dataset.write(bands)
        dataset.build_overviews([2], Resampling.average)
    asked: list[Box] = []
    original = raw.RasterReader.salvage

    def salvage(reader: raw.RasterReader, wanted: raw.ReadRequest) -> raw.RasterBlock:
        asked.append(wanted.box)
        return original(reader, wanted)

    monkeypatch.setattr(raw.RasterReader, "salvage", salvage)
    with open_scene(path) as scene:
        for x in (0, 100, 200):
            assert not scene.read(window(scene, 50, 50, Box(x, 0, x + 50, 50))).valid.any()  # type: ignore[union-attr]
    assert asked == [Box(0, 0, 600, 600)]
