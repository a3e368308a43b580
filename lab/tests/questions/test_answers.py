"""Answers written from labels: what to look for, what was found, what the place is."""

from __future__ import annotations

import pytest

from geomagnifier.language.classes import KINDS
from geomagnifier.models.small import vocabulary as w
from geomagnifier_lab.questions import answers
from geomagnifier_lab.questions.answers import Thing, found, point, whole
from geomagnifier_lab.questions.questions import ANY, OTHER, Question
from geomagnifier_lab.questions.templates import GRANULARITY, Task


def ask(
    task: Task,
    *kinds: str,
    landmarks: tuple[str, ...] = (),
    scenes: tuple[str, ...] = (),
    place: bool = False,
) -> Question:
    return Question("", GRANULARITY[task], task, kinds, scenes, landmarks, place)


def said(tokens: list[str], things: list[Thing]) -> str:
    counts = {k.name: sum(t.kind == k.name for t in things) for k in KINDS}
    assert tokens[-1] == w.END
    return w.write_out(tokens[:-1], counts, lambda kind, n: kind if n == 1 else f"{kind}s")[0]


LEFT, RIGHT = (0.05, 0.1, 0.15, 0.2), (0.8, 0.7, 0.9, 0.9)


@pytest.mark.parametrize(
    ("question", "tokens"),
    [
        (ask(Task.SEGMENT, "ship"), "<ship> [SEG] <end>"),
        (ask(Task.DETECT, "bridge"), "<bridge> <none> <end>"),
        (
            ask(Task.OUTLINE, "ship", landmarks=("harbor",)),
            "<ship> [SEG] <by> <harbor> [BOX] <end>",
        ),
        (ask(Task.DETECT, "ship", OTHER, place=True), "<ship> [BOX] <unknown> <place> <end>"),
        (ask(Task.DESCRIBE_SEGMENT, ANY), "<everything> [SEG] <end>"),
        (ask(Task.CLASSIFY_BOX, ANY), "<this> [BOX] <end>"),
    ],
)
def test_what_to_look_for(question: Question, tokens: str) -> None:
    assert point(question, {"ship": True, "harbor": True, "bridge": False}) == tokens.split()


@pytest.mark.parametrize(
    ("question", "things", "unknown", "text"),
    [
        (
            ask(Task.COUNT, "ship"),
            [Thing("ship", LEFT), Thing("ship", RIGHT)],
            False,
            "There are two ships.",
        ),
        (
            ask(Task.SEGMENT, "ship"),
            [Thing("ship", LEFT)],
            False,
            "There is one ship in the upper left.",
        ),
        (
            ask(Task.EXISTS, "ship"),
            [Thing("ship", RIGHT)],
            False,
            "Yes, there is one ship in the lower right.",
        ),
        (ask(Task.EXISTS, "ship"), [], False, "No, there is no ship here."),
        (
            ask(Task.SEGMENT, "ship", "road"),
            [Thing("ship", LEFT)],
            False,
            "There is one ship in the upper left. There is no road here.",
        ),
        (ask(Task.SEGMENT, "ship", "road"), [], False, "There is no ship or road here."),
        (ask(Task.SEGMENT, OTHER), [], True, "I was not taught to find that."),
        (
            ask(Task.SEGMENT, "ship", OTHER),
            [],
            True,
            "There is no ship here. The rest I was not taught to find.",
        ),
        (ask(Task.CLASSIFY_BOX, ANY), [Thing("ship", LEFT)], False, "This is a ship."),
        (
            ask(Task.DESCRIBE_SEGMENT, "ship", "harbor"),
            [
                Thing("ship", LEFT),
                Thing("ship", (0.2, 0.1, 0.3, 0.2)),
                Thing("harbor", (0.3, 0.1, 0.5, 0.3)),
            ],
            False,
            "Two ships are near one harbor.",
        ),
    ],
)
def test_what_was_found(question: Question, things: list[Thing], unknown: bool, text: str) -> None:
    asked = [k for k in question.kinds if k not in (OTHER, ANY)] or [t.kind for t in things]
    assert said(found(question, things, asked, unknown), things) == text


@pytest.mark.parametrize("task", [t for t in Task if GRANULARITY[t] != "image"])
def test_every_word_of_a_sentence_is_in_the_list(task: Task) -> None:
    things = [Thing(k, box) for k in ("ship", "harbor", "vehicle") for box in (LEFT, RIGHT)]
    for kinds in (("ship",), ("ship", "bridge"), ("ship", "harbor", "vehicle"), (ANY,)):
        asked = [k for k in kinds if k != ANY] or ["ship", "harbor", "vehicle", "bridge"]
        for given in (things, things[:1], []):
            for token in found(ask(task, *kinds), given, asked, False):
                assert (
                    token in w.FOUND or token in w.SPECIAL or token[1:-1] in {k.name for k in KINDS}
                )


def test_the_place() -> None:
    captions = ("many boats are in a harbor .",)
    assert whole(ask(Task.CAPTION), ("harbor",), captions) == captions
    assert whole(ask(Task.SCENE), ("harbor",), ()) == ("this is a harbor .",)
    assert whole(ask(Task.SCENE_YES_NO, scenes=("harbor",)), ("harbor",), ()) == (
        "yes , this is a harbor .",
    )
    assert whole(ask(Task.SCENE_YES_NO, scenes=("beach",)), ("harbor",), ()) == (
        "no , this is a harbor .",
    )
    assert whole(ask(Task.TITLE), ("harbor",), ()) == ("a harbor",)
    assert whole(ask(Task.SCENE), ("river", "pond"), ()) == ()  # a coarse class does not say which


def test_where_and_near() -> None:
    assert answers.where([Thing("ship", LEFT)]) == ["in", "the", "upper", "left"]
    assert answers.where([Thing("ship", LEFT), Thing("ship", RIGHT)]) == []
    assert answers.where([Thing("ship", (0.45, 0.45, 0.55, 0.55))]) == ["in", "the", "centre"]
    assert answers.gap(
        Thing("ship", (0, 0, 0.2, 0.2)), Thing("ship", (0.5, 0.6, 0.7, 0.8))
    ) == pytest.approx(0.5)
    assert answers.gap(Thing("ship", (0, 0, 0.2, 0.2)), Thing("ship", (0.1, 0.1, 0.3, 0.3))) == 0
