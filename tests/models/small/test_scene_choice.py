"""The class of the scene that a question lets choose.

It is the value, and it is the one that is said.
"""

from __future__ import annotations

import pytest

import geomagnifier as gm
from fake import paint
from geomagnifier.language import scene_sentences, yes_no

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
