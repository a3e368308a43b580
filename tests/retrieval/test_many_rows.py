"""A folder and its index agree where the images that fit are not among the first 64 rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from fake import FakeModel
from geomagnifier.export.image_file import write_picture
from geomagnifier.pipeline import embed
from geomagnifier.retrieval import SearchQuery, open_index, search, update
from geomagnifier.retrieval.index import FIRST, Index
from geomagnifier.retrieval.query import NEAR

MODEL = FakeModel()
MIDDLE = (500_000.0, 5_300_000.0)
"""Of UTM zone 32: 9 degrees east, 47.85 degrees north."""
PLACE = (9.0, 47.853)
MANY = 80


def draw(path: Path, colour: tuple[int, int, int], east: float, north: float) -> None:
    pixels = np.full((8, 8, 3), colour, np.uint8)
    write_picture(
        path, pixels, "EPSG:32632", (1.0, 0.0, MIDDLE[0] + east, 0.0, -1.0, MIDDLE[1] + north)
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """80 red ones of 2024, 8.5 km east and north of the middle; 3 greenish ones of 2020 near it.

    3 blue ones 40, 60 and 300 km east.
    """
    assert MANY > FIRST
    folder = tmp_path_factory.mktemp("archive")
    for i in range(MANY):
        draw(folder / f"red{i:02}_20240601.tif", (250, i, 0), 8500 + i, 8500 + i)
    for i in range(3):
        draw(folder / f"green{i}_20200601.tif", (60, 200, 40 * i), 100 * i, 0)
        draw(folder / f"blue{i}_20220601.tif", (0, 0, 250), (40_000, 60_000, 300_000)[i], 0)
    return folder


@pytest.fixture(scope="module")
def index(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Index:
    path = tmp_path_factory.mktemp("of") / "index"
    update(archive, path, MODEL)
    return open_index(path)


def wanted(words: str | None = None, **more: object) -> SearchQuery:
    return SearchQuery(None if words is None else embed(words, MODEL), **more)  # type: ignore[arg-type]


def kinds(archive: Path, index: Index, what: SearchQuery, top: int | None) -> list[str]:
    """The names, of the folder and of the index alike."""
    found, indexed = search(archive, what, MODEL, top).hits, index.search(what, top)
    assert [hit.path.name for hit in found] == [hit.path.name for hit in indexed]
    for one, other in zip(found, indexed, strict=True):
        assert one.distance == pytest.approx(other.distance)
    return [hit.path.name.split("_")[0] for hit in indexed]


def test_a_date_is_asked_before_the_likeness(archive: Path, index: Index) -> None:
    names = kinds(archive, index, wanted("red", before=datetime(2021, 1, 1)), 2)
    assert len(names) == 2 and all(name.startswith("green") for name in names)


def test_more_rows_are_asked_for_where_the_likest_lie_outside_the_circle(
    archive: Path, index: Index
) -> None:
    """The corners of the box around a circle of 10 km hold 80 redder ones, 12 km away."""
    names = kinds(archive, index, wanted("red", near=PLACE, within=10_000.0), 3)
    assert len(names) == 3 and all(name.startswith("green") for name in names)


def test_all_that_fit_come_where_no_number_is_said(archive: Path, index: Index) -> None:
    all_of_them = wanted("red", after=datetime(2020, 1, 1))
    found, indexed = (
        search(archive, all_of_them, MODEL).hits,
        index.search(all_of_them),
    )  # half precision: alike ones in another order
    assert {hit.path for hit in found} == {hit.path for hit in indexed} and len(found) == len(
        indexed
    ) == MANY + 6
    assert len(index.search(wanted("red"), 70)) == 70 and len(index.search(wanted("red"), 1)) == 1


@pytest.mark.parametrize(
    ("top", "expected"), [(2, ["green0", "green1"]), (3, ["green0", "green1", "green2"])]
)
def test_the_nearest_come_first(archive: Path, index: Index, top: int, expected: list[str]) -> None:
    assert kinds(archive, index, wanted(near=PLACE, within=500_000.0), top) == expected


def test_the_reach_grows_until_enough_are_found_or_the_distance_is_reached(
    archive: Path, index: Index
) -> None:
    near = MANY + 3
    names = kinds(archive, index, wanted(near=PLACE, within=500_000.0), near + 2)
    assert len(names) == near + 2 and names[-2:] == ["blue0", "blue1"]  # 8 * 10 km
    assert kinds(archive, index, wanted(near=PLACE, within=500_000.0), near + 9)[-3:] == [
        "blue0",
        "blue1",
        "blue2",
    ]
    assert (
        kinds(archive, index, wanted(near=PLACE, within=45_000.0), near + 9)[-1] == "blue0"
    )  # never beyond what was said
    assert len(kinds(archive, index, wanted(near=PLACE, within=50.0), 9)) == 1 < NEAR
    assert len(kinds(archive, index, wanted(near=PLACE, within=500_000.0), None)) == near + 3


def test_the_likest_of_a_box_are_all_of_it(archive: Path, index: Index) -> None:
    names = kinds(archive, index, wanted("red", bbox=(9.4, 47.0, 14.0, 48.5)), 5)
    assert sorted(names) == ["blue0", "blue1", "blue2"]
