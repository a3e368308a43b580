"""The letterbox puts a view where Ultralytics puts it, and takes boxes back to the px."""

import numpy as np
import pytest

from geomagnifier.models.onnx_detector.letterbox import GREY, Letterbox


@pytest.mark.parametrize(
    ("view", "size", "enlarge", "left", "top", "scaled"),
    [
        # by `LetterBox` of Ultralytics: round((640 - 640) / 2 - 0.1), round((640 - 427) / 2 - 0.1)
        ((800, 1200), (640, 640), True, 0, 106, (427, 640)),
        ((640, 640), (640, 640), True, 0, 0, (640, 640)),
        ((63, 64), (64, 64), True, 0, 0, (63, 64)),  # the odd px goes below
        ((61, 64), (64, 64), True, 0, 1, (61, 64)),
        ((20, 10), (64, 64), False, 27, 22, (20, 10)),
        ((20, 10), (64, 64), True, 16, 0, (64, 32)),
    ],
)
def test_a_view_lies_in_the_middle(view, size, enlarge, left, top, scaled):
    box = Letterbox.of(view, size, enlarge)
    assert (box.left, box.top, (box.height, box.width)) == (left, top, scaled)
    pixels = np.full((*view, 3), 7, np.uint8)
    filled = box.fill(pixels)
    inside = filled[top : top + scaled[0], left : left + scaled[1]]
    assert filled.shape == (*size, 3) and (inside == 7).all()
    assert (filled == GREY).sum() == 3 * (size[0] * size[1] - scaled[0] * scaled[1])
    corners = np.array([[0, 0, view[1], view[0]], [3, 4, 5, 6]], float)
    np.testing.assert_allclose(box.to_view(box.to_input(corners)), corners)
    assert box.to_input(corners)[0].tolist() == [
        left,
        top,
        left + view[1] * box.scale,
        top + view[0] * box.scale,
    ]


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
