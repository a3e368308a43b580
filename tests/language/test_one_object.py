"""Questions that mean one object, and the end of the picture that it lies at."""

from __future__ import annotations

import pytest

from geomagnifier.language.one_object import end_asked, one_asked


@pytest.mark.parametrize(
    ("question", "kind", "one", "end"),
    [
        ("Extract the leftmost airplane as a polygon.", "airplane", True, "left"),
        ("Segment the airplane located at the top-most position.", "airplane", True, "upper"),
        ("I want the exact mask of the bottommost vehicle", "vehicle", True, "lower"),
        ("A tennis court on the far right.", "tennis court", True, "right"),
        ("the bus at the far left", "bus", True, "left"),
        ("the ship closest to the left", "ship", True, "left"),
        ("the largest storage tank in the picture", "storage tank", True, "largest"),
        ("Outline the smallest baseball diamond.", "baseball diamond", True, "smallest"),
        # a choice that is not an end alone is the selector's
        ("Segment the tennis court on the right.", "tennis court", True, ""),
        ("the second largest ship", "ship", True, ""),
        ("the third ship from the left", "ship", True, ""),
        ("the leftmost ship in the upper row", "ship", True, ""),
        ("the largest ship near the bridge", "ship", True, ""),
        ("the largest ship next to the harbor", "ship", True, ""),
        # several, or any number of them
        ("the tennis courts on the right", "tennis court", False, ""),
        ("the two largest ships", "ship", False, ""),
        ("the largest of the ships", "ship", False, ""),
        ("the storage tanks over on the east side", "storage tank", False, ""),
        ("the aircraft of greatest size", "airplane", False, ""),
        ("every ship on the left", "ship", False, ""),
        ("Is there any ship?", "ship", False, ""),
        ("Segment the ship and the other ship.", "ship", False, ""),
        ("the leftmost ship", "airplane", False, ""),
        ("water", "water", False, ""),
    ],
)
def test_what_a_question_means(question: str, kind: str, one: bool, end: str) -> None:
    assert one_asked(question, kind) == one
    assert end_asked(question, kind) == end
