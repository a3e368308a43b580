"""Questions that analysts asked of real pictures, and that were once read wrongly, in part, or not
at all.
"""

from __future__ import annotations

import pytest

from geomagnifier.composed import sentences, understood
from geomagnifier.composed.evaluation import run
from geomagnifier.composed.ground import Ground, Outcome
from geomagnifier.results import Region
from geomagnifier.types import SceneInfo
from labelled import FLAT, GROUND, SPEC, region

SHIPS = (
    region("ship", 20, 20, 60, 30),
    region("ship", 20, 100, 80, 120),
    region("ship", 300, 250, 390, 280),
)
TANKS = (
    region("storage tank", 100, 20, 120, 40),
    region("storage tank", 120, 20, 140, 46),
    region("storage tank", 300, 20, 320, 40),
)
WATER = (region("water", 0, 150, 400, 300),)
ALL = (*SHIPS, *TANKS, *WATER)


def ask(
    question: str, scene: SceneInfo = FLAT, regions: tuple[Region, ...] = ALL
) -> tuple[Outcome, str]:
    read = understood(question, SPEC)
    assert read is not None, question
    outcome = run(read.program, Ground([r for r in regions if r.label in read.kinds], scene))
    return (
        outcome,
        sentences.say(
            read.program, outcome, sentences.Words(read.language, SPEC.chinese, SPEC.counters)
        ).text,
    )


@pytest.mark.parametrize(
    ("question", "value", "unit", "text"),
    [
        (
            "How many tanks lie on the left of the picture, and how many on the right?",
            3,
            None,
            "2 storage tanks in the left half and 1 storage tank in the right half.",
        ),
        (
            "Find the ships longer than 80 px or wider than 15 px.",
            None,
            None,
            "2 ships longer than 80 px or wider than 15 px.",
        ),
        (
            "How many ships are longer than 50 px but narrower than 25 px?",
            1,
            None,
            "1 ship longer than 50 px and narrower than 25 px.",
        ),
        (
            "How much longer is the longest ship than the shortest one?",
            50,
            "px",
            "50 px longer: 90 px for the longest ship against 40 px for the shortest ship.",
        ),
        (
            "What is the width difference between the longest and the shortest ship?",
            20,
            "px",
            "20 px wider: 30 px for the longest ship against 10 px for the shortest ship.",
        ),
        (
            "How many more ships than tanks are there?",
            0,
            None,
            "0 more: 3 ships against 3 storage tanks.",
        ),
        (
            "What is the distance between the two closest tanks?",
            20.2,
            "px",
            "The distance between 2 storage tanks is 20.22 px.",
        ),
        (
            "What is the gap between the two closest tanks?",
            0,
            "px",
            "The gap between 2 storage tanks is 0 px.",
        ),
        (
            "Is any ship touching a tank?",
            False,
            None,
            "No: there is no ship within 1 px of a storage tank.",
        ),
        (
            "How many tanks are touching another tank?",
            2,
            None,
            "2 storage tanks within 1 px of a storage tank.",
        ),
        ("Which is bigger on average, a ship or a storage tank?", "ship", None, None),
        ("What share of all objects are ships?", 50, "%", "50 % of the objects: 3 ships."),
        ("How many percent of the tanks are in the upper half?", 100, "%", None),
        (
            "Are there more than twice as many tanks as ships?",
            False,
            None,
            "No: 3 storage tanks against 3 ships (times 2).",
        ),
        ("Are there half as many tanks as ships?", True, None, None),
        (
            "Is the water larger than all ships together?",
            True,
            None,
            "Yes: 60,000 px for 1 area of water against 4,300 px for 3 ships in total.",
        ),
        ("Which ships are near the edge of the image?", None, None, "1 ship at the edge."),
        ("What is the total footprint of the storage tanks?", 400 + 520 + 400, "px2", None),
        ("Roughly how many tanks does the facility have?", 3, None, None),
        (
            "Is the majority of the ships in the left half?",
            True,
            None,
            "Yes: 66.67 % of the ships, 2 ships.",
        ),
        ("船是排成一排的吗？", False, None, "否：3艘船，不排成一条线。"),
    ],
)
def test_what_a_question_comes_to(
    question: str, value: float | str | None, unit: str | None, text: str | None
) -> None:
    outcome, said = ask(question)
    assert outcome.value == (
        value if value is None or isinstance(value, str | bool) else pytest.approx(value, abs=0.05)
    )
    assert outcome.unit == unit and outcome.why is None
    assert text is None or said == text


def test_either_colour_is_not_both() -> None:
    read = understood("How many vehicles are red or blue?", SPEC)
    assert read is not None and str(read.program) == "count(vehicle; red or blue)"
    assert (
        understood("Find the ships longer than 50 px or in the left half and white.", SPEC) is None
    )


def test_things_between_are_chosen_by_the_program() -> None:
    outcome, _ = ask("Find the tanks between two tanks.")
    assert outcome.regions == TANKS[1:2]


def test_a_difference_in_another_unit() -> None:
    outcome, said = ask(
        "How much longer is the longest ship than the shortest ship in feet?", GROUND
    )
    assert (outcome.value, outcome.unit) == (pytest.approx(25), "m") and said.startswith(
        "82.02 ft (25 m) longer: "
    )


def test_what_cannot_be_measured_in_hectares_is_still_what_was_asked_about() -> None:
    outcome, _ = ask("What is the total area of the ships in hectares?")
    assert (outcome.value, outcome.why, outcome.regions) == (None, "no scale", SHIPS)


def test_one_thing_is_not_near_itself_nor_lined_up() -> None:
    outcome, said = ask("What is the distance between the two closest ships?", regions=SHIPS[:1])
    assert (outcome.value, outcome.why) == (None, "not two") and said.startswith("1 ship found")
    outcome, said = ask("Are the ships lined up?", regions=SHIPS[:1])
    assert (outcome.value, said) == (
        None,
        "1 ship found: an arrangement needs at least two objects.",
    )


def test_one_thing_is_and_several_are() -> None:
    read = understood("How many white ships are there?", SPEC)
    assert read is not None
    words = sentences.Words("en", SPEC.chinese, SPEC.counters)
    assert (
        sentences.say(read.program, Outcome(1, None, SHIPS[:1]), words).text
        == "1 ship that is white."
    )
    assert (
        sentences.say(read.program, Outcome(2, None, SHIPS[:2]), words).text
        == "2 ships that are white."
    )
    assert (
        sentences.say(read.program, Outcome(0, None, ()), words).text
        == "There is no ship that is white."
    )


def test_several_things_have_a_sentence_each() -> None:
    outcome, text = ask("飞机有没有？船有几艘，最大的一艘占多少平方像素")
    assert outcome.value is False and text.startswith("没有：") and text.count("。") == 3
    assert "共有3艘船。" in text and "面积为2,700像素" in text
