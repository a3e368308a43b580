"""Tiles of a scene cover it once."""

from __future__ import annotations

import pytest

from geomagnifier.retrieval.embeddings import MOST, tiles
from geomagnifier.types import SceneInfo


@pytest.mark.parametrize(
    ("size", "gsd", "count"),
    [((1000, 800), 0.5, 0), ((1024, 1024), None, 4), ((2400, 2400), 0.5, 16),
     ((2400, 300), None, 4), ((2400, 2400), 0.05, 0),
     ((60_000, 60_000), 0.5, MOST), ((900_000, 500), None, MOST)],
)  # fmt: skip
def test_tiles_cover_the_scene_once(size, gsd, count):
    width, height = size
    boxes = tiles(SceneInfo("a", width, height, 3, gsd=gsd))
    assert len(boxes) == count if count < MOST else MOST // 2 < len(boxes) <= MOST
    assert sum(box.area for box in boxes) == (width * height if boxes else 0)
