"""A Chinese question as characters: in one form, without blanks, its coordinates taken out."""

from __future__ import annotations

import re
import unicodedata

from geomagnifier.language import chinese_text
from geomagnifier.language.mentions import chinese_names

LOOKED_AT = 1000
"""Most characters of which coordinates are looked for."""
BOX = "□"
"""Stands for coordinates while a question is read."""
_BOX = re.compile(
    r"[\[(（【<]?\s*-?\d+(?:\.\d+)?(?:\s*[,，、 ]\s*-?\d+(?:\.\d+)?){3}\s*[\])）】>]?"
)


def characters(text: str) -> tuple[list[str], list[str]]:
    """A question as it is read.

    Its characters, full-width and traditional forms made plain, no spaces; and the coordinates it
    gives.
    """
    plain = (
        unicodedata.normalize("NFKC", chinese_text.without_order(text[:LOOKED_AT]))
        .lower()
        .translate(chinese_text.SIMPLIFIED)
    )
    plain = chinese_text.unmixed(plain, chinese_names())
    plain = " ".join(plain.split())[
        :LOOKED_AT
    ]  # several blanks in a row can be read in many ways, which takes for ever
    boxes = _BOX.findall(plain)
    return [c for c in _BOX.sub(BOX, plain) if not c.isspace()], boxes
