"""Plots: cells fill a plot, roads divide it, and cars stand on roads."""

import numpy as np
import pytest

from geomagnifier_lab.render.canvas import ROAD, VEGETATION, Canvas
from geomagnifier_lab.render.plots import Plot, grove, split, traffic

PLOT = Plot(-150, -100, 150, 100)


def canvas():
    drawn = Canvas(np.random.default_rng(1), 600, 400, 2.0, 0.0)
    drawn.ground(PLOT.points(), "grass", VEGETATION)
    return drawn


def test_cells_fill_the_plot():
    cells = PLOT.grid(3, 2)
    assert len(cells) == 6 and cells[0].w == 100 and cells[0].h == 100
    assert sum(cell.w * cell.h for cell in cells) == PLOT.w * PLOT.h
    assert PLOT.inset(10) == (-140, -90, 140, 90) and PLOT.centre == (0, 0)


def test_roads_divide_a_plot_into_parts_of_about_the_target():
    drawn = canvas()
    parts = split(drawn, PLOT, 9000)
    assert len(parts) > 3 and all(part.w * part.h < 1.6 * 9000 for part in parts)
    assert sum(part.w * part.h for part in parts) < PLOT.w * PLOT.h
    assert 0.02 < np.mean(drawn.cover == ROAD) < 0.3
    traffic(drawn)
    assert {kind for kind, _ in drawn.labels} == {"vehicle"}


def test_trees_stand_on_grass_alone():
    drawn = canvas()
    drawn.ground(Plot(-150, -100, 0, 100).points(), "asphalt", ROAD)
    before = drawn.pixels.copy()
    grove(drawn, PLOT, 200)
    changed = np.abs(drawn.pixels - before).max(2) > 20
    assert changed[:, 320:].any()
    assert changed[:, :280].mean() == pytest.approx(0, abs=1e-3)
    grove(drawn, Plot(0, 0, -1, 5), 10)  # a plot without room
