"""The coarse copy of a large scene: parts are read once, in the order in which they are needed."""

import threading

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.server.coarse_scene import CoarseScene

WIDTH, HEIGHT = 5000, 3001


def shade(box, width=None, height=None):
    """Red rises to the right, green downwards: what a window of the scene has in its middle."""
    width, height = width or int(box.width), height or int(box.height)
    x = box.x0 + (np.arange(width) + 0.5) * box.width / width
    y = box.y0 + (np.arange(height) + 0.5) * box.height / height
    across, down = np.meshgrid(x / WIDTH * 255, y / HEIGHT * 255)
    return np.stack(
        (across, down, np.zeros_like(across), np.full_like(across, 255)), axis=-1
    ).astype(np.uint8)


def full_size(box):
    return shade(box)[..., :3], None


def copied(side=512):
    seen = []

    def read(box):
        seen.append(box.tuple())
        return full_size(box)

    return CoarseScene(WIDTH, HEIGHT, read, side), seen


def test_only_the_parts_under_a_box_are_read_and_each_once():
    copy, seen = copied()
    assert copy.factor == 16
    first = copy.read(Box(1100, 100, 2000, 900), 50, 40, 300)
    # neighbours together
    assert seen == [(1024, 0, 2048, 512), (1024, 512, 2048, 1024)] and first.shape == (40, 50, 4)
    copy.read(Box(1000, 100, 2000, 1100), 50, 50, 300)
    assert seen[2:] == [(512, 0, 1024, 512), (512, 512, 1024, 1024), (512, 1024, 2048, 1536)]
    copy.read(Box(1100, 100, 2000, 900), 50, 40, 300)
    assert len(seen) == 5


def test_all_is_read_ahead_from_the_middle_and_what_is_waited_for_comes_between():
    go, seen = threading.Event(), []

    def read(box):
        seen.append(box)
        go.wait(300)
        return full_size(box)

    copy = CoarseScene(WIDTH, HEIGHT, read, 512)
    copy.read_ahead()
    copy.read_ahead()  # once
    corner = Box(0, 0, 400, 400)
    assert copy.read(corner, 25, 25, 0.01) is None
    go.set()
    assert copy.read(corner, 25, 25, 300) is not None
    assert corner.intersection(seen[0]) is None and corner.intersection(seen[1]) is not None
    assert abs((seen[0].y0 + seen[0].y1) / 2 - HEIGHT / 2) < 512
    while len(seen) < 2 or sum(box.area for box in seen) < WIDTH * HEIGHT:
        go.wait(0.01)
    assert sum(box.area for box in seen) == WIDTH * HEIGHT  # no part twice


@pytest.mark.parametrize("box", [(0, 0, 5000, 3001), (4100, 2500, 5000, 3001), (64, 32, 1600, 800)])
def test_the_copy_shows_the_scene(box):
    copy, _seen = copied()
    width, height = round((box[2] - box[0]) / 16), round((box[3] - box[1]) / 16)
    pixels = copy.read(Box(*box), width, height, 300)
    apart = np.abs(pixels.astype(int) - shade(Box(*box), width, height).astype(int))
    assert apart.max() <= 2


def test_what_is_not_valid_is_transparent_and_darkens_nothing():
    def read(box):
        valid = np.zeros((int(box.height), int(box.width)), bool)
        valid[:, ::2] = True
        pixels = np.full((*valid.shape, 3), 200, np.uint8)
        pixels[~valid] = 0
        return pixels, valid

    copy = CoarseScene(WIDTH, HEIGHT, read, 512)
    pixels = copy.read(Box(0, 0, 800, 800), 50, 50, 300)
    assert abs(pixels[..., :3].astype(int) - 200).max() <= 2
    assert abs(pixels[..., 3].astype(int) - 127).max() <= 1


def test_a_call_that_gives_up_leaves_the_reading_to_go_on():
    go = threading.Event()
    copy = CoarseScene(WIDTH, HEIGHT, lambda box: go.wait(300) and full_size(box), 512)
    assert copy.read(Box(0, 0, 900, 900), 50, 50, 0.01) is None
    go.set()
    assert copy.read(Box(0, 0, 900, 900), 50, 50, 300) is not None


def test_a_part_that_cannot_be_read_is_told_and_tried_again():
    broken = [True]

    def read(box):
        if broken:
            raise OSError("no such block")
        return full_size(box)

    copy = CoarseScene(WIDTH, HEIGHT, read, 512)
    with pytest.raises(OSError, match="no such block"):
        copy.read(Box(0, 0, 900, 900), 50, 50, 300)
    broken.clear()
    assert copy.read(Box(0, 0, 900, 900), 50, 50, 300)[..., 3].all()
