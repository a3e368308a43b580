"""Dialogues drawn from labels: they repeat, are balanced, and mean labelled objects alone."""

from pathlib import Path

import numpy as np

from geomagnifier_lab.datasets.sample import LabelledObject, ObjectSample
from geomagnifier_lab.questions.dialogues import FIRST, SORTS, dialogues


def samples(count=12):
    """Labelled images of ships of several sizes and a harbor."""
    rng, made = np.random.default_rng(0), []
    for number in range(count):
        objects = []
        for index in range(6):
            x, y = rng.uniform(20, 700, 2)
            side = 15 * 1.6**index
            objects.append(LabelledObject("ship", (x, y, x + side, y + side / 2), ()))
        objects.append(LabelledObject("harbor", (800.0, 300.0, 900.0, 400.0), ()))
        made.append(ObjectSample(Path(f"{number}.jpg"), tuple(objects), ("ship", "harbor")))
    return [(sample, (1000.0, 800.0)) for sample in made]


def test_turns_mean_labelled_objects_and_sorts_are_balanced():
    drawn = dialogues(samples(), 30)
    assert len(drawn) == 30
    sorts = [turn.sort for one in drawn for turn in one.turns[1:]]
    assert set(sorts) == set(SORTS)
    assert max(map(sorts.count, SORTS)) < 2.5 * min(map(sorts.count, SORTS))
    for one in drawn:
        assert 2 <= len(one.turns) <= 3 and one.turns[0].sort == "first"
        for turn in one.turns:
            assert "{" not in turn.text and all(i < len(one.sample.objects) for i in turn.meant)
        asked = {one.sample.objects[i].kind for i in one.turns[0].meant}
        assert len(asked) == 1


def test_a_choice_is_some_of_what_was_found():
    for one in dialogues(samples(), 30):
        if one.turns[1].sort == "choose":
            assert set(one.turns[1].meant) < set(one.turns[0].meant)


def test_the_same_seed_gives_the_same_and_splits_have_words_of_their_own():
    first, again, other = (dialogues(samples(), 10, seed=seed) for seed in (7, 7, 8))
    texts = [
        [[turn.text for turn in one.turns] for one in drawn] for drawn in (first, again, other)
    ]
    assert texts[0] == texts[1] != texts[2]
    assert not set(FIRST["train"]) & set(FIRST["val"])


def test_without_objects_there_are_none():
    empty = ObjectSample(Path("a.jpg"), (), ("ship",))
    assert dialogues([(empty, (100.0, 100.0))], 3) == dialogues([], 3) == []
