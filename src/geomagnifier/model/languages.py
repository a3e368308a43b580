"""Which language a question is in: English and Chinese are read, any other is named and refused."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Literal

from geomagnifier.errors import QuestionUnreadable

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

Language = Literal["en", "zh"]
_ENGLISH = re.compile(
    r"\b(the|this|that|what|where|how|every|each|any|all|and|are|with|there|show|find|which|many|count|detect|locate|outline|please|picture)\b",
    re.IGNORECASE,
)
"""Words that settle it: the library, whose tables take a second to read, is not asked."""
_NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "es": "Spanish", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese",
}  # fmt: skip
_LEAST = 0.01
"""English is believed above this probability: short English questions of three words and more stay above 0.02."""


def language(text: str) -> Language:
    """The language of a question: "en" or "zh".

    Raises:
        QuestionUnreadable: it is in another language, which the message names.
    """
    words = re.findall(r"[^\W\d_]+", text)
    names = [unicodedata.name(c, "") for word in words for c in word]
    chinese = sum(name.startswith("CJK") for name in names)
    latin = sum(name.startswith(("LATIN", "FULLWIDTH LATIN")) for name in names)
    other = len(names) - chinese - latin
    roman = sum(unicodedata.name(word[0], "").startswith(("LATIN", "FULLWIDTH LATIN")) for word in words)
    if chinese > roman and not other:
        return "zh"
    mostly_latin = other * 3 <= len(names)
    if mostly_latin and (len(words) < 3 or _ENGLISH.search(text)):
        return "en"
    ranked = _identifier().rank(text[:1000])  # likeliest first
    if mostly_latin and dict(ranked)["en"] >= _LEAST:
        return "en"
    name = next(_NAMES[code] for code, _ in ranked if code in _NAMES)
    raise QuestionUnreadable(f"the question seems to be in {name}; this model reads English and Chinese, please ask in one of them")


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(["en", *_NAMES])
    return identifier
