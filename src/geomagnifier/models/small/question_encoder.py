"""Text as the networks read it: token states and a sentence vector by MiniLM, in English.

What was encoded last is kept: the parts of the model ask for the same question again and again.
"""

from __future__ import annotations

import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from geomagnifier.errors import GeomagWarning
from geomagnifier.language.language_id import language
from geomagnifier.language.short_forms import written_out
from geomagnifier.models.small import sentence_encoder, zh_rules
from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.sentence_encoder import POSITIONS, Encoded, tokenize
from geomagnifier.models.small.word_pieces import WordPieces
from geomagnifier.models.small.zh_en_translator import Translator
from geomagnifier.types import Floats

KEPT = 16
"""Questions that are kept."""


class QuestionEncoder:
    """Encodes questions and class names.

    Args:
        sessions: of the sentence encoder.
        tokenizer: the encoder's.
        translator: gives the translator of Chinese; called at the first question that needs it.
    """

    def __init__(
        self,
        sessions: Sessions,
        tokenizer: WordPieces,
        translator: Callable[[], Translator],
    ) -> None:
        self.sessions, self.tokenizer, self.translator = sessions, tokenizer, translator
        self._questions: OrderedDict[str, Encoded] = OrderedDict()
        self._names: dict[str, Encoded] = {}
        self._lock = threading.Lock()

    def encode(self, text: str) -> Encoded:
        """A question in either language; what follows its first 512 tokens is not read.

        Raises:
            QuestionUnreadable: it is in neither English nor Chinese, or its Chinese is not
                understood.
            ModelCorrupt: it is in Chinese, and the model folder has no translator.
        """
        with self._lock:
            if text in self._questions:
                return self._questions[text]
        plain = self.in_english(text)
        tokens = tokenize(self.tokenizer, [plain])
        if len(self.tokenizer.sentence(plain)) > POSITIONS:
            warnings.warn(
                f"the question is longer than {POSITIONS} tokens; what follows them was not read",
                GeomagWarning,
                stacklevel=4,
            )
        encoded = sentence_encoder.encode(self.sessions, tokens)
        with self._lock:
            self._questions[text] = encoded
            while len(self._questions) > KEPT:
                self._questions.popitem(last=False)
        return encoded

    def name(self, class_name: str) -> Encoded:
        """The sentence "Find all CLASS.", encoded once and kept."""
        if class_name not in self._names:
            tokens = tokenize(self.tokenizer, [f"Find all {class_name}."])
            self._names[class_name] = sentence_encoder.encode(self.sessions, tokens)
        return self._names[class_name]

    def in_english(self, text: str) -> str:
        """A question in English: short forms written out, Chinese translated.

        It raises what `encode` raises.
        """
        if language(text) == "en":
            return written_out(text)
        return zh_rules.meaning(text, self.translator)

    def likeness(self, parts: Sequence[str], classes: Sequence[str]) -> Floats:
        """Cosine of the sentence vectors of texts and class names, (parts, classes).

        Args:
            parts: clauses of a question.
            classes: names.
        """
        texts, names = (
            np.concatenate([encoded.pooled for encoded in some])
            for some in (map(self.encode, parts), map(self.name, classes))
        )
        return np.asarray(texts @ names.T, np.float32)

    def spelled(self, word: str) -> bool:
        """Whether the encoder's vocabulary has a word, or its singular, whole.

        A misspelt one falls into pieces.
        """
        return any(len(self.tokenizer.pieces(form)) == 1 for form in (word, word.removesuffix("s")))
