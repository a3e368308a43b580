"""Words of an English question that settle at which level it is answered.

    "Show me the pixels of all roads."      pixel level: masks are asked for
    "Outline every ship."                   pixel level
    "Put all ships in rectangles."          region level
    "Tell me where the vase is."            region level, though there is no such class

Where no class is named, or no word settles it, the classifier's level stands.
"""

from __future__ import annotations

import re

from geomagnifier.language.mentions import in_english, tokens_of
from geomagnifier.types import Granularity

_MASKS = re.compile(
    r"\b(?:masks?|masked|masking|segment(?:s|ed|ing|ation|ations)?|polygons?|outlines?|outlined"
    r"|outlining|contours?|delineat\w+|silhouettes?|pixel by pixel|pixel-wise|pixelwise)\b"
    r"|\bpixels? (?:of|that|which|covered|belonging)\b|\bexact (?:shape|extent|boundar)\w*"
    r"|\bseparate\b.*\bfrom (?:the |its |their )?(?:background|rest|surroundings)\b"
    r"|\b(?:cut|colou?r|shade|paint)(?:ed)? (?:\w+ ){1,4}(?:out|in)\b"
)
_BOXES = re.compile(r"\b(?:rectangles?|bounding boxes|bboxes|boxes)\b")
_OTHERWISE = re.compile(
    r"\b(?:no|not|without|how|what|which|is|are|box|count|number|share|area|percentage|per cent)\b"
)
_SOUGHT = re.compile(
    r"^(?:please |can you |could you |would you |help me |i want to |i need to |tell me )*"
    r"(?:find|locate|spot|detect|where|mark|point out)\b"
)
_RETRIEVED = re.compile(r"\b(?:images|pictures|photos|tiles|scenes|similar|like this)\b")


def asked(question: str) -> Granularity | None:
    """The level that the words of an English question settle; None where they do not.

    Args:
        question: English.
    """
    small = question.lower()
    masks, boxes = _MASKS.search(small), _BOXES.search(small)
    if bool(masks) is bool(boxes) or _OTHERWISE.search(small):
        return None
    if not any(mention.kind for mention in in_english(tokens_of(small))):
        return None
    return Granularity.PIXEL if masks else Granularity.REGION


def sought(question: str) -> bool:
    """Whether an English question asks to find something, whatever it is, in this image.

    Args:
        question: English.
    """
    small = question.lower()
    return bool(_SOUGHT.search(small)) and not _RETRIEVED.search(small)
