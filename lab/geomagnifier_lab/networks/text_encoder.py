"""The sentence encoder: all-MiniLM-L6-v2 (Apache-2.0) in torch.

BERT's layers are exactly `nn.TransformerEncoderLayer`
with GELU and the norm after the residual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geomagnifier.models.small import sentence_encoder
from geomagnifier.models.small.sentence_encoder import POSITIONS
from geomagnifier.models.small.word_pieces import WORDS, WordPieces

WIDTH, LAYERS, HEADS, FORWARD = 384, 6, 12, 1536


class Tokens(NamedTuple):
    """Tokenized sentences, padded to one length."""

    ids: Tensor
    """(B, T) int64."""
    padding: Tensor
    """(B, T) bool, True where there is no token."""


class Encoded(NamedTuple):
    """Encoded sentences."""

    states: Tensor
    """(B, T, 384) of each token."""
    padding: Tensor
    """(B, T) bool, True where there is no token."""
    pooled: Tensor
    """(B, 384), mean over tokens, unit length."""


def tokenize(tokenizer: WordPieces, texts: Sequence[str], limit: int = POSITIONS) -> Tokens:
    """Sentences -> ids, see `sentence_encoder.tokenize`.

    Args:
        tokenizer: of `word_pieces.read`.
        texts: sentences.
        limit: most tokens of a sentence.
    """
    tokens = sentence_encoder.tokenize(tokenizer, texts, limit)
    return Tokens(torch.from_numpy(tokens.ids), torch.from_numpy(tokens.padding))


class SentenceEncoder(nn.Module):
    """Token states and a sentence vector."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(WORDS, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.kind = nn.Parameter(torch.zeros(WIDTH))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, FORWARD, 0.0, "gelu", 1e-12, batch_first=True
        )
        self.layers = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)

    def forward(self, tokens: Tokens) -> Encoded:
        """Encode tokenized sentences."""
        x = self.words(tokens.ids) + self.positions.weight[: tokens.ids.shape[1]] + self.kind
        states = self.layers(self.norm(x), src_key_padding_mask=tokens.padding)
        weight = (~tokens.padding).to(states.dtype)[:, :, None]
        pooled = F.normalize((states * weight).sum(1) / weight.sum(1), dim=1)
        return Encoded(states, tokens.padding, pooled)


def from_bert(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Names of a Hugging Face BERT checkpoint -> names of `SentenceEncoder`."""
    state = {
        "words.weight": weights["embeddings.word_embeddings.weight"],
        "positions.weight": weights["embeddings.position_embeddings.weight"],
        "kind": weights["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": weights["embeddings.LayerNorm.weight"],
        "norm.bias": weights["embeddings.LayerNorm.bias"],
    }
    parts = {
        "self_attn.out_proj": "attention.output.dense",
        "norm1": "attention.output.LayerNorm",
        "linear1": "intermediate.dense",
        "linear2": "output.dense",
        "norm2": "output.LayerNorm",
    }
    for i in range(LAYERS):
        theirs, ours = f"encoder.layer.{i}.", f"layers.layers.{i}."
        for end in ("weight", "bias"):
            attention = [
                weights[f"{theirs}attention.self.{name}.{end}"]
                for name in ("query", "key", "value")
            ]
            state[f"{ours}self_attn.in_proj_{end}"] = torch.cat(attention)
            for mine, name in parts.items():
                state[f"{ours}{mine}.{end}"] = weights[f"{theirs}{name}.{end}"]
    return state
