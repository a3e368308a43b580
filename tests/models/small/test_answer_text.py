"""The words of an answer name what was found, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import geomagnifier as gm
from fake import paint
from geomagnifier.geometry import Box
from geomagnifier.language import scene_sentences, yes_no
from geomagnifier.models.registry import load_model
from geomagnifier.models.small.answer_text import counted
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


SCENE = SceneInfo("made", 64, 48, 3)


def region(kind: str, x: float, size: float = 8) -> Region:
    return Region(kind, 0.8, (x, 10, x + size, 10 + size))


def test_a_sentence_names_each_kind_that_was_found_and_no_other(model: SmallModel) -> None:
    favour(model.weights["text.bias"], "<ship>")
    reply = ModelOutput(asked=("ship", "airplane"), views=())
    regions = [region("ship", 5), region("ship", 30)]
    said = model.say(
        Query("Find ships and airplanes."), Granularity.REGION, view("a"), reply, SCENE, regions
    )
    words = said.text.lower()
    assert said.phrases == {"ship": "two ships"} and words.count("two ships") == 1
    assert "no airplane" in words or "or airplane" in words or "airplane" not in words
    assert "<" not in words and "[" not in words


def test_a_caption_never_says_a_word_whose_gate_is_shut(model: SmallModel) -> None:
    favour(model.weights["text.bias"], "near", "the")
    thumbnail = view("thumb", 100, 100)
    model.weights["mentioned.weight"][:] = 0
    for bias, said in ((9.0, True), (-9.0, False)):
        model.weights["mentioned.bias"][:] = bias
        text = model.say(
            Query("Describe this."), Granularity.IMAGE, thumbnail, ModelOutput(), SCENE, ()
        ).text
        assert ("near" in text.lower()) == said


LABELS = [
    ("sparse residential", 0.4),
    ("farmland", 0.3),
    ("airport", 0.2),
    ("dense residential", 0.1),
]


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("Is this farmland or an airport?", "farmland"),
        ("Is this an airport or farmland?", "farmland"),
        ("Is this a residential area or farmland?", "residential area"),
        ("这里是机场还是农田？", "farmland"),
        ("Is this farmland?", None),
        ("Are there any ships?", None),
    ],
)
def test_the_one_that_fits_best(question: str, value: str | None) -> None:
    language = "zh" if question.endswith("？") else "en"
    asked = yes_no.asked(question, language)
    assert asked is not None
    assert scene_sentences.chosen(asked, LABELS, {}) == value
    if value is not None and language == "en":
        assert value in scene_sentences.reply(asked, LABELS, {}, language)


def test_an_answer_has_it_as_its_value() -> None:
    model = gm.load_model("small")
    picture = paint(320, 200, (20, 20, 100, 40))
    answer = gm.ask(picture, "Is this farmland or an airport?", model)
    assert (
        answer.value in ("farmland", "airport")
        and answer.unit is None
        and str(answer.value) in answer.text
    )
    assert gm.ask(picture, "What kind of place is this?", model).value is None


def test_classes_are_counted() -> None:
    assert [counted(kind, n) for kind in ("ship", "water") for n in (1, 2)] == [
        "ship",
        "ships",
        "area of water",
        "areas of water",
    ]
