"""TMRA's task granularity classifier, see `models/small/granularity.py`."""

from __future__ import annotations

from torch import Tensor, nn

from geomagnifier.models.small.granularity import LEVELS


class GranularityClassifier(nn.Module):
    """h1 = ReLU(W1 q + b1), h2 = ReLU(W2 h1 + b2), G = softmax(W3 h2 + b3).

    The softmax is left to the caller.
    """

    def __init__(self, width: int = 384) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(width, 256),
            nn.ReLU(),
            nn.Linear(256, 128),
            nn.ReLU(),
            nn.Linear(128, len(LEVELS)),
        )

    def forward(self, pooled: Tensor) -> Tensor:
        """(B, width) -> logits (B, 3), in the order of `LEVELS`."""
        out: Tensor = self.layers(pooled)
        return out
