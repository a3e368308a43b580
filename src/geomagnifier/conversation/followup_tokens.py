"""Tag the words of a follow-up: nouns, pronouns and words of closed classes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from geomagnifier.conversation import word_lists as w

_TOKEN = re.compile(r"[A-Za-z0-9][\w'’-]*")

ITS_SIDE = re.compile(
    r"\b(?:its|their)\s+(?:immediate\s+)?(left|right|north|south|east|west|vicinity|surroundings|neighbou?rhood)"
    r"\b(?:[- ]hand)?(?:\s+side)?",
    re.I,
)

_THIS_SCENE = re.compile(
    r"\b(?:in|on|of|from|within|over|across|inside)\s+(?:the|this|that|my)?\s*(?:whole|entire|satellite|aerial|same)?\s*"
    r"(?:image|picture|photo|photograph|scene|frame|tile|view|area|map)\b",
    re.I,
)

_IMAGE_IT = re.compile(
    r"\bit\s+(?=(?:contain|show|have|hold|include|depict|look|feature)s?\b)", re.I
)


@dataclass(frozen=True)
class Token:
    """A word of a follow-up."""

    word: str
    """Lower case."""
    start: int
    """Of its first character in the text."""
    end: int
    """After its last character."""
    noun: bool = False
    """It stands for a class of its own."""
    refers: bool = False
    """It refers back ("it", "those")."""
    placed: bool = False
    """It follows a word of place ("near it")."""


def plural(noun: str) -> str:
    """The plural of a kind's name; a mass noun stays."""
    if noun in ("water", "vegetation", "land") or noun.endswith("s"):
        return noun
    if re.search(r"(?:ch|sh|x|z)$", noun):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if re.search(r"[^aeiou]y$", noun) else f"{noun}s"


def tag(text: str) -> list[Token]:
    """Tokens with their part in the sentence.

    Names of the whole picture after a preposition count for nothing.
    """
    hidden = _IMAGE_IT.sub(
        lambda m: " " * len(m[0]), _THIS_SCENE.sub(lambda m: " " * len(m[0]), text)
    )
    raw = [(m[0].lower().replace("’", "'"), m.start(), m.end()) for m in _TOKEN.finditer(hidden)]
    out: list[Token] = []
    for i, (word, start, end) in enumerate(raw):
        before = raw[i - 1][0] if i else ""
        after = raw[i + 1][0] if i + 1 < len(raw) else ""
        noun = word not in w.CLOSED and _is_noun(raw, i)
        refers = word in w.PRONOUNS and _is_reference(word, before, after, out)
        placed = (noun or refers) and word not in ("its", "their") and _is_placed(raw, i)
        out.append(Token(word, start, end, noun, refers, placed))
    return out


def _is_noun(raw: Sequence[tuple[str, int, int]], i: int) -> bool:
    """Whether an open word stands where a noun does, and is no verb or adjective before one."""
    word = raw[i][0]
    before = raw[i - 1][0] if i else ""
    after = raw[i + 1][0] if i + 1 < len(raw) else ""
    if after in ("one", "ones") or word.endswith("ly") or word.isdigit():
        return False
    if after and after not in w.CLOSED and before in w.QUANTITIES | w.SPACE:
        return True  # "the storage tanks": the first of a compound
    if after in w.PRONOUNS - {"that"} or (
        after in ("down", "out", "up") and (not before or before in w.SMALL)
    ):
        return False  # "blur them", "thin it out"
    if re.search(r"[^siu]s$", word) and len(word) > 3:
        return True
    known = (
        w.QUANTITIES
        | w.SPACE
        | w.ASKING
        | w.SIZES
        | w.SIDES
        | {"and", "about", "for", "or", "no", "as"}
    )
    return before in known or (bool(before) and before not in w.CLOSED) or len(raw) <= 2


def _is_reference(word: str, before: str, after: str, earlier: Sequence[Token]) -> bool:
    """Whether a pronoun stands for a thing.

    "segment that", "those two", but not "this image", "one ship" or "ships that are".
    """
    if word in ("that", "this"):
        if after in w.SCENE or (word == "that" and after in w.QUANTITIES):
            return False  # "this image", "check that the ..."
        ahead = before == "" or before in w.ASKING | w.SPACE | w.SMALL | w.QUANTITIES
        return word == "this" or (
            ahead and before not in ("so", "know", "say")
        )  # "the ships that lie there" does not refer
    if word == "one":
        return (
            before in ("that", "this", "the", "which", "each", "every", *w.SIZES, *w.SIDES)
            and after != "by"
        )
    if word in ("those", "these"):
        return after not in w.SCENE
    if word == "each":
        return after in ("", "one", "and")
    if word in ("both", "either", "neither"):
        return after in ("", "of") or before == "of"
    if word in ("rest", "others", "latter", "former"):
        return before in ("the", "all", "")
    return True


def _is_placed(raw: Sequence[tuple[str, int, int]], i: int) -> bool:
    """Whether a word of place governs this one.

    "near the harbor", "left of it", "closest to them".
    """
    k = i - 1
    while k >= 0 and (
        raw[k][0] in w.QUANTITIES
        or raw[k][0] in ("that", "this", "those", "these", "two", "only", "big")
        or raw[k][0] not in w.CLOSED
    ):
        k -= 1
    if k < 0 or any(
        r[0] in ("every", "each", "all", "any", "no", "some", "many") for r in raw[k + 1 : i]
    ):
        return False
    word = raw[k][0]
    earlier = [r[0] for r in raw[max(0, k - 3) : k]]
    if word in ("of", "to", "from", "by", "at", "with"):
        return word == "by" or any(e in w.PLACED for e in earlier)
    return (
        word in w.PLACED
        and word not in ("top", "front")
        and not (word in ("left", "right") and k > 0 and raw[k - 1][0] in ("the", "on"))
    )
