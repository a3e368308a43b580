"""Tables of an archive: what goes in, what is joined, what is taken out."""

from __future__ import annotations

from pathlib import Path

import pytest

from fake import FakeModel, paint
from geomagnifier.export import geoparquet
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene

geopandas = pytest.importorskip("geopandas")


def write(path: Path, name: str, *boxes: tuple[int, int, int, int]) -> Path:
    with open_scene(paint(300, 200, *boxes)) as scene:
        geoparquet.write_scene(path, name, ask(scene, "Find every ship.", FakeModel()))
    return path


def test_the_regions_of_some_scenes_are_taken_out_and_the_others_stay(tmp_path: Path) -> None:
    scenes = [
        write(tmp_path / "a.parquet", "a", (10, 10, 50, 30), (100, 100, 140, 120)),
        write(tmp_path / "b.parquet", "b"),
        write(tmp_path / "c.parquet", "c", (20, 20, 60, 50)),
        write(tmp_path / "d.parquet", "d", (30, 20, 60, 50)),
    ]
    whole = tmp_path / "whole.parquet"
    assert geoparquet.join(whole, scenes) == 4
    assert geopandas.read_parquet(whole)["scene"].tolist() == ["a", "a", "c", "d"]
    geoparquet.drop(whole, ["a", "d", "unknown"])
    left = geopandas.read_parquet(whole)
    assert left["scene"].tolist() == ["c"] and left[
        ["x0", "y0", "x1", "y1"]
    ].to_numpy().tolist() == [[20, 20, 60, 50]]
    assert left["number"].tolist() == [0] and left.crs == "EPSG:4326"


def test_scenes_without_regions_join_to_a_table_of_none(tmp_path: Path) -> None:
    scenes = [write(tmp_path / f"{name}.parquet", name) for name in "ab"]
    assert geoparquet.join(tmp_path / "whole.parquet", scenes) == 0
    assert list(geopandas.read_parquet(tmp_path / "whole.parquet").columns) == [
        *geoparquet.COLUMNS,
        "geometry",
    ]


def test_a_row_of_the_index_has_its_footprint_where_it_has_a_place(tmp_path: Path) -> None:
    square = {
        "type": "Polygon",
        "coordinates": [[[10, 50], [11, 50], [11, 51], [10, 51], [10, 50]]],
    }
    geoparquet.write_index(
        tmp_path / "index.parquet",
        [{"scene": "a", "footprint": square}, {"scene": "b"}, {"scene": "c", "footprint": None}],
    )
    table = geopandas.read_parquet(tmp_path / "index.parquet")
    assert table.geometry.isna().tolist() == [False, True, True] and table.geometry[0].bounds == (
        10,
        50,
        11,
        51,
    )
