"""Forms of English questions: what each builds."""

from __future__ import annotations

import pytest

from geomagnifier.composed import lexicon
from geomagnifier.composed import program as p
from geomagnifier.composed.english_forms import FORMS
from geomagnifier.composed.english_parser import read
from labelled import SPEC

WORDS = lexicon(SPEC)
SHIPS, TANKS, WATER = (p.Select((kind,)) for kind in ("ship", "storage tank", "water"))


def size(of: p.Select) -> p.Measure:
    return p.Measure(of, "length", "mean")


@pytest.mark.parametrize(
    ("question", "program"),
    [
        ("How many ships are there?", p.Count(SHIPS)),
        ("Are there more ships than tanks?", p.Compare(p.Count(SHIPS), ">", p.Count(TANKS))),
        ("Which are more numerous, ships or tanks?", p.Which((p.Count(SHIPS), p.Count(TANKS)))),
        ("What percentage of the image is water?", p.Share(WATER)),
        ("How many ships per hectare are there?", p.Density(SHIPS, "ha")),
        ("How many rows of ships are there?", p.Lines(SHIPS)),
        ("How many columns of ships are there?", p.Lines(SHIPS, columns=True)),
        (
            "How many more ships than tanks are there?",
            p.Difference(p.Count(SHIPS), p.Count(TANKS)),
        ),
        ("What is the distance between the ship and the tank?", p.Distance(SHIPS, TANKS)),
        (
            "What is the gap between the ship and the tank?",
            p.Distance(SHIPS, TANKS, gap=True),
        ),
        ("Does water cover more than 20 % of the image?", None),
        ("Are there no ships?", p.Compare(p.Count(SHIPS), "==", p.Given(0))),
    ],
)
def test_what_is_built(question: str, program: p.Program | None) -> None:
    expected = program or p.Compare(p.Share(WATER), ">", p.Given(20, "%"))
    assert read(question, WORDS) == expected


def test_what_makes_no_sense_is_not_built() -> None:
    for question in ("Which are more numerous, ships or ships?", "How many ships per metre?"):
        assert read(question, WORDS) is None


def test_every_form_is_written_once() -> None:
    written = [form for form, _ in FORMS]
    assert len({*written}) == len(written) > 50
