"""Masks of scenes taller, wider and larger than the windows that they are written in (2048 px)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image

from fake import FakeModel, paint
from geomagnifier import masks
from geomagnifier.errors import OutputError
from geomagnifier.export import mask_cog
from geomagnifier.export.mask_cog import BLOCK, STEP, write_mask
from geomagnifier.export.write import write, write_picture
from geomagnifier.geometry import Box, Placement
from geomagnifier.masks import MaskPatch
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Affine6
from made_rasters import NORTH_UP, TURNED, make

TALL = (
    (20, 100, 60, 140),
    (900, 2040, 940, 2060),
    (30, 2500, 90, 2560),
    (10, 4900, 50, 5000),
    (960, 4960, 1000, 5000),
)


@pytest.mark.parametrize("turned", [False, True])
def test_a_mask_of_a_long_scene_is_whole(tmp_path: Path, turned: bool) -> None:
    ships = tuple((y0, x0, y1, x1) for x0, y0, x1, y1 in TALL) if turned else TALL
    size = (5000, 1000) if turned else (1000, 5000)
    pixels = paint(*size, *ships)
    with open_scene(pixels) as scene:
        answer = ask(scene, "Segment every ship.", FakeModel(), search="exhaustive")
    truth = pixels[..., 1] == 0
    assert len(answer.regions) == len(ships)
    with rasterio.open(write(answer, tmp_path / "out")["mask"]) as dataset:
        written = dataset.read(1).astype(bool)
        assert (
            dataset.shape == truth.shape
            and dataset.overviews(1)
            and dataset.tags()["GEOMAG_COMPLETE"] == "yes"
        )
    assert (written == answer.mask).all() and not (written & ~truth).any()
    for x0, y0, x1, y1 in ships:
        assert written[y0:y1, x0:x1].mean() > 0.95


def test_windows_are_those_of_the_mask_and_no_others() -> None:
    pixels = paint(5000, 2100, (4100, 2050, 4140, 2090), (100, 100, 140, 140))
    with open_scene(pixels) as scene:
        answer = ask(scene, "Segment every ship.", FakeModel(), search="exhaustive")
    windows = {
        (*corner, mask.shape[1], mask.shape[0]): int(mask.sum())
        for corner, mask in mask_cog._windows(answer)
    }
    assert set(windows) == {(0, 0, STEP, STEP), (2 * STEP, STEP, 5000 - 2 * STEP, 2100 - STEP)}
    assert sum(windows.values()) == answer.mask.sum()  # type: ignore[union-attr]


def test_a_file_with_fewer_pixels_than_were_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GDAL does not always say that a disk is full.

    Here the last block is lost on the way into the COG.
    """
    pixels = paint(1000, 2600, (20, 100, 60, 140), (900, 2500, 940, 2540))
    with open_scene(pixels) as scene:
        answer = ask(scene, "Segment every ship.", FakeModel(), search="exhaustive")
    copy = rasterio.shutil.copy

    def losing(scratch: Path, path: Path, **how: object) -> None:
        with rasterio.open(scratch, "r+") as dataset:
            dataset.write(np.zeros((1, 100, 1000), np.uint8), window=((2500, 2600), (0, 1000)))
        copy(scratch, path, **how)

    monkeypatch.setattr(mask_cog.rasterio.shutil, "copy", losing)
    with pytest.raises(OSError, match=r"of the \d+ pixels of the mask are there"):
        write_mask(tmp_path / "mask.tif", tmp_path / "scratch.tif", answer)
    with pytest.raises(OutputError):
        write(answer, tmp_path / "out")


def test_the_mask_is_tiled_with_overviews_and_colours(tmp_path: Path) -> None:
    pixels = paint(1100, 1300, (20, 100, 60, 140))
    with open_scene(pixels) as scene:
        answer = ask(
            scene,
            "Segment every ship.",
            FakeModel(),
            search="exhaustive",
            progress=lambda done, known: done < 1,
        )
    write_mask(tmp_path / "mask.tif", tmp_path / "scratch.tif", answer)
    with rasterio.open(tmp_path / "mask.tif") as dataset:
        assert dataset.block_shapes == [(BLOCK, BLOCK)] == [(512, 512)] and dataset.dtypes == (
            "uint8",
        )
        assert dataset.colormap(1)[1] == (230, 159, 0, 255) and dataset.colormap(1)[0][:3] == (
            0,
            0,
            0,
        )
        assert dataset.tags()["GEOMAG_COMPLETE"] == ("yes" if answer.complete else "no")
        assert dataset.transform[4] == -1  # without a place: y up, where QGIS shows such a picture


