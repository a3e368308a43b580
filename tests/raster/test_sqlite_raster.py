"""GeoPackage and MBTiles open at their place, with overviews; SQL that leads elsewhere does not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import Resampling

from geomagnifier.errors import SceneUnreadable
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import Window

STEP = 1.194328566955879
PLACE = {
    "width": 600,
    "height": 500,
    "count": 3,
    "dtype": "uint8",
    "crs": "EPSG:3857",
    "transform": Affine(STEP, 0, 1_059_111.5, 0, -STEP, 6_278_843.2),
}
PIXELS = np.random.default_rng(0).integers(0, 256, (3, 500, 600)).astype("uint8")


def save(path: Path, **options: str) -> Path:
    driver = "GPKG" if path.suffix == ".gpkg" else "MBTiles"
    with rasterio.open(path, "w", driver=driver, TILE_FORMAT="PNG", **options, **PLACE) as file:
        file.write(PIXELS)
    return path


def run(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as base, base:
        for statement in statements:
            base.execute(statement)
    return path


@pytest.mark.parametrize("name", ["a.gpkg", "a.mbtiles"])
def test_it_is_a_scene_at_its_place_with_overviews(tmp_path: Path, name: str) -> None:
    save(tmp_path / name)
    with rasterio.open(tmp_path / name, "r+") as file:
        file.build_overviews([2], Resampling.average)
    with open_scene(tmp_path / name) as scene:
        info = scene.info
        assert (info.name, info.width, info.crs) == (name, 600, "EPSG:3857")
        assert info.transform == pytest.approx(tuple(PLACE["transform"])[:6])
        assert scene.layout.overviews == (2,)
        box = info.box
        view = scene.read(Window(box, 600, 500, "test", box))
        assert np.array_equal(view.pixels, PIXELS.transpose(1, 2, 0)) and view.valid is None


def test_several_rasters_are_listed_and_one_is_named(tmp_path: Path) -> None:
    path = save(tmp_path / "a.gpkg", RASTER_TABLE="first")
    save(path, RASTER_TABLE="second", APPEND_SUBDATASET="YES")
    with pytest.raises(SceneUnreadable, match=r"several rasters \(first, second\); choose one"):
        open_scene(path)
    with open_scene(f"GPKG:{path}:second") as scene:
        assert (scene.info.name, scene.info.width) == ("a.gpkg", 600)
    with pytest.raises(SceneUnreadable, match="cannot be read"):
        open_scene(f"GPKG:{path}:third")
    (tmp_path / "b.gpkg").write_bytes(b"no database")
    with pytest.raises(SceneUnreadable, match="is no GeoPackage"):
        open_scene(f"GPKG:{tmp_path / 'b.gpkg'}:x")


def test_tiles_that_are_kept_once_in_a_view_are_read(tmp_path: Path) -> None:
    path = run(
        save(tmp_path / "a.mbtiles"),
        "CREATE TABLE images AS SELECT rowid AS id, * FROM tiles",
        "DROP TABLE tiles",
        "CREATE VIEW tiles AS SELECT zoom_level, tile_column, tile_row, tile_data FROM images",
    )
    with open_scene(path) as scene:
        assert scene.info.width == 600


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW v AS SELECT GDAL_GetPixelValue('/etc/passwd', 1, 'pixel', 0, 0)",
        "CREATE VIEW v AS SELECT ogr_layer_Extent ('x')",
        "CREATE VIEW v AS SELECT load_extension('x')",
    ],
)
def test_a_view_that_calls_functions_of_gdal_is_refused(tmp_path: Path, statement: str) -> None:
    path = run(save(tmp_path / "a.gpkg"), statement)
    with pytest.raises(SceneUnreadable, match="has the view 'v', which may reach other files"):
        open_scene(path)


def test_a_virtual_table_of_others_is_refused(tmp_path: Path) -> None:
    path = run(
        save(tmp_path / "a.gpkg"),
        "PRAGMA writable_schema = ON",
        "INSERT INTO sqlite_master VALUES ('table', 'w', 'w', 0,"
        " 'CREATE VIRTUAL TABLE w USING VirtualOGR(''/etc/passwd'')')",
    )
    with pytest.raises(SceneUnreadable, match="has the table 'w', which may reach other files"):
        open_scene(path)


def test_a_damaged_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.mbtiles").write_bytes(b"SQLite format 3\0" + b"\xff" * 500)
    with pytest.raises(SceneUnreadable, match="is a damaged database"):
        open_scene(tmp_path / "a.mbtiles")
