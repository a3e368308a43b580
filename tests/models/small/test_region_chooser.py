"""Choosing among regions keeps to the classes asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from geomagnifier.models.registry import load_model
from geomagnifier.models.small.model import SmallModel
from geomagnifier.results import Region
from geomagnifier.types import Query, SceneInfo


@pytest.fixture
def model(model_folder: Path) -> SmallModel:
    return load_model(model_folder)


SCENE = SceneInfo("made", 64, 48, 3)


def region(kind: str, x: float, size: float = 8) -> Region:
    return Region(kind, 0.8, (x, 10, x + size, 10 + size))


def test_choosing_keeps_to_the_asked_kinds(model: SmallModel, model_folder: Path) -> None:
    regions = [region("ship", 5), region("water", 20), region("ship", 40)]
    for bias in (-9.0, 9.0):
        sure = load_model(model_folder)
        sure.weights["selector.chooses.weight"][:] = 0
        sure.weights["selector.chooses.bias"][:] = bias
        chosen = sure.choose(Query("the ships by the water"), SCENE, ("ship",), regions)
        assert set(chosen) <= {0, 2} and 1 <= len(chosen) <= 2
        if bias < 0:
            assert chosen == (0, 2)
    assert model.choose(Query("the largest ship"), SCENE, ("ship",), regions[:2]) == (0,)
    assert model.choose(Query("the largest ship"), SCENE, ("ship",), ()) == ()


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("the leftmost ship", 0),
        ("the rightmost ship", 2),
        ("the largest ship", 1),
        ("the smallest ship", 0),
        ("the bottommost ship", 2),
    ],
)
def test_an_end_is_taken_from_the_boxes(model: SmallModel, question: str, meant: int) -> None:
    """The selector of this model is random; what can be measured is not left to it."""
    regions = [region("ship", 5, 6), region("ship", 20, 20), Region("ship", 0.6, (45, 30, 55, 40))]
    assert model.choose(Query(question), SCENE, ("ship",), regions) == (meant,)


def test_of_several_on_a_side_one_is_meant_where_one_is_asked_for(model_folder: Path) -> None:
    """The selector means all three here; "the ship" is the one farthest on that side."""
    sure = load_model(model_folder)
    for part in ("chooses", "meant"):
        sure.weights[f"selector.{part}.weight"][:] = 0
        sure.weights[f"selector.{part}.bias"][:] = 9.0
    regions = [region("ship", x) for x in (35, 50, 40)]

    def chosen(question: str) -> tuple[int, ...]:
        return sure.choose(Query(question), SCENE, ("ship",), regions)

    assert chosen("Segment the ship on the right.") == (1,)
    assert chosen("Segment the ships on the right.") == (0, 1, 2)
    assert len(chosen("Segment the ship in the middle.")) == 1
