"""A preview is read from the scene where that is cheap, else put together from views."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.raster import preview
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Window


def test_views_of_a_large_scene_make_its_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "CHEAP", 100)
    monkeypatch.setattr(preview, "PIXELS", 50 * 40)
    pixels = np.zeros((80, 100, 3), np.uint8)
    pixels[:, :50], pixels[:, 50:] = (200, 0, 0), (0, 0, 200)
    with open_scene(pixels) as scene:
        made = preview.Preview(scene.info, pyramid=False)
        assert (made.window.width, made.window.height) == (50, 40)
        left, right = Box(0, 0, 50, 80), Box(50, 0, 100, 80)
        made.add(scene.read(Window(left, 50, 80, "part", left)))
        half = made.cheap(scene)
        assert (half.pixels[:, :25] == (200, 0, 0)).all() and not half.pixels[:, 25:].any()
        made.add(scene.read(Window(right, 50, 80, "part", right)))
        whole = made.view(scene)
        assert (whole.pixels[:, 25:] == (0, 0, 200)).all()
        assert whole.key != half.key  # other pixels have another name
        assert np.abs(whole.pixels.astype(int) - scene.read(made.window).pixels).max() <= 1


def test_a_view_of_the_whole_is_the_preview() -> None:
    with open_scene(np.full((30, 40, 3), 9, np.uint8)) as scene:
        made = preview.Preview(scene.info, pyramid=False)
        view = scene.read(made.window)
        made.add(view)
        assert made.view(scene) is view is made.covered(scene)
