"""Questions that mean all objects of a class, and those that may mean some."""

from __future__ import annotations

import pytest

from geomagnifier.language.choosing_words import all_meant


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Trace the boundary of the ships.", "ship"),
        ("Talk me through the image while highlighting each ship with a mask.", "ship"),
        ("Answer in words and masks: what about the ships?", "ship"),
        ("Put a box around every vehicle in this picture, please.", "vehicle"),
        ("Separate all planes from the background", "airplane"),
        ("Colour in the pixels covered by storage tanks.", "storage tank"),
        ("What portion of the frame is under vegetation?", "vegetation"),
        ("mask of the water", "water"),
        ("What's the airplane count here?", "airplane"),
        ("ship masks please", "ship"),
    ],
)
def test_all_are_meant(question: str, kind: str) -> None:
    assert all_meant(question, kind)


@pytest.mark.parametrize(
    "question",
    [
        "Outline the ship.",
        "the ships on the left",
        "the two ships",
        "Segment the largest of the ships.",
        "ships moored at the quay",
        "the ships near the bridge",
        "ships in the southwestern area of the image",
        "Find the 3 northernmost ships.",
        "all ships but the first",
        "every ship in the second row",
        "the center ships",
        "Find the planes.",
        "Find everything.",
    ],
)
def test_some_may_be_meant(question: str) -> None:
    assert not all_meant(question, "ship")
