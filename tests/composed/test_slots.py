"""Forms with slots: where a noun phrase may end, and what is built of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geomagnifier.composed import chinese_parser, english_parser, slots
from geomagnifier.composed import program as p
from geomagnifier.composed.english_phrases import Reader
from geomagnifier.composed.placeholders import Lexicon, marked
from geomagnifier.composed.slots import Form

SLOTS = {"{a}": r"(?P<a>.{0,}?K\d+)", "{c}": "(?P<c>.+)", "{n}": r"(?P<n>N\d+)"}
WORDS = Lexicon(("ship", "harbor"), ("ship", "harbor"), {})


def test_the_first_noun_phrase_ends_at_every_place_that_it_may() -> None:
    form = Form("find {a}(?: {c})?", SLOTS, p.Count)
    assert [*form.fits("find K0 near K1 left")] == [
        {"a": "K0", "c": "near K1 left"},
        {"a": "K0 near K1", "c": "left"},
    ]
    assert [*form.fits("find K0")] == [{"a": "K0"}]
    assert [*form.fits("count K0")] == []


@pytest.mark.parametrize(
    ("written", "letters"),
    [
        ("how many {a} are there", ("how many ", " are there")),
        ("ships? and boats*", ("ship", " and boat")),
        ("(?:find|show) {a}(?: {c})? (?=now)alone", ("alone",)),
        ("find {a}|show {a}", ()),
        (r"more\.than [ab)(]{2} N\d{1,12} px{0,3}", ("more", "than ", " N", " p")),
        ("船有{n}艘以上吗", ("船有", "艘以上吗")),
    ],
)
def test_letters_that_a_text_must_hold(written: str, letters: tuple[str, ...]) -> None:
    assert slots.letters_of(written) == letters


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_every_text_that_fits_a_form_holds_its_letters(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from([*english_parser._forms(), *chinese_parser._FORMS]))
    text = data.draw(st.from_regex(form.pattern, fullmatch=True))
    assert all(letters in text for letters in form.needed)


def test_a_form_without_a_noun_phrase_fits_once() -> None:
    assert [*Form("(?P<word>more|less) {n}", SLOTS, "x").fits("less N0")] == [
        {"word": "less", "n": "N0"}
    ]


def test_what_stands_in_the_slots_is_parsed_and_words_stay_words() -> None:
    marks = marked("the largest ship in the left half 5", WORDS)
    reader = Reader(marks, WORDS, {})
    assert marks.text == "the largest K0 in the left half N0"
    found = slots.read(
        {"a": "the largest K0", "c": "in the left half", "n": "N0", "how": "total"}, reader
    )
    assert found["a"] == p.Select(("ship",), (), p.Rank("area"))
    assert (found["c"], found["how"]) == ((p.Place("left half"),), "total")
    assert (found["n"].value, found["n"].unit) == (5, "")


def test_a_function_gets_the_arguments_that_it_takes() -> None:
    reader = Reader(marked("ship", WORDS), WORDS, {})
    seen: list[object] = []

    def with_all(word: str, a: str, everything: p.Select, said: str) -> None:
        seen.extend((word, a, everything, said))

    def plain(a: str) -> None:
        seen.append(a)

    slots.built(with_all, {"word": "w", "a": "x"}, reader, "the x")  # type: ignore[arg-type]
    slots.built(plain, {"a": "y"}, reader, "the y")  # type: ignore[arg-type]
    assert seen == ["w", "x", p.Select(("ship", "harbor")), "the x", "y"]
