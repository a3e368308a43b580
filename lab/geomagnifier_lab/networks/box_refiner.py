"""Second stage for boxes: where a detection's edges are, and how well the box then fits.

The pixel decoder reads the sides of a box from one cell, as a linear map of it. That is enough for
objects of one shape, not for those whose extent varies (a wind turbine with its shadow, an oil
well's pump). As in Cascade R-CNN (Cai and Vasconcelos, arXiv:1712.00726) the box is corrected from
features on a grid over and around it, and its IoU is predicted as in IoU-Net (Jiang et al.,
arXiv:1807.11590). Conditioned on the class's state; one network for all classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geomagnifier.models.networks.pixel_decoder import Pyramid

GRID = 7
"""Samples along a side."""
GROWN = 1.5
"""The grid covers this many times the box: its true edges are mostly inside."""
SMALLEST = 12.0
"""View px that a side of the grid covers at least."""
STRIDES = (4, 8, 16)
"""View px a cell, of f1, f2 and f3."""


class Refined(NamedTuple):
    """Corrected boxes of one class."""

    boxes: Tensor
    """(N, 4) view px."""
    fit: Tensor
    """(N,) logits of the IoU with an object of the class; low where there is none."""


def sample(feature: Tensor, boxes: Tensor, stride: int) -> Tensor:
    """Bilinear samples on a grid over each box, grown by `GROWN`.

    Args:
        feature: (1, C, h, w) of one view.
        boxes: (N, 4) view px.
        stride: view px a cell.

    Returns:
        (N, GRID * GRID, C).
    """
    steps = (torch.arange(GRID, dtype=torch.float32, device=boxes.device) + 0.5) / GRID - 0.5
    middle, side = (
        (boxes[:, :2] + boxes[:, 2:]) / 2,
        ((boxes[:, 2:] - boxes[:, :2]) * GROWN).clamp(min=SMALLEST),
    )
    x, y = (
        (middle[:, axis, None] + side[:, axis, None] * steps) / stride - 0.5 for axis in (0, 1)
    )  # (N, G) each, in cells
    rows, columns = feature.shape[2:]
    y, x = (
        y[:, :, None].expand(-1, -1, GRID).clamp(0, rows - 1),
        x[:, None, :].expand(-1, GRID, -1).clamp(0, columns - 1),
    )
    r0, c0 = y.floor().long(), x.floor().long()
    r1, c1 = (r0 + 1).clamp(max=rows - 1), (c0 + 1).clamp(max=columns - 1)
    down, right = y - r0, x - c0
    flat = feature[0].flatten(
        1
    )  # torch's own sampler takes places in the features' precision: bf16 is out by a cell
    corners = (
        (r0, c0, (1 - down) * (1 - right)),
        (r0, c1, (1 - down) * right),
        (r1, c0, down * (1 - right)),
        (r1, c1, down * right),
    )
    total = sum(
        flat[:, (r * columns + c).flatten()].float() * share.flatten() for r, c, share in corners
    )
    assert isinstance(total, Tensor)
    return total.view(len(flat), -1, GRID * GRID).permute(1, 2, 0)


class BoxRefiner(nn.Module):
    """Features over a box and the state of its class -> shifts of its edges, and the fit.

    Args:
        classes: whose boxes it corrects; those of others get worse by it.
        width: channels of the pyramid and numbers of a state.
        channels: that each level is projected to.
        inner: width of the layers.
    """

    def __init__(
        self, classes: Sequence[str] = (), width: int = 256, channels: int = 48, inner: int = 256
    ) -> None:
        super().__init__()
        self.classes = frozenset(classes)
        self.reduce = nn.ModuleList(nn.Linear(width, channels) for _ in STRIDES)
        self.see = nn.Linear(len(STRIDES) * channels * GRID * GRID, inner)
        self.size = nn.Linear(2, inner)
        self.scale, self.shift = nn.Linear(width, inner), nn.Linear(width, inner)
        self.mix = nn.Sequential(nn.ReLU(), nn.Dropout(0.1), nn.Linear(inner, inner), nn.ReLU())
        self.edges, self.fit = nn.Linear(inner, 4), nn.Linear(inner, 1)
        for layer in (self.edges, self.scale, self.shift):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, pyramid: Pyramid, boxes: Tensor, states: Tensor) -> Refined:
        """Corrected boxes, and how well they fit.

        Args:
            pyramid: of one view (batch 1).
            boxes: (N, 4) view px.
            states: of the class of each box (N, width), or one for all (width,).
        """
        return self.correct(self.look(pyramid, boxes), boxes, states)

    def look(self, pyramid: Pyramid, boxes: Tensor) -> Tensor:
        """What is seen over boxes, (N, levels * channels * GRID^2).

        Args:
            pyramid: of one view (batch 1).
            boxes: (N, 4) view px.
        """
        levels = [
            F.relu(reduce(sample(f, boxes, s).float()))
            for reduce, f, s in zip(self.reduce, pyramid, STRIDES, strict=True)
        ]
        return torch.cat(levels, 2).flatten(1)

    def correct(self, seen: Tensor, boxes: Tensor, states: Tensor) -> Refined:
        """Corrected boxes, and how well they fit.

        Args:
            seen: of `look`.
            boxes: (N, 4) view px.
            states: of the class of each box (N, width), or one for all (width,).
        """
        size = boxes[:, 2:] - boxes[:, :2]
        seen = self.see(seen) + self.size(torch.log(size.clamp(min=1.0)) / 4)
        states = states.float().expand(len(boxes), -1)
        x = self.mix(F.relu(seen) * (1 + self.scale(states)) + self.shift(states))
        moved = boxes + self.edges(x) * torch.cat([size, size], 1).clamp(min=4.0)
        low, high = moved[:, :2], torch.maximum(moved[:, 2:], moved[:, :2] + 1.0)
        return Refined(torch.cat([low, high], 1), self.fit(x)[:, 0])


@torch.no_grad()
def refine(refiner: BoxRefiner, pyramid: Pyramid, boxes: Tensor, state: Tensor) -> Refined:
    """`BoxRefiner.forward` in fp32, without gradients: bf16 is too coarse for px.

    Args:
        refiner: of the model.
        pyramid: of one view (batch 1).
        boxes: (N, 4) view px.
        state: of the class, (256,).
    """
    with torch.autocast(boxes.device.type, enabled=False):
        out: Refined = refiner(pyramid, boxes, state)
    return out
