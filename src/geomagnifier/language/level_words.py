"""Words of an English question that settle at which level it is answered.

    "Show me the pixels of all roads."      pixel level: masks are asked for
    "Outline every ship."                   pixel level

Where no class is named, or no word settles it, the classifier's level stands.
"""

from __future__ import annotations

import re

from geomagnifier.language.mentions import in_english, tokens_of

_MASKS = re.compile(
    r"\b(?:masks?|masked|masking|segment(?:s|ed|ing|ation|ations)?|polygons?|outlines?|outlined"
    r"|outlining|contours?|delineat\w+|silhouettes?|pixel by pixel|pixel-wise|pixelwise)\b"
    r"|\bpixels? (?:of|that|which|covered|belonging)\b|\bexact (?:shape|extent|boundar)\w*"
    r"|\b(?:cut|colou?r|shade|paint)(?:ed)? (?:\w+ ){1,4}(?:out|in)\b"
)
_OTHERWISE = re.compile(
    r"\b(?:no|not|without|how|what|which|is|are|boxes?|rectangles?|bounding|count|number|share|area"
    r"|percentage|per cent)\b"
)


def masks_asked(question: str) -> bool:
    """Whether an English question asks for masks of a class, and for nothing else.

    Args:
        question: English.
    """
    small = question.lower()
    if not _MASKS.search(small) or _OTHERWISE.search(small):
        return False
    return any(mention.kind for mention in in_english(tokens_of(small)))
