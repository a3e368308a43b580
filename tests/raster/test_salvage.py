"""Rasters with damaged blocks.

What can be read is read, what cannot is listed, and nothing is made up.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image
from rasterio.enums import Resampling

from geomagnifier.errors import BoxError, SceneUnreadable
from geomagnifier.geometry import Box
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.types import View, Window

SIDE = 1024
TILES = {"tiled": True, "blockxsize": 256, "blockysize": 256}
PICTURE = np.kron(
    np.random.default_rng(0).integers(1, 256, (3, SIDE // 16, SIDE // 16)), np.ones((1, 16, 16))
).astype(np.uint8)


def save(
    path: Path, bands: Any = PICTURE, overviews: list[int] | None = None, **profile: Any
) -> Path:
    profile = {
        "photometric": "RGB",
        "interleave": "pixel",
        "transform": Affine(0.5, 0, 0, 0, -0.5, 0),
    } | profile
    count, height, width = bands.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=width,
        height=height,
        count=count,
        dtype=bands.dtype,
        **profile,
    ) as dataset:
        dataset.write(bands)
        if overviews:
            dataset.build_overviews(overviews, Resampling.average)
    return path


def lies(path: Path, x: int, y: int, band: int = 1, overview: int | None = None) -> tuple[int, int]:
    """Where a block's bytes begin and end in the file."""
    with rasterio.open(path) as dataset:
        start, size = (
            int(dataset.get_tag_item(f"BLOCK_{what}_{x}_{y}", "TIFF", bidx=band, ovr=overview))
            for what in ("OFFSET", "SIZE")
        )
    return start, start + size


def damage(path: Path, *blocks: tuple[int, int], **which: int) -> Path:
    """Overwrite blocks with zeros."""
    data = bytearray(path.read_bytes())
    for x, y in blocks:
        start, stop = lies(path, x, y, **which)
        data[start:stop] = bytes(stop - start)
    path.write_bytes(data)
    return path


def window(scene: Scene, shrink: float = 1, box: Box | None = None) -> Window:
    box = box or scene.info.box
    return Window(box, round(box.width / shrink), round(box.height / shrink), "test", box)


def both(path: Path, shrink: float = 1, box: Box | None = None) -> tuple[View, tuple[Box, ...]]:
    """What is salvaged where `read` refuses."""
    with open_scene(path) as scene:
        wanted = window(scene, shrink, box)
        with pytest.raises(SceneUnreadable, match=path.name):
            scene.read(wanted)
        return scene.salvage(wanted)


