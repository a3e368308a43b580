"""The arguments of `ask`, checked without a model."""

from __future__ import annotations

from typing import Any

import pytest

from fake import paint
from geomagnifier import ask_arguments
from geomagnifier.errors import BoxError, OptionError
from geomagnifier.geometry import Box
from geomagnifier.raster.scene import open_scene
from geomagnifier.types import SceneInfo

SCENE = SceneInfo("made", 300, 200, 3)


def test_memory_and_budget_are_amounts() -> None:
    with open_scene(paint(300, 200)) as scene:
        assert ask_arguments.checked(
            scene.info, "Find every ship.", budget="2 Mpx", max_memory="1 GB"
        )[1:] == (("pixels", 2e6), 1e9)
        assert ask_arguments.checked(scene.info, "Find every ship.", budget="1.5 min")[1:] == (
            ("seconds", 90.0),
            None,
        )
        query, _, _ = ask_arguments.checked(
            scene.info, "Find every ship.", (-5, 10.5, 400, 60), recall=None, min_score=0
        )
        assert query.box == Box(0, 10.5, 300, 60) and query.min_score == 0 and query.recall is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"search": "fast"}, "search 'fast' is not known; choose one of"),
        ({"recall": 1.0}, "recall is a share between 0 and 1"),
        ({"recall": 0.0}, "recall is a share between 0 and 1"),
        ({"min_score": 1.1}, "min_score lies between 0 and 1"),
        ({"recall": 0.5, "min_score": 0.5}, "give one of them"),
        ({"box_crs": "EPSG:4326"}, "give the box as well"),
        ({"aoi_crs": "EPSG:4326"}, "give the area as well"),
        ({"variant": "hull"}, "a variant of search='paper', but search is 'adaptive'"),
        ({"box": (0, 0, 9, 9), "aoi": (0, 0, 9, 9)}, "aoi and box cannot be combined"),
    ],
)
def test_what_does_not_fit_together_is_said(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError, match=words):
        ask_arguments.checked(SCENE, "Find every ship.", **wrong)


def test_the_ends_of_the_ranges_and_a_variant_are_taken() -> None:
    for score in (0, 1):
        assert ask_arguments.checked(SCENE, "ships", min_score=score)[0].min_score == score
    query, spent, memory = ask_arguments.checked(SCENE, "ships", search="paper", variant="hull")
    assert (query.variant.apart, spent, memory) == (False, None, None)


def test_a_box_outside_the_scene_is_none() -> None:
    with pytest.raises(BoxError):
        ask_arguments.checked(SCENE, "ships", (300, 0, 400, 100))
