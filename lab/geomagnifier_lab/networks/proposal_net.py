"""The proposal network: where each class may be in a coarse view, and at what scale.

What a closer window is worth must be known before it is paid for, from a scale at which a target is
6 to 12 px long: too small to be outlined, large enough to be suspected. The pixel decoder was
trained on objects three times as large and sees little there, so this is a network of its own: the
first fifteen blocks of the trunk, taken over from the trained image side and trained further on
downsampled images, and a light pyramid. It knows no question: a view is computed once for all
classes.

Departure from the paper (section 2.2), where the heat of D(I) comes from the large model's
attention: `--search paper` keeps that.
"""

from __future__ import annotations

from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn

from geomagnifier_lab.networks.backbone import ENDS, STEM, ConvNorm, make_blocks

DEPTH = ENDS[2] + 1
"""Blocks of the trunk that the network has: up to stride 16."""
STRIDE = 4
"""View px a cell of its heat."""
WIDTH = 64


class Sighting(NamedTuple):
    """What the network makes of a view."""

    heat: Tensor
    """(B, kinds, H/4, W/4) logits."""
    shrink: Tensor
    """(B,) log2 of how many times smaller objects look than in the training images."""


class ProposalNet(nn.Module):
    """See the module.

    Args:
        kinds: number of classes.

    Example:
        >>> import torch
        >>> ProposalNet(15)(torch.zeros(1, 3, 128, 160)).heat.shape
        torch.Size([1, 15, 32, 40])
    """

    def __init__(self, kinds: int) -> None:
        super().__init__()
        self.stem = ConvNorm(3, STEM, 3, 2)
        self.blocks = nn.ModuleList(make_blocks()[:DEPTH])
        self.lateral = nn.ModuleList(nn.Conv2d(channels, WIDTH, 1) for channels in (24, 48, 120))
        self.mix = nn.Sequential(
            ConvNorm(WIDTH, WIDTH, 5, groups=WIDTH),
            ConvNorm(WIDTH, WIDTH, 1),
            ConvNorm(WIDTH, WIDTH, 5, groups=WIDTH),
            ConvNorm(WIDTH, WIDTH, 1),
        )
        self.heat = nn.Conv2d(WIDTH, kinds, 1)
        nn.init.constant_(self.heat.bias, -4.0)  # type: ignore[arg-type]
        self.shrink = nn.Sequential(nn.Linear(120, 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, x: Tensor) -> Sighting:
        """(B, 3, H, W) of `backbone.normalise`, H and W multiples of 16 -> heat and scale."""
        x, ends = self.stem(x), []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in ENDS:
                ends.append(x)
        y: Tensor | None = None
        for lateral, end in zip(reversed(self.lateral), reversed(ends), strict=True):
            here = lateral(end)
            y = here if y is None else here + F.interpolate(y, size=here.shape[2:], mode="nearest")
        assert y is not None
        return Sighting(
            self.heat(self.mix(y)), self.shrink(x.float().mean((2, 3)).to(x.dtype))[:, 0]
        )
