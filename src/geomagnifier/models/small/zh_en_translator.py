"""The translator of Chinese questions into plain English.

A small transformer from characters to the words of one sentence for each meaning. Everything behind
it stays as it is: the sentence encoder, the decoder and the selector read the English. Coordinates
are carried over.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from geomagnifier.language.characters import BOX, characters
from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.numerics import log_softmax, shut

LONGEST, WRITTEN = 64, 40
"""Most characters that are read and most words that are written."""
START, END, RARE = "<start>", "<end>", "<rare>"
"""Open and close a sentence; a character that is not known."""
_WORD = re.compile(rf"[a-z0-9'-]+|[.,?!]|{BOX}", re.IGNORECASE)


def split(sentence: str) -> list[str]:
    """An English sentence -> its words and marks, lower case."""
    return _WORD.findall(sentence.lower())


def join(words: Sequence[str], boxes: Sequence[str]) -> str:
    """Words -> a sentence, with the coordinates put back.

    Args:
        words: of the sentence.
        boxes: coordinates, in the order of their places.
    """
    text = " ".join(words)
    for box in boxes:
        text = text.replace(BOX, box.strip(), 1)
    return re.sub(r"\s+([.,?!])", r"\1", text.replace(BOX, "")).strip()


class Translator:
    """See the module.

    Args:
        letters: characters known, RARE the first.
        words: English words known, START and END the first.
        sessions: of the translator's weights.
    """

    def __init__(self, letters: Sequence[str], words: Sequence[str], sessions: Sessions) -> None:
        self.letters, self.words, self.sessions = tuple(letters), tuple(words), sessions
        self.letter_number, self.word_number = (
            {t: i for i, t in enumerate(x)} for x in (self.letters, self.words)
        )

    def read(self, text: str) -> tuple[str, float]:
        """A Chinese question -> its English, and how sure that is.

        The latter is the geometric mean of the words' probabilities.
        """
        told, boxes = characters(text)
        own = self.sessions.weights
        numbers = [self.letter_number.get(c, 0) for c in told[:LONGEST]] or [0]
        rows = own["letter.weight"][[numbers]] + own["letter_place"][: len(numbers)]
        (memory,) = self.sessions.run("chinese_letters", letters=rows)
        written, surety = [self.word_number[START]], 0.0
        while len(written) < WRITTEN:
            count = len(written)
            (states,) = self.sessions.run(
                "chinese_words",
                words=own["word.weight"][[written]] + own["word_place"][:count],
                memory=memory,
                hidden=shut(np.triu(np.ones((count, count), bool), 1)),
            )
            chances = log_softmax(states[0, -1] @ own["word.weight"].T)
            written.append(int(chances.argmax()))
            surety += float(chances.max())
            if written[-1] == self.word_number[END]:
                break
        sentence = join([self.words[n] for n in written[1:] if self.words[n] != END], boxes)
        return sentence[:1].upper() + sentence[1:], math.exp(surety / (len(written) - 1))
