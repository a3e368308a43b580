"""The coarse copy of a large scene: parts are read once, in the order in which they are needed."""

import threading

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.server.coarse_scene import CoarseScene

WIDTH, HEIGHT = 5000, 3001


def shade(box, width, height):
    """Red rises to the right, green downwards: what a window of the scene has in its middle."""
    x = box.x0 + (np.arange(width) + 0.5) * box.width / width
    y = box.y0 + (np.arange(height) + 0.5) * box.height / height
    across, down = np.meshgrid(x / WIDTH * 255, y / HEIGHT * 255)
    return np.stack(
        (across, down, np.zeros_like(across), np.full_like(across, 255)), axis=-1
    ).astype(np.uint8)


def copied(side=512):
    seen = []

    def read(window):
        seen.append(window.box.tuple())
        return shade(window.box, window.width, window.height)

    return CoarseScene(WIDTH, HEIGHT, read, side), seen


def test_only_the_parts_under_a_box_are_read_and_each_once():
    copy, seen = copied()
    assert copy.factor == 16
    first = copy.read(Box(1100, 100, 2000, 900), 50, 40, 300)
    assert seen == [(1024, 0, 2048, 1024)] and first.shape == (40, 50, 4)
    copy.read(Box(1000, 100, 2000, 1100), 50, 50, 300)
    assert len(seen) == 4 and len(set(seen)) == 4
    copy.read(Box(1100, 100, 2000, 900), 50, 40, 300)
    assert len(seen) == 4


@pytest.mark.parametrize("box", [(0, 0, 5000, 3001), (4100, 2500, 5000, 3001), (64, 32, 1600, 800)])
def test_the_copy_shows_the_scene(box):
    copy, _seen = copied()
    width, height = round((box[2] - box[0]) / 16), round((box[3] - box[1]) / 16)
    pixels = copy.read(Box(*box), width, height, 300)
    apart = np.abs(pixels.astype(int) - shade(Box(*box), width, height).astype(int))
    assert apart.max() <= 2


def test_a_call_that_gives_up_leaves_the_reading_to_go_on():
    go = threading.Event()
    copy = CoarseScene(
        WIDTH, HEIGHT, lambda w: go.wait(300) and shade(w.box, w.width, w.height), 512
    )
    assert copy.read(Box(0, 0, 900, 900), 50, 50, 0.01) is None
    go.set()
    assert copy.read(Box(0, 0, 900, 900), 50, 50, 300) is not None


def test_a_part_that_cannot_be_read_is_told_and_tried_again():
    broken = [True]

    def read(window):
        if broken:
            raise OSError("no such block")
        return shade(window.box, window.width, window.height)

    copy = CoarseScene(WIDTH, HEIGHT, read, 512)
    with pytest.raises(OSError, match="no such block"):
        copy.read(Box(0, 0, 900, 900), 50, 50, 300)
    broken.clear()
    assert copy.read(Box(0, 0, 900, 900), 50, 50, 300)[..., 3].all()
