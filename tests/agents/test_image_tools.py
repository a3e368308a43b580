"""The tools of an agent, with a model that finds what is painted."""

import json

import pytest
from PIL import Image

from fake import FakeModel, paint
from geomagnifier.agents.image_tools import ImageTools
from geomagnifier.agents.root_folder import RootFolder
from geomagnifier.errors import NothingMeant, OptionError, OutputError, QuestionEmpty


@pytest.fixture
def tools(tmp_path):
    for name, colour in (("a.png", (250, 0, 0)), ("b.png", (0, 250, 0))):
        Image.fromarray(paint(120, 80, (10, 10, 40, 40), colour=colour)).save(tmp_path / name)
    (tmp_path / "c.jpg").write_bytes(b"no picture")
    made = ImageTools(RootFolder(tmp_path), FakeModel)
    yield made
    made.close()


def test_images_and_info(tools):
    assert tools.images().facts == {"images": ["a.png", "b.png", "c.jpg"], "more": 0}
    facts = tools.info("a.png").facts
    assert (facts["width"], facts["driver"], facts["warnings"]) == (120, "PNG", [])
    assert tools.info().facts["classes"] == list(tools.model.spec.kinds)


def test_each_image_of_a_folder_is_asked_and_errors_are_rows(tools, tmp_path):
    steps = []
    reply = tools.map_images(
        "Find every ship.", ".", "answers", lambda done, known: steps.append((done, known))
    )
    a, b, c = reply.facts["answers"]
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert a["files"] == "answers/a.png" and b["text"]
    assert json.loads((tmp_path / "answers/a.png/answer.json").read_text())["text"] == a["text"]
    assert c["error"].startswith("SceneUnreadable: ")
    again = tools.map_images("Find every ship.", ".", "answers").facts["answers"]
    assert [row["image"] for row in again] == ["a.png", "b.png", "c.jpg"]
    with pytest.raises(QuestionEmpty):
        tools.map_images(" ", ".", "answers")


def test_only_a_few_conversations_are_kept(tools, monkeypatch):
    monkeypatch.setattr("geomagnifier.agents.image_tools.OPEN", 1)
    tools.ask("a.png", "Find every ship.")
    tools.ask("b.png", "Find every ship.")
    with pytest.raises(NothingMeant, match="use the tool `ask` first"):
        tools.follow_up("the largest of them?", "a.png")


def test_wrong_options_are_refused(tools):
    with pytest.raises(OptionError, match="give words, near"):
        tools.search()
    with pytest.raises(OptionError, match="at least 1, not 0"):
        tools.search(words="red", top=0)
    with pytest.raises(OutputError):
        tools.ask("a.png", "Find every ship.", out="../x")
