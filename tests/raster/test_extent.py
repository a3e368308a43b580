"""How much of a scene some boxes cover, and how much ground some regions."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier import masks
from geomagnifier.geometry import Box
from geomagnifier.raster.extent import share_of, square_metres
from geomagnifier.results import Region
from geomagnifier.types import SceneInfo

SCENE = SceneInfo("made", 1000, 500, 3, "EPSG:32633", (0.5, 0, 500_000, 0, -0.5, 5_200_000), 0.5)


def test_boxes_that_overlap_count_once() -> None:
    assert share_of([], SCENE.box) == 0
    assert share_of([SCENE.box, Box(0, 0, 10, 10)], SCENE.box) == 1
    assert share_of(
        [Box(0, 0, 100, 500), Box(50, 0, 150, 500), Box(900, 0, 2000, 500)], SCENE.box
    ) == pytest.approx(0.25)
    assert share_of([Box(0, 0, 100, 500)], Box(200, 200, 300, 300)) == 0


def test_ground_is_that_of_the_masks() -> None:
    mask = np.zeros((500, 1000), bool)
    mask[10:20, 10:30] = True
    ship = Region("ship", 0.9, (10, 10, 30, 20), masks.encode(mask))
    assert square_metres([ship, Region("ship", 0.9, (0, 0, 9, 9))], SCENE) == pytest.approx(50)
    assert square_metres([], SCENE) is None
    assert square_metres([ship], SceneInfo("made", 1000, 500, 3)) is None
