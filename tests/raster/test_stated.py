"""What is stated of a scene beside its file."""

from __future__ import annotations

from geomagnifier.raster.stated import Stated, of_band


def test_one_value_stands_for_all_bands() -> None:
    assert [of_band((0.5,), band) for band in (1, 2, 9)] == [0.5, 0.5, 0.5]
    assert [of_band((1, 2, None), band) for band in (1, 2, 3, 4)] == [1, 2, None, None]
    assert of_band((), 1) is None


def test_a_transform_fits_rasters_of_its_size() -> None:
    stated = Stated("the STAC item A", shape=(20, 30))
    assert stated.fits(30, 20) and not stated.fits(20, 30)
    assert Stated("the STAC item A").fits(1, 1)
