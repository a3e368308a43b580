"""The question's reader: token states -> the [SEG] state that drives the pixel decoder, and the kinds that are asked for.

The state comes from the question alone; the picture enters in the pixel decoder.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

EVERYTHING, UNKNOWN = "*", "?"
"""Two extra outputs beside the kinds: "all objects you know", and "a thing I was not taught"."""


class QuestionReader(nn.Module):
    """Two transformer layers over [SEG] and the question's tokens.

    Args:
        kinds: number of kinds the model knows.
        tokens: width of the sentence encoder's token states.
        width: width of the state.
    """

    def __init__(self, kinds: int, tokens: int = 384, width: int = 256) -> None:
        super().__init__()
        self.enter = nn.Linear(tokens, width)
        self.seg = nn.Parameter(torch.randn(width) * 0.02)
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, 0.1, "gelu", batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.kinds = nn.Linear(width, kinds + 2)

    def forward(self, states: Tensor, padding: Tensor) -> tuple[Tensor, Tensor]:
        """States (B, T, tokens), padding (B, T) bool -> [SEG] (B, width) and logits (B, kinds + 2): kinds, EVERYTHING, UNKNOWN."""
        x = torch.cat([self.seg.expand(states.shape[0], 1, -1), self.enter(states)], 1)
        padding = torch.cat([padding.new_zeros(padding.shape[0], 1), padding], 1)
        seg = self.norm(self.layers(x, src_key_padding_mask=padding)[:, 0])
        return seg, self.kinds(seg)
