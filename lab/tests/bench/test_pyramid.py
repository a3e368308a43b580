"""Strips become one tiled file with overviews, every tile written once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.errors import NotGeoreferencedWarning

from geomagnifier.errors import OutputError
from geomagnifier_lab.bench.pyramid import BLOCK, write_pyramid

pytestmark = pytest.mark.filterwarnings(
    f"ignore::{NotGeoreferencedWarning.__module__}.{NotGeoreferencedWarning.__name__}"
)


def picture(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.stack([x // 8 % 256, y // 8 % 256, (x + y) // 16 % 256], -1).astype(np.uint8)


@pytest.mark.parametrize("compress", ["deflate", "jpeg"])
def test_strips_of_any_height_make_up_the_picture(compress: str, tmp_path: Path) -> None:
    pixels = picture(1700, 1300)
    cuts = [0, 1, 300, 1024, 1690, 1700]
    strips = [pixels[a:b] for a, b in zip(cuts, cuts[1:], strict=False)]
    write_pyramid(tmp_path / "a.tif", (1300, 1700), iter(strips), compress)  # type: ignore[arg-type]
    with rasterio.open(tmp_path / "a.tif") as dataset:
        read = dataset.read().transpose(1, 2, 0)
        assert dataset.block_shapes == [(BLOCK, BLOCK)] * 3 and dataset.overviews(1) == [2, 4]
        assert dataset.profile["compress"] == compress
        coarse = dataset.read(1, out_shape=(425, 325))
    if compress == "deflate":
        assert np.array_equal(read, pixels)
    else:
        assert np.abs(read.astype(int) - pixels).mean() < 4
    assert np.abs(coarse.astype(int) - pixels[::4, ::4, 0]).mean() < 8
    assert [p.name for p in tmp_path.iterdir()] == ["a.tif"]


def test_a_small_picture_needs_no_overviews(tmp_path: Path) -> None:
    write_pyramid(tmp_path / "a.tif", (100, 70), [picture(70, 100)])
    with rasterio.open(tmp_path / "a.tif") as dataset:
        assert dataset.overviews(1) == [] and (dataset.width, dataset.height) == (100, 70)


@pytest.mark.parametrize(
    ("strips", "hint"),
    [([(60, 100)], "60 rows"), ([(70, 100), (600, 100)], "more rows"), ([(70, 90)], "a strip is")],
)
def test_strips_that_do_not_fit_leave_nothing_behind(
    strips: list[tuple[int, int]], hint: str, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match=hint):
        write_pyramid(tmp_path / "a.tif", (100, 70), [picture(*size) for size in strips])
    assert not list(tmp_path.iterdir())
