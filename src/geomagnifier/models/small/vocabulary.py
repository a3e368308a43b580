"""The closed vocabulary of answers.

About a thousand words, the classes as one token each, and tokens that are no words. A sentence is a
list of tokens: "there <is> <n> <ship> [BOX] ." What depends on the count of regions is filled in
when the sentence is written out (`write_out`): "<n>" is the number of the phrase's regions, so that
the text never disagrees with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from geomagnifier.language.number_words import NUMBERS

END, POINT, SAY, SEG, BOX, NONE = "<end>", "<point>", "<say>", "[SEG]", "[BOX]", "<none>"
BY, EVERYTHING, THIS, PLACE, UNKNOWN = "<by>", "<everything>", "<this>", "<place>", "<unknown>"
NUMBER, ONE, IS = "<n>", "<a>", "<is>"
SPECIAL = (END, POINT, SAY, SEG, BOX, NONE, BY, EVERYTHING, THIS, PLACE, UNKNOWN, NUMBER, ONE, IS)
"""END closes an answer. POINT, SAY open its two parts: what to look for, and the sentence. SEG,
BOX: the phrase before is tied to masks or boxes; NONE: its object is not there. BY: the next class
only says where. EVERYTHING: all objects. THIS: what the given box shows. PLACE: the scene class is
asked for as well. UNKNOWN: something that is no class. NUMBER, ONE, IS: a count, an article, a
verb.
"""

_SAID = (
    "this is there no yes none of the things i know here . , ; or and also near in on upper lower"
    " left right centre part picture rest was not taught to find that"
)
FOUND = tuple(_SAID.split())
"""Plain words of sentences about what was found; captions have all the others as well."""
_PART = re.compile(r"[a-z0-9]+(?:['-][a-z0-9]+)*|[.,;:?!]")


def kind_token(kind: str) -> str:
    """The token of a class: "storage tank" -> "<storage tank>"."""
    return f"<{kind}>"


def split(sentence: str) -> list[str]:
    """A sentence of plain words -> tokens, lower case."""
    return _PART.findall(sentence.lower())


class Words:
    """Tokens and their numbers.

    Args:
        tokens: all of them, in the order of the network's outputs.

    Attributes:
        number: of each token.
        kinds: "ship" of "<ship>", for the tokens that are classes.
    """

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tuple(tokens)
        self.number = {token: i for i, token in enumerate(self.tokens)}
        self.kinds = {
            token: token[1:-1]
            for token in self.tokens
            if token.startswith("<") and token not in SPECIAL
        }

    def __len__(self) -> int:
        return len(self.tokens)

    def encode(self, tokens: Sequence[str]) -> list[int]:
        """Tokens -> numbers.

        Raises:
            KeyError: a token is not in the vocabulary.
        """
        return [self.number[t] for t in tokens]


def write_out(
    tokens: Sequence[str], counts: Mapping[str, int], plural: Callable[[str, int], str]
) -> tuple[str, dict[str, str]]:
    """A sentence for people, and the phrase that stands for each class.

    Args:
        tokens: of the sentence, without SAY and END.
        counts: regions of each class.
        plural: (class, count) -> the noun as it is counted.

    Returns:
        the sentence, capitalised, and by class the words of its phrase ("two ships").
    """
    words: list[str] = []
    phrases: dict[str, str] = {}
    for i, token in enumerate(tokens):
        if token in (SEG, BOX):
            continue
        kind = token[1:-1]
        if kind in counts:
            n, before = counts[kind], tokens[i - 1] if i else ""
            noun = plural(kind, n) if n else kind
            if before in (NUMBER, ONE):
                start = (
                    _number(n)
                    if before == NUMBER or n > 1
                    else ("an" if noun[0] in "aeiou" else "a")
                )
                words[-1] = start
                if n:
                    phrases.setdefault(kind, f"{start} {noun}")
            words.append(noun)
        elif token == IS:
            following = next((t[1:-1] for t in tokens[i + 1 :] if t[1:-1] in counts), "")
            preceding = next((t[1:-1] for t in reversed(tokens[:i]) if t[1:-1] in counts), "")
            subject = following if i and tokens[i - 1] == "there" else preceding or following
            words.append("are" if counts.get(subject, 1) > 1 else "is")
        else:
            words.append(token)
    text = re.sub(r" ([.,;:?!])", r"\1", " ".join(words)).strip()
    text = re.sub(r"\bi\b", "I", text)
    text = re.sub(r"(^|[.?!] )([a-z])", lambda m: m.group(1) + m.group(2).upper(), text)
    return text, phrases


def _number(n: int) -> str:
    return NUMBERS[n] if n < len(NUMBERS) else str(n)
