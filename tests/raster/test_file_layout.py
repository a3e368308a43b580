"""The layout of a raster in its file, as `geomag info` shows it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.enums import Resampling

from geomagnifier.raster.scene import open_scene

TURNED = Affine(0.4, 0.3, 500_000, 0.3, -0.4, 5_000_000)


def test_blocks_overviews_and_bounds_of_a_rotated_raster(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    profile = {"driver": "GTiff", "width": 600, "height": 400, "count": 1, "dtype": "uint16"}
    blocks = {"tiled": True, "blockxsize": 256, "blockysize": 128, "compress": "deflate"}
    with rasterio.open(
        path, "w", nodata=7, crs="EPSG:32633", transform=TURNED, **profile, **blocks
    ) as file:
        file.write(np.arange(240_000, dtype=np.uint16).reshape(1, 400, 600))
        file.build_overviews([2, 4], Resampling.average)
    with open_scene(path) as scene:
        layout = scene.layout
    assert (layout.driver, layout.dtypes, layout.nodata) == ("GTiff", ("uint16",), (7,))
    assert (layout.block, layout.tiled, layout.overviews) == ((256, 128), True, (2, 4))
    assert layout.compression == "DEFLATE"
    corners = [TURNED @ (x, y) for x in (0, 600) for y in (0, 400)]
    xs, ys = zip(*corners, strict=True)
    assert layout.bounds == (min(xs), min(ys), max(xs), max(ys))


def test_an_array_has_rows_for_blocks_and_no_bounds() -> None:
    with open_scene(np.zeros((40, 60, 3), np.uint8)) as scene:
        layout = scene.layout
    assert (layout.block, layout.tiled, layout.overviews) == ((60, 1), False, ())
    assert layout.bounds is None and layout.compression is None
