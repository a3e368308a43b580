"""The task granularity classifier, and questions answered by yes or no."""

from __future__ import annotations

import pytest
import torch

from geomagnifier.language import yes_no
from geomagnifier.models.small.granularity import LEVELS, GranularityClassifier, settled
from geomagnifier.types import Granularity


def test_a_sentence_vector_becomes_three_logits() -> None:
    assert GranularityClassifier()(torch.zeros(2, 384)).shape == (2, len(LEVELS))


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Is this an airport?", Granularity.IMAGE),
        ("Is there a ship?", Granularity.REGION),
        ("How many ships are there?", Granularity.IMAGE),  # no such question: as classified
    ],
)
def test_questions_about_objects_are_not_about_the_image(
    question: str, wanted: Granularity
) -> None:
    levels = {Granularity.IMAGE: 0.6, Granularity.REGION: 0.3, Granularity.PIXEL: 0.1}
    decided = settled(levels, yes_no.asked(question, "en"))
    assert max(decided, key=lambda level: decided[level]) is wanted
    assert sum(decided.values()) == pytest.approx(1)
