"""Examples for the selector repeat and mean what they say."""

from __future__ import annotations

import numpy as np

from geomagnifier_lab.questions import referring_samples
from geomagnifier_lab.questions.relations import (
    Layout,
)

SIZE = (1000.0, 800.0)


def layout(*boxes: tuple[float, float, float, float], marks: int = 0) -> Layout:
    """Boxes in a scene of 1000 x 800 px; the last `marks` are landmarks."""
    target = np.arange(len(boxes)) < len(boxes) - marks
    return Layout(
        SIZE, np.array(boxes, np.float32), target, tuple("ship" if t else "harbor" for t in target)
    )


def chosen(answer: np.ndarray | None) -> list[int] | None:
    return None if answer is None else np.flatnonzero(answer).tolist()


def test_examples_repeat_and_mean_what_they_say() -> None:
    drawn = 0
    for seed in range(150):
        words = referring_samples.word(np.random.default_rng(seed), "train")
        assert words == words and "{" not in words.text and words.kind != words.other
        one, two = (referring_samples.draw(np.random.default_rng(seed), words) for _ in range(2))
        if one is None:
            continue
        drawn += 1
        assert (
            two is not None
            and (one.layout.boxes == two.layout.boxes).all()
            and (one.chosen == two.chosen).all()
        )
        assert not (one.chosen & ~one.layout.target).any()
        assert one.chooses == (words.relation.name != "plain")
        if not one.chooses:
            assert (one.chosen == one.layout.target).all()
        elif words.relation.name not in ("half", "corner", "beside", "between"):
            assert one.chosen.any()
        assert (
            len(one.scores) == len(one.layout.labels) == len(one.layout.boxes)
            and (one.scores > 0).all()
            and (one.scores <= 1).all()
        )
        assert {
            label for label, t in zip(one.layout.labels, one.layout.target, strict=True) if t
        } == {words.kind}
    assert drawn > 120


def test_phrasings_kept_aside_are_not_trained_on() -> None:
    texts = {
        split: {
            referring_samples.word(np.random.default_rng([k, 1]), split).text.lower()
            for k in range(300)
        }
        for split in ("train", "val")
    }
    assert not texts["train"] & texts["val"]
