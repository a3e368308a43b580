"""Windows that are opened, and how much of the target is in them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from geomagnifier.bench import psc
from geomagnifier.geometry import Box
from geomagnifier.model.checkpoint import load_small

AREA = Box(0, 0, 600, 400)


def test_the_share_of_a_target_inside_boxes_counts_each_pixel_once() -> None:
    target = np.zeros((400, 600), bool)
    target[100:200, 100:300] = True
    half, whole = Box(0, 0, 200, 400), Box(0, 0, 600, 400)
    assert psc.share(target, []) == 0.0
    assert psc.share(target, [half]) == pytest.approx(0.5)
    assert psc.share(target, [half, half]) == pytest.approx(0.5)
    assert psc.share(target, [half, whole]) == 1.0
    assert psc.share(np.zeros((4, 4), bool), [whole]) == 0.0


def test_the_best_windows_are_opened_best_first() -> None:
    scores = np.zeros((5, 5))
    scores[0, 4], scores[4, 0] = 2.0, 1.0
    first, second = psc.opened(scores, AREA, 2)
    assert (first.x1, first.y0) == (600, 0) and (second.x0, second.y1) == (0, 400)
    assert first.x1 - first.x0 == pytest.approx(300) and first.y1 - first.y0 == pytest.approx(200)


@pytest.mark.slow
@pytest.mark.skipif("GEOMAG_DATA" not in os.environ, reason="GEOMAG_DATA names no data sets")
def test_the_heat_map_opens_better_windows_than_chance() -> None:
    model = load_small("small")
    told: list[tuple[int, int]] = []
    found = psc.compare(model, Path(os.environ["GEOMAG_DATA"]), frames=10, progress=lambda done, total: told.append((done, total)))
    assert [*found] == [*psc.WAYS] and told[-1] == (10, 10)
    assert found["gradient"]["share"] > found["random"]["share"]
    for figures in found.values():
        assert 0 <= figures["share"] <= figures["three"] <= 1
        assert 0.2 < figures["area"] <= 0.8
