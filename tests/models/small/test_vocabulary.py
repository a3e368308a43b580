"""Words, their numbers, and sentences written out."""

from __future__ import annotations

import pytest

from geomagnifier.models.small import vocabulary as w

PLAIN = "there is no or here . , none yes a boat by sea"


WORDS = w.Words([*w.SPECIAL, "<ship>", "<harbor>", "<road>", *PLAIN.split()])


@pytest.mark.parametrize(
    ("tokens", "counts", "text", "phrases"),
    [
        (
            "there <is> <n> <ship> [BOX] .",
            {"ship": 2},
            "There are two ships.",
            {"ship": "two ships"},
        ),
        ("there <is> <n> <ship> [BOX] .", {"ship": 1}, "There is one ship.", {"ship": "one ship"}),
        ("there <is> <n> <ship> .", {"ship": 31}, "There are 31 ships.", {"ship": "31 ships"}),
        ("this is <a> <ship> [BOX] .", {"ship": 1}, "This is a ship.", {"ship": "a ship"}),
        (
            "no , there is no <ship> or <road> here .",
            {"ship": 0, "road": 0},
            "No, there is no ship or road here.",
            {},
        ),
        (
            "<n> <ship> [SEG] <is> near <n> <road> [SEG] . yes",
            {"ship": 3, "road": 1},
            "Three ships are near one road. Yes",
            {"ship": "three ships", "road": "one road"},
        ),
        ("many boats are in the port .", {}, "Many boats are in the port.", {}),
    ],
)
def test_sentences_are_written_out(
    tokens: str, counts: dict[str, int], text: str, phrases: dict[str, str]
) -> None:
    assert w.write_out(tokens.split(), counts, lambda kind, n: kind if n == 1 else f"{kind}s") == (
        text,
        phrases,
    )


def test_words_are_split_and_numbered() -> None:
    assert w.split("It's a well-kept harbor, with 20 boats.") == [
        "it's",
        "a",
        "well-kept",
        "harbor",
        ",",
        "with",
        "20",
        "boats",
        ".",
    ]
    assert WORDS.tokens[WORDS.encode(["<ship>"])[0]] == "<ship>"
    with pytest.raises(KeyError):
        WORDS.encode(["zeppelin"])
