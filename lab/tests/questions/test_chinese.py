import re

import numpy as np
import pytest

from geomagnifier.language.classes import KINDS
from geomagnifier.language.scene_classes import SCENES
from geomagnifier_lab.questions import chinese, chinese_templates
from geomagnifier_lab.questions.questions import held_out
from geomagnifier_lab.questions.templates import GRANULARITY, Task


def drawn(split, count=3000):
    rng = np.random.default_rng(0)
    return [chinese.draw(rng, split) for _ in range(count)]


@pytest.mark.parametrize("split", ["train", "val"])
def test_all_slots_are_filled(split) -> None:
    for pair in drawn(split):
        assert not re.search(r"[{}]", pair.chinese + pair.english), pair
        assert re.search(r"[\u4e00-\u9fff□]", pair.chinese), pair
        assert re.fullmatch(r"[A-Z][\w ,.'?□-]+[.?]", pair.english), pair


def test_all_tasks_levels_and_kinds_come_up() -> None:
    pairs = drawn("train")
    assert {p.task for p in pairs} == set(Task)
    levels = [GRANULARITY[p.task] for p in pairs]
    assert (
        all(levels.count(level) > 0.2 * len(levels) for level in set(levels))
        and len(set(levels)) == 3
    )
    assert {k for p in pairs for k in p.kinds} == {kind.name for kind in KINDS} | {"?"}


def test_both_sides_name_the_same_kinds() -> None:
    words = {kind.name: (kind.name, kind.plural) for kind in KINDS}
    nouns = {kind: told.split() for kind, (_, told) in chinese_templates.NOUNS.items()}
    for pair in drawn("train"):
        for kind in {*pair.kinds, *pair.landmarks} - {"?"}:
            assert any(word in pair.english for word in words[kind]), pair
            assert any(noun in pair.chinese for noun in nouns[kind]), pair


def test_every_scene_and_kind_has_words() -> None:
    assert set(chinese_templates.NOUNS) == {kind.name for kind in KINDS}
    assert set(SCENES) < set(chinese_templates.SCENES)


def test_registers_kept_aside_are_not_drawn_for_training() -> None:
    aside = [
        t.replace("{n}", "")
        for t in held_out(chinese_templates.COUNT, "val")
        if t.startswith("{n}")
    ]
    assert aside
    counted = [p.chinese for p in drawn("train") if p.task is Task.COUNT and len(p.kinds) == 1]
    assert counted and not any(text.endswith(ending) for text in counted for ending in aside)


def test_draws_repeat() -> None:
    assert drawn("train", 50) == drawn("train", 50)
