"""Losses against cases worked out by hand."""

import math

import pytest
import torch

from geomagnifier.finetuning.losses import focal, giou


def test_giou_of_equal_half_and_apart() -> None:
    box = torch.tensor([[10.0, 10.0, 10.0, 10.0]])  # 20 x 20 about its cell
    assert giou(box, box, torch.ones(1)).item() == pytest.approx(0, abs=1e-6)
    half = torch.tensor([[10.0, 10.0, 0.0, 10.0]])  # its left half: IoU 1/2, the hull is the whole
    assert giou(half, box, torch.ones(1)).item() == pytest.approx(0.5)
    both = giou(torch.cat([box, half]), torch.cat([box, box]), torch.tensor([1.0, 3.0]))
    assert both.item() == pytest.approx(0.5 * 3 / 4)


def test_focal_at_one_centre_and_beside_it() -> None:
    logits, known = torch.zeros(1, 1, 2), torch.ones(1, 1, 2)  # p = 1/2 everywhere
    heat = torch.tensor([[[1.0, 0.5]]])
    expected = 0.25 * math.log(2) + 0.5**4 * 0.25 * math.log(2)
    assert focal(logits, heat, known).item() == pytest.approx(expected)
    known[0, 0, 1] = 0  # a cell that cannot be told adds nothing
    assert focal(logits, heat, known).item() == pytest.approx(0.25 * math.log(2))
