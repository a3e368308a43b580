"""What questions of yes and no ask about.

In wordings of people, and in every template that the model is trained on.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from geomagnifier.language.class_names import CLASSES
from geomagnifier.language.classes import KINDS
from geomagnifier.language.language_id import language
from geomagnifier.language.mentions import names_nothing
from geomagnifier.language.scene_classes import SCENE_WORDS, SCENES, article, scene_phrase
from geomagnifier.language.scene_names import OBJECT_SCENES
from geomagnifier.language.yes_no import asked, start
from geomagnifier.language.yes_no_question import YesNoQuestion
from geomagnifier_lab.questions import chinese_templates
from geomagnifier_lab.questions.templates import IMAGE, OBJECTS, Task

ROWS = [
    line.split("\t")
    for line in (
        (Path(__file__).parents[1] / "phrasings" / "yes_no.tsv").read_text("utf-8").splitlines()
    )
]


def forms(scene: str) -> tuple[str, ...]:
    return ("scene", "things") if scene in OBJECT_SCENES else ("scene",)


PLURAL = ("tennis courts",)
"""Plurals of things, which are looked for, and not a scene's name."""


def test_there_are_many_wordings_in_both_languages() -> None:
    assert len(ROWS) >= 120 and sum(language(text) == "zh" for *_, text in ROWS) >= 35


@pytest.mark.parametrize(("form", "about", "text"), ROWS, ids=[row[2] for row in ROWS])
def test_what_is_asked(form: str, about: str, text: str) -> None:
    read = asked(text, language(text))
    assert (read.form if read else "none") == form
    if read is None:
        return
    if form == "scene":
        assert about in read.names[0].scenes
    elif form == "things":
        assert read.kinds == tuple(name for name in about.split(",") if name)
    elif form == "choice":
        assert [name.said.split()[0] for name in read.names] == about.split(",")
    else:
        assert read.noun == about


@pytest.mark.parametrize("template", IMAGE[Task.SCENE_YES_NO])
def test_every_name_of_a_scene_is_found_in_every_template(template: str) -> None:
    for scene in SCENES:
        for word in {scene, *SCENE_WORDS[scene]} - {*PLURAL}:
            text = template.format(scene=word, ascene=scene_phrase(word))
            read = asked(text, "en")
            assert (
                read is not None and read.form in forms(scene) and scene in read.names[0].scenes
            ), text


@pytest.mark.parametrize(
    "template", [t for t in OBJECTS[Task.EXISTS] if not t.startswith("presence")]
)
def test_every_name_of_a_thing_is_found_in_every_template(template: str) -> None:
    for kind in (kind for kind in KINDS if kind.name in CLASSES):
        for one, many in kind.words:
            text = template.format(s=one, p=many, a=one if one == many else article(one))
            read = asked(text, "en")
            assert read is not None and read.form == "things" and kind.name in read.kinds, text


@pytest.mark.parametrize("template", chinese_templates.EXISTS)
def test_every_chinese_name_of_a_thing_is_found(template: str) -> None:
    for kind, (measure, nouns) in ((kind, chinese_templates.NOUNS[kind]) for kind in CLASSES):
        for noun in nouns.split():
            text = template.format(n=noun, i="图中", m=measure)
            read = asked(text, "zh")
            assert read is not None and read.form == "things" and kind in read.kinds, text


@pytest.mark.parametrize("template", chinese_templates.YES_NO)
def test_every_chinese_name_of_a_scene_is_found(template: str) -> None:
    for scene, nouns in chinese_templates.SCENES.items():
        for noun in nouns.split():
            text = template.format(x=noun, it="这张图")
            read = asked(text, "zh")
            assert (
                read is not None
                and read.form in forms(scene)
                and (scene not in SCENES or scene in read.names[0].scenes)
            ), text


@pytest.mark.parametrize("task", [Task.SCENE, Task.CAPTION, Task.TITLE, Task.RETRIEVAL])
def test_requests_are_no_questions_of_yes_and_no(task: Task) -> None:
    for template in IMAGE[task]:
        text = template.format(s="ship", p="ships", scene="river", ascene="a river")
        read = asked(text, "en")
        assert read is None or read.form == "choice", text


@pytest.mark.parametrize(
    "task",
    [Task.LOCATE, Task.COUNT, Task.CLASSIFY_BOX, Task.SEGMENT, Task.OUTLINE, Task.DESCRIBE_SEGMENT],
)
def test_requests_about_things_are_none_either(task: Task) -> None:
    for template in OBJECTS[task]:
        text = template.format(
            s="harbor",
            p="bridges",
            a="a ship",
            r="the largest ship",
            one="the ship",
            box="[1, 2, 30, 40]",
        )
        assert asked(text, "en") is None, text


def test_how_an_answer_begins() -> None:
    one, both, denied = (
        YesNoQuestion("things"),
        YesNoQuestion("things", every=True),
        YesNoQuestion("things", yes_no=False),
    )
    assert [
        start(one, ["ship"], []),
        start(one, [], ["ship"]),
        start(one, ["ship"], ["harbor"]),
    ] == ["yes", "no", "yes"]
    assert [start(both, ["ship"], ["harbor"]), start(both, ["ship", "harbor"], [])] == ["no", "yes"]
    assert [start(denied, ["ship"], []), start(None, ["ship"], []), start(one, [], [])] == [
        "",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("how many r there", True),
        ("How many are there?", True),
        ("count", True),
        ("how many ships", False),
        ("find everything", False),
        ("有多少个？", True),
        ("数一数", True),
        ("有多少艘船", False),
    ],
)
def test_a_question_may_name_nothing(text: str, nothing: bool) -> None:
    assert names_nothing(text, language(text)) == nothing
