"""Words of a follow-up: nouns, pronouns that refer back, and what follows a word of place."""

from __future__ import annotations

import pytest

from geomagnifier.conversation.followup_tokens import plural, tag


@pytest.mark.parametrize(
    ("text", "nouns", "refers"),
    [
        ("segment those", [], ["those"]),
        ("any cars near it?", ["cars"], ["it"]),
        ("the largest of them", [], ["them"]),
        ("what about the storage tanks?", ["storage", "tanks"], []),
        ("what is in this image?", [], []),
        ("does it show a bridge?", ["bridge"], []),
        ("only that one", [], ["that", "one"]),
        ("check that the ships are whole", ["ships"], []),
    ],
)
def test_nouns_and_references(text: str, nouns: list[str], refers: list[str]) -> None:
    tokens = tag(text)
    assert [token.word for token in tokens if token.noun] == nouns
    assert [token.word for token in tokens if token.refers] == refers


def test_what_follows_a_word_of_place_is_a_landmark() -> None:
    placed = {text: [t.word for t in tag(text) if t.placed] for text in ("near it", "left of them")}
    assert placed == {"near it": ["it"], "left of them": ["them"]}
    assert [t.word for t in tag("the largest of them") if t.placed] == []
    assert [t.word for t in tag("near every ship") if t.placed] == []


def test_a_token_says_where_it_stands() -> None:
    text = "And Those?"
    assert [(text[t.start : t.end], t.word) for t in tag(text)] == [
        ("And", "and"),
        ("Those", "those"),
    ]


def test_plurals() -> None:
    nouns = ("ship", "bus", "bush", "ferry", "quay", "water", "cars", "box")
    assert [plural(noun) for noun in nouns] == [
        "ships",
        "bus",
        "bushes",
        "ferries",
        "quays",
        "water",
        "cars",
        "boxes",
    ]
