"""Parts of English patterns match whole ways of saying, and no others."""

from __future__ import annotations

import re

import pytest

from geomagnifier.composed import english_patterns as parts


@pytest.mark.parametrize(
    ("name", "texts", "others"),
    [
        ("PICTURE", ("the image", "this whole scene", "area", "the aoi"), ("the ship", "image of")),
        ("SHOWS", ("does this image show", "does the airport have"), ("does the ship have",)),
        ("SEE", ("can you see", "do we find"), ("can you count",)),
        ("PART", ("percentage", "per cent", "%", "fraction"), ("number",)),
        ("MOST", ("the most common", "commonest", "the majority"), ("least common",)),
        ("LEAST", ("the least common", "rarest"), ("most common",)),
        ("RANK", ("largest", "leftmost", "northernmost"), ("larger", "left")),
        ("MASKS", ("give me a mask of", "draw the outlines for"), ("a mask of", "give me")),
        ("JOIN", (" and the ", ", ", " as well as "), (" than ", "and")),
        ("TAKE", ("cover", "make up"), ("covered",)),
    ],
)
def test_whole_ways_of_saying(name: str, texts: tuple[str, ...], others: tuple[str, ...]) -> None:
    pattern = re.compile(getattr(parts, name))
    assert [text for text in texts if not pattern.fullmatch(text)] == []
    assert [text for text in others if pattern.fullmatch(text)] == []


def test_ranks_and_comparisons_go_together() -> None:
    """The longest is the one that is longer than all others; the compass goes by the picture."""
    for word, (what, more) in parts.LONGER.items():
        superlative = re.sub("er$", "est", word)
        if superlative in parts.RANKS:
            assert parts.RANKS[superlative] == (what, more), word
    assert parts.RANKS["northernmost"] == parts.RANKS["topmost"] == ("upper", True)
    assert parts.RANKS["westernmost"] == parts.RANKS["leftmost"] == ("left", True)
    assert (parts.WHAT["acreage"], parts.WHAT["diameter"]) == ("area", "length")
    assert (parts.HOWS["typical"], parts.HOWS[""], parts.HOWS["combined"]) == (
        "median",
        "mean",
        "sum",
    )
