"""Several views as one input, as the paper has them."""

from __future__ import annotations

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.inference import resolution
from geomagnifier.models.registry import load_small
from geomagnifier.models.small import joint_input
from geomagnifier.models.small.model import SmallModel
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier.types import Granularity, Query, View, Window
from geomagnifier_lab.render.scene import draw_scene

QUESTION = Query("Segment every airplane.", min_score=0.05)


@pytest.fixture(scope="module")
def model() -> SmallModel:
    return load_small("small")


@pytest.fixture(scope="module")
def views() -> list[View]:
    """The whole of a drawn airport, shrunk, and its upper left quarter."""
    scene: Scene
    with open_scene(draw_scene(31, 512, 384, "airport").pixels) as scene:
        whole = scene.read(resolution.window_of(scene.info.box, 2, "wide"))
        part = scene.read(resolution.window_of(Box(0, 0, 256, 192), 1, "C1"))
    return [whole, part]


def test_places_are_shares_of_the_whole_input(views: list[View]) -> None:
    assert joint_input.places(views) == [(0, 0, 1, 1), (0, 0, 0.5, 0.5)]
    right = View(
        views[1].pixels,
        Window(Box(256, 192, 512, 384), 256, 192, "C2", Box(256, 192, 512, 384)),
        "r",
    )
    assert joint_input.places([views[0], right])[1] == (0.5, 0.5, 1, 1)


def test_tokens_carry_the_place_of_their_view(model: SmallModel) -> None:
    last = np.random.default_rng(0).normal(size=(1, 352, 4, 6)).astype(np.float32)
    whole = model.views.writer.see(last)
    assert np.array_equal(whole, model.views.writer.see(last, (0.0, 0.0, 1.0, 1.0)))
    assert not np.allclose(whole, model.views.writer.see(last, (0.5, 0.5, 1.0, 1.0)))


def test_one_view_alone_is_the_same_in_one_input(model: SmallModel, views: list[View]) -> None:
    alone = model.answer(QUESTION, Granularity.PIXEL, views[1:])
    once = model.answer(QUESTION, Granularity.PIXEL, views[1:], [])
    assert [f.view_box for f in alone.views[0].found] == [f.view_box for f in once.views[0].found]
    np.testing.assert_array_equal(
        alone.views[0].covers[0].probability, once.views[0].covers[0].probability
    )


def test_what_is_beside_is_seen_and_not_answered(model: SmallModel, views: list[View]) -> None:
    beside = model.answer(QUESTION, Granularity.PIXEL, views[1:], views[:1])
    both = model.answer(QUESTION, Granularity.PIXEL, views, [])
    assert len(beside.views) == 1 and len(both.views) == 2
    assert (
        beside.flops == both.flops > model.answer(QUESTION, Granularity.PIXEL, views[1:], []).flops
    )
    np.testing.assert_allclose(
        beside.views[0].covers[0].probability, both.views[1].covers[0].probability, atol=1e-4
    )
    alone = model.answer(QUESTION, Granularity.PIXEL, views[1:], [])
    assert not np.array_equal(
        beside.views[0].covers[0].probability, alone.views[0].covers[0].probability
    )
