"""A rank or number that a question asks for and a scene may not have.

"the ninth largest airplane", "the twelve largest", of seven.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from geomagnifier.language.number_words import NUMBERS, ORDINALS

_NUMBERS = NUMBERS[1:]
_ZH = "一二三四五六七八九"
_SUPERLATIVE = r"(?:largest|biggest|smallest|longest|shortest|widest|narrowest)"
_RANK = rf"(?P<rank>\d{{1,4}}(?=st|nd|rd|th)|{'|'.join(ORDINALS)})(?:st|nd|rd|th)?"
_MANY = rf"(?P<many>\d{{1,4}}|{'|'.join(_NUMBERS)})"
_ENGLISH = re.compile(
    rf"\b(?P<rank_said>{_RANK}[- ]{_SUPERLATIVE})\b"
    rf"|\b(?P<place_said>{_RANK.replace('rank', 'place')})(?:"
    r" (?!row|column|line|group|from)[a-z]+){0,3} (?:from|counted|counting) "
    rf"|\b(?P<many_said>{_MANY} {_SUPERLATIVE})\b"
)
_DIGITS = rf"(?:\d{{1,4}}|[{_ZH}两]?十[{_ZH}]?|[{_ZH}两])"
_CHINESE = re.compile(
    rf"(?P<rank_said>第(?P<rank>{_DIGITS})[大小长短])"
    rf"|(?:数|起|边|侧)的?(?P<place_said>第(?P<place>{_DIGITS}))[架艘座栋辆个只条块]"
    rf"|最[大小长短]的?(?P<many_said>前?(?P<many>{_DIGITS}))[架艘座栋辆个只条块]"
)


ORDINAL = rf"(?:\d{{1,4}}(?:st|nd|rd|th)|{'|'.join(ORDINALS)})"
"""A pattern of English ordinals."""


class OrdinalQuestion(NamedTuple):
    """What is asked for."""

    number: int
    """From 1."""
    words: str
    """That say it."""
    one: bool
    """The object of that rank, not so many of them."""


def asked(question: str) -> OrdinalQuestion | None:
    """The rank or number in a question, English or Chinese; None where there is none."""
    text = " ".join(question.lower().split())
    found = _ENGLISH.search(text) or _CHINESE.search(text)
    if found is None:
        return None
    name = next(name for name in ("rank", "place", "many") if found[name])
    return OrdinalQuestion(_number(found[name]), found[f"{name}_said"], name != "many")


def fewer(wanted: OrdinalQuestion, phrase: str, count: int, language: str) -> str:
    """The sentence where there are fewer objects than the rank or number asked for.

    Args:
        wanted: the rank or number that was asked for.
        phrase: what there is, such as "seven airplanes".
        count: how many these are.
        language: "en" or "zh".
    """
    if language == "zh":
        nth = (
            f"第{_ZH[wanted.number - 1] if wanted.number < 10 else wanted.number}个"
            if wanted.words.isascii()
            else f"{wanted.words}的"
        )
        return f"图中只有{phrase}{f'，没有{nth}' if wanted.one else ''}。"
    return (
        f"There {'is' if count == 1 else 'are'} only"
        f" {phrase}{f'; there is no {wanted.words}' if wanted.one else ''}."
    )


def ordinal(number: int, language: str = "en") -> str:
    """An ordinal, such as "third", "21st" or "第三".

    Args:
        number: from 1; Chinese words below 100, digits above.
        language: "en" or "zh".
    """
    if language == "zh":
        tens, ones = divmod(number, 10)
        if number >= 100:
            return f"第{number}"
        ten = f"{_ZH[tens - 1] if tens > 1 else ''}{'十' if tens else ''}"
        return f"第{ten}{_ZH[ones - 1] if ones else ''}"
    if number <= len(ORDINALS):
        return ORDINALS[number - 1]
    ending = (
        "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"


def number_of(word: str) -> int:
    """Of an ordinal of `ORDINAL`."""
    return _number(re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", word))


def _number(word: str) -> int:
    if word.isdecimal():
        return int(word)
    for words in (ORDINALS, _NUMBERS):
        if word in words:
            return words.index(word) + 1
    tens, ten, ones = word.replace("两", "二").rpartition("十")
    return ((_ZH.index(tens) + 1 if tens else 1) * 10 if ten else 0) + (
        _ZH.index(ones) + 1 if ones else 0
    )
