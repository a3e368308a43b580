"""Words that settle the level of a question."""

from __future__ import annotations

import pytest

from geomagnifier.language.level_words import asked, sought
from geomagnifier.types import Granularity


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
    assert asked(question) is Granularity.PIXEL


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
    assert asked(question) is None


def test_rectangles_are_boxes() -> None:
    assert asked("Enclose all villas in the lower right in rectangles.") is Granularity.REGION


def test_something_is_looked_for_in_this_image() -> None:
    assert sought("Help me find the vase on this photo.")
    assert sought("tell me where the scarf is")
    assert not sought("Find images of airports.")
    assert not sought("What is this place?")
