"""Words of a plain question that nothing reads: "named Maria" in "Count the ships named Maria".

A composed question has none of them, as every word of it must find its place. A plain one is read
by the model, which picks out what it knows and passes over the rest. An English answer says what
was passed over: a class is hardly ever misread, and "the court abutting the edge" is the court. A
Chinese question is refused and the words are named, because its translation may have lost which
objects are meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from geomagnifier.composed import chinese_aliases
from geomagnifier.composed.chinese_normalizer import english_names
from geomagnifier.composed.chinese_phrases import GROUND
from geomagnifier.composed.placeholders import Lexicon, marked, normalized
from geomagnifier.language import chinese_text
from geomagnifier.language.plain_words import CHINESE, ENGLISH

_BRACKETS = re.compile(r"[\[(<][\d\s.,;]*[\])>]")
_UNKNOWN = frozenset(GROUND.split("|")) - frozenset(CHINESE)
"""Places that are named whole: "停机坪" begins with a word of its own."""
_SHAPES = """
circular curved hexagonal isolated lone octagonal oval pointed rectangular round rounded shaped
square straight triangular commercial dense industrial medium residential sparse
"""
_BEFORE_A_NAME = frozenset(_SHAPES.split())
"""Shapes and uses that are known as names of places and as words of drawing, and say something
that nothing reads where a class follows: "rectangular buildings".
"""
_SIZED = re.compile(
    r"\b(?P<size>large|big|huge|giant|small|tiny|little|long|short|wide|broad|narrow) K(?P<k>\d+)"
)
_THINGS = frozenset({"flags"})
"""Things whose singular is a word of asking: "flag every ship", but "ships with flags"."""
_ENDINGS = ("'s", "s'", "s", "es", "ed", "d", "ing", "ly", "er", "est")
_TOKEN = re.compile(r"[^\W\d_]+(?:'[a-z]+)?|\d+|[^\s\w]")


def leftovers(question: str, lexicon: Lexicon, scenes: Collection[str] = ()) -> tuple[str, ...]:
    """What is neither a class, a place, a size nor a word of asking.

    The words as they were said, those that follow each other together.

    Args:
        question: plain words, English or Chinese.
        lexicon: of the model's classes.
        scenes: names of kinds of place, which say where.
    """
    text = _BRACKETS.sub(" ", chinese_text.without_order(normalized(question)))
    if chinese_text.chinese(text):
        return _chinese(
            chinese_text.unmixed(chinese_text.plain(text), english_names(lexicon)),
            lexicon,
        )
    text = re.sub(r"(?<=[^\W\d_])[-\u2010-\u2015](?=[^\W\d_])", " ", text)
    table, places = lexicon.table(), {word for scene in scenes for word in scene.lower().split()}
    longest = max((len(name.split()) for name in table if name.isascii()), default=1)
    tokens, begun = _TOKEN.findall(text), False
    found: list[str] = []
    i = 0
    while i < len(tokens):
        n = next(
            (
                n
                for n in range(min(longest, len(tokens) - i), 0, -1)
                if " ".join(tokens[i : i + n]) in table
            ),
            0,
        )
        word = tokens[i]
        if word in _BEFORE_A_NAME and not n and _begins(tokens[i + 1 :], table, longest):
            found.append(word)
            begun = True
        elif (
            n
            or not word[0].isalpha()
            or len(word) == 1
            or word in places
            or _known(word)
            or word.removesuffix("'s") in table
        ):
            begun = False
        elif begun:
            found[-1] += f" {word}"
        else:
            found.append(word)
            begun = True
        i += n or 1
    return tuple(found)


def _begins(tokens: list[str], names: Collection[str], longest: int) -> bool:
    """Whether words begin with the name of a class."""
    return any(" ".join(tokens[:n]) in names for n in range(1, min(longest, len(tokens)) + 1))


def _known(word: str) -> bool:
    if word in _THINGS:
        return False
    if word in ENGLISH:
        return True
    stems = [word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)]
    return any(
        stem in ENGLISH
        or f"{stem}e" in ENGLISH
        or (stem[-2:-1] == stem[-1:] and stem[:-1] in ENGLISH)
        for stem in stems
        if stem
    )


def _chinese(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """Runs of two and more characters without a known word in them."""
    names = tuple(chinese_aliases.names(lexicon))
    rest = _words(names).sub(lambda m: m[0] if m[0] in _UNKNOWN else "\u00b7", text)
    return tuple(re.findall("[\u4e00-\u9fff]{2,}|(?!mask)[a-z]{2,}", rest))


@lru_cache(maxsize=8)
def _words(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(
        "|".join(map(re.escape, sorted({*names, *CHINESE, *_UNKNOWN}, key=len, reverse=True)))
    )


def without_size(question: str, lexicon: Lexicon) -> str:
    """The word for a size without a number that is said of several: "large" in "large ships".

    "" where there is none. What the model chooses then is what stands out, often one.

    Args:
        question: plain words, English.
        lexicon: of the model's classes.
    """
    marks = marked(normalized(question), lexicon)
    for found in _SIZED.finditer(marks.text):
        if marks.plural[int(found["k"])]:
            return found["size"]
    return ""


def remark(words: Collection[str], zh: bool) -> str:
    """The sentence that names the words that were not read, in Chinese a refusal; "" for none.

    Args:
        words: the words.
        zh: in Chinese.
    """
    if not words:
        return ""
    if zh:
        named = "、".join(f"“{word}”" for word in words)
        return f"没有看懂{named}，因此没有作答。请换一种说法，或去掉再问一次。"
    listed = " and ".join(f'"{word}"' for word in words)
    return (
        f"{listed} {'was' if len(words) == 1 else 'were'} not understood, and the answer leaves"
        f" {'it' if len(words) == 1 else 'them'} out."
    )
