"""The sentence encoder: all-MiniLM-L6-v2 (Apache-2.0) run by its graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.numerics import shut
from geomagnifier.models.small.word_pieces import WordPieces
from geomagnifier.types import Bools, Floats

POSITIONS = 512
"""Most tokens of a sentence."""


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


def tokenize(tokenizer: WordPieces, texts: Sequence[str], limit: int = POSITIONS) -> Tokens:
    """Sentences -> ids, cut to `limit` tokens with the closing token kept.

    Args:
        tokenizer: of the encoder.
        texts: sentences.
        limit: most tokens of a sentence.
    """
    rows: list[list[int]] = []
    for row in map(tokenizer.sentence, texts):
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
