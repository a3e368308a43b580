"""Heads of custom classes in torch, for fine-tuning, see `models/custom/class_heads.py`."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from geomagnifier.models.custom.class_heads import Heads
from geomagnifier.models.networks.pixel_decoder import Maps, PixelDecoder, draw
from geomagnifier.models.small.maps import LEVELS, MAPS


class HeadsNet(nn.Module):
    """Heads of the classes of one run of fine-tuning.

    Args:
        kinds: K, number of classes.
        width: channels of the pyramid.
        inner: channels inside the decoder.
    """

    def __init__(self, kinds: int, width: int = 256, inner: int = 128) -> None:
        super().__init__()
        self.eyes = nn.ModuleList(nn.Conv2d(width, inner, 1) for _ in range(LEVELS))
        self.shift = nn.Parameter(torch.zeros(LEVELS, kinds, inner))
        self.kernel = nn.Parameter(torch.zeros(LEVELS, kinds, MAPS, inner))
        self.bias = nn.Parameter(torch.zeros(kinds, MAPS))

    @torch.no_grad()
    def start(self, k: int, decoder: PixelDecoder, state: Tensor) -> None:
        """Let a head begin as what the decoder makes of a state; the eyes begin as the decoder's.

        Args:
            k: index of the head.
            decoder: of the network.
            state: (256,).
        """
        shifts, kernels = decoder.bend(state[None, None])
        for level in range(LEVELS):
            self.shift[level, k], self.kernel[level, k] = shifts[level][0, 0], kernels[level][0, 0]
        self.bias[k] = decoder.bias
        for mine, theirs in zip(self.eyes.parameters(), decoder.image.parameters(), strict=True):
            mine.copy_(theirs)

    def prepare(self, pyramid: Sequence[Tensor]) -> list[Tensor]:
        """What the heads read of f1, f2, f3: three (B, h, w, inner)."""
        return [eye(f).permute(0, 2, 3, 1) for eye, f in zip(self.eyes, pyramid, strict=True)]

    def forward(self, prepared: list[Tensor], decoder: PixelDecoder, kinds: Tensor) -> Maps:
        """Maps (B, Q) of some classes on B views.

        Args:
            prepared: of `prepare`.
            decoder: of the network; its norms are used.
            kinds: (B, Q) indices of heads.
        """
        return draw(
            prepared,
            [s[kinds] for s in self.shift],
            [k[kinds] for k in self.kernel],
            self.bias[kinds],
            decoder.norm,
        )

    def finished(self) -> Heads:
        """The heads as they are run without torch."""
        return Heads({name: t.detach().float().numpy() for name, t in self.state_dict().items()})
