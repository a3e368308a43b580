"""Windows that are opened, and how much of the target is in them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.models.registry import load_small
from geomagnifier_lab.bench import psc


def test_the_share_of_a_target_inside_boxes_counts_each_pixel_once() -> None:
    target = np.zeros((400, 600), bool)
    target[100:200, 100:300] = True
    half, whole = Box(0, 0, 200, 400), Box(0, 0, 600, 400)
    assert psc.share(target, []) == 0.0
    assert psc.share(target, [half]) == pytest.approx(0.5)
    assert psc.share(target, [half, half]) == pytest.approx(0.5)
    assert psc.share(target, [half, whole]) == 1.0
    assert psc.share(np.zeros((4, 4), bool), [whole]) == 0.0


def test_an_object_is_held_where_a_window_shows_nearly_all_of_it() -> None:
    boxes = np.array([[10, 10, 50, 50], [290, 10, 330, 50], [198, 100, 202, 104]], np.float32)
    assert psc.held(boxes, [Box(0, 0, 200, 400)]) == pytest.approx(1 / 3)
    assert psc.held(boxes, [Box(0, 0, 201.7, 400), Box(250, 0, 600, 400)]) == 1.0
    assert psc.held(boxes[:0], []) == 1.0


@pytest.mark.slow
@pytest.mark.skipif("GEOMAG_DATA" not in os.environ, reason="GEOMAG_DATA names no data sets")
def test_the_heat_map_opens_better_windows_than_chance() -> None:
    model = load_small("small")
    told: list[tuple[int, int]] = []
    found = psc.compare(
        model,
        Path(os.environ["GEOMAG_DATA"]),
        frames=10,
        progress=lambda done, total: told.append((done, total)),
    )
    assert [*found] == [*psc.WAYS] and told[-1] == (10, 10)
    assert found["mask"]["one"] > found["random"]["one"]
    for figures in found.values():
        assert 0 <= figures["one"] <= figures["three"] <= 1 and 0 <= figures["pixels"] <= 1
        assert 0.25 <= figures["three area"] <= 0.75 and 0.25 <= figures["hull area"] <= 1
