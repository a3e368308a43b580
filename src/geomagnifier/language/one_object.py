"""Whether a question means one object of a class, and which end of the picture it lies at.

    "the leftmost ship", "the largest tank"     an end: no other object can be meant
    "the tennis court on the right"             one of those on the right: the farthest one
    "the tennis courts on the right"            several

English alone: Chinese nouns have no number.
"""

from __future__ import annotations

import re

from geomagnifier.language.classes import WITHIN
from geomagnifier.language.mentions import Mention, in_english, tokens_of, word_set
from geomagnifier.language.ordinals import ORDINAL

_ONE = word_set("the a an one that this single only")
_SEVERAL = word_set("every each any all which no some whichever whatever other")
_PLURAL = re.compile(r"(?:[^us]s|craft)$")
"""Ends of nouns that are plural, or may be: "aircraft"."""
_BEFORE = 5
"""Most words from the article to the noun."""
_SIDES = {
    "left": "left",
    "right": "right",
    "top": "upper",
    "upper": "upper",
    "bottom": "lower",
    "lower": "lower",
}
_SIZES = {
    "largest": "largest",
    "biggest": "largest",
    "smallest": "smallest",
    "tiniest": "smallest",
}
_END = re.compile(
    rf"\b(?:(?P<most>{'|'.join(_SIDES)}) ?most|(?:farthest|furthest|far|closest|nearest|extreme)"
    rf"(?: to)?(?: the)? (?P<far>left|right|top|bottom)|(?P<size>{'|'.join(_SIZES)}))\b"
)
_PICTURE = re.compile(
    r"\b(?:in|of|on|at|from|to|within|across) (?:the |this |that |its )?"
    r"(?:whole |entire )?(?:image|picture|photo|scene|frame|view)\b"
)
_OUTLINE = re.compile(
    r"\b(?:mask|masks|outline|polygon|shape|contour|box|segmentation|position|place) of\b"
)
_MORE = re.compile(
    rf"\b(?:{ORDINAL}|\d+|left|right|top|bottom|upper|lower|north\w*|south\w*|east\w*|west\w*|next"
    r"|rows?|columns?|lines?|group|halves|half|corner|quarter|quadrant|centre|center|central|middle"
    r"|near\w*|clos\w+|far\w*|fur\w+|between|beside|beyond|behind|along|around|of|than|except|but"
    r"|after|before)\b"
)
"""Words that choose further: the end is then one of several conditions."""


def one_asked(question: str, kind: str) -> bool:
    """Whether an English question means one object of a class: "the ship on the left".

    Args:
        question: English.
        kind: a class.
    """
    return _said(tokens_of(question), kind) is not None


def end_asked(question: str, kind: str) -> str:
    """The end that the one object of an English question lies at; "" where it chooses otherwise.

    Args:
        question: English.
        kind: a class.

    Returns:
        "left", "right", "upper", "lower", "largest" or "smallest".
    """
    tokens = tokens_of(question)
    said = _said(tokens, kind)
    if said is None or any(m.kind not in ("", said.kind) for m in in_english(tokens)):
        return ""
    rest = _PICTURE.sub("", " ".join((*tokens[: said.start], *tokens[said.end :])))
    rest = _OUTLINE.sub("", rest)
    ends = list(_END.finditer(rest))
    if len(ends) != 1 or _MORE.search(_END.sub("", rest)):
        return ""
    side = ends[0]["most"] or ends[0]["far"]
    return _SIDES[side] if side else _SIZES[ends[0]["size"]]


def may_be_plural(said: str) -> bool:
    """Whether the name of a class is a plural, or may be: "ships", "aircraft"."""
    return _PLURAL.search(said) is not None


def _said(tokens: list[str], kind: str) -> Mention | None:
    """The only mention of a class, in the singular and with an article, else None."""
    mine = [m for m in in_english(tokens) if m.kind in (kind, WITHIN.get(kind, kind))]
    if len(mine) != 1 or may_be_plural(mine[0].said):
        return None
    before = tokens[max(0, mine[0].start - _BEFORE) : mine[0].start]
    article = next((word for word in reversed(before) if word in _ONE | _SEVERAL), "")
    return mine[0] if article in _ONE else None
