"""Objects in a view, with the cells of their outlines."""

from __future__ import annotations

import numpy as np

from geomagnifier.geometry import Box
from geomagnifier.models.onnx_detector.letterbox import Letterbox
from geomagnifier.models.onnx_detector.onnx_detector import Found
from geomagnifier.models.onnx_detector.output_layouts import Candidates
from geomagnifier.models.onnx_detector.view_masks import objects_of
from geomagnifier.types import View, Window

AREA = Box(0, 0, 64, 48)
VIEW = View(np.zeros((48, 64, 3), np.uint8), Window(AREA, 64, 48, "tile", AREA), "a")
BOX = Letterbox.of((48, 64), (64, 64), enlarge=False)  # 8 rows of padding above
NAMES = {0: "ship", 1: "plane"}


def found(*boxes: tuple[float, ...], turned: np.ndarray | None = None, **more: np.ndarray) -> Found:
    scores = np.linspace(0.9, 0.5, len(boxes), dtype=np.float32)
    classes = np.zeros(len(boxes), np.int64)
    some = Candidates(np.array(boxes, np.float32), scores, classes, turned=turned, **more)
    return Found(some, BOX)


def test_boxes_are_those_of_the_view_and_cut_to_it() -> None:
    seen = found((10, 18, 30, 28), (50, 40, 80, 70), (0, 0, 20, 8.3))
    told = objects_of(seen, NAMES, ["ship"], VIEW, masks=False)
    assert [one.view_box for one in told.found] == [(10, 10, 30, 20), (50, 32, 64, 48)]
    assert told.covers == () and all(one.cells is None for one in told.found)
    assert objects_of(seen, NAMES, ["plane"], VIEW, masks=False).found == ()


def test_the_outline_of_a_turned_box_is_that_box() -> None:
    """20 x 10 px at (10, 15) of the view, in cells of 2 px."""
    turned = np.array([[20, 28, 20, 10, 0]], np.float32)
    told = objects_of(found((10, 23, 30, 33), turned=turned), NAMES, ["ship"], VIEW, masks=True)
    (cover,) = told.covers
    assert cover.probability.shape == (24, 32) and told.stride == 2
    rows, columns = np.nonzero(cover.probability >= cover.threshold)
    assert (columns.min(), columns.max() + 1) == (5, 15)
    assert (rows.min(), rows.max() + 1) == (7, 13)  # centres at 15 and 25 px lie on its edges
    (one,) = told.found
    assert one.cells is not None and one.origin == (4, 6)


def test_prototypes_draw_within_the_box_alone() -> None:
    """One prototype that is sure everywhere: the mask is the box."""
    maps = np.full((1, 16, 16), 10, np.float32)
    seen = found((8, 16, 24, 32), factors=np.ones((1, 1), np.float32), prototypes=maps)
    (cover,) = objects_of(seen, NAMES, ["ship"], VIEW, masks=True).covers
    mask = np.zeros((24, 32), bool)
    mask[4:12, 4:12] = True
    assert ((cover.probability >= cover.threshold) == mask).all()
    assert cover.score == np.float32(0.9)
