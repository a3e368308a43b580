"""Nodata that is not declared: told and left out; and what looks like it and is data."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import Resampling

from geomagnifier.errors import GeomagWarning, SceneEmpty
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import View, Window
from geomagnifier_lab.render.scene import draw_scene

DRAWN = draw_scene(5, 256, 256, "airport").pixels.transpose(2, 0, 1)
FLOAT = (DRAWN / 255 * 0.4).astype(np.float32)
SIXTEEN = DRAWN.astype(np.uint16) * 12 + 300
LEFT = 24
"""Columns of a collar."""


def save(path: Path, bands: Any, **profile: Any) -> Path:
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
        dataset.write(bands)
    return path


def look(path: Path, side: int = 256) -> View:
    with open_scene(path) as scene:
        return scene.read(Window(scene.info.box, side, side, "whole", scene.info.box))


def collar(
    bands: Any, value: float, columns: slice = slice(0, LEFT), rows: slice = slice(None)
) -> Any:
    bands = bands.copy()
    bands[:, rows, columns] = value
    return bands


@pytest.mark.parametrize(
    ("bands", "value"),
    [(FLOAT, v) for v in (-9999, -3.4028235e38, 3.4e38, 1e20, -32768, -999, -1, 9999)]
    + [(FLOAT.astype(np.float64), -1.7e308), (SIXTEEN, 65535), (SIXTEEN, 0)]
    + [(SIXTEEN.astype(np.int16), v) for v in (-32768, -9999)]
    + [(SIXTEEN.astype(np.int32), -(2**31))],
)
def test_fill_is_told_and_seen_as_if_it_were_declared(
    tmp_path: Path, bands: Any, value: float
) -> None:
    filled = collar(bands, value)
    declared = look(save(tmp_path / "declared.tif", filled, nodata=value))
    with pytest.warns(GeomagWarning, match=r"in 9\.4% of a\.tif is taken for nodata.*-a_nodata"):
        found = look(save(tmp_path / "a.tif", filled))
    assert (found.pixels == declared.pixels).all()
    assert (
        found.valid is not None
        and declared.valid is not None
        and (found.valid == declared.valid).all()
    )
    assert not found.valid[:, :LEFT].any() and found.valid[:, LEFT:].all()


def test_averages_with_fill_are_no_data(tmp_path: Path) -> None:
    path = save(tmp_path / "a.tif", collar(FLOAT, -9999))
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2, 4], Resampling.average)
    with pytest.warns(GeomagWarning, match="-9999"):
        small = look(path, 50)
    assert small.valid is not None and not small.valid[:, :4].any() and small.valid[:, 5:].all()
    assert 100 < small.pixels[:, 5:].mean() < 180 and (small.pixels[:, 5:] == 255).mean() < 0.2


def test_fill_in_a_hole_in_one_band_and_with_nan(tmp_path: Path) -> None:
    hole = collar(FLOAT, -9999, slice(100, 150), slice(100, 150))
    with pytest.warns(GeomagWarning, match="-9999"):
        assert look(save(tmp_path / "hole.tif", hole)).valid.sum() == 256**2 - 50**2  # type: ignore[union-attr]
    one = FLOAT.copy()
    one[0, :, :LEFT] = -9999
    with pytest.warns(GeomagWarning, match="-9999"):
        view = look(save(tmp_path / "one.tif", one))
    assert (
        view.valid is None and not view.pixels[:, :LEFT, 0].any() and view.pixels[:, :LEFT, 1].any()
    )
    assert (
        np.abs(
            view.pixels[:, LEFT:, 1:].astype(int)
            - look(save(tmp_path / "plain.tif", FLOAT)).pixels[:, LEFT:, 1:]
        ).max()
        <= 2
    )
    mixed = collar(collar(collar(FLOAT, -9999), np.nan, slice(30, 40)), 1e20, slice(200, 256))
    with pytest.warns(GeomagWarning) as told:
        view = look(save(tmp_path / "mixed.tif", mixed))
    assert {str(w.message).split()[0] for w in told} == {"-9999", "1e+20"}
    assert view.valid is not None and view.valid.any(0).tolist() == [
        LEFT <= x < 200 and not 30 <= x < 40 for x in range(256)
    ]


def test_nothing_but_fill_is_an_empty_scene(tmp_path: Path) -> None:
    with pytest.warns(GeomagWarning, match="-9999"), pytest.raises(SceneEmpty):
        look(save(tmp_path / "a.tif", FLOAT * 0 - 9999))


def test_a_scene_that_is_mostly_fill_is_told(tmp_path: Path) -> None:
    with pytest.warns(GeomagWarning) as told:
        look(save(tmp_path / "a.tif", collar(FLOAT, -9999, slice(0, 200))))
    assert any("only what is valid can be searched: 78% of a.tif" in str(w.message) for w in told)


def test_a_hole_that_may_be_nodata_is_told(tmp_path: Path) -> None:
    hole = collar(SIXTEEN // 4, 65535, slice(100, 160), slice(100, 160))
    with pytest.warns(
        GeomagWarning, match=r"65535 in 5\.5% of a\.tif may be nodata.*-a_nodata 65535"
    ):
        assert look(save(tmp_path / "a.tif", hole)).valid is None


@pytest.mark.parametrize("side", [30, 70])  # 1.4 % and 7.5 % of the scene
@pytest.mark.parametrize(
    ("bands", "value"),
    [(SIXTEEN, v) for v in (65535, 0, 1, 9999)] + [(FLOAT, v) for v in (-1, 0, 999, 65535)],
)
def test_a_hole_that_stays_data_is_left_out_of_the_stretch(
    tmp_path: Path, bands: Any, value: float, side: int
) -> None:
    around = (bands + bands.dtype.type(0.02 if bands is FLOAT else 0)).copy()
    plain = look(save(tmp_path / "plain.tif", around)).pixels.astype(int)
    square = slice(100, 100 + side)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", GeomagWarning)
        view = look(save(tmp_path / "a.tif", collar(around, value, square, square)))
    assert len(told) == (side == 70)
    outside = np.ones((256, 256), bool)
    outside[square, square] = False
    assert view.valid is None and np.abs(view.pixels - plain)[outside].mean() < 3
    assert set(view.pixels[square, square].ravel().tolist()) == {255 if value > 1 else 0}


@pytest.mark.parametrize(
    ("bands", "value"), [(SIXTEEN, 1), (SIXTEEN, 7), (SIXTEEN.astype(np.int16), -1)]
)
def test_a_collar_of_any_value_in_all_bands(tmp_path: Path, bands: Any, value: int) -> None:
    with pytest.warns(GeomagWarning, match=f"{value} in 9.4% of a.tif is taken for nodata"):
        view = look(save(tmp_path / "a.tif", collar(bands, value)))
    assert view.valid is not None and not view.valid[:, :LEFT].any() and view.valid[:, LEFT:].all()


def data() -> dict[str, Any]:
    """Rasters whose extreme values are data."""
    rows = np.arange(256)[None, :, None]
    noise = np.random.default_rng(0).normal(0, 20, (1, 256, 256))
    roofs = np.clip(SIXTEEN.astype(float) * 30, 0, 65535).astype(
        np.uint16
    )  # many saturated pixels, and all values below
    lake = (rows * 8 + noise + 500).astype(np.uint16)
    lake[:, 60:120, 60:200] = 0
    ships = (300 + noise).astype(np.uint16)
    ships[:, 50:60, 50:90] = ships[:, 100:110, 150:190] = 65535
    return {
        "8-bit, black border": collar(DRAWN, 0),
        "8-bit, white border": collar(DRAWN, 255),
        "saturated": roofs,
        "heights": (rows * 12.0 + noise).astype(np.float32),
        "below zero": (rows * 0.1 + noise).astype(np.float32),
        "yes and no": np.tile(rows % 7 == 0, (1, 1, 256)).astype(np.float32),
        "few classes": np.tile(rows // 64, (1, 1, 256)).astype(np.int16),
        "a lake of 0": lake,
        "bright ships": ships,
        "one value": np.full((1, 256, 256), 7, np.int16),
    }


@pytest.mark.parametrize("name", data())
def test_data_stay_data(tmp_path: Path, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert look(save(tmp_path / "a.tif", data()[name])).valid is None
