"""The list of classes: each writes a question, and of many scenes some are named."""

import pytest

pytest.importorskip("nicegui")

from nicegui import Client
from nicegui.page import page

from fake import FakeModel
from geomagnifier.server.ui.capabilities import SCENE_CLASSES, show
from geomagnifier.translation import use_language
from geomagnifier.types import ModelSpec


def shown(spec, write=lambda text: None, language="en"):
    """Texts of the elements, and the buttons."""
    with use_language(language), Client(page("/"), request=None) as client:
        show(spec, write)
        made = [*client.elements.values()]
    client.delete()
    texts = [one.text for one in made if getattr(one, "text", "")]
    return texts, [one for one in made if one.tag == "button"]


def test_every_class_has_a_button():
    texts, buttons = shown(FakeModel().spec)
    assert [button.text for button in buttons] == ["ship", "water"]
    assert [button.props["title"] for button in buttons] == [
        "Ask for every ship",
        "Ask for every water",
    ]
    assert "Kinds of place it tells apart: red place, green place, blue place." in texts


def test_a_chinese_page_names_them_in_chinese():
    spec = ModelSpec("any", "0", ("ship", "my own class"), ("airplane", "harbor"))
    texts, buttons = shown(spec, language="zh")
    assert [button.text for button in buttons] == ["船", "my own class"]
    assert any("停机坪、港口" in text for text in texts)


@pytest.mark.parametrize(("count", "more"), [(SCENE_CLASSES, 0), (SCENE_CLASSES + 3, 3)])
def test_of_many_scenes_some_are_named(count, more):
    texts, _ = shown(ModelSpec("any", "0", (), tuple(f"scene {n}" for n in range(count))))
    (line,) = [text for text in texts if text.startswith("Kinds of place")]
    assert line.count("scene ") == SCENE_CLASSES
    assert line.endswith(f"and {more} more." if more else f"scene {count - 1}.")


def test_a_model_without_scenes_names_none():
    assert not any("Kinds of place" in text for text in shown(ModelSpec("any", "0", ("a",), ()))[0])
