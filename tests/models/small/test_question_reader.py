"""What a question asks for does not depend on other scenes, and nothing unknown is guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.models.registry import load_model
from geomagnifier.models.small.model import SmallModel
from geomagnifier.types import Granularity, Query, View, Window
from random_small import favour


@pytest.fixture
def model(model_folder: Path) -> SmallModel:
    return load_model(model_folder)


def view(key: str, width: int = 64, height: int = 48, seed: int = 0, valid: Any = None) -> View:
    box = Box(0, 0, width, height)
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    return View(pixels, Window(box, width, height, "whole", box), key, valid)


def test_unknown_things_are_not_guessed(model: SmallModel) -> None:
    favour(model.weights["text.bias"], "<unknown>")
    reply = model.answer(Query("Segment the elephants."), Granularity.PIXEL, [view("a"), view("b")])
    assert (
        reply.asked == ()
        and reply.unknown
        and len(reply.views) == 2
        and all(v.found == () == v.covers for v in reply.views)
    )
    assert model.relevance(Query("Segment the elephants."), view("a")).max() == 0


def test_everything_means_all_objects(model: SmallModel) -> None:
    favour(model.weights["text.bias"], "<everything>")
    assert model.answer(Query("Find all objects."), Granularity.REGION, [view("a")]).asked == (
        "ship",
        "airplane",
    )


def test_everything_beside_land_cover_and_a_landmark(model: SmallModel) -> None:
    favour(model.weights["text.bias"], "<everything>", "<water>", "<by>", "<ship>")
    query = Query("Segment all objects and the water by the ships.")
    reply = model.answer(query, Granularity.PIXEL, [view("a")])
    assert (reply.asked, reply.landmarks) == (("ship", "airplane", "water"), ())
    assert [c.label for c in reply.views[0].covers] == ["ship", "airplane", "water"]
    assert all(model.relevance(query, view("a"), by).max() > 0 for by in ("gradient", "mask"))


def test_an_answer_does_not_depend_on_what_was_asked_of_another_scene(model: SmallModel) -> None:
    favour(model.weights["text.bias"], "<ship>")
    query = Query("Find them.")
    assert model.answer(query, Granularity.REGION, [view("one:a")]).asked == ("ship",)
    favour(
        model.weights["text.bias"], "<airplane>"
    )  # as if the second picture led to another reading
    assert model.answer(query, Granularity.REGION, [view("two:a", seed=1)]).asked == ("airplane",)
    assert model.answer(query, Granularity.REGION, [view("one:b", seed=2)]).asked == (
        "ship",
    )  # all views of a scene agree


def test_several_kinds_landmarks_and_a_place_in_one_question(model: SmallModel) -> None:
    favour(model.weights["text.bias"], "<ship>", "<by>", "<water>", "<place>", "<unknown>")
    reply = model.answer(
        Query("Segment ships by the water, elephants, and say what place it is."),
        Granularity.PIXEL,
        [view("a")],
    )
    assert (reply.asked, reply.landmarks[0], reply.place, reply.unknown) == (
        ("ship",),
        "water",
        True,
        True,
    )
    assert [(c.label, c.separate) for c in reply.views[0].covers][:2] == [
        ("ship", True),
        ("water", False),
    ]
