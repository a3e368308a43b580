"""An index: the same hits as without one, moved, damaged, and read by several threads."""

from __future__ import annotations

import json
import re
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from fake import FakeModel
from geomagnifier.errors import (
    IndexCorrupt,
    IndexForeign,
    LibraryMissing,
    OptionError,
    OutputError,
    SceneNotFound,
    install,
)
from geomagnifier.geometry import Box
from geomagnifier.pipeline import embed
from geomagnifier.retrieval import SearchQuery, open_index, search, update
from geomagnifier.retrieval.index import MANIFEST
from made_archive import NAMES, fill, quilt

MODEL = FakeModel()
RED = (11.557, 48.127)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return fill(tmp_path / "archive")


def wanted(words: str | None = None, **more: object) -> SearchQuery:
    return SearchQuery(None if words is None else embed(words, MODEL), **more)  # type: ignore[arg-type]


def names(target: Path, what: SearchQuery, top: int | None = None) -> list[str]:
    found = search(target, what, MODEL, top)
    return [hit.path.name.split("_")[0].split(".")[0] for hit in found.hits]


QUERIES = {
    "words": (wanted("green green"), ["green", "plain", "blue", "red"]),
    "place": (wanted(near=RED, within=25_000), ["red", "green"]),
    "words near a place": (wanted("blue blue", near=RED, within=45_000), ["blue", "green", "red"]),
    "box": (wanted(bbox=(11.7, 48.0, 12.2, 48.3)), ["blue", "green"]),
    "after": (wanted("red", after=datetime(2024, 1, 1)), ["red", "green"]),
    "before": (wanted(before=datetime(2024, 1, 1)), ["blue"]),
    "all of it": (
        wanted("green", near=RED, within=45_000, bbox=(11, 48, 12, 49), after=datetime(2024, 1, 2)),
        ["green"],
    ),
    "nowhere": (wanted("green", bbox=(0, 0, 1, 1)), []),
}


@pytest.mark.parametrize("query", QUERIES)
def test_a_folder_and_its_index_give_the_same(archive, tmp_path, query):
    update(archive, tmp_path / "index", MODEL)
    what, expected = QUERIES[query]
    plain, indexed = search(archive, what, MODEL), search(tmp_path / "index", what, MODEL)
    assert names(archive, what) == expected or sorted(names(archive, what)[1:]) == sorted(
        expected[1:]
    )
    assert [hit.path.name for hit in plain.hits] == [
        hit.path.name for hit in indexed.hits
    ] and indexed.complete
    for one, other in zip(plain.hits, indexed.hits, strict=True):
        assert (one.tile, one.width, one.gsd, one.crs, one.date, one.date_from) == (
            other.tile, other.width, other.gsd, other.crs, other.date, other.date_from)  # fmt: skip
        assert one.outline == other.outline and one.distance == pytest.approx(other.distance)
        assert one.score == (None if what.vector is None else pytest.approx(other.score, abs=2e-3))


def test_a_large_scene_is_found_by_its_tile(archive, tmp_path):
    quilt(archive / "quilt.tif")
    update(archive, tmp_path / "index", MODEL)
    for target in (archive, tmp_path / "index"):
        hits = {hit.path.name: hit for hit in search(target, wanted("blue blue blue"), MODEL).hits}
        found = hits["quilt.tif"]
        assert found.tile == Box(1800, 1800, 2400, 2400) and found.score > 0.9
        assert (
            found.centre == pytest.approx((10.367, 48.13), abs=0.01)
            and list(hits)[1] == "quilt.tif"
        )
        reds = search(target, wanted(near=found.centre, within=50.0), MODEL).hits
        assert [(hit.path.name, hit.tile, hit.distance) for hit in reds] == [
            ("quilt.tif", None, 0.0)
        ]


def test_it_moves_with_its_archive(archive, tmp_path):
    update(archive, archive.parent / "index", MODEL)
    (tmp_path / "elsewhere").mkdir()
    for name in ("archive", "index"):
        shutil.move(tmp_path / name, tmp_path / "elsewhere" / name)
    found = search(tmp_path / "elsewhere" / "index", wanted("red"), MODEL)
    assert (
        found.hits[0].path == tmp_path / "elsewhere" / "archive" / NAMES[2]
        and found.hits[0].path.is_file()
    )
    again = update(tmp_path / "elsewhere" / "archive", tmp_path / "elsewhere" / "index", MODEL)
    assert (again.read, again.removed) == (0, 0)


