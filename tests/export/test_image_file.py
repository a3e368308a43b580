"""An image written to a file and read again, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geomagnifier.errors import OutputError
from geomagnifier.export.write import write_picture
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Window
from made_rasters import TURNED


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ["a.tif", "a.png", "a.jpg"])
def test_write_picture_there_and_back(tmp_path: Path, name: str) -> None:
    pixels = np.asarray(
        Image.fromarray(
            np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype(np.uint8)
        ).resize((300, 280))
    )
    write_picture(tmp_path / name, pixels, "EPSG:32633", TURNED)
    assert names(tmp_path) == [name]
    with open_scene(tmp_path / name) as scene:
        view = scene.read(Window(scene.info.box, 300, 280, "test", scene.info.box))
        assert np.abs(view.pixels.astype(int) - pixels).mean() < (
            2 if name.endswith("jpg") else 1e-9
        )
        assert scene.info.crs == ("EPSG:32633" if name.endswith("tif") else None)


def test_write_picture_refuses(tmp_path: Path) -> None:
    for name, pixels in (
        ("a.xyz", np.zeros((4, 4, 3), np.uint8)),
        ("a.tif", np.zeros((4, 4), np.uint8)),
        ("a.png", np.zeros((4, 4, 3), np.float32)),
    ):
        with pytest.raises(OutputError, match="cannot be written"):
            write_picture(tmp_path / name, pixels)  # type: ignore[arg-type]
    assert names(tmp_path) == []
