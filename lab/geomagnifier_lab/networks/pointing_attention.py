"""A cross-attention of the text decoder that was trained to point (paper, section 2.2).

A decoder that learns to answer looks where it likes. For PSC's relevance map alone its
cross-attention is a second one, tuned so that H lies on what is asked for
(`lab/geomagnifier_lab/train/attention.py`); everything else is the decoder's own. Answers are
written without it.
"""

from __future__ import annotations

import copy
from typing import TypeVar

from torch import nn

from geomagnifier_lab.networks.text_decoder import Attention, TextDecoder

Part = TypeVar("Part", bound=nn.Module)


class HeatAttention(nn.Module):
    """The cross-attention of each layer. Sizes as in `TextDecoder`."""

    def __init__(self, width: int = 256, layers: int = 4, heads: int = 8) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Attention(width, heads) for _ in range(layers))

    @classmethod
    def of(cls, decoder: TextDecoder) -> HeatAttention:
        """A copy of a decoder's own."""
        mine = [copy.deepcopy(layer.image) for layer in decoder.layers]
        made = cls(layers=0)
        made.layers.extend(mine)  # type: ignore[arg-type]
        return made

    def within(self, decoder: TextDecoder) -> TextDecoder:
        """The decoder with this attention in place of its own; all other parameters are shared."""
        twin = _shallow(decoder)
        twin.layers = nn.ModuleList(_shallow(layer) for layer in decoder.layers)
        for layer, image in zip(twin.layers, self.layers, strict=True):
            layer.image = image
        return twin


def _shallow(module: Part) -> Part:
    """A module of its own with the same parts."""
    twin = copy.copy(module)
    # a shallow copy of a module shares the dict of its parts, so that a new part would be both's
    twin._modules = dict(module._modules)  # noqa: SLF001
    return twin
