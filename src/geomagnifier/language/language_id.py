"""Which language a question is in: English and Chinese are read, any other is named and refused."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Literal

from geomagnifier.errors import QuestionUnreadable
from geomagnifier.language import chinese_text
from geomagnifier.language.mentions import chinese_names
from geomagnifier.language.question_words import ENGLISH, languages_of, plain

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

Language = Literal["en", "zh"]
MOST = 1000
"""Words that are looked up."""
_NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "es": "Spanish", "fa": "Persian", "fi": "Finnish",
    "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish",
    "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese",
}  # fmt: skip
_LEAST, _SURE, _TIE = 0.01, 0.8, 0.3
"""Where no word settles it: English is believed above the first probability (short English
questions of three words and more stay above 0.02), and of one or two words another language from
the second; where words speak for both, English from the third.
"""


def language(text: str) -> Language:
    """The language of a question: "en" or "zh".

    Words that are known decide first: more of another language than of English ("Find alle skibe"),
    or English ones. Statistics decide the rest.

    Raises:
        QuestionUnreadable: it is in another language, which the message names.
    """
    if chinese_text.ordered(text):  # "count the ships, answer in Chinese"
        return "zh"
    words = re.findall(r"[^\W\d_]+", text)
    names = [unicodedata.name(c, "") for word in words for c in word]
    chinese = sum(name.startswith("CJK") for name in names)
    latin = sum(name.startswith(("LATIN", "FULLWIDTH LATIN")) for name in names)
    other = len(names) - chinese - latin
    roman = sum(
        unicodedata.name(word[0], "").startswith(("LATIN", "FULLWIDTH LATIN")) for word in words
    )
    if chinese > roman and not other:
        return "zh"
    if (
        chinese
        and not other
        and not re.search("[a-z]", chinese_text.unmixed(text.lower(), chinese_names()))
    ):  # "show me 飞机"
        return "zh"
    mostly_latin = (other + chinese) * 3 <= len(names)
    given_away = [codes for word in words[:MOST] if (codes := languages_of(word))]
    english = sum(plain(word) in ENGLISH for word in words[:MOST])
    if mostly_latin and english > len(given_away):
        return "en"
    if mostly_latin and not given_away and len(words) < 2:
        return "en"  # a name, a code, a single word
    ranked = _identifier().rank(text[:1000])  # likeliest first
    if mostly_latin and english and dict(ranked)["en"] >= _TIE:
        return "en"
    if given_away:
        votes = Counter(code for codes in given_away for code in codes)
        name = next(_NAMES[code] for code, _ in ranked if votes[code] == max(votes.values()))
    elif mostly_latin and (
        dict(ranked)["en"] >= _LEAST or (len(words) < 3 and ranked[0][1] < _SURE)
    ):
        return "en"
    else:
        name = next(_NAMES[code] for code, _ in ranked if code in _NAMES)
    raise QuestionUnreadable(
        f"the question seems to be in {name}; this model reads English and Chinese, please ask in"
        " one of them"
    )


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(["en", *_NAMES])
    return identifier
