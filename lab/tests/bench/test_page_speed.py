"""The page beside itself, on small scenes, and what is told where that cannot be."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import rasterio

from geomagnifier.errors import OptionError
from geomagnifier_lab.bench import page_pan, page_speed


def test_scenes_have_no_overviews_and_are_drawn_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, side in (("WIDE", 600), ("MOSAIC", 500), ("CELL", 256)):
        monkeypatch.setattr(page_speed, name, side)
    page_speed.write_scenes(tmp_path)
    names = ["mosaic.tif", "strips.tif", "tiles.tif"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for name, side in zip(names, (500, 600, 600), strict=True):
        with rasterio.open(tmp_path / name) as raster:
            assert raster.shape == (side, side) and raster.overviews(1) == []
            tiled = raster.block_shapes[0][1] != side  # a strip is as wide as the image
            assert tiled == (name != "strips.tif") and raster.read(1).std() > 5
    before = (tmp_path / "tiles.tif").stat().st_mtime_ns
    page_speed.write_scenes(tmp_path)
    assert (tmp_path / "tiles.tif").stat().st_mtime_ns == before


def test_a_command_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="is no command"):
        page_speed.bench(tmp_path / "geomag")


@pytest.mark.slow
def test_the_page_is_measured_beside_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("nicegui")
    pytest.importorskip("playwright.sync_api")
    for name, side in (("WIDE", 4200), ("MOSAIC", 1100)):
        monkeypatch.setattr(page_speed, name, side)
    monkeypatch.setattr(page_pan, "SECONDS", 0.5)
    other = shutil.which("geomag")
    assert other is not None
    found = page_speed.bench(Path(other), 1, tmp_path)
    assert [row["what"] for row in found["rows"]] == [
        "first tile, tiles.tif",
        "first tile, strips.tif",
        "first outline, first question",
        "outlines of the answer, first question",
        "first outline, second question",
        "outlines of the answer, second question",
    ]
    assert all(row["seconds"] > 0 and row["ratio"] > 0 for row in found["rows"])
    assert len(found["pan"]) == 2 and json.dumps(found)
