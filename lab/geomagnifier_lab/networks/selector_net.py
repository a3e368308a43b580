"""The selector's network: three transformer layers, see `models/small/selector.py`."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from geomagnifier.models.small.selector import NUMBERS


class Selector(nn.Module):
    """See the module."""

    def __init__(
        self,
        tokens: int = 384,
        width: int = 128,
        layers: int = 3,
        heads: int = 4,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.question, self.kind = nn.Linear(tokens, width), nn.Linear(tokens, width)
        self.instance = nn.Sequential(nn.Linear(NUMBERS, width), nn.GELU(), nn.Linear(width, width))
        self.places = nn.Parameter(torch.randn(32, width) * 0.02)
        self.types = nn.Parameter(torch.randn(2, width) * 0.02)
        layer = nn.TransformerEncoderLayer(
            width, heads, 4 * width, dropout, "gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        reading = nn.TransformerEncoderLayer(
            width, heads, 2 * width, dropout, "gelu", batch_first=True, norm_first=True
        )
        self.reading = nn.TransformerEncoder(reading, 1, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)
        self.meant, self.chooses = nn.Linear(width, 1), nn.Linear(width, 1)

    def forward(
        self, states: Tensor, padding: Tensor, instances: Tensor, kinds: Tensor, absent: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Logits of the objects being meant, (B, N), and of the question choosing at all, (B,).

        Args:
            states: (B, T <= 32, tokens) of the question.
            padding: (B, T) bool.
            instances: (B, N, NUMBERS) of `features`.
            kinds: (B, N, tokens) sentence vectors of the objects' classes.
            absent: (B, N) bool, True where there is no object.
        """
        words = self.question(states) + self.places[: states.shape[1]] + self.types[0]
        read = self.reading(words, src_key_padding_mask=padding)
        weight = (~padding)[:, :, None].to(read.dtype)
        chooses = self.chooses((read * weight).sum(1) / weight.sum(1)).squeeze(1)
        things = self.instance(instances) + self.kind(kinds) + self.types[1]
        x = self.layers(
            torch.cat([words, things], 1), src_key_padding_mask=torch.cat([padding, absent], 1)
        )
        return self.meant(self.norm(x[:, states.shape[1] :])).squeeze(2), chooses
