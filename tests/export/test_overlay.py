"""The overlay: tints and words, images of odd sizes, and many regions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geomagnifier import masks
from geomagnifier.export import overlay, overlay_panel
from geomagnifier.export.class_colours import class_colours
from geomagnifier.export.write import write
from geomagnifier.geometry import Box, Placement
from geomagnifier.masks import MaskPatch
from geomagnifier.results import Region
from geomagnifier.types import SceneInfo
from made_rasters import make


def test_overlay_shows_tint_and_words(tmp_path: Path) -> None:
    path = write(make(), tmp_path)["overlay"]
    with Image.open(path) as image:
        assert image.mode == "RGB"
        assert image.width == 800
        assert image.height > 600 + 60
    plain = overlay.draw(make("image"))
    tinted = overlay.draw(make())
    assert (plain[600:] != 255).any()
    inside, outside = np.s_[145:155, 230:250], np.s_[500:560, 700:780]
    assert (tinted[inside] != plain[inside]).mean() > 0.9
    assert (tinted[outside] == plain[outside]).all()


@pytest.mark.parametrize("size", [(16, 3000), (3000, 16), (100, 100)])
def test_overlay_of_odd_pictures(size: tuple[int, int]) -> None:
    answer = make("region", size=(160, 120))
    scene = SceneInfo("odd.png", *size, 3)
    regions = (
        Region("a very long label of a thing " * 3, 0.5, (0.0, 0.0, 1.0, 1.0)),
        Region("船", 0.5, (0.0, 0.0, float(size[0]), float(size[1]))),
    )
    preview = np.zeros((size[1], size[0], 3), np.uint8)
    odd = replace(
        answer,
        scene=scene,
        regions=regions,
        preview=preview,
        text="word " * 200 + "x" * 300,
        question="",
    )
    out = overlay.draw(odd)
    assert out.shape[1] >= overlay_panel.NARROWEST
    assert out.any()


def test_a_hundred_regions_draw() -> None:
    corners = [(i % 10 * 15.0, i // 10 * 11.0) for i in range(100)]
    regions = tuple(
        Region(f"kind {i % 9}", i / 100, (x, y, x + 9, y + 7)) for i, (x, y) in enumerate(corners)
    )
    out = overlay.draw(replace(make("region"), regions=regions))
    assert set(overlay.COLOURS) <= {tuple(colour) for colour in out[:600].reshape(-1, 3).tolist()}


def test_a_crowd_of_specks_is_drawn_without_tracing_their_outlines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = make(size=(40_000, 30_000))
    mask = np.ones((12, 12), bool)
    corners = [(i * 397 % 39_900, i * 631 % 29_900) for i in range(3000)]
    regions = tuple(
        Region("ship", 0.5, (x, y, x + 12, y + 12), masks.place(mask, (x, y), (30_000, 40_000)))
        for x, y in corners
    )
    cells = np.full((8, 8), 255, np.uint8)
    patches = tuple(
        MaskPatch(Placement(Box(x, y, x + 12, y + 12), 8, 8), Box(x, y, x + 12, y + 12), cells, 0.5)
        for x, y in corners
    )
    traced: list[object] = []
    monkeypatch.setattr(overlay, "polygons_of", lambda rles: traced.extend(rles) or [])
    out = overlay.draw(replace(answer, regions=regions, patches=patches))
    assert not traced
    assert (out[:600] == class_colours(["ship"])["ship"]).all(2).mean() > 0.01
