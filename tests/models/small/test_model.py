"""The small model behind the protocol, with random weights.

Scripts, long questions, and what is kept of a view.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geomagnifier.geometry import Box
from geomagnifier.models.registry import CHINESE, WEIGHTS, load_model
from geomagnifier.models.small.model import SmallModel
from geomagnifier.results import ModelOutput, Region
from geomagnifier.types import Granularity, Query, SceneInfo, View, Window
from random_small import favour


@pytest.fixture
def model(model_folder: Path) -> SmallModel:
    return load_model(model_folder)


def view(key: str, width: int = 64, height: int = 48, seed: int = 0, valid: Any = None) -> View:
    box = Box(0, 0, width, height)
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)
    return View(pixels, Window(box, width, height, "whole", box), key, valid)


def equal(a: ModelOutput, b: ModelOutput) -> bool:
    same = a.asked == b.asked and a.unknown == b.unknown and len(a.views) == len(b.views)
    for x, y in zip(a.views, b.views, strict=True):
        same &= [(f.label, f.score, f.view_box, f.origin) for f in x.found] == [
            (f.label, f.score, f.view_box, f.origin) for f in y.found
        ]
        same &= all(
            np.array_equal(f.cells, g.cells)
            for f, g in zip(x.found, y.found, strict=True)
            if f.cells is not None and g.cells is not None
        )
        same &= all(
            (c.score, c.label) == (d.score, d.label)
            for c, d in zip(x.covers, y.covers, strict=True)
        )
        same &= all(
            np.array_equal(c.probability, d.probability)
            for c, d in zip(x.covers, y.covers, strict=True)
        )
    return same


def test_chinese_is_answered_as_its_english_and_in_chinese(
    model_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(model_folder, tmp_path / "model")
    shutil.copyfile(WEIGHTS / CHINESE, folder / CHINESE)
    model, shown, info = load_model(folder), view("zh"), SceneInfo("zh", 64, 48, 3)
    english, chinese = Query("Segment all ships."), Query("分割所有船")
    assert model.granularity(english) == model.granularity(chinese)
    reply = model.answer(chinese, Granularity.PIXEL, [shown])
    assert equal(reply, model.answer(english, Granularity.PIXEL, [shown]))
    region = Region("ship", 0.9, (0.0, 0.0, 10.0, 10.0))
    said = model.say(chinese, Granularity.PIXEL, shown, reply, info, [region])
    assert (said.text, said.phrases, said.language) == (
        "图中左上方有一艘船。",
        {"ship": "一艘船"},
        "zh",
    )
    whole = model.answer(Query("这是什么地方"), Granularity.IMAGE, [shown])
    assert (
        model.say(Query("这是什么地方"), Granularity.IMAGE, shown, whole, info, []).language == "zh"
    )


def test_relevance_is_a_probability_on_the_views_own_cells(model: SmallModel) -> None:
    heat = model.relevance(Query("Find all ships."), view("a", 65, 47), "mask")
    assert heat.shape == (24, 33) and heat.dtype == np.float32
    assert 0 <= heat.min() < heat.max() <= 1


def test_pictures_that_cannot_be_written_to_are_read(model: SmallModel) -> None:
    shown = view("read-only")
    shown.pixels.flags.writeable = False
    assert model.answer(Query("Find all ships."), Granularity.REGION, [shown]).asked == ("ship",)


def test_a_given_box_is_named(model: SmallModel) -> None:
    favour(model.weights["text.bias"], "<this>")
    reply = model.answer(Query("What is this?", Box(8, 8, 40, 30)), Granularity.REGION, [view("a")])
    (found,) = reply.views[0].found
    assert found.view_box == (8, 8, 40, 30) and found.label in ("ship", "airplane")
    assert 0.5 <= found.score <= 1  # of two kinds the likelier one
    assert reply.asked == (found.label,)


@pytest.mark.parametrize("by", ["gradient", "attention"])
@pytest.mark.parametrize("tokens", [("<ship>",), ("<ship>", "<by>", "<water>"), ("<everything>",)])
def test_heat_of_the_decoder_is_on_the_views_own_tokens(
    model: SmallModel, by: Any, tokens: tuple[str, ...]
) -> None:
    favour(model.weights["text.bias"], *tokens)
    heat = model.relevance(Query("Find all ships."), view("a", 130, 65), by)
    assert heat.shape == (2, 4) and heat.dtype == np.float32
    assert 0 <= heat.min() <= heat.max() <= 1 + 1e-6
