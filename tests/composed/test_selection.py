"""Ranks in composed questions.

The third largest is measured, and one beyond what is there is said in words.
"""

from __future__ import annotations

from typing import Any

import pytest

import geomagnifier as gm
from fake import FakeModel, paint
from geomagnifier.composed import program as p
from geomagnifier.composed import sentences, understood
from geomagnifier.composed.evaluation import run
from geomagnifier.composed.ground import Ground, Outcome
from geomagnifier.composed.selection import select
from geomagnifier.results import Region
from labelled import FLAT, SPEC, region

SHIPS = (
    region("ship", 20, 20, 60, 30),
    region("ship", 20, 100, 80, 120),
    region("ship", 300, 250, 390, 280),
)
TANKS = (region("storage tank", 100, 20, 120, 40), region("storage tank", 200, 20, 220, 46))
ALL = (*SHIPS, *TANKS)


def ask(question: str, **more: Any) -> tuple[Outcome, str]:
    read = understood(question, SPEC, referring="them" in more)
    assert read is not None, question
    outcome = run(read.program, Ground([r for r in ALL if r.label in read.kinds], FLAT, **more))
    return (
        outcome,
        sentences.say(
            read.program, outcome, sentences.Words(read.language, SPEC.chinese, SPEC.counters)
        ).text,
    )


@pytest.mark.parametrize(
    ("question", "value", "found"),
    [
        ("How long is the second largest ship?", 60, SHIPS[1]),
        ("How long is the 3rd-longest ship in pixels?", 40, SHIPS[0]),
        ("How long is the second ship from the left?", 60, SHIPS[1]),
        ("How wide is the third ship counted from the left side?", 30, SHIPS[2]),
        ("第二大的船有多长？", 60, SHIPS[1]),
        ("第3长的船有多长？", 40, SHIPS[0]),
        ("从左数第三艘船有多长？", 90, SHIPS[2]),
    ],
)
def test_the_one_of_a_rank_is_measured(question: str, value: float, found: Region) -> None:
    outcome, _ = ask(question)
    assert outcome.value == pytest.approx(value) and outcome.regions == (found,)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "How long is the fifth largest ship?",
            "There are only 3 ships; there is no fifth largest.",
        ),
        (
            "How wide is the 21st ship from the right?",
            "There are only 3 ships; there is no 21st rightmost.",
        ),
        (
            "How long is the second largest ship in the right half?",
            "There is only 1 ship in the right half; there is no second largest.",
        ),
        ("How long are the four largest ships?", "There are only 3 ships."),
        (
            "How far is the third largest tank from the largest ship?",
            "There are only 2 storage tanks; there is no third largest.",
        ),
        (
            "Is the fourth longest ship longer than 20 px?",
            "There are only 3 ships; there is no fourth longest.",
        ),
        (
            "How many ships are near the third largest storage tank?",
            "There are only 2 storage tanks; there is no third largest.",
        ),
        (
            "Is the fifth largest ship bigger than the largest tank?",
            "There are only 3 ships; there is no fifth largest.",
        ),
        ("第五大的船有多长？", "图中只有3艘船，没有第五大的。"),
        ("右半部分第二大的船有多长？", "图中只有右半部分的1艘船，没有第二大的。"),
        ("最大的四艘船的总面积是多少？", "图中只有3艘船。"),
        ("从左数第十二艘船有多长？", "图中只有3艘船，没有左边数第十二个。"),
    ],
)
def test_a_rank_beyond_what_is_there_is_said_in_words(question: str, text: str) -> None:
    outcome, said = ask(question)
    assert (outcome.value, outcome.unit, outcome.regions, outcome.why) == (None, None, (), "fewer")
    assert said == text


def test_fewer_than_a_number_asks_for_are_shown() -> None:
    outcome, said = ask("Find the five largest ships longer than 50 px.")
    assert (
        outcome.value is None
        and outcome.regions == SHIPS[1:]
        and said == "There are only 2 ships longer than 50 px."
    )


def test_of_none_there_is_none() -> None:
    outcome, said = ask("How long is the fifth largest airplane?")
    assert outcome.why == "none" and said == "There is no airplane, so this cannot be answered."


