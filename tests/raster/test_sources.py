"""Whatever can be a scene is opened: files, arrays, and images of STAC items."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fake import paint
from geomagnifier.errors import GeomagWarning, SceneNotFound, SceneUnreadable
from geomagnifier.export.image_file import write_picture
from geomagnifier.raster.sources import open_any


def item(folder: Path, **assets: dict) -> Path:
    """An item of pictures that lie beside it."""
    for name, asset in assets.items():
        asset["href"] = f"./{name}.png"
        write_picture(folder / f"{name}.png", paint(30, 20))
    path = folder / "item.json"
    path.write_text(
        json.dumps(
            {
                "type": "Feature",
                "stac_version": "1.0.0",
                "id": "one",
                "geometry": None,
                "properties": {"datetime": "2024-01-31T00:00:00Z"},
                "links": [],
                "assets": assets,
            }
        )
    )
    return path


def test_an_array_and_a_file(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", paint(30, 20))
    for source in (paint(30, 20), tmp_path / "a.png", str(tmp_path / "a.png")):
        opened = open_any(source)
        assert (opened.dataset.width, opened.dataset.height) == (30, 20)
    with pytest.raises(SceneNotFound):
        open_any(np.str_(tmp_path / "none.png"))


def test_the_image_of_an_item_is_named_by_it(tmp_path: Path) -> None:
    path = item(tmp_path, visual={"roles": ["data"]})
    opened = open_any(f"{path}#one")
    assert opened.dataset.width == 30 and "one" in opened.name


def test_the_other_images_of_an_item_are_told(tmp_path: Path) -> None:
    path = item(tmp_path, a={"roles": ["data"]}, b={"roles": ["data"]})
    with pytest.warns(GeomagWarning, match="one of several assets .*--asset chooses another"):
        open_any(f"{path}#one")


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SceneNotFound, match="does not exist; check the name and the folder"):
        open_any(f"{tmp_path / 'none.json'}#one")
    path = item(tmp_path, a={"roles": ["data"]})
    with pytest.raises(SceneUnreadable):
        open_any(f"{path}#two")
