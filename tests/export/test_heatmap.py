"""The heat map as a picture.

Colours where the heat is, crops where they were opened, and a file where there is something to
show.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fake import FakeModel, paint
from geomagnifier.export import heatmap
from geomagnifier.export.write import write
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.results import Answer


@pytest.fixture(scope="module")
def answer() -> Answer:
    """A red ship in the lower right of a wide scene, looked for as in the paper."""
    with open_scene(paint(1600, 800, (1300, 600, 1500, 700))) as scene:
        return ask(scene, "Find every ship.", FakeModel(view_pixels=500_000), search="paper")


def test_colours_go_from_dark_to_light() -> None:
    bar = heatmap.colour(np.linspace(-0.5, 1.5, 200, dtype=np.float32)[None])[0].astype(int)
    bright = bar.sum(1)
    assert (
        (np.diff(bright) >= 0).all()
        and tuple(bar[0]) == (0, 0, 4)
        and tuple(bar[-1]) == (252, 255, 164)
    )


def test_what_is_hot_is_bright_and_crops_are_outlined(answer: Answer) -> None:
    picture = heatmap.draw(answer)
    assert answer.trace.heat is not None and answer.trace.crops
    scale = 1600 / picture.shape[1] if picture.shape[1] != 1600 else 1.0
    hot, cold = (
        picture[int(650 / scale), int(1400 / scale)],
        picture[int(100 / scale), int(100 / scale)],
    )
    assert int(hot.sum()) > int(cold.sum()) + 200
    crop = answer.trace.crops[0]
    edge = picture[
        int((crop.y0 + crop.y1) / 2 / scale), min(picture.shape[1] - 2, int(crop.x1 / scale) - 2)
    ]
    assert (edge > 240).all()


def test_the_file_is_there_where_heat_led_the_search(answer: Answer, tmp_path: Path) -> None:
    paths = write(answer, tmp_path / "a")
    with Image.open(paths["heat"]) as picture:
        assert (
            picture.width / answer.preview.shape[1]
            == round(picture.width / answer.preview.shape[1])
            and picture.height > picture.width / 2
        )
    with open_scene(paint(300, 200)) as scene:
        plain = ask(scene, "Find every ship.", FakeModel())
    assert "heat" not in write(plain, tmp_path / "b") and not (tmp_path / "b" / "heat.png").exists()
