"""Rows held in memory give the hits that the table gives, and follow it when it changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from fake import FakeModel
from geomagnifier.export.search_hit import Hit
from geomagnifier.geometry import Box
from geomagnifier.pipeline import embed
from geomagnifier.raster.footprint import outlines
from geomagnifier.retrieval import SearchQuery, open_index, update
from geomagnifier.retrieval import index_table as rows
from geomagnifier.retrieval.discovery import Picture
from geomagnifier.retrieval.embeddings import Looked, Vector
from geomagnifier.retrieval.held_rows import HeldRows
from geomagnifier.retrieval.index import Index
from geomagnifier.types import SceneInfo
from made_archive import fill

MODEL = FakeModel()
EAST = 180.0
"""Of the scenes' middle: they lie on both sides of the antimeridian."""


def looked(folder: Path, number: int, draw: np.random.Generator, dimension: int) -> Looked:
    """A scene with two tiles; every fifth without a place, every seventh without a date."""
    west = EAST + draw.uniform(-2, 2)
    west = west - 360 if west > 180 else west
    place = (0.001, 0, west, 0, -0.001, draw.uniform(-2, 2))
    info = SceneInfo("a.tif", 900, 900, 3, "EPSG:4326", place, 100.0)
    boxes = [None, Box(0, 0, 600, 600), Box(300, 300, 900, 900)]
    found = outlines(info, [box or info.box for box in boxes])
    date = datetime(2024, 1, 1 + number % 28) if number % 7 else None
    numbers = draw.standard_normal((3, dimension))
    numbers /= np.linalg.norm(numbers, axis=1, keepdims=True)
    path = folder / f"{number:04}.tif"
    vectors = [
        Vector(
            Hit(path, None, box, 900, 900, 100.0, "EPSG:4326", date, "name", outline),
            vector.astype(np.float32),
        )
        for box, outline, vector in zip(
            boxes, found if number % 5 else [None] * 3, numbers, strict=True
        )
    ]
    return Looked(Picture(path), tuple(vectors))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """300 scenes that are known by their rows alone, beside those of an archive."""
    folder = tmp_path_factory.mktemp("held")
    update(fill(folder / "archive"), folder / "index", MODEL)
    index, draw = open_index(folder / "index"), np.random.default_rng(5)
    dimension = len(index.manifest.probe)
    some = [looked(folder, number, draw, dimension) for number in range(300)]
    some.append(Looked(Picture(folder / "lost.tif"), (), "it cannot be read"))
    batch = [row for one in some for row in rows.rows(one, one.picture.path.name, "0")]
    index.table.add(rows.arrow(batch, dimension))
    return index


VECTOR = embed("red and green", MODEL)
PLACES = {
    "anywhere": {},
    "a box": {"bbox": (178.5, -1.0, 179.5, 1.0)},
    "a box across the antimeridian": {"bbox": (179.0, -1.5, -179.0, 1.0)},
    "near": {"near": (180.0, 0.0), "within": 100_000.0},
    "nowhere": {"bbox": (0.0, 50.0, 1.0, 51.0)},
}
DATES = {
    "at any time": {},
    "after": {"after": datetime(2024, 1, 9)},
    "between": {"after": datetime(2024, 1, 9), "before": datetime(2024, 1, 12)},
}


@pytest.mark.parametrize("top", [None, 1, 20])
@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("place", PLACES)
def test_held_rows_give_the_hits_of_the_table(index, place, date, top):
    held = Index(index.path, index.manifest, index.table, held=True)
    for vector in (VECTOR, None):
        if vector is None and not (PLACES[place] or DATES[date]):
            continue
        wanted = SearchQuery(vector, **PLACES[place], **DATES[date])
        one, other = index.search(wanted, top), held.search(wanted, top)
        assert [replace(hit, score=None) for hit in one] != [] or place == "nowhere"
        plain = [(hit.path, hit.tile, hit.date, hit.outline, hit.distance) for hit in one]
        assert plain == [(hit.path, hit.tile, hit.date, hit.outline, hit.distance) for hit in other]
        assert [hit.score for hit in one] == pytest.approx([hit.score for hit in other], abs=1e-6)


def test_held_rows_are_read_again_when_the_table_changes(index, tmp_path):
    held = Index(index.path, index.manifest, index.table, held=True)
    assert "new.tif" not in {hit.path.name for hit in held.search(SearchQuery(VECTOR))}
    new = looked(tmp_path, 301, np.random.default_rng(1), len(VECTOR))
    index.table.add(rows.arrow(rows.rows(new, "new.tif", "0"), len(VECTOR)))
    assert "new.tif" in {hit.path.name for hit in held.search(SearchQuery(VECTOR))}
    index.table.delete("path = 'new.tif'")
    assert "new.tif" not in {hit.path.name for hit in held.search(SearchQuery(VECTOR))}


def test_rows_are_read_once_and_no_more_than_may_be_held(index):
    held = HeldRows(index.table, len(VECTOR))
    first = held.now()
    assert first is not None
    assert first is held.now()
    assert HeldRows(index.table, len(VECTOR), most=first.vectors.nbytes - 1).now() is None
    assert "lost.tif" not in first.shown["path"].to_pylist()
