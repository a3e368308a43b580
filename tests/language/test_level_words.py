"""Words that settle that masks are asked for."""

from __future__ import annotations

import pytest

from geomagnifier.language.level_words import masks_asked


@pytest.mark.parametrize(
    "question",
    [
        "Outline every ship.",
        "vegetation mask",
        "Give me polygons of the roads.",
        "Colour the tennis courts in.",
        "pixels covered by water",
    ],
)
def test_masks_are_asked_for(question: str) -> None:
    assert masks_asked(question)


@pytest.mark.parametrize(
    "question",
    [
        "Find every ship.",
        "Describe the ships, no masks.",
        "How many pixels of water are there?",
        "Which polygon is the largest ship?",
        "Segment everything.",
        "Outline the crane.",
    ],
)
def test_the_classifier_settles_it(question: str) -> None:
    assert not masks_asked(question)
