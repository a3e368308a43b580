"""Gradient-weighted attention of the full size (paper, section 2.2)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def weigh(attention: Sequence[Tensor], gradient: Sequence[Tensor]) -> Tensor:
    """H as the mean of ReLU(gradient) * attention over all rows, (S,).

    Args:
        attention: maps A_i, each (..., S).
        gradient: dL/dA_i of each.
    """
    rows = [(torch.relu(g) * a).flatten(0, -2) for a, g in zip(attention, gradient, strict=True)]
    return torch.cat(rows).mean(0)
