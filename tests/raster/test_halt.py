"""A long reading asks between its pieces whether it is to go on.

A search that is stopped so keeps what it saw.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import rasterio

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier.errors import SceneTooLarge
from geomagnifier.export.image_file import write_picture
from geomagnifier.raster.halt import Halted, check, stoppable
from geomagnifier.types import Window

PLACE = rasterio.Affine(0.5, 0, 500_000, 0, -0.5, 5_300_000)


def zeros(path, side, block):
    """A file of a few hundred kB that stands for a large picture of nothing."""
    given = {
        "driver": "GTiff",
        "count": 3,
        "dtype": "uint8",
        "interleave": "pixel",
        "compress": "deflate",
        "tiled": True,
    }
    place = {
        "crs": "EPSG:32633",
        "transform": PLACE,
        "width": side,
        "height": side,
        "blockxsize": block,
        "blockysize": block,
    }
    with rasterio.open(path, "w", **given, **place) as file:
        row = np.zeros((3, block, side), np.uint8)
        for top in range(0, side, block):
            high = min(block, side - top)
            file.write(row[:, :high], window=rasterio.windows.Window(0, top, side, high))
    return path


class After:
    """True from its n-th question on."""

    def __init__(self, number):
        self.number, self.asked = number, 0

    def __call__(self):
        self.asked += 1
        return self.asked > self.number


def test_nobody_waits_nothing_is_asked():
    check()
    with stoppable(lambda: False):
        check()
    check()
    with stoppable(lambda: True), pytest.raises(Halted):
        check()


def test_one_who_waits_is_asked_for_by_his_own_thread_alone():
    with stoppable(lambda: True), ThreadPoolExecutor(1) as pool:
        assert pool.submit(check).result() is None


def test_a_reading_stops_between_two_pieces_and_the_scene_goes_on(tmp_path):
    path = zeros(tmp_path / "z.tif", 6144, 1024)
    with gm.open_scene(path) as scene:
        window = Window(scene.info.box, 60, 60, "whole", scene.info.box)
        every = After(1000)
        with stoppable(every):
            assert not scene.read(window).pixels.any()
        assert every.asked >= 4  # 113 MB in pieces of 34 MB at most
        for read in (scene.read, scene.salvage):
            stop = After(2)
            with stoppable(stop), pytest.raises(Halted):
                read(window)
            assert stop.asked == 3
        assert not scene.read(window).pixels.any()


def test_blocks_that_the_cache_does_not_hold_are_refused_at_once(tmp_path):
    with pytest.raises(SceneTooLarge, match="blocks of 8192 x 8192 px, too large to unpack"):
        gm.open_scene(zeros(tmp_path / "z.tif", 12_000, 8192))
    gm.open_scene(zeros(tmp_path / "y.tif", 4096, 4096)).close()


@pytest.fixture
def wide(tmp_path):
    write_picture(
        tmp_path / "wide.tif",
        paint(
            1000,
            800,
            *((x, y, x + 40, y + 20) for x in range(50, 1000, 200) for y in range(60, 800, 200)),
        ),
    )
    return tmp_path / "wide.tif"


def ask(path, stop):
    model = FakeModel(view_pixels=200_000, tile=400, overlap=32)
    with gm.open_scene(path) as scene, stoppable(stop):
        return gm.ask(scene, "Find every ship.", model, search="exhaustive")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_search_that_is_stopped_in_a_reading_answers_what_it_saw(wide):
    whole = ask(wide, every := After(10**6))
    found = [ask_or_none(wide, After(number)) for number in range(every.asked)]
    assert found[0] is None  # nothing was seen
    some = [answer for answer in found if answer is not None and answer.stopped]
    assert some and all(not answer.complete and answer.trace.skipped for answer in some)
    assert any(0 < len(answer.regions) < len(whole.regions) for answer in some)


def ask_or_none(path, stop):
    try:
        return ask(path, stop)
    except Halted:
        return None


def test_readings_for_several_at_once_stop_for_their_own(tmp_path):
    path, over = zeros(tmp_path / "z.tif", 4096, 512), threading.Barrier(2)
    ended = {}

    def read(name, stop):
        with gm.open_scene(path) as scene, stoppable(stop):
            over.wait(300)
            try:
                ended[name] = scene.read(
                    Window(scene.info.box, 40, 40, "whole", scene.info.box)
                ).pixels.shape
            except Halted:
                ended[name] = "halted"

    threads = [
        threading.Thread(target=read, args=given)
        for given in (("a", lambda: True), ("b", lambda: False))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert ended == {"a": "halted", "b": (40, 40, 3)}
