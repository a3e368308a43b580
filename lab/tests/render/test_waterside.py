"""Water has ships, piers and bridges."""

import numpy as np

from geomagnifier_lab.render.canvas import LAND, WATER, Canvas
from geomagnifier_lab.render.plots import Plot
from geomagnifier_lab.render.waterside import river, waterfront

PLOT = Plot(-180, -100, 180, 100)


def canvas():
    return Canvas(np.random.default_rng(3), 720, 400, 2.0, 0.0)


def test_a_waterfront_on_the_open_sea_has_piers_and_ships():
    drawn = canvas()
    waterfront(drawn, PLOT, 0.0)
    kinds = {kind for kind, _ in drawn.labels}
    assert {"harbor", "ship"} <= kinds and "bridge" not in kinds
    assert np.mean(drawn.cover == WATER) > 0.5 and not (drawn.cover == LAND).any()


def test_a_river_is_crossed_by_bridges():
    drawn = canvas()
    river(drawn, PLOT)
    kinds = [kind for kind, _ in drawn.labels]
    assert 1 <= kinds.count("bridge") <= 2
    assert 0.1 < np.mean(drawn.cover == WATER) < 0.5
