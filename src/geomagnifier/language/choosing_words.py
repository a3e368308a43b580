"""Whether a question means all objects of a class, as no word of it can choose among them.

    "Trace the boundary of the ships."      nothing chooses: all ships
    "the ships at the pier", "two ships"    something may

The selector is a network, and now and then reads a choice into words it was not taught. Without a
word that can choose it is not asked. English alone.
"""

from __future__ import annotations

import re

from geomagnifier.language.classes import KINDS
from geomagnifier.language.mentions import Mention, in_english, tokens_of, word_set
from geomagnifier.language.one_object import may_be_plural

_CHOOSING = word_set(
    "left right top bottom upper lower middle midst centre center central corner corners side"
    " sides half halves quarter quarters quadrant third edge edges border borders margin rim end"
    " ends north south east west northern southern eastern western northeast northwest southeast"
    " southwest northeastern northwestern southeastern southwestern northerly southerly easterly"
    " westerly northward southward eastward westward near nearby close closely beside besides"
    " next adjacent adjoining abutting touching bordering between among amid above below beneath"
    " under underneath over atop behind before after beyond past opposite facing along alongside"
    " around surrounding surrounded against across from by inside outside within without"
    " neighbour neighbor neighbouring neighboring row rows line lines lined column columns group"
    " grouped cluster clusters pair pairs couple first second last next previous single lone"
    " alone lonely isolated solitary outer inner outermost innermost far away"
    " apart distant remote extreme large larger big bigger small smaller long longer short"
    " shorter wide wider narrow narrower huge giant tiny little great greater bulky massive"
    " major minor medium average main more most less least fewer only just except but other"
    " others another both half few one two three four five six seven eight nine ten eleven"
    " twelve dozen with that who whose whichever having at heart section mid inmost midpoint"
    " than moored anchored docked parked berthed located lying standing positioned placed"
    " situated sitting crossing spanning leading moving higher high low nothing"
)
_COVER = frozenset(known.name for known in KINDS if known.stuff)
"""Classes whose names have no number."""
_EACH = word_set("each every any all")
_FORMS = word_set(
    "count counts detection detections segmentation masks polygons outlines contours boxes"
    " locations positions coordinates footprints"
)
_RANKED = re.compile(r"\w+(?:est|most)|\d+(?:st|nd|rd|th)?|\w+-\w+")
_NOT_RANKED = word_set("forest interest request test rest west utmost almost latest best harvest")
_WHOLE = re.compile(
    r"\b(?:in|on|of|from|within|across|over|throughout|inside|around) (?:the |this |that |my )?"
    r"(?:whole |entire |full |complete |given |aerial |satellite )?"
    r"(?:image|picture|photo|photograph|scene|frame|view|tile|shot|map|here)\b(?!'s)"
    r"|\b(?:sitting|standing|parked|lying|located|visible|present)? ?(?:over )?(?:there|here)\b"
    r"(?=[ .?!]*$)|\b(?:in|into) (?:words|text|geojson|boxes|masks|polygons|red|colour|color)\b"
    r"|\b(?:from above|pixel by pixel|one by one|each one|every (?:single )?one|every single"
    r"|more or less)\b"
    r"|\bwith (?:a |an |the |their )?(?:\w+ )?"
    r"(?:box|boxes|rectangles?|masks?|outlines?|polygons?|contours?|coordinates)\b"
    r"|\b(?:border|edge|boundary|rim)s?(?: lines?)? of\b|\bboundary lines?\b"
    r"|\b(?:box|boxes|polygons?|rectangles?|frames?|lines?|circles?) (?:a)?round\b"
    r"|\b(?:covered|occupied|taken up) by\b|\bunder (?=(?:the )?(?:water|vegetation|grass|trees)\b)"
    r"|\bfrom (?:the |its |their )?(?:background|rest|surroundings|everything else)\b"
)
"""Words that choose elsewhere, and say here how, in what form or in which picture."""


def all_meant(question: str, kind: str) -> bool:
    """Whether an English question names a class in the plural, or each of it, and chooses none.

    Args:
        question: English.
        kind: the class.
    """
    tokens = tokens_of(_WHOLE.sub(" ", question.lower()))
    named = in_english(tokens)
    if not named or any(mention.kind != kind for mention in named):
        return False
    if kind not in _COVER and not all(
        may_be_plural(mention.said) or _each(tokens, mention) for mention in named
    ):
        return False
    inside = {
        i
        for mention in named
        for i in range(mention.start, mention.end)
        if tokens[i] not in ("center", "centre")
    }
    return not any(
        token in _CHOOSING or (_RANKED.fullmatch(token) and token not in _NOT_RANKED)
        for i, token in enumerate(tokens)
        if i not in inside
    )


def _each(tokens: list[str], mention: Mention) -> bool:
    """Whether a singular means all: "every ship", "the ship count", "ship masks"."""
    before = tokens[max(0, mention.start - 3) : mention.start]
    return not _EACH.isdisjoint(before) or not _FORMS.isdisjoint(tokens[mention.end :][:1])
