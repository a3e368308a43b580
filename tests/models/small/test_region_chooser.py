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
        chosen = sure.choose(Query("the largest ship"), SCENE, ("ship",), regions)
        assert set(chosen) <= {0, 2} and 1 <= len(chosen) <= 2
        if bias < 0:
            assert chosen == (0, 2)
    assert model.choose(Query("the largest ship"), SCENE, ("ship",), regions[:2]) == (0,)
    assert model.choose(Query("the largest ship"), SCENE, ("ship",), ()) == ()
