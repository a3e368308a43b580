"""What a picture may hold, from one small view of it, and the questions that are suggested."""

from dataclasses import replace

import pytest

import geomagnifier as gm
from fake import BLUE, FakeModel, paint
from geomagnifier.server.first_classes import PIXELS, FirstClasses, first_classes


class Reads(FakeModel):
    """Looks for the classes that a query names beside its text."""

    def answer(self, query, granularity, views, beside=None):
        text = f"Find every {' and every '.join(query.kinds)}."
        return super().answer(replace(query, text=text), granularity, views, beside)


def test_classes_that_are_seen_are_named_the_most_frequent_first():
    pixels = paint(300, 200, (40, 40, 80, 60), (120, 80, 160, 100))
    found = first_classes(gm.open_scene(pixels), Reads())
    assert found.objects == ("ship",)


def test_a_picture_with_nothing_in_it_names_nothing():
    assert first_classes(gm.open_scene(paint(64, 48)), Reads()) == FirstClasses()


def test_a_large_scene_is_seen_small():
    model = FakeModel()
    seen = []
    answer = model.answer
    model.answer = lambda query, granularity, views: (
        seen.extend(view.pixels.shape for view in views) or answer(query, granularity, views)
    )
    first_classes(gm.open_scene(paint(1600, 1200, (1300, 0, 1600, 1200), colour=BLUE)), model)
    assert len(seen) == 1
    assert seen[0][0] * seen[0][1] == pytest.approx(PIXELS, rel=0.01)
