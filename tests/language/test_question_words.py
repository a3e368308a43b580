"""Words that give a language away."""

from __future__ import annotations

import pytest

from geomagnifier.language.question_words import ENGLISH, languages_of, plain


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("Gebäude", ("de",)),
        ("SCHIFFE", ("de",)),
        ("größten", ("de",)),
        ("où", ("fr",)),
        ("køretøjer", ()),
        ("ships", ()),
        ("Palmas", ()),
        ("найди", ("ru",)),
    ],
)
def test_languages_of_a_word(word: str, codes: tuple[str, ...]) -> None:
    assert languages_of(word) == codes


def test_accents_and_strokes_are_taken_off() -> None:
    assert [plain(word) for word in ("Über", "łódź", "Ærø", "straße")] == [
        "uber",
        "lodz",
        "aro",
        "strasse",
    ]


def test_no_word_of_english_questions_is_of_another_language() -> None:
    assert [word for word in sorted(ENGLISH) if languages_of(word)] == []