@pytest.mark.parametrize("compress", ["deflate", "lzw", "zstd", "jpeg"])
@pytest.mark.parametrize("shrink", [1, 4])
def test_one_damaged_tile(tmp_path: Path, compress: str, shrink: int) -> None:
    path = save(
        tmp_path / "a.tif",
        compress=compress,
        **TILES,
        **({"photometric": "YCbCr"} if compress == "jpeg" else {}),
    )
    with open_scene(path) as scene:
        whole = scene.read(window(scene, shrink))
        again, none = scene.salvage(window(scene, shrink))
        assert (
            none == ()
            and again.valid is None
            and (again.pixels == whole.pixels).all()
            and again.key == whole.key
        )
    view, broken = both(damage(path, (2, 1)), shrink)
    assert broken == (Box(512, 256, 768, 512),)
    assert view.valid is not None
    assert not view.valid[256 // shrink : 512 // shrink, 512 // shrink : 768 // shrink].any()
    around = 0 if shrink == 1 else 2  # GDAL averages with a look at the next pixel on each side
    assert view.valid.sum() == (SIDE // shrink) ** 2 - (256 // shrink + around) ** 2
    assert (view.pixels[view.valid] == whole.pixels[view.valid]).all()
    assert not view.pixels[~view.valid].any()


def test_a_window_beside_the_damage_is_read_as_ever(tmp_path: Path) -> None:
    path = damage(save(tmp_path / "a.tif", compress="deflate", **TILES), (2, 1))
    with open_scene(path) as scene:
        beside = window(scene, box=Box(0, 520, 500, 900))
        view, broken = scene.salvage(beside)
        assert broken == () and (view.pixels == scene.read(beside).pixels).all()
        assert (view.pixels == PICTURE[:, 520:900, :500].transpose(1, 2, 0)).all()


@pytest.mark.parametrize("shrink", [0.5, 2.7, 16])
def test_fractions_of_blocks_and_enlarged_windows(tmp_path: Path, shrink: float) -> None:
    path = save(tmp_path / "a.tif", compress="lzw", **TILES)
    box = Box(300.25, 201.5, 900.75, 1000)
    with open_scene(path) as scene:
        whole = scene.read(window(scene, shrink, box))
    view, broken = both(damage(path, (2, 1), (1, 3)), shrink, box)
    assert set(broken) == {Box(512, 256, 768, 512), Box(300.25, 768, 512, 1000)}
    assert view.valid is not None and view.valid.any()
    assert np.abs(view.pixels[view.valid].astype(int) - whole.pixels[view.valid]).max() <= 1


def test_blocks_that_lie_together_are_one_box(tmp_path: Path) -> None:
    path = damage(
        save(tmp_path / "a.tif", compress="deflate", **TILES),
        *((x, y) for x in (0, 1) for y in (2, 3)),
        (3, 0),
    )
    view, broken = both(path)
    assert set(broken) == {Box(0, 512, 512, 1024), Box(768, 0, 1024, 256)}
    assert view.valid is not None and view.valid.sum() == SIDE**2 - 512**2 - 256**2


@pytest.mark.parametrize("compress", ["deflate", "none"])
@pytest.mark.parametrize("blocks", [TILES, {"blockysize": 32}])
def test_a_file_that_ends_too_early(tmp_path: Path, compress: str, blocks: dict[str, Any]) -> None:
    path = save(tmp_path / "a.tif", compress=compress, **blocks)
    start = lies(path, 0, SIDE // blocks["blockysize"] // 2)[0]
    path.write_bytes(path.read_bytes()[: start + 10])
    view, broken = both(path)
    assert broken == (Box(0, 512, 1024, 1024),)
    assert view.valid is not None and view.valid[:510].all() and not view.valid[512:].any()
    assert (view.pixels[:510] == PICTURE[:, :510].transpose(1, 2, 0)).all()


def test_jpeg_that_ends_within_a_block_is_damage_too(tmp_path: Path) -> None:
    path = save(tmp_path / "a.tif", compress="jpeg", photometric="YCbCr", **TILES)
    data = bytearray(path.read_bytes())
    start, stop = lies(path, 1, 1)
    data[(start + stop) // 2 : stop] = bytes(stop - (start + stop) // 2)
    path.write_bytes(data)
    assert both(path)[1] == (Box(256, 256, 512, 512),)


def test_a_damaged_overview_costs_nothing_but_time(tmp_path: Path) -> None:
    path = save(tmp_path / "a.tif", compress="deflate", overviews=[2, 4], **TILES)
    with open_scene(path) as scene:
        whole = scene.read(window(scene, 4))
    view, broken = both(damage(path, (0, 0), overview=1), 4)
    assert broken == () and view.valid is None
    assert (
        np.abs(view.pixels.astype(int) - whole.pixels).max() <= 1
    )  # averages of averages, or of everything at once
    damage(path, (1, 1))
    view, broken = both(path, 4)
    assert broken == (Box(256, 256, 512, 512),)


def test_an_overview_that_is_whole_stands_in_for_damaged_blocks(tmp_path: Path) -> None:
    path = damage(save(tmp_path / "a.tif", compress="deflate", overviews=[4], **TILES), (1, 1))
    with open_scene(path) as scene:
        view, broken = scene.salvage(window(scene, 4))
        assert broken == () and (view.pixels == scene.read(window(scene, 4)).pixels).all()


def test_alpha_stays_what_it_was(tmp_path: Path) -> None:
    bands = np.concatenate((PICTURE, np.full((1, SIDE, SIDE), 255, np.uint8)))
    bands[3, :, :100] = 0
    path = damage(
        save(
            tmp_path / "a.tif", bands, compress="deflate", interleave="band", alpha="YES", **TILES
        ),
        (2, 2),
        band=2,
    )
    view, broken = both(path)
    assert broken == (Box(512, 512, 768, 768),)
    assert view.valid is not None and not view.valid[:, :100].any() and view.valid[:500, 100:].all()


def test_numbers_are_stretched_by_what_can_be_read(tmp_path: Path) -> None:
    path = damage(
        save(
            tmp_path / "a.tif", PICTURE.astype(np.uint16) * 7, compress="deflate", nodata=7, **TILES
        ),
        (0, 0),
    )
    view, broken = both(path)
    assert broken == (Box(0, 0, 256, 256),)
    assert view.pixels[300:].min() == 0 and view.pixels[300:].max() == 255
    with open_scene(path) as scene:  # the stretch does not depend on what is read first
        below = scene.read(window(scene, box=Box(0, 512, 1024, 1024)))
    assert (below.pixels == view.pixels[512:]).all()


def test_an_empty_window_of_a_damaged_scene_is_no_empty_scene(tmp_path: Path) -> None:
    path = damage(
        save(tmp_path / "a.tif", PICTURE * np.uint8(0), compress="deflate", nodata=0, **TILES),
        (0, 0),
    )
    with open_scene(path) as scene:
        view = scene.read(window(scene, box=Box(512, 512, 1024, 1024)))
        assert view.valid is not None and not view.valid.any()


def test_where_nothing_can_be_salvaged(tmp_path: Path) -> None:
    path = damage(save(tmp_path / "a.tif", compress="deflate", **TILES), (2, 1))
    with open_scene(path) as scene:
        with pytest.raises(SceneUnreadable, match=r"a\.tif cannot be read.*download it again"):
            scene.salvage(window(scene, box=Box(530, 300, 700, 400)))
        with pytest.raises(BoxError, match="not inside"):
            scene.salvage(window(scene, box=Box(0, 0, 2000, 10)))
    with pytest.raises(SceneUnreadable, match="closed"):
        scene.salvage(window(scene))
    for name in ("a.png", "a.jpg"):
        Image.fromarray(PICTURE.transpose(1, 2, 0)).save(tmp_path / name)
        data = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(data[: len(data) // 2])
        with open_scene(tmp_path / name) as scene, pytest.raises(SceneUnreadable, match=name):
            scene.salvage(window(scene))


def test_arrays_are_never_damaged() -> None:
    with open_scene(PICTURE) as scene:
        view, broken = scene.salvage(window(scene, 3))
        assert broken == () and (view.pixels == scene.read(window(scene, 3)).pixels).all()
