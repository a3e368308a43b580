"""The sentence encoder: all-MiniLM-L6-v2 (Apache-2.0) run by `tokenizers` and torch alone.

Importing transformers would cost seconds. BERT's layers are exactly `nn.TransformerEncoderLayer`
with GELU and the norm after the residual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WIDTH, LAYERS, HEADS, FORWARD, WORDS, POSITIONS = 384, 6, 12, 1536, 30522, 512
LONGEST = 100
"""Letters of a word; a longer one is taken as unknown."""


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
    ids = torch.tensor([row + [0] * (longest - len(row)) for row in rows], dtype=torch.int64)
    lengths = torch.tensor([len(row) for row in rows])
    return Tokens(ids, torch.arange(longest)[None] >= lengths[:, None])


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


def stacked(encoded: Sequence[Encoded]) -> tuple[Tensor, Tensor]:
    """States and padding of several sentences as one batch."""
    longest = max(e.states.shape[1] for e in encoded)
    states = torch.cat([F.pad(e.states, (0, 0, 0, longest - e.states.shape[1])) for e in encoded])
    padding = torch.cat(
        [F.pad(e.padding, (0, longest - e.padding.shape[1]), value=True) for e in encoded]
    )
    return states, padding
