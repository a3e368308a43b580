"""A view is scaled and padded as the detector was trained, and points go there and back."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.models.onnx_detector.letterbox import GREY, Letterbox


@pytest.mark.parametrize(
    ("view", "size", "enlarge", "place"),
    [
        ((100, 200), (64, 64), True, (0.32, 0, 16, 64, 32)),
        ((32, 32), (64, 96), True, (2.0, 16, 0, 64, 64)),
        ((32, 32), (64, 96), False, (1.0, 32, 16, 32, 32)),
        ((33, 64), (64, 64), False, (1.0, 0, 15, 64, 33)),  # the odd row of padding lies below
        ((64, 64), (64, 64), False, (1.0, 0, 0, 64, 64)),
    ],
)
def test_where_a_view_lies(
    view: tuple[int, int], size: tuple[int, int], enlarge: bool, place: tuple[float, ...]
) -> None:
    box = Letterbox.of(view, size, enlarge)
    assert (box.scale, box.left, box.top, box.width, box.height) == (
        pytest.approx(place[0]),
        *place[1:],
    )


def test_the_picture_lies_in_grey() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (10, 20, 3), np.uint8)
    box = Letterbox.of((10, 20), (16, 24), enlarge=False)
    filled = box.fill(pixels)
    assert filled.shape == (16, 24, 3) and (filled[3:13, 2:22] == pixels).all()
    filled[3:13, 2:22] = GREY
    assert (filled == 114).all()
    assert Letterbox.of((10, 20), (10, 20), False).fill(pixels) is pixels


def test_points_go_there_and_back() -> None:
    box = Letterbox.of((100, 200), (64, 64), True)
    points = np.array([[0.0, 0.0, 200.0, 100.0], [50.0, 25.0, 60.0, 35.0]])
    there = box.to_input(points)
    assert there[0].tolist() == [0, 16, 64, 48]
    assert np.allclose(box.to_view(there), points)
    assert np.allclose(box.to_view(np.array([[32.0, 32.0]])), [[100, 50]])
