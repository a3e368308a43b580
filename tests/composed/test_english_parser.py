"""English questions become programs; what has a word without a place becomes none."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import pytest

from geomagnifier.composed import in_unit, plain, refusal, understood
from geomagnifier.composed import program as p
from geomagnifier.composed.english_parser import read
from geomagnifier.composed.placeholders import LONGEST, Lexicon
from geomagnifier.types import Granularity, ModelSpec
from labelled import KINDS, SPEC

PHRASINGS = Path(__file__).parents[1] / "phrasings"
CASES = Path(os.environ.get("GEOMAG_DATA", "nowhere")).parent / "measure" / "cases"


def lines(name: str) -> list[tuple[str, str]]:
    return [
        (row[0], row[1])
        for line in (PHRASINGS / name).read_text("utf-8").splitlines()
        if len(row := line.split("\t")) == 2
    ]


@pytest.mark.parametrize(("program", "question"), lines("composed_english.tsv"))
def test_a_question_is_read(program: str, question: str) -> None:
    found = understood(question, SPEC, referring=True)
    assert found is not None and str(found.program) == program
    assert refusal(question, SPEC, referring=True) is None


def test_there_are_many_wordings() -> None:
    assert len(lines("composed_english.tsv")) >= 200


@pytest.mark.parametrize(
    "question", (PHRASINGS / "not_composed.txt").read_text("utf-8").splitlines()
)
def test_what_has_a_word_without_a_place_is_no_program(question: str) -> None:
    assert understood(question, SPEC, referring=True) is None


@pytest.mark.skipif(not CASES.is_dir(), reason="GEOMAG_DATA has no shared cases beside it")
@pytest.mark.parametrize("name", ["questions", "questions_zh"])
def test_every_shared_case_is_read(name: str) -> None:
    rows = [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()]
    assert [row["question"] for row in rows if understood(row["question"], SPEC) is None] == []


@pytest.mark.parametrize(
    ("question", "looked", "level"),
    [
        ("How many ships are there?", Granularity.REGION, Granularity.REGION),
        ("Are there more ships than airplanes?", Granularity.REGION, Granularity.REGION),
        ("What percentage of the image is water?", Granularity.PIXEL, Granularity.PIXEL),
        ("What is the total area of the buildings?", Granularity.PIXEL, Granularity.PIXEL),
        ("Find the ships longer than 30 m.", Granularity.PIXEL, Granularity.PIXEL),
        ("How many cars are on the road?", Granularity.PIXEL, Granularity.REGION),
        ("Find all objects except ships.", Granularity.REGION, Granularity.REGION),
        ("Segment all objects except ships.", Granularity.PIXEL, Granularity.PIXEL),
        ("How many rows of storage tanks are there?", Granularity.REGION, Granularity.REGION),
    ],
)
def test_how_closely_is_looked_follows_from_the_program(
    question: str, looked: Granularity, level: Granularity
) -> None:
    found = understood(question, SPEC)
    assert found is not None and (found.looked, found.level) == (looked, level)


def test_the_program_names_all_classes_that_are_looked_for() -> None:
    found = understood("How many ships within 20 m of the harbor are north of the bridge?", SPEC)
    assert found is not None and found.kinds == ("ship", "harbor", "bridge")
    assert plain(found.kinds, masks=True) == "Segment the ships, harbors and bridges."
    everything = understood("What is the most common object?", SPEC)
    assert everything is not None and everything.kinds == KINDS[:10]


@pytest.mark.parametrize(
    ("question", "limit"),
    [
        ("ships longer than 1.5 km", p.Limit("length", 1500, None, "m")),
        ("ships shorter than twenty feet", p.Limit("length", None, 20 * 0.3048, "m")),
        ("buildings larger than half a hectare", p.Limit("area", 5000, None, "m2")),
        ("buildings between 1,000 and 2,000 m2", p.Limit("area", 1000, 2000, "m2")),
        ("buildings of at least 300 px2", p.Limit("area", 300, None, "px2")),
        ("bridges wider than 8 m", p.Limit("width", 8, None, "m")),
        ("ships at most 40 px long", p.Limit("length", None, 40, "px")),
        ("长度在20到50米之间的船", p.Limit("length", 20, 50, "m")),
        ("面积小于两公顷的建筑", p.Limit("area", None, 20_000, "m2")),
    ],
)
def test_units_are_brought_to_metres_or_pixels(question: str, limit: p.Limit) -> None:
    found = understood(question, SPEC)
    assert found is not None and isinstance(found.program, p.Chosen)
    [mine] = found.program.of.filters
    assert isinstance(mine, p.Limit) and mine.what == limit.what and mine.unit == limit.unit
    assert mine.low == pytest.approx(limit.low) and mine.high == pytest.approx(limit.high)


def test_nothing_is_dropped_in_silence() -> None:
    """A word more that no rule knows, anywhere in the question, and there is no program."""
    for _, question in lines("composed_english.tsv")[::7]:
        words = question.split()
        for at in range(1, len(words)):
            assert (
                understood(" ".join([*words[:at], "purplish", *words[at:]]), SPEC, referring=True)
                is None
            ), (question, at)


def test_them_needs_something_to_refer_to() -> None:
    assert understood("Which of them are longer than 50 m?", SPEC) is None
    found = understood("Which of them are longer than 50 m?", SPEC, referring=True)
    assert found is not None and found.refers


def test_the_last_question_in_another_unit() -> None:
    assert (
        in_unit("and in hectares?", "What is the total area of the ships?", SPEC)
        == "What is the total area of the ships in hectares?"
    )
    assert (
        in_unit("in feet", "How long is the longest ship in metres?", SPEC)
        == "How long is the longest ship in feet?"
    )
    assert in_unit("换算成公顷呢？", "船的总面积是多少？", SPEC) == "船的总面积是多少公顷？"
    assert in_unit("in hectares?", "How many ships are there?", SPEC) is None
    assert in_unit("in metres?", "What is the total area of the ships?", SPEC) is None
    assert in_unit("in the left half?", "What is the total area of the ships?", SPEC) is None


def test_classes_that_a_person_taught_are_read_too() -> None:
    own = dataclasses.replace(
        SPEC, kinds=(*KINDS, "wind turbine"), objects=(*SPEC.objects, "wind turbine")
    )
    found = understood("Are there more wind turbines than storage tanks?", own)
    assert found is not None and str(found.program) == "count(wind turbine) > count(storage tank)"
    assert understood("Are there more wind turbines than storage tanks?", SPEC) is None


def test_a_model_without_classes_composes_nothing() -> None:
    assert understood("Are there more ships than tanks?", ModelSpec("any", "0", (), ())) is None


def test_long_and_odd_texts_are_no_programs() -> None:
    for text in (
        "",
        "?",
        "how many " * 5000,
        "ships " * 40,
        "a" * LONGEST * 2,
        "K0 Q0 N0",
        "than " * 50,
        "多少" * 100,
        "的" * 120,
    ):
        assert understood(text, SPEC, referring=True) is None
    assert read("how many K0 are there", Lexicon((), (), {})) is None


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("Find the ships in the left half.", "select(ship; in left half)"),
        ("Segment the ships near the harbor.", "select(ship; near harbor)"),
        ("Mask all ships to the left of the bridge.", "select(ship; left of bridge)"),
        ("Find the largest ship in the left half.", "select(largest ship; in left half)"),
        ("What share is water?", "share(water of picture)"),
    ],
)
def test_several_objects_by_a_place_are_chosen_as_they_are_counted(
    question: str, program: str
) -> None:
    found = understood(question, SPEC)
    assert found is not None and str(found.program) == program


@pytest.mark.parametrize(
    "question", ["Find the ship on the left.", "Segment the tank near the harbor.", "Find a ship."]
)
def test_one_object_by_its_place_is_left_to_the_model(question: str) -> None:
    assert understood(question, SPEC) is None


def test_all_objects_are_those_of_the_wide_classes() -> None:
    objects = ("ship", "boat", "vehicle", "car", "truck", "airplane")
    spec = dataclasses.replace(SPEC, kinds=objects, objects=objects)
    found = understood("How many objects are there?", spec)
    assert found is not None and found.kinds == ("ship", "vehicle", "airplane")
    cars = dataclasses.replace(SPEC, kinds=("car", "truck"), objects=("car", "truck"))
    found = understood("How many objects are there?", cars)
    assert found is not None and found.kinds == ("car", "truck")
