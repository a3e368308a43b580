"""The first view of a search: what is answered at once, and what follows it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fake import FakeModel, paint
from geomagnifier.geometry import Box
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import LEVEL, Window


def test_what_a_large_box_shows_is_seen_as_large_as_a_view_can_be() -> None:
    """A model that says what is in a box.

    The box is larger than a view, and nothing is searched for in it.
    """

    class Naming(FakeModel):
        def answer(self, query, granularity, views, beside=None):
            return replace(super().answer(query, granularity, views, beside), named=True)

    with open_scene(paint(6000, 4000, (1000, 1000, 1400, 1300))) as scene:
        answer = ask(scene, "Find the ship in this box.", Naming(), box=(200, 100, 5800, 3900))
    closest = answer.trace.views[-1]
    assert [window.role for window in answer.trace.views] == [
        "peek",
        "wide",
    ] and not answer.trace.crops
    assert closest.box == Box(0, 0, 6000, 4000) and max(closest.width, closest.height) == 1024
    assert [region.box for region in answer.regions] and answer.complete


@pytest.mark.parametrize(("height", "seen"), [(512, [2, 4, 8]), (507, [2, 4])])
def test_the_smallest_level_of_a_picture_is_64_px_high(height: int, seen: list[int]) -> None:
    with open_scene(paint(900, height, (100, 100, 140, 130))) as scene:
        answer = ask(scene, "Find every ship.", FakeModel())
    assert [round(w.placement.scale[1]) for w in answer.trace.views if w.role == LEVEL] == seen


def test_a_scene_of_one_view_is_read_once_for_each_view(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the answer shows of it is that view."""
    read: list[Window] = []
    with open_scene(paint(1000, 900, (100, 100, 140, 130))) as scene:
        own = scene.read
        monkeypatch.setattr(
            scene, "read", lambda window, *more: (read.append(window), own(window, *more))[1]
        )
        answer = ask(scene, "Find every ship.", FakeModel())
    assert read == list(answer.trace.views) and answer.preview.shape == (900, 1000, 3)
