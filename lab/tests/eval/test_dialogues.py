"""Dialogues are held turn by turn; a turn is right when it got exactly the objects meant."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from geomagnifier.export.image_file import write_picture
from geomagnifier.model_protocol import Model
from geomagnifier.models.registry import load_model
from geomagnifier.raster.scene import Scene, open_scene
from geomagnifier_lab.datasets.sample import LabelledObject, ObjectSample
from geomagnifier_lab.eval import dialogues
from geomagnifier_lab.questions.dialogues import Dialogue, Turn
from geomagnifier_lab.render.scene import draw_scene

BOXES = ((40.0, 40.0, 90.0, 90.0), (300.0, 60.0, 420.0, 180.0), (500.0, 300.0, 560.0, 360.0))
"""Labels; the second is the largest, the third lies lowest."""


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model("small")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    path = tmp_path_factory.mktemp("scene") / "town.png"
    write_picture(path, draw_scene(3, 640, 480, "town").pixels)
    with open_scene(path) as opened:
        yield opened


def talk(*turns: Turn) -> Dialogue:
    objects = tuple(LabelledObject("airplane", box, ()) for box in BOXES)
    return Dialogue(ObjectSample(Path("town.png"), objects, ("airplane", "ship")), turns)


FIRST = Turn("Find every airplane.", "first", (0, 1, 2))


def test_told_what_is_there_the_reading_alone_decides(scene: Scene, model: Model) -> None:
    one = talk(
        FIRST,
        Turn("and the largest of them?", "choose", (1,)),
        Turn("segment it", "closer", (1,), pixel=True),
    )
    assert dialogues.hold(one, scene, model, told=True) == [True, True, True]


def test_other_objects_than_those_meant_are_wrong_and_the_dialogue_goes_on_as_labelled(
    scene: Scene, model: Model
) -> None:
    one = talk(
        FIRST,
        Turn("and the largest of them?", "choose", (0,)),
        Turn("How many are there?", "again", (0,)),
    )
    assert dialogues.hold(one, scene, model, told=True) == [True, False, True]


def test_a_turn_that_is_refused_is_wrong(scene: Scene, model: Model) -> None:
    one = talk(Turn("Find every ship.", "first", ()), Turn("segment those", "closer", (1,)), FIRST)
    assert dialogues.hold(one, scene, model, told=True) == [True, False, True]


def test_from_the_picture_nothing_is_told(scene: Scene, model: Model) -> None:
    right = dialogues.hold(
        talk(FIRST, Turn("and the largest of them?", "choose", (1,))), scene, model, told=False
    )
    assert right == [False, False]  # there are no airplanes in this town


@pytest.mark.slow
@pytest.mark.skipif("GEOMAG_DATA" not in os.environ, reason="GEOMAG_DATA names no data sets")
def test_the_suite_on_real_pictures(model: Model) -> None:
    told: list[int] = []
    figures = dialogues.dialogue(
        model, Path(os.environ["GEOMAG_DATA"]), 3, lambda done, total: told.append(done)
    )
    assert figures["n"] >= 3 and told
    shares = {name: value for name, value in figures.items() if name != "n"}
    assert {"exact", "told", "alone", "first", "whole", "whole told"} <= {*shares}
    assert all(0 <= value <= 1 for value in shares.values())
    assert np.isclose(figures["whole"] * 3, round(figures["whole"] * 3))


def test_no_dialogue_has_no_figures(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogues, "vhr10", lambda root, part: [])
    monkeypatch.setattr(dialogues, "dialogues", lambda samples, count: [])
    assert dialogues.dialogue(model, tmp_path) == {"n": 0}
