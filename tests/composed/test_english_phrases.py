"""English noun phrases and conditions: every word finds its place, or nothing is read."""

from __future__ import annotations

import pytest

from geomagnifier.composed import lexicon
from geomagnifier.composed import program as p
from geomagnifier.composed.english_phrases import Reader
from geomagnifier.composed.placeholders import marked, normalized
from geomagnifier.composed.slots import NoPlace
from labelled import SPEC

WORDS = lexicon(SPEC)
SHIPS, HARBOR = p.Select(("ship",)), p.Select(("harbor",))


def reader(text: str) -> tuple[Reader, str]:
    marks = marked(normalized(text), WORDS)
    return Reader(marks, WORDS, {}), marks.text


@pytest.mark.parametrize(
    ("text", "select"),
    [
        ("ships", SHIPS),
        ("ships and airplanes", p.Select(("ship", "airplane"))),
        ("the largest ship", p.Select(("ship",), (), p.Rank("area"))),
        ("the third longest ship", p.Select(("ship",), (), p.Rank("length", start=3))),
        ("the second ship from the left", p.Select(("ship",), (), p.Rank("left", start=2))),
        ("white ships", p.Select(("ship",), (p.Colour(("white",)),))),
        (
            "ships near the harbor in the left half",
            p.Select(("ship",), (p.Related("near", HARBOR), p.Place("left half"))),
        ),
        (
            "ships longer than 30 m",
            p.Select(("ship",), (p.Limit("length", 30, None, "m"),)),
        ),
    ],
)
def test_phrases(text: str, select: p.Select) -> None:
    made, words = reader(text)
    assert made.phrase(words) == select


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("longer than 30 m", p.Limit("length", 30, None, "m")),
        ("at most 2 km long", p.Limit("length", None, 2000, "m")),
        ("between 10 and 20 px wide", p.Limit("width", 10, 20, "px")),
        ("in the upper right quarter", p.Place("upper right quarter")),
        ("north of the harbor", p.Related("north of", HARBOR)),
        ("within 50 m of the harbor", p.Related("near", HARBOR, 50, "m")),
        ("between the ship and the harbor", p.Between(SHIPS, HARBOR)),
        ("not in the centre", p.Not(p.Place("centre"))),
        ("pointing north", p.Heading(0)),
    ],
)
def test_conditions(text: str, test: p.Filter) -> None:
    made, words = reader(text)
    assert made.conditions(words) == (test,)


@pytest.mark.parametrize("text", ["rusty ships", "ships somehow", "the second ship", "a"])
def test_a_word_without_a_place_is_refused(text: str) -> None:
    made, words = reader(text)
    with pytest.raises(NoPlace):
        made.phrase(words)
