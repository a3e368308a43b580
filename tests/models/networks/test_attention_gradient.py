"""Gradient-weighted attention by hand."""

from __future__ import annotations

import pytest
import torch

from geomagnifier.models.networks.attention_gradient import weigh


def test_the_formula_by_hand() -> None:
    attention = [torch.tensor([[0.5, 0.5], [1.0, 0.0]]), torch.tensor([[0.2, 0.8]])]
    gradient = [torch.tensor([[2.0, -1.0], [0.5, 4.0]]), torch.tensor([[-1.0, 1.0]])]
    # cell 0: (0.5 * 2 + 1 * 0.5 + 0) / 3;  cell 1: (0 + 0 * 4 + 0.8 * 1) / 3
    assert weigh(attention, gradient).tolist() == pytest.approx([0.5, 0.8 / 3])
