"""Sentences that say how much of the scene was searched, where that is not all of it.

By rule, from the regions that were found.

There is no ship in the 2 % of the scene that was looked at.
Nine ships in the 12 % of the scene that was looked at; the rest was not searched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

_NO_CLASS = re.compile("There is no class .*|这个模型没有“[^”]*”这一类别。")
NAMED = 4
"""Most kinds that are named one by one as not found."""


Part = bool | Literal["area"]
"""What was asked about: an area of any outline, a box (True) or the whole scene."""


def found(
    phrases: Mapping[str, str], missing: Sequence[str], share: float, box: Part, language: str
) -> str:
    """A sentence about what was found in the part that was searched.

    Args:
        phrases: by kind with regions how many there are, as in "nine ships".
        missing: nouns of the kinds without any.
        share: of the scene, or of the box or area, that was looked at, 0 to 1.
        box: a box was asked about, or an area.
        language: "en" or "zh".
    """
    if share <= 0:
        return nothing(box, language)
    there, part = list(phrases.values()), percent(share)
    if language == "zh":
        seen = f"在已查看的{part}{_named(box, language)}中"
        none = (
            f"没有{_listed(missing, '、', '或')}"
            if missing and len(missing) <= NAMED
            else ""
            if there
            else "没有要找的东西"
        )
        some = f"有{_listed(there, '、', '和')}" if there else ""
        return f"{'，'.join(words for words in (seen, some, none) if words)}；其余部分未查看。"
    seen = f"in the {part} of the {_named(box, language)} that was searched"
    if not there:
        none = (
            f"There is no {_listed(missing, ', ', ' or ')}"
            if 0 < len(missing) <= NAMED
            else "Nothing that was asked for is"
        )
        return f"{none} {seen}."
    if 0 < len(missing) <= NAMED:
        there.append(f"no {_listed(missing, ', ', ' or ')}")
    sentence = f"{_listed(there, ', ', ' and ')} {seen}; the rest is unknown."
    return sentence[0].upper() + sentence[1:]


def seen(share: float, box: Part, language: str) -> str:
    """A sentence that says how much was searched, for an answer about all of it.

    Args:
        share: as in `found`.
        box: as in `found`.
        language: as in `found`.
    """
    if share <= 0:
        return nothing(box, language)
    if language == "zh":
        return f"只查看了{_named(box, language)}的{percent(share)}。"
    return f"Only {percent(share)} of the {_named(box, language)} was searched."


def nothing(box: Part, language: str) -> str:
    """The sentence of an answer for which nothing was searched.

    Args:
        box: as in `found`.
        language: as in `found`.
    """
    if language == "zh":
        return f"{_named(box, language)}完全没有查看，无法说明其中有什么。"
    return f"None of the {_named(box, language)} was searched, so what is there is not known."


def within(share: float, language: str) -> str:
    """The sentence that limits an answer to the area of interest.

    Args:
        share: of the scene that the area covers.
        language: "en" or "zh".
    """
    if share >= 1:
        return ""
    if language == "zh":
        return f"以上仅就给定区域而言，占画面的{percent(share)}。"
    return f"That is of the given area alone, {percent(share)} of the scene."


def _named(box: Part, language: str) -> str:
    if language == "zh":
        return "区域" if box == "area" else "方框" if box else "画面"
    return "area" if box == "area" else "box" if box else "scene"


def unknown(text: str) -> str:
    """The sentence of an answer about what there is no class for; "" where it has none.

    It holds however little of the scene was searched.
    """
    found = _NO_CLASS.search(text)
    return found[0] if found else ""


def percent(share: float) -> str:
    """A share of what is not whole, as in "12 %": never 0 % of something, and never 100 %."""
    for digits in (0, 1):
        text = f"{share:.{digits}%}"
        if share <= 0 or (float(text[:-1]) > 0 and float(text[:-1]) < 100):
            return f"{text[:-1]} %"
    return "less than 0.1 %" if share < 0.5 else "more than 99.9 %"


def _listed(words: Sequence[str], comma: str, joint: str) -> str:
    """As in "one, two and three"."""
    return words[0] if len(words) == 1 else f"{comma.join(words[:-1])}{joint}{words[-1]}"


def outlined(share: float, language: str) -> str:
    """The sentence that masks come from the last window of the paper's search alone.

    Args:
        share: of the scene that the window covers.
        language: "en" or "zh".
    """
    if language == "zh":
        return f"掩膜只来自最后一个窗口，占全图的 {share:.0%}。"
    return f"Masks are of the last window alone, {share:.0%} of the scene."
