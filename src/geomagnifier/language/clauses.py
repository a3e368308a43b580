"""Split a question about several classes into one question for each.

"the largest ship and the airplanes" chooses one ship, and no airplane:

"Segment the largest ship and the airplanes."
    ship: "Segment the largest ship", airplane: "Find the airplanes."
"Find ships and airplanes on the left."
    the whole question for both: what stands last is said of all
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from geomagnifier.types import Floats

MOST = 40
"""Parts that are held against the kinds, each at the price of a question."""
_BETWEEN = re.compile(
    r"\s*(?:[,;，、]|\b(?:and|or|plus|as well as|along with)\b)+\s*", re.IGNORECASE
)
_OWN = re.compile(r"(?:the|an?|every|all|any|each|one|this|that|these|those)\b", re.IGNORECASE)
_VERB = re.compile(
    r"(?:find|segment|show|mark|mask|outline|detect|locate|count|draw|highlight|delineate|where|how|is|are)\b",
    re.IGNORECASE,
)


def by_kind(
    question: str, kinds: Sequence[str], likeness: Callable[[Sequence[str]], Floats]
) -> list[str] | None:
    """The part of a question that is about each kind.

    Args:
        question: English.
        kinds: asked for, two or more.
        likeness: texts -> (texts, kinds), how near each is to the kind's name.

    Returns:
        for each kind a question of its own, or the whole one where the parts do not fall to the
        kinds; None where there are fewer parts than kinds ("the largest thing"): one question about
        all of them together.
    """
    parts = [part for part in _BETWEEN.split(" ".join(question.split())) if part.strip(" .?!")]
    if len(parts) < len(kinds):
        return None
    if len(parts) > MOST:
        return [question] * len(kinds)
    near = likeness(parts)
    first = {kind: int(near[:, k].argmax()) for k, kind in enumerate(kinds)}
    order = sorted(kinds, key=first.__getitem__)
    starts = [first[kind] for kind in order]
    last = parts[starts[-1]]
    if len(set(starts)) < len(starts) or not (_OWN.match(last) or _VERB.match(last)):
        return [question] * len(kinds)
    ends = [*starts[1:], len(parts)]
    before = parts[: starts[0]]  # "on the left, ...": of all of them
    own = {kind: " and ".join(parts[a:b]) for kind, a, b in zip(order, starts, ends, strict=True)}
    return [
        ", ".join([*before, own[kind] if _VERB.match(own[kind]) else f"Find {own[kind]}"])
        for kind in kinds
    ]
