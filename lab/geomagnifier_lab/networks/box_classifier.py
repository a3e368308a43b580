"""The class of a box: features inside it and around it -> one of the classes, or background.

It answers "what is in this box" and weighs detections: a softmax over the classes sets look-alikes
(the three courts) against each other.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geomagnifier.models.networks.pixel_decoder import Pyramid

GRID = 5


def pool(feature: Tensor, boxes: Tensor, stride: int) -> Tensor:
    """Mean of 5 x 5 bilinear samples in each box.

    Args:
        feature: (1, C, h, w) of one view.
        boxes: (N, 4) view px.
        stride: view px a cell.

    Returns:
        (N, C).
    """
    steps = (torch.arange(GRID, dtype=torch.float32, device=boxes.device) + 0.5) / GRID
    size = (
        torch.tensor([feature.shape[3], feature.shape[2]], dtype=torch.float32, device=boxes.device)
        * stride
    )
    x = boxes[:, 0, None] + (boxes[:, 2] - boxes[:, 0])[:, None] * steps  # (N, G)
    y = boxes[:, 1, None] + (boxes[:, 3] - boxes[:, 1])[:, None] * steps
    grid = (
        torch.stack([x[:, None, :].expand(-1, GRID, -1), y[:, :, None].expand(-1, -1, GRID)], 3)
        / size
        * 2
        - 1
    )  # (N, G, G, 2)
    flat = grid.reshape(1, -1, GRID, 2).to(feature.dtype)
    sampled = F.grid_sample(
        feature, flat, padding_mode="border", align_corners=False
    )  # (1, C, N * G, G)
    return sampled.view(feature.shape[1], -1, GRID * GRID).float().mean(2).T  # (N, C)


class BoxClassifier(nn.Module):
    """f2 and f3 in the box, f3 in twice the box, and its size -> logits of `kinds` + background.

    Args:
        kinds: number of classes of objects.
        width: channels of the pyramid.
    """

    def __init__(self, kinds: int, width: int = 256) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(3 * width + 2, width), nn.ReLU(), nn.Dropout(0.2), nn.Linear(width, kinds + 1)
        )

    def describe(self, pyramid: Pyramid, boxes: Tensor) -> Tensor:
        """The last hidden layer's numbers of each box, (N, width).

        Args:
            pyramid: of one view (batch 1).
            boxes: (N, 4) view px.
        """
        centre, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2
        around = torch.cat([centre - 2 * half, centre + 2 * half], 1)
        size = torch.log(half.float().clamp(min=1.0)) / 4
        parts = [
            pool(pyramid.f2, boxes, 8),
            pool(pyramid.f3, boxes, 16),
            pool(pyramid.f3, around, 16),
            size,
        ]
        out: Tensor = self.layers[:2](torch.cat(parts, 1))
        return out

    def name(self, described: Tensor) -> Tensor:
        """(N, width) of `describe` -> (N, kinds + 1) logits."""
        out: Tensor = self.layers[2:](described)
        return out

    def forward(self, pyramid: Pyramid, boxes: Tensor) -> Tensor:
        """Logits of the classes and background, (N, kinds + 1).

        Args:
            pyramid: of one view (batch 1).
            boxes: (N, 4) view px.
        """
        return self.name(self.describe(pyramid, boxes))
