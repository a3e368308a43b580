"""A search for pictures like this one is answered with the command that does it."""

from __future__ import annotations

import pytest

from fake import FakeModel, paint
from geomagnifier.inference import similar_pictures
from geomagnifier.pipeline import ask
from geomagnifier.raster.scene import open_scene


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("找类似这张图的卫星图", True),
        ("检索与此相似的影像", True),
        ("Find satellite images similar to this one.", True),
        ("Show me pictures like this.", True),
        ("Retrieve similar scenes.", True),
        ("Find ships similar to this one.", False),
        ("What does this picture look like?", False),
        ("找出图中所有船", False),
    ],
)
def test_pictures_like_this_one_are_asked_for(question: str, meant: bool) -> None:
    assert similar_pictures.asked(question) == meant


def test_the_answer_names_the_command() -> None:
    with open_scene(paint(100, 80)) as scene:
        english, chinese = (
            ask(scene, q, FakeModel())
            for q in ("Find images similar to this one.", "找类似这张图的卫星图")
        )
    assert (
        "geomag search INDEX --image array" in english.text
        and "geomag search INDEX --image array" in chinese.text
    )
    assert english.regions == () and "建立索引" in chinese.text
    assert (
        similar_pictures.told("my scene.tif", "Find similar images.").count("'my scene.tif'") == 1
    )
