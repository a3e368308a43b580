"""What people type around a question.

Shortened words ("pls seg all a/c") are written out, words of courtesy left out.
"""

from __future__ import annotations

import re

_FORMS = {
    "pls": "please",
    "plz": "please",
    "seg": "segment",
    "segm": "segment",
    "a/c": "aircraft",
    "ac": "aircraft",
    "veh": "vehicle",
    "vehs": "vehicles",
    "bldg": "building",
    "bldgs": "buildings",
    "veg": "vegetation",
    "rd": "road",
    "rds": "roads",
    "img": "image",
    "pic": "picture",
}
_SHORT = re.compile(rf"(?<![\w'/-])({'|'.join(map(re.escape, _FORMS))})(?![\w'/-])", re.IGNORECASE)
_COURTESY = re.compile(
    r"\b(?:please[ ,]+)?(?:would|could|can|will) you (?:please |kindly |possibly )?be "
    r"(?:so (?:very )?(?:kind|good) as to|(?:kind|good) enough to|able to)\b"
    r"|\bi(?:'d| would| will) (?:be (?:very |most |so )?(?:grateful|glad|happy)|(?:really"
    r" )?appreciate it) if you (?:could|would)\b"
    r"|\bi(?:'m| am| was) wondering (?:if|whether) you (?:could|would|might)(?: please|"
    r" possibly)?\b"
    r"|\bif (?:it is|it's) not too much trouble\b|\bif you (?:do not|don't) mind\b"
    r"|\b(?:many )?thank(?:s| you)(?: (?:very|so) much| a lot)?(?: (?:in advance|for your"
    r" (?:help|time)))*\b",
    re.IGNORECASE,
)


def written_out(text: str) -> str:
    """An English text with its contractions written out.

    Words of courtesy are left out where something else remains.
    """
    full = _SHORT.sub(lambda found: _FORMS[found[0].lower()], text)
    short = " ".join(_COURTESY.sub(" ", full).split()).strip(" ,")
    short = re.sub(r"([.?!])[\s.?!]+$", r"\1", short)
    return short if short != " ".join(full.split()) and re.search(r"\w\w", short) else full
