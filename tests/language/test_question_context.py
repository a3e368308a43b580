"""What is left out of a question, and patterns that are compiled when they are used."""

from __future__ import annotations

import pytest

from geomagnifier.language.question_context import Pattern, named, without_context


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("I am writing. Count the ships in the drone photo.", "Count the ships in the photo."),
        ("The council needs to know where the tanks are.", "tell me where the tanks are."),
        ("As a teacher I like maps. Find the bridges for my lesson.", "Find the bridges."),
        ("We flew here. What is this?", "What is this?"),
        ("I see planes. Are they white?", "I see planes. Are they white?"),
        ("On the left. Find the ships.", "On the left. Find the ships."),
        ("Find ships", "Find ships"),
        ("We need a list, so mark every ship.", "mark every ship."),
        (
            "We only want the upper half, so mark every ship.",
            "We only want the upper half, so mark every ship.",
        ),
        ("Is there a ship, yes or no?", "Is there a ship?"),
    ],
)  # fmt: skip
def test_what_chooses_nothing_is_left_out(question: str, left: str) -> None:
    assert without_context(question) == left


def test_classes_that_are_named() -> None:
    assert named("Find the planes and the bridges.") == {"airplane", "bridge"}
    assert named("Find the cranes.") == set()


def test_a_pattern_is_compiled_when_it_may_match() -> None:
    pattern = Pattern(r"\bSHIPS?\b", "ship")
    assert not pattern.found("a crane") and "compiled" not in vars(pattern)
    assert pattern.found("a Ship") and "compiled" in vars(pattern)
    assert pattern.put("boat", "two ships, one crane") == "two boat, one crane"
    assert Pattern("a").put("b", "banana") == "bbnbnb"
