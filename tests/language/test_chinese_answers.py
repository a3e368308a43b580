import pytest

from geomagnifier.language import chinese_answers
from geomagnifier.language.classes import KINDS
from geomagnifier.language.scene_classes import COARSE, SCENES
from geomagnifier.language.yes_no_question import YesNoQuestion
from geomagnifier_lab.questions import chinese_templates

LEFT, RIGHT = (0.0, 0.0, 0.2, 0.2), (0.8, 0.8, 1.0, 1.0)


def test_every_kind_and_scene_has_a_chinese_name() -> None:
    assert set(chinese_answers.NOUNS) == {kind.name for kind in KINDS}
    assert set(chinese_answers.PLACES) == {*SCENES, *COARSE}


def test_answers_name_things_as_questions_may() -> None:
    for kind, (measure, noun) in chinese_answers.NOUNS.items():
        asked_measure, asked = chinese_templates.NOUNS[kind]
        assert measure == asked_measure and noun in asked.split()
    assert all(
        chinese_answers.PLACES[name] in chinese_templates.SCENES[name].split() for name in SCENES
    )


@pytest.mark.parametrize(
    ("boxes", "missing", "unknown", "everything", "text"),
    [
        ({"ship": [LEFT]}, (), False, False, "图中左上方有一艘船。"),
        ({"ship": [LEFT, RIGHT]}, (), False, False, "图中有两艘船。"),
        (
            {"ship": [LEFT], "harbor": [RIGHT] * 13},
            (),
            False,
            False,
            "图中左上方有一艘船，右下方有13座港口。",
        ),
        ({"ship": [LEFT], "harbor": [RIGHT] * 3}, (), False, True, "图中有三座港口和一艘船。"),
        ({}, ("ship", "harbor", "bridge"), False, False, "这里没有船、港口或桥。"),
        (
            {"ship": [RIGHT]},
            ("harbor",),
            True,
            False,
            "图中右下方有一艘船。这里没有港口。其余的我没有学过。",
        ),
        ({}, (), True, False, "我没有学过找这种东西。"),
        ({}, (), False, True, "我认识的东西这里都没有。"),
        ({"crane": [LEFT]}, (), False, False, "图中左上方有一个crane。"),
    ],
)
def test_what_was_found(boxes, missing, unknown, everything, text) -> None:
    said, phrases = chinese_answers.found(boxes, missing, unknown, everything)
    assert said == text
    assert set(phrases) == set(boxes) and all(p in said for p in phrases.values())


@pytest.mark.parametrize(
    ("boxes", "at"),
    [
        ([(0.0, 0.4, 0.2, 0.6)], "左侧"),
        ([(0.4, 0.0, 0.6, 0.2)], "上方"),
        ([(0.4, 0.4, 0.6, 0.6)], "中央"),
        ([LEFT, RIGHT], ""),
        ([(0.8, 0.0, 1.0, 0.2)], "右上方"),
    ],
)
def test_where(boxes, at) -> None:
    assert chinese_answers.where(boxes) == at


def test_the_picture_as_a_whole() -> None:
    assert (
        chinese_answers.caption("harbor", ["ship", "vehicle"]) == "这是港口的影像，其中可见船和车。"
    )
    assert chinese_answers.caption("forest", []) == "这是森林的影像。"


def test_the_answer_begins_as_the_question_asks() -> None:
    there, this = YesNoQuestion("things"), YesNoQuestion("things", exists=False)
    assert [chinese_answers.start(word, there) for word in ("yes", "no", "")] == [
        "有，",
        "没有，",
        "",
    ]
    assert [chinese_answers.start(word, this) for word in ("yes", "no")] == ["是的，", "不，"]
    assert chinese_answers.found({}, ["ship"], False, False, "没有，")[0] == "没有，这里没有船。"