@pytest.mark.parametrize(
    "question",
    [
        "How long is the second ship?",
        "How long is the second first largest ship?",
        "第二的船有多长？",
    ],
)
def test_a_rank_of_nothing_is_not_read(question: str) -> None:
    assert understood(question, SPEC) is None


def test_the_answer_has_no_other_region() -> None:
    model = FakeModel()
    model.spec.names.update({"ship": ("ship", "船"), "water": ("water", "水")})  # type: ignore[attr-defined]
    two = paint(300, 200, (40, 40, 80, 60), (100, 100, 160, 120))
    beyond = gm.ask(two, "How long is the fifth largest ship?", model)
    assert beyond.text == "There are only 2 ships; there is no fifth largest." and (
        beyond.value,
        beyond.regions,
    ) == (None, ())
    assert (
        beyond.understood == "mean length(fifth largest ship)"
        and not beyond.read_mask(beyond.scene.box).any()
    )
    assert gm.ask(two, "How long is the second largest ship?", model).value == pytest.approx(
        40, rel=0.05
    )


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("How many ships are at the left edge?", 0),
        ("How many ships are at the bottom edge?", 0),
        ("How many ships are at the top edge?", 1),
        ("How many ships are on the left side?", 2),
        ("How many ships are far from the storage tanks?", 3),
        ("How many ships are near the storage tanks?", 0),
        ("Are there two ships?", False),
        ("Are there three ships?", True),
    ],
)
def test_a_side_is_a_half_and_an_edge_a_tenth(question: str, value: object) -> None:
    """The scene has 400 x 300 px; centres count, the highest at 40, 25, the lowest at 345, 265."""
    outcome, _ = ask(question)
    assert outcome.value == value and type(outcome.value) is type(value)


def test_parts_of_one_class_are_compared() -> None:
    outcome, text = ask("左边的船多还是右边的船多")
    assert outcome.value == "in left half"
    assert text.startswith("左") and "较多" in text and "船" in text


def test_what_was_found_as_another_class_too_is_left_out() -> None:
    """A truck is found as a vehicle as well, in about the same box."""
    vehicles = [region("vehicle", 10, 10, 50, 30), region("vehicle", 100, 10, 140, 30)]
    truck = region("truck", 12, 10, 50, 31)
    of = p.Select(("vehicle",), (p.Not(p.Among(p.Select(("truck",)))),))
    assert select(of, Ground([*vehicles, truck], FLAT)) == vehicles[1:]
    assert select(of, Ground(vehicles, FLAT)) == vehicles


@pytest.mark.parametrize(
    ("question", "program", "box"),
    [
        ("Find the ship nearest to the water.", "nearest ship to water", (10, 10, 50, 30)),
        ("Find the ship farthest from the water.", "farthest ship to water", (100, 10, 140, 30)),
        ("Segment the two ships closest to the road.", "2 nearest ship to road", None),
        ("离水最近的船", "nearest ship to water", (10, 10, 50, 30)),
        ("找出离水域最远的船在哪", "farthest ship to water", (100, 10, 140, 30)),
    ],
)
def test_the_nearest_to_land_cover(
    question: str, program: str, box: tuple[float, ...] | None
) -> None:
    """Land cover and roads are no landmarks that the model itself could choose by."""
    read = understood(question, SPEC)
    assert read is not None and str(read.program) == f"select({program})"
    assert p.outlined(read.program), "the gap is one between outlines"
    ships = [region("ship", 10, 10, 50, 30), region("ship", 100, 10, 140, 30)]
    water = region("water", 0, 40, 30, 60)
    assert isinstance(read.program, p.Chosen)
    if box is not None:
        (found,) = select(read.program.of, Ground([*ships, water], FLAT))
        assert found.box == box
    outcome = run(read.program, Ground(ships, FLAT))  # without the landmark
    words = sentences.Words(read.language, SPEC.chinese, SPEC.counters)
    text = sentences.say(read.program, outcome, words).text
    assert outcome.why == "none" and ("2 ships found" in text or "有2艘船" in text), text


def test_the_nearest_to_a_thing_is_the_models_to_choose() -> None:
    assert understood("Find the ship nearest to the harbor.", SPEC) is None
