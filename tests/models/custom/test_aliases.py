"""Taught kinds in questions and sentences."""

from __future__ import annotations

import pytest

from geomagnifier.finetuning.class_words import stand_ins, words_of
from geomagnifier.models import registry
from geomagnifier.models.custom.aliases import Names
from geomagnifier.models.custom.class_heads import CustomClass
from geomagnifier.models.small.vocabulary import kind_token

CARD = registry.read_card(registry.WEIGHTS / registry.FILES[0])
KNOWN = tuple(kind for kind in CARD["kinds"] if kind_token(kind) in CARD["words"])
"""Classes that the text decoder of the package has words for."""
TURBINE = CustomClass(words_of("wind turbine", ("windmill", "wind generator")))
FARM = CustomClass(words_of("solar farm", ()), stuff=True)
NAMES = Names([TURBINE, FARM, CustomClass(words_of("ship", ()))], stand_ins(KNOWN))


@pytest.mark.parametrize(
    ("question", "read", "stands"),
    [
        ("Find every wind turbine.", "Find every airplane.", {"wind turbine": "airplane"}),
        (
            "How many wind turbines are there?",
            "How many airplanes are there?",
            {"wind turbine": "airplane"},
        ),
        ("Segment the Wind-Turbines", "Segment the airplanes", {"wind turbine": "airplane"}),
        ("windmills near the planes", "ships near the planes", {"wind turbine": "ship"}),
        (
            "wind turbines by boats and jets",
            "vehicles by boats and jets",
            {"wind turbine": "vehicle"},
        ),
        ("Where is the solar farm?", "Where is the building?", {"solar farm": "building"}),
        (
            "the windmill left of the solar farm",
            "the airplane left of the building",
            {"wind turbine": "airplane", "solar farm": "building"},
        ),
        ("Find every ship.", "Find every ship.", {}),
        ("downwind turbinesque", "downwind turbinesque", {}),
        ("", "", {}),
    ],
)
def test_questions_are_read_with_stand_ins(question, read, stands):
    assert NAMES.read(question) == (read, stands)


def test_there_may_be_no_one_left_to_stand_in():
    assert NAMES.stand(["wind turbine"], KNOWN) == {}
    assert NAMES.stand(["wind turbine"], KNOWN[:10]) == {"wind turbine": "building"}


def test_no_taught_kinds_change_nothing():
    assert Names([], stand_ins(KNOWN)).read("Find every wind turbine.") == (
        "Find every wind turbine.",
        {},
    )
