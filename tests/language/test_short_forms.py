"""Shortened words are written out, words of courtesy left out.

Nothing else of a question changes.
"""

from __future__ import annotations

import pytest

from geomagnifier.language.short_forms import written_out


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("plz seg all a/c", "please segment all aircraft"),
        ("Pls find veh and bldgs", "please find vehicle and buildings"),
        (
            "Would you be so kind as to show me the ships? Thank you very much in advance.",
            "show me the ships?",
        ),
        ("I would be grateful if you could count the bridges.", "count the bridges."),
        ("Count bridges, please, thanks!", "Count bridges, please, !"),
        ("Find every ship.", "Find every ship."),
        ("Find  the ships ", "Find  the ships "),
        ("thank you", "thank you"),
        ("Segment the ac/dc sign", "Segment the ac/dc sign"),
    ],
)
def test_what_is_typed_is_read_as_plain_words(typed: str, read: str) -> None:
    assert written_out(typed) == read
