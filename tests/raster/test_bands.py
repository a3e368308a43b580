"""Choosing bands, stretching and validity, on plain arrays."""

from __future__ import annotations

import numpy as np

from geomagnifier.raster.bands import Stretch, compose, expand, shrink, valid_pixels


def test_stretch_takes_the_middle_of_the_numbers() -> None:
    band = np.arange(1000, 2000, dtype=np.uint16).reshape(1, 20, 50)
    stretch = Stretch.of(band, None)
    assert np.allclose((stretch.low, stretch.high), ([1019.98], [1979.02]))
    out = stretch.apply(band)
    assert (out.min(), out.max()) == (0, 255)
    assert out[0, 10, 0] in (127, 128)
    assert (np.diff(out.ravel().astype(int)) >= 0).all()


def test_stretch_ignores_what_is_not_valid() -> None:
    band = np.full((1, 10, 10), np.nan, np.float32)
    band[0, :5] = np.linspace(0, 1, 50).reshape(5, 10)
    band[0, 9, 9] = np.inf
    band[0, 0, 0] = -9999
    valid = np.isfinite(band[0])
    valid[0, 0] = False
    stretch = Stretch.of(band, valid)
    assert 0 <= stretch.low[0] < 0.1
    assert 0.9 < stretch.high[0] <= 1
    assert (stretch.apply(band)[0, 5:9] == 0).all()


def test_constant_bands_do_not_divide_by_zero() -> None:
    flat = np.full((3, 4, 4), 7, np.int32)
    assert (Stretch.of(flat, None).apply(flat) == 128).all()


def test_a_few_bright_pixels_on_even_ground_stay_visible() -> None:
    band = np.full((1, 100, 100), 500, np.uint16)
    band[0, 5, 5] = 900
    out = Stretch.of(band, None).apply(band)
    assert (out[0, 5, 5], out[0, 0, 0]) == (255, 0)


def test_valid_where_any_band_is() -> None:
    raw = np.zeros((3, 2, 2), np.uint8)
    raw[0, 0, 0] = 9
    valid = valid_pixels(raw, (0.0, 0.0, 0.0))
    assert valid is not None
    assert valid.tolist() == [[True, False], [False, False]]
    assert valid_pixels(raw, (None, None, None)) is None
    assert valid_pixels(raw, (-9999.0, -9999.0, -9999.0)) is None


def test_float_nodata_and_nan() -> None:
    low = float(np.finfo(np.float32).min)
    raw = np.array([[[1, low], [np.nan, np.inf]]], np.float32)
    valid = valid_pixels(raw, (low,))
    assert valid is not None
    assert valid.tolist() == [[True, False], [False, False]]


def test_palette_colours_are_averaged_not_their_numbers() -> None:
    palette = np.zeros((256, 4), np.uint8)
    palette[1], palette[2], palette[3] = (200, 0, 0, 255), (0, 100, 0, 255), (9, 9, 9, 0)
    shown, valid = expand(np.array([[[1, 2, 3, 3], [1, 2, 1, 3]]], np.uint8), palette, None)
    small, enough = shrink(shown, valid, 2, 2)
    assert small[:, 0, 0].tolist() == [100, 50, 0]
    assert enough is not None
    assert enough.tolist() == [[True, False]]


def test_compose_repeats_grey_and_blackens_the_invalid() -> None:
    grey = np.full((1, 2, 2), 80, np.uint8)
    out = compose(grey, np.array([[True, False], [True, True]]))
    assert out[:, :, 2].tolist() == [[80, 0], [80, 80]]


def test_ink_is_turned_to_light() -> None:
    ink = np.array([255, 0, 0, 0], np.uint8).reshape(4, 1, 1)
    assert compose(ink, None, ink=True)[0, 0].tolist() == [0, 255, 255]
