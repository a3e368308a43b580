"""English wordings that the networks were not taught, in words that they were.

    "How is this piece of land used?"       What scene is this?
    "Vectorise the ships."                  Outline the ships.
    "Verify the presence of ships."         Are there any ships?
    "Give the extent of the vegetation."    Mask of the vegetation.

What is asked for stays the same, and so do the names of classes, places and sizes. `Answer` keeps
the question as it was asked.
"""

from __future__ import annotations

import re

from geomagnifier.language.classes import KINDS
from geomagnifier.language.language_id import language
from geomagnifier.language.mentions import in_english, tokens_of

SCENE = "What scene is this?"
"""How the class of the whole scene is asked for."""
LONGEST = 120
"""Most characters of a question about the whole scene."""
_WHOLE = (
    r"(?:area|place|land|ground|terrain|plot|parcel|site|location|region|zone|tile|scene|image|picture"
    r"|photo|photograph|frame|view|landscape|environment|setting|surroundings|spot|shot)"
)
_OF = rf"(?:(?:this|the|that) )?(?:(?:piece|patch|stretch|plot|kind) of )?(?:\w+ )?{_WHOLE}"
_SORT = "(?:type|kind|sort|class|category|label|heading|function|purpose|usage|use)"
_SCENE = re.compile(
    r"(?:and |so |please |then )?(?:"
    r"(?:what|which|how) .*\b(?:function|purpose|usage|used?|utili[sz]ed|utili[sz]ation)\b"
    rf".*\b{_WHOLE}\b.*"
    rf"|(?:what|how) (?:is|was|are) {_OF} (?:(?:mainly|mostly|primarily|being|mostly being) )*"
    r"(?:used|utili[sz]ed|classified|categori[sz]ed|labell?ed)\b.*"
    rf"|(?:what|which) (?:use|function|purpose|usage) (?:does|has|do|is) {_OF}.*"
    rf"|(?:tell(?: me)?|say|state|name|determine|identify|give(?: me)?|i need|report|decide|guess"
    rf"|work out|find out|describe) .*\b{_SORT}s? .*\b{_WHOLE}\b.*"
    rf"|(?:under )?(?:what|which) {_SORT} .*\b(?:file|put|place|label|classify|give|assign)\b"
    rf".*\b{_WHOLE}\b.*"
    rf"|how would you (?:file|label|classify|categori[sz]e|tag) {_OF}.*"
    r"|(?:dominant |main |primary |major )?land[ -]?use(?: class| type| category)?"
    r")[ .?!]*"
)
_LAND = re.compile(
    r"\b(?:piece|patch|stretch|plot|kind|type|use|parcel) of land\b|\bland[ -]?(?:use|cover)\b"
    r"|\b(?:this|the|that) land\b"
)
_COVER = "|".join(
    re.escape(word)
    for kind in KINDS
    if kind.stuff
    for words in kind.words
    for word in sorted({*words}, key=len, reverse=True)
)
_MASK = "Mask of "
_ALL = r"(?=(?:all|every|each|any|the|these|those|visible|\w+s\b))"
_BEGIN = (
    r"^((?:(?:please|kindly|now|then|could you|can you|would you|will you|i want to|help me)"
    r"[, ]+)*)"
)
_REWORDED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"^please to\b", "please"),
        (
            _BEGIN + rf"(?:vectori[sz]e|polygoni[sz]e|digiti[sz]e|contour|silhouette) {_ALL}",
            r"\1outline ",
        ),
        (
            _BEGIN + r"(?:convert|turn|transform) (.+?) (?:in)?to (?:vector )?"
            r"(?:polygons?|vectors?|outlines?|shapes?|masks?)\b",
            r"\1outline \2",
        ),
        (
            _BEGIN
            + r"(?:hunt(?: down| for)?|track down|seek out|scout (?:out|for)|sniff out|circle"
            r"|encircle|tag|pin|flag|look out for|keep an eye out for|search out) " + _ALL,
            r"\1find ",
        ),
        (r"\bland[- ]?cover (mask|map|layer|raster) of\b", r"\1 of"),
        (
            rf"^(?:binary |pixel |raster )*(?:raster|map|layer|bitmap|image) of ((?:{_COVER}))\b",
            _MASK + r"\1",
        ),
        (
            r"\bvegetated (?:areas?|land|ground|surfaces?|parts?|zones?|regions?|cover)\b",
            "vegetation",
        ),
        (
            r"\b(?:everything|all|anything|whatever|(?:the|all) (?:areas?|pixels?|parts?|ground"
            r"|surfaces?)) (?:that|which) (?:is|are)(?: (?:covered|occupied|taken up) (?:by|with))?"
            rf" ((?:{_COVER}))\b",
            r"all \1",
        ),
        (
            r"\b(?:the|all) (?:areas?|pixels?|parts?|surfaces?) (?:covered|occupied|taken up)"
            r" (?:by|with) ",
            "all ",
        ),
        (
            _BEGIN + r"(?:verify|confirm|check|establish|test)(?: for)? the (?:presence|existence)"
            r" of (?:the |any )?(.+?)[.?!]*$",
            r"Are there any \2?",
        ),
        (r"^(?:is )?there (?:is|are) (?:any )?(.+?),? or not[?.!]*$", r"Are there any \1?"),
        (
            r"^would you say (?:that )?(?:the|this) (?:image|picture|photo|scene|tile|frame)"
            r" (?:includes|contains|shows|has|holds) ",
            "Does the image show ",
        ),
        (
            _BEGIN
            + r"(?:(?:mark|show|give|highlight|display|map|draw|provide|return|export)(?: me)?"
            r" )(?:the )?(?:full |exact |whole |complete )?(?:extent|coverage|distribution|surface)"
            rf" of ((?:the |any |all )?(?:{_COVER}))\b",
            r"\1" + _MASK + r"\2",
        ),
        (
            _BEGIN + r"(?:mask|segment|outline|cut out) (?:all|anything|it all|whatever)"
            r"(?: (?:that )?(?:you|the model) (?:can|could|are able to)"
            r" (?:name|see|find|recogni[sz]e))?[.?!]*$",
            r"\1segment everything",
        ),
        (_BEGIN + r"(?:talk|walk|take|guide) me through (?:the|this) ", r"\1describe the "),
        (_BEGIN + r"talk about (?:the|this) ", r"\1describe the "),
    )
)


def plain(question: str) -> str:
    """A question in words that the networks were taught; as it is where nothing is to be changed.

    Args:
        question: in any language; only English is reworded.
    """
    if language(question) != "en":
        return question
    text = " ".join(question.split())
    if asks_scene(text):
        return SCENE
    for pattern, words in _REWORDED:
        text = pattern.sub(words, text)
    return text if text != " ".join(question.split()) else question


def asks_scene(text: str) -> bool:
    """Whether an English question asks for the class of the whole scene, and names no other class.

    Args:
        text: the question.
    """
    small = text.lower()
    if len(small) > LONGEST or "many" in small or not _SCENE.fullmatch(small):
        return False
    # "land use" is no land, but "ships use" are ships
    tokens = [t for t in tokens_of(_LAND.sub(" ", small)) if t not in ("use", "used")]
    return not in_english(tokens)
