"""The table of classes: numbers of words, wide and narrow, and no word twice."""

from __future__ import annotations

from collections import Counter

from geomagnifier.language.classes import KINDS, OTHER_NOUNS, WITHIN, entries, narrow


def test_narrow_classes_lie_within_wide_ones() -> None:
    assert narrow("vehicle") == ("car", "van", "truck", "bus")
    assert narrow("ship") == ("boat",) and narrow("car") == ()
    assert {*WITHIN.values()} <= {kind.name for kind in KINDS} and not {*WITHIN} & {
        *WITHIN.values()
    }


def test_words_stand_in_both_numbers() -> None:
    words = {pair for kind in KINDS for pair in kind.words}
    assert {
        ("ship", "ships"),
        ("ferry", "ferries"),
        ("wharf", "wharves"),
        ("aircraft", "aircraft"),
        ("body of water", "bodies of water"),
        ("grass", "grass"),
    } <= words
    assert all(kind.words[0] == (kind.name, kind.plural) for kind in KINDS)


def test_no_word_belongs_to_two_classes_nor_to_a_thing_that_is_none() -> None:
    count = Counter(word for kind in KINDS for pair in kind.words for word in {*pair})
    assert [word for word, n in count.items() if n > 1] == []
    assert not {*count} & {word for pair in OTHER_NOUNS for word in pair}


def test_a_table_is_read_by_bars_and_lines() -> None:
    assert entries("  a b | c\n d ") == ("a b", "c", "d")
