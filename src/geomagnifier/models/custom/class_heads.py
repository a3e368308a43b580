"""Custom classes: a head for each, over a network that stays as it is.

What the pixel decoder makes of a [SEG] state is, for one class, a constant: a shift and a kernel at
each level. A head is these numbers themselves, 4,600 a class; and the classes of one run of
fine-tuning have a Conv_f of their own before them (`eyes`, 98,000 numbers), which is worth eleven
points of IoU. Both read the pyramid that is there for the other classes anyway, and nothing that
another class's answer is made of is touched: the old classes answer as before, to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from geomagnifier.models.small.pixel_decoder import MAPS, Maps, PixelDecoder, draw

LEVELS = 3
"""Of the pyramid: f1, f2, f3."""
TOP = 256
"""Cells of the mask, 2 px each, that decide whether land cover is there."""


@dataclass(frozen=True)
class CustomClass:
    """What a model folder says of a custom class."""

    words: tuple[tuple[str, str], ...]
    """(singular, plural) of its name, then of its synonyms."""
    stuff: bool = False
    """It is land cover, an area without separate objects."""
    masks: bool = True
    """It was trained with outlines; from boxes alone there are no masks."""
    pixels: float = 64.0
    """Length of its small objects in the training images, px."""
    metres: float | None = None
    """The same on the ground, or None where the images do not say."""
    calibration: dict[str, float] = field(default_factory=dict)
    """Fields of `ClassThresholds`."""
    taught: dict[str, Any] = field(default_factory=dict)
    """What it was trained on, and figures, for people."""

    @property
    def name(self) -> str:
        """As it is asked for."""
        return self.words[0][0]

    def counted(self, count: int) -> str:
        """The name as it is counted: "wind turbine", "wind turbines".

        Of "solar panels", which is a plural, "solar panel".
        """
        one, many = self.words[0]
        return next((a for a, b in self.words if b == many and a != b), one) if count == 1 else many


class Heads(nn.Module):
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


def presence(maps: Maps, stuff: bool) -> Tensor:
    """How likely a class is there, (B, Q) in 0..1.

    It is the best centre of objects, the mean of the surest cells of land cover.

    Args:
        maps: of the class.
        stuff: it is land cover.
    """
    if not stuff:
        return torch.sigmoid(maps.centre.float()).amax((2, 3))
    mask = torch.sigmoid(maps.mask.float()).flatten(2)
    return mask.topk(min(TOP, mask.shape[2]), dim=2).values.mean(2)
