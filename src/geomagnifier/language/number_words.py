"""English words of small numbers, as questions and answers write them."""

from __future__ import annotations

_CARDINALS = "no one two three four five six seven eight nine ten eleven twelve"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
NUMBERS = tuple(_CARDINALS.split())
"""The word of each number from 0 to 12, at its index."""
ORDINALS = tuple(_ORDINALS.split())
"""From "first" to "twelfth"."""