def test_another_model_and_another_folder(archive, tmp_path):
    class Wider(FakeModel):
        def embed(self, item):
            return np.append(super().embed(item), np.float32(0))

    index, other = tmp_path / "index", FakeModel()
    other.embed = lambda item: np.array([0.8, 0.6, 0.0], np.float32)  # type: ignore[method-assign]
    other.spec = replace(other.spec, name="other", version="7")
    update(archive, index, MODEL)
    for stranger in (other, Wider()):
        with pytest.raises(IndexForeign, match=r"made by the model fake 0.*--model"):
            search(index, SearchQuery(stranger.embed("red")), stranger)
        with pytest.raises(IndexForeign, match="made by the model"):
            update(archive, index, stranger)
    assert search(index, wanted(near=RED), other).hits  # no vector, no model
    with pytest.raises(OptionError, match="4 numbers"):
        open_index(index).search(SearchQuery(np.ones(4, np.float32)))
    fill(tmp_path / "second")
    with pytest.raises(IndexForeign, match="is the index of"):
        update(tmp_path / "second", index, MODEL)
    assert len(search(index, wanted("red"), MODEL).hits) == 4


def test_what_is_no_index_is_left_alone(archive, tmp_path):
    with pytest.raises(IndexCorrupt, match="geomag index FOLDER"):
        open_index(archive)
    with pytest.raises(OutputError, match="no index"):
        update(archive, archive / "deep", MODEL)
    with pytest.raises(OutputError):
        update(archive, archive / NAMES[3], MODEL)
    with pytest.raises(SceneNotFound):
        update(tmp_path / "missing", tmp_path / "index", MODEL)
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize("how", ["manifest", "format", "table", "columns"])
def test_a_damaged_index_says_so(archive, tmp_path, how):
    index = tmp_path / "index"
    update(archive, index, MODEL)
    if how == "manifest":
        (index / MANIFEST).write_text((index / MANIFEST).read_text()[:40])
    elif how == "format":
        (index / MANIFEST).write_text(
            json.dumps({**json.loads((index / MANIFEST).read_text()), "format": 99})
        )
    elif how == "table":
        shutil.rmtree(index / "rows.lance")
    else:
        open_index(index).table.drop_columns(["outline"])
    with pytest.raises(IndexCorrupt, match="index again"):
        search(index, wanted("red"), MODEL)


def test_names_with_quotes_and_letters_of_all_kinds(archive, tmp_path):
    for name in ("it's.tif", 'a "b".tif', "港口.tif", "x, y; DROP.tif"):
        shutil.copy(archive / NAMES[0], archive / name)
    update(archive, tmp_path / "index", MODEL)
    for name in ("it's.tif", "港口.tif"):
        (archive / name).unlink()
    shutil.copy(archive / NAMES[2], archive / 'a "b".tif')
    report = update(archive, tmp_path / "index", MODEL)
    assert (report.removed, report.read) == (2, 1)
    found = [hit.path.name for hit in search(tmp_path / "index", wanted("red"), MODEL, 2).hits]
    assert set(found) == {'a "b".tif', NAMES[2]}


def test_several_threads_read_one_open_index(archive, tmp_path):
    update(archive, tmp_path / "index", MODEL)
    index = open_index(tmp_path / "index")
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(
                lambda colour: index.search(wanted(f"{colour} {colour}"), 1)[0].path.stem,
                ["red", "green", "blue"] * 20,
            )
        )
    assert [name.split("_")[0] for name in found] == ["red", "green", "blue"] * 20


def test_without_the_library_the_extra_is_named(archive, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "lancedb", None)
    with pytest.raises(LibraryMissing, match=re.escape(install("archive"))):
        update(archive, tmp_path / "index", MODEL)
    assert len(search(archive, wanted("red"), MODEL).hits) == 4  # a folder needs none
