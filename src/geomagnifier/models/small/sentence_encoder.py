"""The sentence encoder: all-MiniLM-L6-v2 (Apache-2.0) run by `tokenizers` and its graph."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.numerics import shut
from geomagnifier.types import Bools, Floats

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WORDS, POSITIONS = 30522, 512
"""Tokens of the vocabulary, and most tokens of a sentence."""
LONGEST = 100
"""Letters of a word; a longer one is taken as unknown."""


class Tokens(NamedTuple):
    """Tokenized sentences, padded to one length."""

    ids: np.ndarray
    """(B, T) int64."""
    padding: Bools
    """(B, T), True where there is no token."""


class Encoded(NamedTuple):
    """Encoded sentences."""

    states: Floats
    """(B, T, 384) of each token."""
    padding: Bools
    """(B, T), True where there is no token."""
    pooled: Floats
    """(B, 384), mean over tokens, unit length."""


def load_tokenizer(path: Path) -> Tokenizer:
    """The WordPiece tokenizer of MiniLM, without padding or truncation of its own.

    Raises:
        ValueError: it is another one, whose numbers the encoder does not know, or which may take
            for ever over a long word.
        Exception: the file is damaged; the library has no other name for it.
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer.from_file(str(path))
    model, parts = tokenizer.model, (tokenizer.normalizer, tokenizer.pre_tokenizer)
    kinds = (normalizers.BertNormalizer, pre_tokenizers.BertPreTokenizer)
    if (
        not isinstance(model, models.WordPiece)
        or not all(map(isinstance, parts, kinds))
        or model.max_input_chars_per_word > LONGEST
    ):
        raise ValueError("it is not the WordPiece of BERT")
    if max((*tokenizer.get_vocab().values(), *tokenizer.encode("a ship \N{SHIP}").ids)) >= WORDS:
        raise ValueError(f"it has more than {WORDS} tokens")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def tokenize(tokenizer: Tokenizer, texts: Sequence[str], limit: int = POSITIONS) -> Tokens:
    """Sentences -> ids, cut to `limit` tokens with the closing token kept.

    Args:
        tokenizer: of `load_tokenizer`.
        texts: sentences.
        limit: most tokens of a sentence.
    """
    rows: list[list[int]] = []
    for encoding in tokenizer.encode_batch(list(texts)):
        row = list(encoding.ids)
        rows.append(row if len(row) <= limit else [*row[: limit - 1], row[-1]])
    longest = max(map(len, rows))
    ids = np.array([row + [0] * (longest - len(row)) for row in rows], np.int64)
    lengths = np.array([len(row) for row in rows])
    return Tokens(ids, np.arange(longest)[None] >= lengths[:, None])


def encode(sessions: Sessions, tokens: Tokens) -> Encoded:
    """Token states and sentence vectors.

    Args:
        sessions: of the sentence encoder.
        tokens: of `tokenize`.
    """
    own = sessions.weights
    words = own["words.weight"][tokens.ids]
    words = words + own["positions.weight"][: tokens.ids.shape[1]] + own["kind"]
    there = (~tokens.padding)[:, :, None].astype(np.float32)
    hidden = shut(tokens.padding)[:, None, None]
    states, pooled = sessions.run("sentence", words=words, hidden=hidden, there=there)
    return Encoded(states, tokens.padding, pooled)


def stacked(encoded: Sequence[Encoded]) -> tuple[Floats, Bools]:
    """States and padding of several sentences as one batch."""
    longest = max(e.states.shape[1] for e in encoded)
    missing = [(0, longest - e.states.shape[1]) for e in encoded]
    states = [np.pad(e.states, ((0, 0), m, (0, 0))) for e, m in zip(encoded, missing, strict=True)]
    padding = [
        np.pad(e.padding, ((0, 0), m), constant_values=True)
        for e, m in zip(encoded, missing, strict=True)
    ]
    return np.concatenate(states), np.concatenate(padding)
