"""Names and amounts in a question are replaced by marks; units are brought to metres or pixels."""

from __future__ import annotations

import pytest

from geomagnifier.composed.placeholders import (
    LONGEST,
    Amount,
    Lexicon,
    amount,
    marked,
    normalized,
    unit_of,
)

WORDS = Lexicon(
    ("ship", "storage tank", "tennis court", "water"),
    ("ship", "storage tank", "tennis court"),
    {"storage tank": ("oil tank", "tank", "储罐"), "ship": ("vessel", "船")},
    {"vehicle": ("ship",)},
)


def test_the_longest_name_is_taken() -> None:
    found = marked("are there more ships than oil tanks", WORDS)
    assert found.text == "are there more K0 than K1"
    assert found.names == [("ship",), ("storage tank",)] and found.plural == [True, True]
    assert marked("a storage-tank", WORDS).text == "a K0"


def test_names_of_several_classes() -> None:
    table = WORDS.table()
    assert table["objects"] == table["目标"] == ("ship", "storage tank", "tennis court")
    assert table["courts"] == ("tennis court",) and table["vehicles"] == ("ship",)
    assert table["vessels"] == table["船"] == ("ship",) and "swimming pool" not in table


@pytest.mark.parametrize(
    ("text", "marks", "value", "unit"),
    [
        ("longer than 30 m", "longer than Q0", 30, "m"),
        ("longer than 1.5 km", "longer than Q0", 1500, "m"),
        ("over 1,000 sq ft", "over Q0", 1000 * 0.3048**2, "m2"),
        ("over 1,5 m", "over Q0", 1.5, "m"),
        ("over 1,500 m", "over Q0", 1500, "m"),
        ("half a hectare", "Q0", 5000, "m2"),
        ("two hundred pixels", "Q0", 200, "px"),
        ("40px2", "Q0", 40, "px2"),
        ("more than one ", "more than one", None, ""),
        ("more than twelve K", "more than N0 k", 12, ""),
        ("at least 5 of", "at least N0 of", 5, ""),
    ],
)
def test_amounts(text: str, marks: str, value: float | None, unit: str) -> None:
    found = marked(normalized(text), WORDS)
    assert found.text == marks
    assert [(one.value, one.unit) for one in found.amounts.values()] == (
        [] if value is None else [(pytest.approx(value), unit)]
    )


def test_units_and_their_words() -> None:
    assert [
        unit_of(words) for words in ("feet", "square metres", "m2", "acres", "pix", "yard")
    ] == [
        "ft",
        "m2",
        "m2",
        "acre",
        "px",
        "yd",
    ]
    assert unit_of("parsecs") == unit_of("") == ""
    assert amount(2, "mi") == Amount(pytest.approx(3218.688), "m", "mi")
    assert amount(15, "mu") == Amount(pytest.approx(10_000), "m2", "mu")


def test_a_text_too_long_is_no_question() -> None:
    assert normalized("Ａ  ship’s\tdeck") == "a ship's deck"
    assert normalized("a" * LONGEST) == "a" * LONGEST and normalized("a" * (LONGEST + 1)) == ""
