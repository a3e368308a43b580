"""Pixels to map coordinates and back for any affine transform, and CRSs by name."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.crs import CRS

from geomagnifier.raster import georeference, shapes
from made_rasters import make

sizes = st.floats(1e-6, 1e4) | st.floats(-1e4, -1e-6)
maps = st.builds(
    lambda x, y, wide, high, turn, slant: Affine.translation(x, y) @ Affine.rotation(turn)
    @ Affine.shear(slant) @ Affine.scale(wide, high),
    st.floats(-1e7, 1e7), st.floats(-1e7, 1e7), sizes, sizes, st.floats(0, 360), st.floats(-80, 80),
)  # fmt: skip
pixels = st.floats(0, 1e6)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(maps, pixels, pixels, st.floats(1, 1e4), st.floats(1, 1e4))
def test_pixels_on_the_map_and_back_for_any_map(
    place: Affine, x: float, y: float, width: float, height: float
) -> None:
    told = georeference.affine6(place)
    assert told is not None
    corners = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    moved = georeference.to_crs(told, corners[:, 0], corners[:, 1])
    assert np.allclose(moved, place @ (corners[:, 0], corners[:, 1]), rtol=1e-9, atol=1e-6)
    lost = (
        2**-50
        * max(1, *np.abs(moved).ravel(), *map(abs, told[2::3]))
        * np.linalg.norm(np.linalg.inv([told[:2], told[3:5]]))
    )  # digits
    assert np.allclose((~place) @ moved, corners.T, atol=1e-6 + float(lost))
    (shape,) = shapes.to_crs(
        [shapely.box(x, y, x + width, y + height)], replace(make().scene, transform=told)
    )
    share = shape.area / (width * height * abs(told[0] * told[4] - told[1] * told[3]))
    assert share == pytest.approx(1, abs=1e-3) or lost > 1e-3 * min(width, height)


@pytest.mark.parametrize(
    "turned",
    [
        Affine.identity(),
        Affine.scale(0, 1),
        Affine(1, 2, 0, 2, 4, 0),
        Affine(math.nan, 0, 0, 0, 1, 0),
    ],
)
def test_what_is_no_map(turned: Affine) -> None:
    assert georeference.affine6(turned) is None


@pytest.mark.parametrize("epsg", [3413, 3031])
def test_a_scene_round_a_pole_is_measured_without_a_warning(epsg: int) -> None:
    """At the pole itself nothing leads east: the projection is taken at its word."""
    crs, place = CRS.from_epsg(epsg), (0.5, 0.0, -64.0, 0.0, -0.5, 64.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert georeference.metres_per_pixel(crs, place, 256, 256) == pytest.approx(0.5)
        assert georeference.aspect(crs, place, 256, 256) == pytest.approx(1)
