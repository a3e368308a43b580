"""Plurals and synonyms of custom classes."""

from __future__ import annotations

import pytest

from geomagnifier.finetuning.class_words import plural, stand_ins, words_of
from geomagnifier.models import registry
from geomagnifier.models.custom.aliases import Names
from geomagnifier.models.custom.class_heads import CustomClass
from geomagnifier.models.small.vocabulary import kind_token

CARD = registry.read_card(registry.WEIGHTS / registry.FILES[0])


KNOWN = tuple(kind for kind in CARD["kinds"] if kind_token(kind) in CARD["words"])
"""Classes that the text decoder of the package has words for."""


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("turbine", "turbines"),
        ("quarry", "quarries"),
        ("bus", "buses"),
        ("solar panels", "solar panels"),
        ("grass", "grasses"),
        ("torch", "torches"),
        ("key", "keys"),
    ],
)
def test_plurals(one, many):
    assert plural(one) == many


def test_words_say_their_own_plural():
    assert words_of("gravel=", ("goose/geese",)) == (("gravel", "gravel"), ("goose", "geese"))
    assert words_of("gravel", ("scree", "gravel=")) == (("gravel", "gravel"), ("scree", "screes"))


def test_a_name_may_be_a_plural():
    panels = CustomClass(words_of("solar panels", ()))
    assert panels.name == "solar panels"
    assert (panels.counted(1), panels.counted(3)) == ("solar panel", "solar panels")
    assert Names([panels], stand_ins(KNOWN)).read(
        "the largest solar panel of the solar panels"
    ) == ("the largest airplane of the airplanes", {"solar panels": "airplane"})
