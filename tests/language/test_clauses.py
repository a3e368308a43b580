"""Questions about several kinds, taken apart kind by kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

import geomagnifier as gm
from geomagnifier.language.clauses import by_kind
from geomagnifier.models.small.text_generation import TOLD, listed
from geomagnifier.models.small.vocabulary import write_out
from geomagnifier.results import Region
from geomagnifier.types import Floats, Query, SceneInfo
from geomagnifier_lab.render.scene import draw_scene

SCENE = SceneInfo("drawn", 1000, 800, 3)


def named(*kinds: str):
    """Likeness by whether the kind's word stands in the part."""

    def likeness(parts: Sequence[str]) -> Floats:
        return np.array([[kind in part for kind in kinds] for part in parts], np.float32)

    return likeness


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "Segment the largest ship and the airplanes.",
            ["Segment the largest ship", "Find the airplanes."],
        ),
        (
            "Segment the airplanes, and the largest ship.",
            ["Find the largest ship.", "Segment the airplanes"],
        ),
        (
            "On the left, find the ship and mask every airplane",
            ["On the left, find the ship", "On the left, mask every airplane"],
        ),
        ("Find ships and airplanes on the left.", ["Find ships and airplanes on the left."] * 2),
        (
            "Find the ship between a tank and a bridge and the airplane",
            ["Find the ship between a tank and a bridge", "Find the airplane"],
        ),
        ("Find the largest thing.", None),
    ],
)
def test_each_kind_gets_its_part(question: str, expected: list[str] | None) -> None:
    assert by_kind(question, ["ship", "airplane"], named("ship", "airplane")) == expected


def row(kind: str, y: float, sides: Sequence[float]) -> list[Region]:
    return [
        Region(kind, 0.9, (100 + 150 * i, y, 100 + 150 * i + side, y + side))
        for i, side in enumerate(sides)
    ]


def test_one_choice_leaves_the_other_kind_whole() -> None:
    model = gm.load_model("small")
    regions = [*row("ship", 200, (30, 80, 30, 30)), *row("airplane", 500, (40, 40, 40))]
    both = ("ship", "airplane")
    chosen = model.choose(
        Query("Segment the largest ship and the airplanes."), SCENE, both, regions
    )
    assert chosen == (1, 4, 5, 6)
    assert model.choose(
        Query("Find every ship and every airplane."), SCENE, both, regions
    ) == tuple(range(7))
    for question in (
        "Segment the ship and the airplane.",
        "Outline the airplane and the largest ship.",
    ):
        kinds = {regions[i].label for i in model.choose(Query(question), SCENE, both, regions)}
        assert kinds == set(both), "what was found must not be said to be absent"


def test_what_has_no_room_in_the_sentence_is_listed() -> None:
    counts = {"airplane": 6, "harbor": 1, "ship": 43}
    text, phrases = write_out(listed(list(counts)), counts, lambda kind, n: kind + "s" * (n != 1))
    assert text == "There are also six airplanes, one harbor and 43 ships."
    assert phrases == {"airplane": "six airplanes", "harbor": "one harbor", "ship": "43 ships"}
    assert listed([]) == []


def test_every_kind_in_a_crowded_scene_is_named() -> None:
    with gm.open_scene(draw_scene(7, theme="mixed").pixels) as scene:
        answer = gm.ask(scene, "Find every object.", gm.load_model("small"))
    kinds = {r.label for r in answer.regions}
    assert len(kinds) > TOLD
    assert all(
        region.phrase and region.phrase.lower() in answer.text.lower() for region in answer.regions
    ), answer.text
