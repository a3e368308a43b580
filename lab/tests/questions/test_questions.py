"""The words and templates hold together: splits, grammar slots, granularity, reproducible draws."""

import numpy as np
import pytest

from geomagnifier.language.classes import KINDS, OTHER_NOUNS
from geomagnifier.language.scene_classes import (
    AID,
    COARSE,
    RSSCN7,
    SCENE_WORDS,
    SCENES,
    UCM,
    article,
)
from geomagnifier.types import Granularity
from geomagnifier_lab.questions.questions import Split, about, draw
from geomagnifier_lab.questions.templates import GRANULARITY, Task


@pytest.mark.parametrize("split", ["train", "val"])
def test_questions_are_filled_and_have_the_granularity_of_their_task(split: Split) -> None:
    rng = np.random.default_rng(1)
    for task in (*Task, *[None] * 10):
        for _ in range(300):
            question = draw(rng, split, task)
            assert question.text.strip() and not set("{}") & set(question.text)
            assert question.granularity is GRANULARITY[question.task]
            assert (question.kinds == ()) == (question.granularity is Granularity.IMAGE)
            assert set(question.kinds) <= {kind.name for kind in KINDS} | {"*", "?"}
            assert set(question.scenes) <= set(SCENES)


@pytest.mark.parametrize("split", ["train", "val"])
@pytest.mark.parametrize("granularity", [Granularity.REGION, Granularity.PIXEL])
def test_about_keeps_its_kind_and_granularity(split: Split, granularity: Granularity) -> None:
    rng = np.random.default_rng(2)
    for kind in (*[kind.name for kind in KINDS], "?", "*"):
        for refer in (0.0, 1.0):
            for _ in range(60):
                question = about(rng, kind, granularity, split, refer)
                assert (question.kinds, question.granularity) == ((kind,), granularity)
                assert not set("{}") & set(question.text)


def test_about_has_no_image_level() -> None:
    with pytest.raises(ValueError, match="region or pixel"):
        about(np.random.default_rng(0), "ship", Granularity.IMAGE)


def test_draws_are_reproducible() -> None:
    first, second = np.random.default_rng(3), np.random.default_rng(3)
    assert [draw(first) for _ in range(1000)] == [draw(second) for _ in range(1000)]


def test_a_word_belongs_to_one_kind() -> None:
    owners = [(word, kind.name) for kind in KINDS for pair in kind.words for word in set(pair)]
    words = [word for word, _ in owners]
    assert len(words) == len(set(words))
    assert not set(words) & {word for pair in OTHER_NOUNS for word in pair}
    assert len(set(OTHER_NOUNS)) == len(OTHER_NOUNS) >= 260


def test_every_class_is_a_scene() -> None:
    assert (len(AID), len(UCM), len(RSSCN7)) == (30, 21, 7)
    for names in (*AID.values(), *UCM.values(), *RSSCN7.values(), *COARSE.values()):
        assert set(names) <= set(SCENES)
    assert set(SCENE_WORDS) == set(SCENES)


def test_grammar() -> None:
    assert [article(noun) for noun in ("airplane", "ship", "SUV", "unicycle", "umbrella")] == [
        "an airplane",
        "a ship",
        "an SUV",
        "a unicycle",
        "an umbrella",
    ]