def test_overviews_show_where_half_of_the_pixels_are_in_the_mask(tmp_path: Path) -> None:
    height, width = 2500, 4101  # both sides odd at some level, and more than one window
    cells = np.random.default_rng(3).integers(0, 256, (height // 4, width // 4), np.uint8)
    cells[150:375, 250:750] = 255
    cells[400:] = 0
    whole = Box(0, 0, width, height)
    patch = MaskPatch(Placement(whole, width // 4, height // 4), whole, cells, 0.5)
    answer = replace(make(size=(width, height)), patches=(patch,))
    write_mask(tmp_path / "mask.tif", tmp_path / "scratch.tif", answer)
    with rasterio.open(tmp_path / "mask.tif") as dataset:
        truth = dataset.read(1).astype(bool)
        assert dataset.overviews(1) == [2, 4, 8, 16] and 0.2 < truth.mean() < 0.8
    for level in range(4):
        side = 2 ** (level + 1)
        with rasterio.open(tmp_path / "mask.tif", overview_level=level) as overview:
            found = overview.read(1).astype(bool)
        assert found.shape == (-(-height // side), -(-width // side))
        within = truth[: height // side * side, : width // side * side]
        share = within.reshape(height // side, side, width // side, side).mean((1, 3))
        assert (found[: height // side, : width // side] == (share >= 0.5)).all()


@pytest.mark.parametrize("place", [NORTH_UP, TURNED])
def test_mask_lies_on_the_scene(tmp_path: Path, place: Affine6) -> None:
    answer = make(place=place)
    with rasterio.open(write(answer, tmp_path)["mask"]) as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert (dataset.width, dataset.height, dataset.dtypes, dataset.nodata) == (
            160,
            120,
            ("uint8",),
            None,
        )
        assert dataset.crs.to_string() == "EPSG:32633"
        assert tuple(dataset.transform)[:6] == pytest.approx(place)
        assert set(np.unique(dataset.read(1))) == {0, 1}
        assert answer.mask is not None
        assert (dataset.read(1).astype(bool) == answer.mask).all()


def test_a_georeferenced_mask_goes_there_and_back(tmp_path: Path) -> None:
    write_picture(tmp_path / "scene.tif", np.zeros((120, 160, 3), np.uint8), "EPSG:32633", NORTH_UP)
    with open_scene(tmp_path / "scene.tif") as scene:
        info = scene.info
    with rasterio.open(
        write(make(crs=info.crs, place=info.transform), tmp_path / "out")["mask"]
    ) as dataset:
        rows, columns = np.nonzero(dataset.read(1))
        x, y = dataset.xy(rows.min(), columns.min(), offset="ul")
    assert (x, y) == (500_000 + 16 * 0.5, 5_000_000 - 24 * 0.5)


def test_large_masks_are_written_by_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mask_cog, "STEP", 512)
    answer = make(size=(1300, 1100))
    asked: list[Box] = []

    def read_patches(patches: Any, window: Box, scene: Box) -> Any:
        asked.append(window)
        return masks.read_patches(patches, window, scene)

    monkeypatch.setattr(mask_cog, "read_patches", read_patches)
    with rasterio.open(write(answer, tmp_path)["mask"]) as dataset:
        assert dataset.read(1).sum() == answer.read_mask(answer.scene.box).sum() > 0
    assert max(box.area for box in asked) <= 512 * 512


def test_a_mask_without_place(tmp_path: Path) -> None:
    answer = make(crs=None, place=None)
    write(answer, tmp_path)
    picture = np.asarray(Image.open(tmp_path / "mask.tif"))
    assert picture.shape == (120, 160)
    assert answer.mask is not None
    assert picture.sum() == answer.mask.sum() > 700


def test_windows_without_patches_cost_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = make(size=(20_000, 16_000))
    cells = np.full((4, 4), 255, np.uint8)
    places = [
        Box(x, y, x + 16, y + 16)
        for x, y in ((10, 10), (2000, 2000), (2040, 2040), (19_984, 15_984))
    ]
    handed: list[int] = []

    def read_patches(patches: Any, window: Box, scene: Box) -> Any:
        handed.append(len(patches))
        return masks.read_patches(patches, window, scene)

    monkeypatch.setattr(mask_cog, "read_patches", read_patches)
    patches = tuple(MaskPatch(Placement(box, 4, 4), box, cells, 0.5) for box in places)
    windows = list(mask_cog._windows(replace(answer, patches=patches)))
    assert sum(int(mask.sum()) for _, mask in windows) == 4 * 256
    assert sorted(handed) == [1, 1, 1, 1, 3]  # three in the first window, one across four
    assert list(mask_cog._windows(replace(answer, patches=()))) == []
