"""Outlines for drawing: as large as their pixels, without stairs and specks."""

import numpy as np
import pytest

from geomagnifier.mask_outlines import polygons
from geomagnifier.masks import encode
from geomagnifier.raster.smooth_outlines import smooth_outlines


def signed_area(ring):
    x, y = np.asarray(ring).T
    return (x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def disc(side, radius):
    rows, columns = np.mgrid[:side, :side] - (side - 1) / 2
    return rows**2 + columns**2 <= radius**2


@pytest.mark.parametrize("radius", [1, 3, 8, 40])
def test_a_disc_keeps_its_area_and_loses_its_stairs(radius):
    mask = disc(2 * radius + 6, radius)
    exact = polygons(encode(mask))
    (smooth,) = smooth_outlines([exact])
    assert abs(sum(map(signed_area, smooth))) == pytest.approx(mask.sum(), rel=0.01)
    turns = np.diff(smooth[0], axis=0, append=smooth[0][:1])
    along = np.arctan2(turns[:, 1], turns[:, 0])
    corner = np.abs((np.diff(along, append=along[:1]) + np.pi) % (2 * np.pi) - np.pi)
    assert corner.max() < np.pi / 3  # of stairs it is a right angle


def test_specks_are_left_out_and_holes_that_are_seen_stay():
    mask = np.zeros((100, 100), bool)
    mask[10:90, 10:90] = True
    mask[20:40, 20:40] = False  # a court
    mask[60, 60:63] = mask[70:72, 50] = False  # specks
    mask[3, 3] = True
    (smooth,) = smooth_outlines([polygons(encode(mask))])
    assert len(smooth) == 2
    assert abs(sum(map(signed_area, smooth))) == pytest.approx(mask.sum(), rel=0.01)


def test_each_region_keeps_its_own_rings():
    masks = [disc(20, radius) for radius in (2, 5, 9)]
    smooth = smooth_outlines([polygons(encode(masks[0])), (), polygons(encode(masks[2]))])
    assert [len(rings) for rings in smooth] == [1, 0, 1]
    assert abs(signed_area(smooth[2][0])) == pytest.approx(masks[2].sum(), rel=0.01)
    assert smooth_outlines([]) == []
