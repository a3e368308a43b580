"""The tokenizer of the sentence encoder: BERT's word pieces, lower case, without accents.

It gives what the library `tokenizers` gives for the same file (the tests hold both side by side),
which would bring 40 MB of a hub's client along for a table of words.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

WORDS = 30522
"""Tokens of the vocabulary."""
LONGEST = 100
"""Letters of a word; a longer one is taken as unknown."""
FIRST, LAST = "[CLS]", "[SEP]"
"""Tokens that a sentence begins and ends with."""
INSIDE = "##"
"""Begins a piece that does not begin a word."""
NORMALIZER = {
    "type": "BertNormalizer",
    "clean_text": True,
    "handle_chinese_chars": True,
    "strip_accents": None,
    "lowercase": True,
}
CHINESE = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)
"""Characters that are words of their own, as BERT has them."""


class WordPieces:
    """A vocabulary, and how sentences fall into its pieces.

    Args:
        vocabulary: piece -> number.
        unknown: the piece that stands for a word of no known pieces.
        marks: pieces with a meaning of their own, which a text may spell out.
    """

    def __init__(
        self, vocabulary: Mapping[str, int], unknown: str, marks: Mapping[str, int]
    ) -> None:
        self.vocabulary, self.unknown, self.marks = vocabulary, vocabulary[unknown], marks
        self.first, self.last = marks[FIRST], marks[LAST]
        self._marked = re.compile("|".join(map(re.escape, marks)))

    def sentence(self, text: str) -> list[int]:
        """The numbers of a sentence, with those that begin and end it."""
        return [self.first, *self.pieces(text), self.last]

    def pieces(self, text: str) -> list[int]:
        """The numbers of the pieces of a text."""
        found: list[int] = []
        end = 0
        for mark in self._marked.finditer(text):
            found += self._plain(text[end : mark.start()])
            found.append(self.marks[mark.group()])
            end = mark.end()
        return found + self._plain(text[end:])

    def _plain(self, text: str) -> list[int]:
        return [number for word in words(text) for number in self._word(word)]

    def _word(self, word: str) -> list[int]:
        """The longest pieces from the front."""
        if len(word) > LONGEST:
            return [self.unknown]
        found: list[int] = []
        begin = 0
        while begin < len(word):
            for end in range(len(word), begin, -1):
                piece = INSIDE * (begin > 0) + word[begin:end]
                if piece in self.vocabulary:
                    found.append(self.vocabulary[piece])
                    begin = end
                    break
            else:
                return [self.unknown]
        return found


def words(text: str) -> Iterator[str]:
    """Words and punctuation marks of a text, normalised."""
    word = ""
    for character in normalised(text):
        if character.isspace():
            if word:
                yield word
            word = ""
        elif is_punctuation(character):
            if word:
                yield word
            yield character
            word = ""
        else:
            word += character
    if word:
        yield word


def normalised(text: str) -> str:
    """A text in lower case, without accents and control characters; Chinese with spaces around."""
    if text.isascii():
        kept = (c if c >= " " else " " for c in text if c in "\t\n\r" or " " <= c < "\x7f")
        return "".join(kept).lower()
    clean = ""
    for c in text:
        if c in "\t\n\r":
            clean += " "
        elif c == "\N{REPLACEMENT CHARACTER}" or unicodedata.category(c)[0] == "C":
            continue
        elif any(low <= ord(c) <= high for low, high in CHINESE):
            clean += f" {c} "
        else:
            clean += " " if c.isspace() else c
    plain = (c for c in unicodedata.normalize("NFD", clean) if unicodedata.category(c) != "Mn")
    # letter by letter: a Greek word's last letter has a lower case of its own
    return "".join(c.lower() for c in plain)


def is_punctuation(character: str) -> bool:
    """Whether a character is a word of its own: punctuation, and all other signs of ASCII."""
    if character.isascii():
        return not character.isalnum()
    return unicodedata.category(character)[0] == "P"


def read(path: Path) -> WordPieces:
    """The word pieces in a file of the library `tokenizers`.

    Args:
        path: of the file.

    Raises:
        ValueError: it is damaged, or another tokenizer, whose numbers the encoder does not know.
    """
    told: Any = json.loads(path.read_text("utf-8"))
    try:
        model, added = told["model"], told["added_tokens"]
        vocabulary, unknown = model["vocab"], model["unk_token"]
        same = (
            model["type"] == "WordPiece"
            and told["normalizer"] == NORMALIZER
            and told["pre_tokenizer"]["type"] == "BertPreTokenizer"
            and model["continuing_subword_prefix"] == INSIDE
            and model["max_input_chars_per_word"] == LONGEST
        )
        marks = {token["content"]: token["id"] for token in added}
        numbers = [*vocabulary.values(), *marks.values()]
        fit = all(isinstance(n, int) and 0 <= n < WORDS for n in numbers) and all(marks)
        same = same and unknown in vocabulary and {FIRST, LAST} <= {*marks}
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"it is not the WordPiece of BERT: {error}") from error
    if not same:
        raise ValueError("it is not the WordPiece of BERT")
    if not fit:
        raise ValueError(f"its numbers are not those of {WORDS} tokens")
    return WordPieces(vocabulary, unknown, marks)
