"""Each block of land shows what it is there for."""

import numpy as np
import pytest

from geomagnifier_lab.render import blocks
from geomagnifier_lab.render.canvas import BUILDING, VEGETATION, Canvas
from geomagnifier_lab.render.plots import Plot

PLOT = Plot(-120, -100, 120, 100)
SHOWN = {
    "apron": "airplane",
    "tanks": "storage tank",
    "track": "ground track field",
    "diamonds": "baseball diamond",
    "courts": "tennis court",
    "parking": "vehicle",
}


def filled(name):
    drawn = Canvas(np.random.default_rng(6), 480, 400, 2.0, 0.0)
    drawn.ground(PLOT.points(), "grass", VEGETATION)
    return drawn, getattr(blocks, name)(drawn, PLOT)


@pytest.mark.parametrize("name", SHOWN)
def test_objects_of_a_block_are_labelled(name):
    assert SHOWN[name] in {kind for kind, _ in filled(name)[0].labels}


@pytest.mark.parametrize("name", ["houses", "halls"])
def test_buildings_are_land_cover(name):
    drawn, _ = filled(name)
    assert np.mean(drawn.cover == BUILDING) > 0.05
    assert {kind for kind, _ in drawn.labels} <= {"vehicle"}


@pytest.mark.parametrize("name", ["park", "fields"])
def test_green_is_green(name):
    assert np.mean(filled(name)[0].cover == VEGETATION) > 0.5


def test_a_runway_leaves_the_rest_of_its_plot():
    drawn, rest = filled("runway")
    assert rest.y1 < PLOT.y1 - 100 and rest[:3] == PLOT[:3]
    assert {kind for kind, _ in drawn.labels} <= {"airplane"}
