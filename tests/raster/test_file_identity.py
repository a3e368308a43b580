"""The same file opened twice is known again; a changed one is not."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest
import rasterio

import geomagnifier as gm
from geomagnifier.export.image_file import write_picture
from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.raster import file_identity
from geomagnifier.types import Window

PIXELS = np.random.default_rng(2).integers(0, 255, (3, 300, 400), np.uint8)


def write(path, pixels):
    """(3, H, W) as GeoTIFF; the path."""
    write_picture(
        path, pixels.transpose(1, 2, 0), "EPSG:32633", (0.5, 0.0, 500_000.0, 0.0, -0.5, 5_300_000.0)
    )
    return path


def key(path, **given):
    with gm.open_scene(path, **given) as scene:
        return scene.key


@pytest.fixture(params=["settled", "fresh"])
def path(request, tmp_path, monkeypatch):
    """A picture that has lain there for a while, or was written just now."""
    found = write(tmp_path / "a.tif", PIXELS)
    if request.param == "settled":
        monkeypatch.setattr(file_identity, "SETTLED", 0.05)
        time.sleep(0.1)
    return found


def test_an_unchanged_file_has_one_key_whoever_opens_it(path, monkeypatch):
    assert key(path) == key(path) == key(str(path))
    assert ":" not in key(path)
    monkeypatch.chdir(path.parent)
    assert key("a.tif") == key(path)


def test_whatever_changes_the_pixels_changes_the_key(path):
    seen, status = {key(path)}, os.stat(path)

    def changed():
        found = key(path)
        assert found not in seen
        seen.add(found)

    other = PIXELS.copy()
    other[0, 0, 0] ^= 1
    write(path, other)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # the same size and time as before
    assert os.stat(path).st_size == status.st_size
    changed()
    with rasterio.open(path, "r+") as file:  # in its place
        file.write(PIXELS[:, :10, :10] ^ 3, window=rasterio.windows.Window(0, 0, 10, 10))
    changed()
    write(path.with_name("half.tif"), PIXELS[:, ::2, ::2]).rename(
        path.with_name("a.tif.ovr")
    )  # overviews beside it
    changed()
    assert key(path, bands=(3, 2, 1)) not in seen


def test_a_file_that_changes_while_it_is_open_is_not_mistaken_for_the_new_one(path):
    with gm.open_scene(path) as scene:
        write(path, 255 - PIXELS)
        kept = scene.key
    assert kept.startswith("scene") and kept != key(path)


def test_what_has_no_file_has_a_key_of_its_own(tmp_path):
    with gm.open_scene(PIXELS) as one, gm.open_scene(PIXELS) as two:
        assert one.key != two.key


def test_large_files_that_were_just_written_are_not_read_for_it(path, monkeypatch):
    monkeypatch.setattr(file_identity, "SETTLED", 3600)
    monkeypatch.setattr(file_identity, "READ", 1000)
    assert key(path) != key(path)


def test_the_second_look_at_a_file_is_not_paid_again(tmp_path, monkeypatch):
    model = gm.load_model("small")
    path = write(tmp_path / "a.tif", PIXELS)
    monkeypatch.setattr(file_identity, "SETTLED", 3600)  # however long a question takes here
    looks = []
    run = Sessions.run

    def watched(self, graph, **inputs):
        looks.extend([graph] * (graph == "views"))
        return run(self, graph, **inputs)

    monkeypatch.setattr(Sessions, "run", watched)

    def ask():
        with gm.open_scene(path) as scene:
            answer = gm.ask(scene, "Find every ship.", model)
            return (
                answer.text,
                scene.read(Window(scene.info.box, 400, 300, "whole", scene.info.box)).key,
            )

    first = ask()
    paid = len(looks)
    assert paid > 0 and ask() == first and len(looks) == paid
