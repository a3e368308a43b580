"""The canvas: shapes have their sizes, labels are cut at the edge, nothing overlaps."""

import math

import numpy as np
import pytest

from geomagnifier_lab.render.canvas import (
    ROAD,
    WATER,
    Canvas,
    Sprite,
    area,
    box,
    clipped,
    disc,
    mirrored,
    stroke,
    turned,
)

WHITE = (240.0, 240.0, 240.0)


def canvas(scale=2.0):
    return Canvas(np.random.default_rng(0), 200, 100, scale, 0.0)


def plate(length=10.0, breadth=6.0, kind="ship"):
    outline = box(0, 0, length, breadth)
    return Sprite(outline, [(outline, WHITE)], 2.0, kind, ROAD)


def test_shapes_have_their_areas():
    assert area(box(3, 4, 5, 2)) == pytest.approx(10)
    assert area(disc(0, 0, 2, 400)) == pytest.approx(4 * math.pi, rel=1e-3)
    assert area(turned(box(3, 4, 5, 2), 0.7)) == pytest.approx(10)
    assert area(mirrored([(2.0, 0.0), (1.0, 1.0), (-1.0, 1.0)])) == pytest.approx(5)
    (line,) = stroke([(0, 0), (8, 0)], 0.5, WHITE)
    assert area(line[0]) == pytest.approx(4)


def test_polygons_are_cut_at_the_edge():
    inside = clipped(box(0, 0, 20, 20), 100, 50)
    assert area(inside) == pytest.approx(100) and inside.min() >= 0
    assert len(clipped(box(-50, 0, 20, 20), 100, 50)) == 0


def test_a_stamp_is_drawn_labelled_and_keeps_its_place():
    drawn = canvas()
    drawn.ground(box(0, 0, 100, 50), "water", WATER)
    assert drawn.stamp(plate(), 0, 0)
    ((kind, outline),) = drawn.labels
    assert kind == "ship" and outline.min(0).tolist() == [90, 44]
    assert outline.max(0).tolist() == [110, 56]
    assert drawn.cover[50, 100] == ROAD and drawn.cover[10, 10] == WATER
    assert drawn.pixels[50, 100].tolist() == pytest.approx(list(WHITE), abs=1)
    assert not drawn.stamp(plate(), 3, 0) and not drawn.room(plate(), 0, 7, clear=3)
    assert drawn.room(plate(), 0, 10, clear=3)


def test_of_a_labelled_sprite_most_must_be_in_view():
    drawn = canvas()
    assert not drawn.stamp(plate(), 50, 0)
    assert drawn.stamp(plate(kind=None), 50, 0) and drawn.labels == []
    assert not drawn.stamp(plate(kind=None), 500, 0)
