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
