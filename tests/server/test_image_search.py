"""Images are found by words, by likeness and by place; each is read once."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from fake import BLUE, RED, FakeModel, paint
from geomagnifier.errors import SceneNotFound
from geomagnifier.export.image_file import write_picture
from geomagnifier.retrieval import SearchQuery, update
from geomagnifier.server.image_search import ImageSearch
from geomagnifier.server.scenes import Library
from geomagnifier.server.settings import Settings
from served import write


@pytest.fixture
def library(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    whole = (0, 0, 40, 30)
    write_picture(root / "red.png", paint(40, 30, whole, colour=RED))
    write_picture(root / "blue.png", paint(40, 30, whole, colour=BLUE))
    write_picture(root / "also red.png", paint(40, 30, whole, colour=(240, 10, 0)))
    noise = np.random.default_rng(3).integers(0, 255, (3, 256, 256), dtype=np.uint8)
    write(root / "cut.tif", noise, tiled=True, blockxsize=128, blockysize=128, compress="deflate")
    whole = (root / "cut.tif").read_bytes()
    (root / "cut.tif").write_bytes(whole[: len(whole) * 2 // 3])
    with Library(Settings(root=root, folder=tmp_path / "work")) as made:
        yield made


def names(hits):
    return [hit.card.name for hit in hits]


def test_words_and_likeness_rank(library):
    search = ImageSearch(library.settings, FakeModel(), library)
    hits, unreadable = search.find("red", None, None, lambda done, known: True)
    assert {*names(hits)[:2]} == {"red.png", "also red.png"} and names(hits)[2] == "blue.png"
    assert hits[0].score > 0.9 > hits[2].score
    assert [name for name, _ in unreadable] == ["cut.tif"]
    hits, _ = search.find(None, library.place("blue.png"), None, lambda done, known: True)
    assert hits[0].card.name == "blue.png" and hits[0].score == pytest.approx(1, abs=1e-5)


def test_an_image_is_looked_at_once_until_it_changes(library):
    looked, model = [], FakeModel()

    def embed(item, own=model.embed):
        looked.append(item)
        return own(item)

    model.embed = embed
    search = ImageSearch(library.settings, model, library)
    for _ in range(2):
        search.find("red", None, None, lambda done, known: True)
    assert [isinstance(item, str) for item in looked] == [True, False, False, False, True]
    root = library.settings.root
    write_picture(root / "red.png", paint(41, 30, colour=BLUE))
    search.find("red", None, None, lambda done, known: True)
    assert len(looked) == 7


def test_a_search_by_time_ranks_nothing_and_a_stopped_one_has_what_it_saw(library):
    search = ImageSearch(library.settings, FakeModel(), library)
    after = SearchQuery(after=datetime(2024, 1, 1, tzinfo=UTC))
    assert search.find(None, None, after, lambda done, known: True)[0] == []
    told = []
    hits, _ = search.find("red", None, None, lambda *now: bool(told.append(now)))
    assert told == [(1, 4)] and len(hits) == 1


def test_an_image_that_is_gone_is_said(library):
    search, card = ImageSearch(library.settings, FakeModel(), library), library.place("red.png")
    shutil.rmtree(library.settings.root)
    with pytest.raises(SceneNotFound):
        search.find(None, card, None, lambda done, known: True)


def test_no_more_hits_come_than_are_asked_for(library):
    search = ImageSearch(library.settings, FakeModel(), library)
    hits, _ = search.find("red", None, None, lambda done, known: True, 2)
    assert set(names(hits)) == {"red.png", "also red.png"}


def test_hits_of_an_index_whose_images_are_gone_make_room_for_others(library, tmp_path):
    root, model = library.settings.root, FakeModel()
    update(root, tmp_path / "index", model)
    search = ImageSearch(replace(library.settings, index=tmp_path / "index"), model, library)
    assert len(search.find("red", None, None, lambda done, known: True, 1)[0]) == 1
    (root / "red.png").unlink()
    (root / "also red.png").unlink()
    hits, unreadable = search.find("red", None, None, lambda done, known: True, 1)
    assert names(hits) == ["blue.png"] and unreadable == []
