"""A view larger than the input is looked at in slices, and what two of them see is one object."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.models.onnx_detector.view_slices import sliced, slices
from geomagnifier.results import ClassMask, Detection, ViewPrediction
from geomagnifier.types import View, Window


@pytest.mark.parametrize(
    ("size", "side", "share"),
    [((100, 300), (64, 64), 0.25), ((64, 65), (64, 64), 0.1), ((500, 64), (64, 128), 0.5)],
)
def test_slices_cover_a_view_and_their_cores_part_it(
    size: tuple[int, int], side: tuple[int, int], share: float
) -> None:
    parts, seen, owned = slices(size, side, share, 2), np.zeros(size, int), np.zeros(size)
    for part in parts:
        assert part.x % 2 == part.y % 2 == 0 and part.width <= side[1] and part.height <= side[0]
        seen[part.y : part.y + part.height, part.x : part.x + part.width] += 1
        assert part.core.x0 >= part.x and part.core.x1 <= part.x + part.width
        owned[part.y : part.y + part.height, part.x : part.x + part.width] += [
            [part.core.contains(part.x + j + 0.5, part.y + i + 0.5) for j in range(part.width)]
            for i in range(part.height)
        ]
    assert seen.min() >= 1 and (owned == 1).all()


def test_a_view_that_fits_is_one_slice() -> None:
    assert slices((64, 64), (64, 64), 0.5, 2) == [(0, 0, 64, 64, Box(0, 0, 64, 64))]


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
