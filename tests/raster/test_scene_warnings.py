"""What a scene is warned of, and from which share on."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest

from geomagnifier.errors import GeomagWarning
from geomagnifier.raster import scene_warnings
from geomagnifier.raster.bands import Bands
from geomagnifier.raster.scene import open_scene
from geomagnifier.raster.undeclared_nodata import Fill

PLAIN = Bands((1, 2, 3), (None, None, None), False, True)


def told(warn: Callable[[], None]) -> list[str]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        warn()
    assert all(one.category is GeomagWarning for one in found)
    return [str(one.message) for one in found]


@pytest.mark.parametrize(
    ("share", "part"), [(0.5, None), (0.51, "51%"), (0.995, "more than 99%"), (1, None)]
)
def test_more_than_half_that_is_not_valid_is_told(share: float, part: str | None) -> None:
    (text,) = told(lambda: scene_warnings.mostly_invalid("a.tif", PLAIN, share)) or [""]
    assert text == (
        f"only what is valid can be searched: {part} of a.tif is nodata" if part else ""
    )


def test_an_alpha_in_doubt_is_told_where_nothing_else_tells_of_it() -> None:
    hidden = (0.001, 0.002, 0.5, 0.51)
    counts = [
        len(told(lambda share=share: scene_warnings.alpha_in_doubt("a.tif", 4, share)))
        for share in hidden
    ]
    assert counts == [0, 1, 1, 0]


def test_values_are_told_as_they_are_written() -> None:
    ends = np.zeros(1)
    fill = Fill(ends, ends, ends, ends, ((-9999.0, 0.25),), ((0.5, 0.125),))
    first, second = told(lambda: scene_warnings.nodata_undeclared("a.tif", fill))
    assert first.startswith("-9999 in 25.0% of a.tif is taken for nodata")
    assert second.startswith("0.5 in 12.5% of a.tif may be nodata, and is taken for data")


def test_the_warning_names_the_line_that_opened_the_scene() -> None:
    pixels = np.zeros((8, 8, 3), np.uint8)
    with pytest.warns(GeomagWarning, match="has a CRS, but nothing says where") as found:
        open_scene(pixels, crs="EPSG:32633").close()
    assert found[0].filename == __file__
