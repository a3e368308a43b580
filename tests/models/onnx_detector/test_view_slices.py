"""Slices cover a view, and what several of them show is one object."""

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.models.onnx_detector.view_slices import sliced, slices
from geomagnifier.results import ClassMask, Detection, ViewPrediction
from geomagnifier.types import View, Window


@pytest.mark.parametrize("size", [(64, 64), (30, 200), (65, 64), (257, 131), (1000, 700)])
def test_slices_cover_a_view(size):
    parts = slices(size, (64, 64), 0.2, 2)
    covered, cores = np.zeros(size, int), np.zeros(size, int)
    for p in parts:
        assert p.width <= 64 and p.height <= 64 and p.x % 2 == p.y % 2 == 0
        covered[p.y : p.y + p.height, p.x : p.x + p.width] += 1
        assert p.x <= p.core.x0 and p.core.x1 <= p.x + p.width
        for y in range(size[0]):
            if p.core.y0 <= y + 0.25 < p.core.y1:
                xs = np.arange(size[1]) + 0.25
                cores[y, (xs >= p.core.x0) & (xs < p.core.x1)] += 1
    assert covered.min() >= 1 and (cores == 1).all()
    assert (len(parts) == 1) == (size == (64, 64))


def test_what_two_slices_show_is_one_object():
    pixels = np.zeros((64, 100, 3), np.uint8)
    pixels[20:30, 44:56] = 255
    view = View(pixels, Window(Box(0, 0, 100, 64), 100, 64, "tile", Box(0, 0, 100, 64)), "s:v")

    def find(part: View) -> ViewPrediction:
        rows, columns = np.nonzero(part.pixels[..., 0])
        cover = part.pixels[::2, ::2, 0].astype(np.float32) / 255
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        x0, y0 = int(box[0]) // 2, int(box[1]) // 2
        cells = cover[y0 : int(box[3]) // 2, x0 : int(box[2]) // 2] > 0
        found = Detection("ship", 0.9, tuple(map(float, box)), cells, (x0, y0))
        return ViewPrediction((found,), (ClassMask("ship", 0.9, cover, 0.5, True),), 2)

    parts = slices((64, 100), (64, 64), 0.5, 2)
    assert len(parts) == 3
    whole = sliced(view, parts, find)
    (one,) = whole.found
    assert one.view_box == (44, 20, 56, 30) and one.origin == (22, 10)
    assert (whole.covers[0].probability == pixels[::2, ::2, 0] / 255).all()


def find(view: View) -> ViewPrediction:
    """Red pixels as one object, and as a mask of cells of 2 px."""
    red = view.pixels[..., 0] > 0
    rows, columns = np.flatnonzero(red.any(1)), np.flatnonzero(red.any(0))
    if not len(rows):
        return ViewPrediction((), (), 2)
    box = (float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))
    cells = np.ones((1, 1), bool)
    mask = red[::2, ::2].astype(np.float32)
    one = Detection(
        "ship", 0.5 + 0.001 * red.sum(), box, cells, (int(box[0]) // 2, int(box[1]) // 2)
    )
    return ViewPrediction((one,), (ClassMask("ship", 0.9, mask, 0.5, True),), 2)


@pytest.mark.parametrize("x", range(0, 180, 14))
def test_an_object_is_found_once_wherever_it_lies(x: int) -> None:
    pixels, area = np.zeros((64, 200, 3), np.uint8), Box(0, 0, 200, 64)
    pixels[10:20, x : x + 20, 0] = 255
    view = View(pixels, Window(area, 200, 64, "tile", area), "a")
    told = sliced(view, slices((64, 200), (64, 64), 0.4, 2), find)
    assert [one.view_box for one in told.found] == [(x, 10, x + 20, 20)]
    assert told.found[0].origin == (x // 2, 5)
    (cover,) = told.covers
    assert (cover.probability == (pixels[::2, ::2, 0] > 0)).all()
