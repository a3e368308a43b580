"""COCO's polygons and run lengths are drawn as pycocotools draws them."""

import made_boxes
import numpy as np
import pytest

from geomagnifier.finetuning.labels.segmentation import filled, segmentation_mask


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # pycocotools with numpy 2
def test_polygons_are_filled_as_pycocotools_fills_them():
    api = pytest.importorskip("pycocotools.mask")
    rng = np.random.default_rng(5)
    for _ in range(300):
        ring = made_boxes.star(rng, int(rng.integers(3, 9)))
        other = api.decode(api.frPyObjects([ring], made_boxes.HEIGHT, made_boxes.WIDTH)).any(axis=2)
        assert (
            filled(np.reshape(ring, (-1, 2)), (made_boxes.WIDTH, made_boxes.HEIGHT)) == other
        ).all(), ring


def test_run_lengths_of_all_kinds():
    rng = np.random.default_rng(2)
    size = made_boxes.WIDTH, made_boxes.HEIGHT
    for mask in (rng.random((48, 64)) < 0.3, np.zeros((48, 64), bool), np.ones((48, 64), bool)):
        plain, text = made_boxes.plain_runs(mask), made_boxes.compressed_runs(mask)
        for segmentation in (plain, text, [plain], [text, plain]):
            assert (segmentation_mask(segmentation, size) == mask).all()
    bad = [
        {"size": [64, 48], "counts": [3072]},
        {"size": [48, 64], "counts": [3000, -1, 73]},
        {"size": [48, 64], "counts": "abc"},
    ]
    bad += [
        {"size": [48, 64], "counts": ""},
        {"size": [48, 64], "counts": [1.5, 3070.5]},
        {"size": [48, 64]},
        [[1, 2, 3, 4]],
        [[1, 2, 3, 4, 5, "x"]],
    ]
    for segmentation in bad:
        with pytest.raises((ValueError, TypeError, KeyError, IndexError)):
            segmentation_mask(segmentation, size)
