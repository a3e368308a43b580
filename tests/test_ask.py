"""ask() of a path, an array or a PIL image, with the model that is loaded where none is given.

What an answer shows of itself.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier import pipeline
from geomagnifier.errors import OptionError, SceneNotFound
from geomagnifier.export.image_file import write_picture
from geomagnifier.raster.scene import Scene

SHIPS = paint(300, 200, (40, 40, 80, 60), (100, 100, 140, 120))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_picture(tmp_path / "ships.png", SHIPS)
    return tmp_path / "ships.png"


def test_a_path_an_array_and_an_image_are_opened_and_closed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    close = Scene.close
    monkeypatch.setattr(
        Scene, "close", lambda scene: (closed.append(scene.info.name), close(scene))[1]
    )
    for source in (path, str(path), SHIPS, Image.fromarray(SHIPS)):
        answer = gm.ask(source, "Segment every ship.", FakeModel())
        assert (
            len(answer.regions) == 2 and answer.mask is not None and answer.mask.shape == (200, 300)
        )
    assert closed == ["ships.png", "ships.png", "array", "image"]
    with gm.open_scene(path) as scene:
        gm.ask(scene, "Find every ship.", FakeModel())
        assert len(closed) == 4  # whoever opened it closes it
        assert len(gm.ask(scene, "Find every ship.", FakeModel()).regions) == 2


def test_a_path_that_is_not_there_and_a_wrong_option_need_no_model(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "default_model", lambda: pytest.fail("loaded"))
    with pytest.raises(SceneNotFound, match=r"gone\.tif does not exist"):
        gm.ask("gone.tif", "Find every ship.")
    with pytest.raises(OptionError, match="search 'fast' is not known"):
        gm.ask(path, "Find every ship.", search="fast")
    with pytest.raises(OptionError, match="has no unit"):
        gm.ask(path, "Find every ship.", budget="20")


def test_without_a_model_the_small_one_is_loaded_once(path: Path) -> None:
    assert gm.ask(path, "How many elephants?").text
    first = pipeline.default_model()
    gm.ask(path, "What kind of place is this?")
    assert pipeline.default_model() is first and first.spec.name == "small"


def test_an_answer_shows_itself_in_three_lines(path: Path) -> None:
    for question, second in (
        ("Segment every ship.", "  2 ship"),
        ("Find every airplane.", "  no regions"),
    ):
        answer = gm.ask(path, question, FakeModel())
        lines = repr(answer).splitlines()
        assert len(lines) == 3 and len(repr(answer)) < 600
        assert lines[0] == f"Answer: {answer.text}" and lines[1] == second
        assert (
            " level, " in lines[2]
            and "Mpx processed (scene: " in lines[2]
            and lines[2].endswith(" s")
        )
    place = repr(gm.ask(np.asarray(SHIPS), "What kind of place is this?", FakeModel())).splitlines()
    assert len(place) == 3 and place[2].startswith("  image level")
