"""Parts of English patterns: ways to name the scene, to ask, to order and to compare."""

from __future__ import annotations

from geomagnifier.composed import program as p

SCENE = (
    r"(?:image|picture|photo|photograph|scene|tile|frame|view|map|shot|area shown|aerial"
    r" image|satellite image|whole image)"
)
PICTURE = (
    rf"(?:the |this |that )?(?:whole |entire |full |total )?(?:{SCENE}|area|ground|land"
    r" surface|surface|region|aoi|box)"
)
IS = r"(?:is|are|was|were)"
DO = r"(?:do|does|did)"
SITE = (
    r"(?:site|place|plant|facility|location|premises|compound|area|"
    r"town|city|village|airport|station|base|school)"
)
HOLD = r"(?:contain|have|show|include|hold|feature|depict|display)"
SHOWS = rf"{DO} (?:this|the|that|my) (?:aerial |satellite |whole )?(?:{SCENE}|{SITE}) {HOLD}"
SEE = r"(?:do|can|could) (?:you|we|i|one) (?:see|spot|find|detect|make out|recogni[sz]e|have|get)"
THERE = rf"(?:{IS} there|{SHOWS}|{SEE}|do we have|have we got)"
GIVE = (
    r"(?:what (?:is|are)|what's|give|give me|tell"
    r" me|state|report|calculate|compute|measure|estimate|determine|work out|find|"
    r"return|i need|i want)"
)
NEAREST = (
    r"(?:(?:that|which) )?(?:(?:is|are|lies?) )?(?:the )?"
    r"(?P<word>nearest|closest|farthest|furthest)(?: away)? (?:to|from)"
)
MASKED = r"(?:segment|mask|outline|trace|delineate|extract|cut out|contour)"
MASKS = (
    r"(?:give|produce|draw|make|create|provide|return|generate|show|get|find|i need|i want)(?:"
    r" me)?(?: an?| the)?(?: exact| "
    r"precise| pixel| separate| combined)?(?: pixel)?"
    r" ?(?:masks?|outlines?|segmentations?|polygons?|contours?) (?:of|for|over|covering)"
)
FIND = (
    r"(?:find|show|mark|detect|locate|highlight|list|select|box|draw|give|get|point"
    r" out|identify|label|where (?:is|are)|i want|"
    r"i need|return|pick|pick out|filter)"
)
PARKED = (
    r"(?:arranged|lined up|parked|laid"
    r" out|placed|standing|set|organi[sz]ed|aligned|ordered|lying|moored|grouped)"
)
PART = r"(?:percentage|percent|per cent|%|share|proportion|fraction|portion|part|amount|ratio)"
TAKEN = r"(?:covered|taken up|occupied|filled|made up|composed|used|claimed)"
TAKE = r"(?:cover|occupy|take up|fill|make up|account for|take|claim|use)"
COVER = r"(?:covers?|occup(?:y|ies)|takes? up|fills?|spans?)"
AREA = rf"(?: (?:area|ground|space|surface|of {PICTURE}))?(?: in total| overall)?"
KIND = r"(?:kind|type|class|sort|category|group)(?:es|s)?(?: of)?"
FREQUENT = r"(?:common|frequent|numerous|abundant|prevalent|often|frequently|plentiful|widespread)"
MOST = (
    r"(?:the )?(?:most"
    rf" {FREQUENT}|commonest|dominant|predominant|prevailing|leading|majority|most)"
)
LEAST = rf"(?:the )?(?:least {FREQUENT}|rarest|fewest)"
WHICH = r"(?:which|what)(?: (?:one|ones|class|kind|type|sort|group|of the N\d+|of them|of these))?"
GREATER = (
    rf"(?:the )?(?:more (?:{FREQUENT}|of)|more|larger in number|in the majority|the"
    r" majority|larger|bigger|greater|higher|ahead)"
)
HAS = rf"(?:{IS}|has|have|occurs?|appears?|{SEE}|{IS} there|{DO} you see|exist|exists)"
TOGETHER = (
    r"(?:in total|together|in all|all together|altogether|combined|overall|taken together|as one"
    r" group|up|jointly|in sum|all in all)"
)
JOIN = (
    r"(?: ?, ?(?:and |or |plus )?| and also | and | or | as well as | plus | & | together with |"
    r" along with )(?:(?:the|an?|all|"
    r"every|any|both|each|all the) )?"
)
RANKS = {
    "largest": ("area", True), "biggest": ("area", True), "smallest": ("area", False),
    "longest": ("length", True), "shortest": ("length", False), "widest": ("width", True),
    "narrowest": ("width", False), "leftmost": ("left", True), "rightmost": ("right", True),
    "topmost": ("upper", True), "uppermost": ("upper", True), "bottommost": ("lower", True),
    "lowermost": ("lower", True), "northernmost": ("upper", True), "southernmost": ("lower", True),
    "westernmost": ("left", True), "easternmost": ("right", True), "tiniest": ("area", False),
}  # fmt: skip
RANK = rf"(?:{'|'.join(RANKS)})"
LONGER: dict[str, tuple[p.Quantity, bool]] = {
    "longer": ("length", True), "shorter": ("length", False), "wider": ("width", True),
    "broader": ("width", True), "narrower": ("width", False), "larger": ("area", True),
    "bigger": ("area", True), "greater": ("area", True), "smaller": ("area", False),
}  # fmt: skip

WHAT: dict[str, p.Quantity] = {
    "long": "length", "wide": "width", "broad": "width", "large": "area", "big": "area",
    "length": "length", "width": "width", "area": "area", "size": "area", "diameter": "length",
    "surface area": "area", "surface": "area", "acreage": "area", "extent": "area", "space": "area",
    "ground": "area", "footprint": "area",
}  # fmt: skip

HOWS: dict[str, p.How] = {
    "": "mean", "total": "sum", "combined": "sum", "overall": "sum", "summed": "sum",
    "average": "mean", "mean": "mean", "median": "median", "typical": "median",
    "largest": "largest", "maximum": "largest", "max": "largest", "greatest": "largest",
    "longest": "largest", "smallest": "smallest", "minimum": "smallest", "min": "smallest",
    "shortest": "smallest",
}  # fmt: skip
