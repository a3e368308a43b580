"""What there is no class for is called by its name, with the class that a misspelt one is most
like.
"""

from __future__ import annotations

import pytest

import geomagnifier as gm
from geomagnifier.language.classes import KINDS, WITHIN
from geomagnifier.language.nearest_class import SYNONYMS, named
from geomagnifier.model_protocol import Model
from geomagnifier.raster.scene import Scene
from geomagnifier_lab.render.scene import draw_scene

CLASSES = [*SYNONYMS.items()]
REST = "There are two ships. The rest I was not taught to find."


def test_the_words_are_those_of_the_vocabulary() -> None:
    taught = {kind.name: {one for one, _ in kind.also} for kind in KINDS}
    for name, words in CLASSES:
        known = {" ".join(word.split()).removesuffix("=") for word in words.split(",")}
        narrower = [kind for kind, wide in WITHIN.items() if wide == name] + ["tree"] * (
            name == "vegetation"
        )
        assert taught[name] <= known
        assert known <= taught[name].union(narrower, *(taught[kind] for kind in narrower))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "Find every airplan.",
            'There is no class "airplan" in this model; did you mean "airplane"?',
        ),
        ("Is there a shpi?", 'There is no class "shpi" in this model; did you mean "ship"?'),
        (
            "find all brigdes please",
            'There is no class "brigdes" in this model; did you mean "bridges"?',
        ),
        (
            "Segment the truk",
            'There is no class "truk" in this model; did you mean "truck" (class vehicle)?',
        ),
        ("Find every windmill.", 'There is no class for "windmill" in this model.'),
        ("How many horses are in the field?", 'There is no class for "horses" in this model.'),
        (
            "Mark the solar panels next to the road",
            'There is no class for "solar panels" in this model.',
        ),
        (
            "Are there any cows or swimming pools?",
            'There is no class for "cows" or "swimming pools" in this model.',
        ),
        (
            "Find the windmill nearest to the harbor",
            'There is no class for "windmill" in this model.',
        ),
        ("Find them.", "There is no class for that in this model."),
    ],
)
def test_nothing_known_is_asked_for(question: str, said: str) -> None:
    wrong = ("airplan", "shpi", "brigdes", "truk")
    text = named(
        "I was not taught to find that.",
        question,
        (),
        True,
        CLASSES,
        lambda word: word not in wrong,
    )
    assert text == f"{said} It knows: {', '.join(SYNONYMS)}."


@pytest.mark.parametrize(
    ("question", "unknown", "said"),
    [
        (
            "Segment the ships and the cranes.",
            True,
            ' There is no class for "cranes" in this model.',
        ),
        (
            "Mark ships, windmills, and the longest bridge",
            True,
            ' There is no class for "windmills" in this model.',
        ),
        (
            "Find the ships and the helicopters",
            False,
            ' There is no class for "helicopters" in this model.',
        ),
        ("Find the ships and the shpis", False, ' There is no class for "shpis" in this model.'),
        ("Find the ships and give me their boxes", False, ""),
        ("Find ships and count them", False, ""),
        ("Find the ships near the windmill", False, ""),
        ("Find ships and boats in the picture", False, ""),
    ],
)
def test_something_else_is_asked_for_beside_a_class(
    question: str, unknown: bool, said: str
) -> None:
    text = named(
        REST if unknown else "There are two ships.",
        question,
        ("ship",),
        unknown,
        CLASSES,
        lambda word: True,
    )
    assert text == f"There are two ships.{said}"


@pytest.fixture(scope="module")
def model() -> Model:
    return gm.load_model("small")


@pytest.fixture(scope="module")
def scene() -> object:
    with gm.open_scene(draw_scene(101, 256, 192, "airport").pixels) as opened:
        yield opened


def test_the_model_asks_back(model: Model, scene: Scene) -> None:
    answer = gm.ask(scene, "Find every airplan.", model)
    assert answer.text.startswith(
        'There is no class "airplan" in this model; did you mean "airplane"? It knows: airplane,'
        " ship, "
    )
    assert not answer.regions
    assert gm.ask(scene, "Find every lighthouse.", model).text.startswith(
        'There is no class for "lighthouse" in this model. It knows:'
    )
    both = gm.ask(scene, "Segment the airplanes and the cranes.", model)
    assert (
        both.regions
        and 'There is no class for "cranes" in this model.' in both.text
        and "taught" not in both.text
    )
    horse = gm.ask(scene, "Find every horse.", model)
    assert 'no class for "horse"' in horse.text and "did you mean" not in horse.text
