"""Rows of an index: hits there and back, and the SQL that preselects them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import shapely

from geomagnifier.export.search_hit import Hit
from geomagnifier.geometry import Box
from geomagnifier.retrieval import SearchQuery, index_table
from geomagnifier.retrieval.discovery import Picture
from geomagnifier.retrieval.embeddings import Looked, Vector

pytest.importorskip("pyarrow")


def test_hits_become_rows_and_hits_again() -> None:
    outline = bytes(shapely.to_wkb(shapely.box(11, 48, 12, 49)))
    known = (60, 40, 0.5, "EPSG:32632", datetime(2024, 5, 31), "name", outline)
    whole = Hit(Path("a.tif"), None, None, *known)
    tile = Hit(Path("a.tif"), None, Box(0, 0, 30, 40), *known)
    vectors = tuple(Vector(hit, np.array([1, 0], np.float32)) for hit in (whole, tile))
    made = index_table.rows(Looked(Picture(Path("a.tif")), vectors), "deep/a.tif", "stamp")
    assert [(row["tile"], row["x1"], row["west"]) for row in made] == [(0, 60, 11), (1, 30, 11)]
    back = index_table.hits(index_table.arrow(made, 2), Path("/data"))
    assert [(hit.path, hit.score, hit.tile) for hit in back] == [
        (Path("/data/deep/a.tif"), None, None),
        (Path("/data/deep/a.tif"), None, Box(0, 0, 30, 40)),
    ]
    assert (back[0].gsd, back[0].date, back[0].outline) == (0.5, datetime(2024, 5, 31), outline)


def test_an_image_that_cannot_be_read_has_a_row_with_the_reason() -> None:
    (row,) = index_table.rows(Looked(Picture(Path("a.tif")), reason="damaged"), "a.tif", "1:2")
    assert row == {"path": "a.tif", "stamp": "1:2", "reason": "damaged"}


def test_the_condition_of_a_query() -> None:
    words = SearchQuery(np.zeros(2, np.float32), before=datetime(2024, 1, 1))
    assert index_table.condition(words) == (
        "reason IS NULL AND date < timestamp '2024-01-01 00:00:00'"
    )
    across = index_table.condition(SearchQuery(bbox=(170.0, 10.0, -170.0, 20.0)))
    assert across.startswith("reason IS NULL AND tile = 0 AND south <= 20.0 AND north >= 10.0")
    assert "east >= 170.0" in across and "west <= -170.0" in across
