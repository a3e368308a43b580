"""A GeoPackage is of the version that older QGIS reads, and says under its properties what was asked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from fake import FakeModel, paint
from geomagnifier.export import vectors
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene

pytest.importorskip("pyogrio")


@pytest.mark.parametrize("batch", [1000, 1])
def test_version_name_and_description(
    batch: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "BATCH", batch)
    with open_scene(
        paint(300, 200, (10, 10, 50, 30), (100, 100, 140, 120), (200, 20, 240, 50))
    ) as scene:
        answer = ask(scene, "Find every ship.", FakeModel())
    vectors.write_gpkg(tmp_path / "regions.gpkg", answer)
    with closing(sqlite3.connect(tmp_path / "regions.gpkg")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (10200,)
        told = database.execute(
            "SELECT identifier, description FROM gpkg_contents WHERE table_name = 'regions'"
        ).fetchone()
        assert told[0] == "regions" and told[1].startswith("Find every ship.")
        assert database.execute("SELECT count(*) FROM regions").fetchone() == (3,)
