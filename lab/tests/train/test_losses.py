"""Losses of the whole small model against cases worked out by hand."""

import math

import pytest
import torch

from geomagnifier_lab.train.losses import info_nce, scene_loss


def test_a_coarse_class_does_not_choose_between_its_parts() -> None:
    logits = torch.log(torch.tensor([[0.5, 0.3, 0.2]]))
    assert scene_loss(logits, torch.tensor([[True, True, False]])).item() == pytest.approx(
        -math.log(0.8)
    )
    assert scene_loss(logits, torch.tensor([[False, False, True]])).item() == pytest.approx(
        -math.log(0.2), rel=1e-5
    )


def test_what_a_box_may_be_as_well_counts_by_its_weight() -> None:
    logits = torch.log(torch.tensor([[0.5, 0.3, 0.2]])).requires_grad_()
    loss = scene_loss(logits, torch.tensor([[0.0, 0.5, 1.0]]))
    assert loss.item() == pytest.approx(-math.log(0.35), rel=1e-5)
    loss.backward()
    assert (
        logits.grad is not None
        and bool(torch.isfinite(logits.grad).all())
        and logits.grad[0, 0] > 0 > logits.grad[0, 2]
    )


def test_a_caption_shared_by_two_pictures_is_no_negative() -> None:
    pictures = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    same = torch.tensor([[True, True, False], [True, True, False], [False, False, True]])
    shared = info_nce(pictures, pictures, same)
    assert shared.item() == pytest.approx(
        math.log(1 + math.exp(-1 / 0.07)) * 4 / 6 + math.log(1 + 2 * math.exp(-1 / 0.07)) * 2 / 6,
        abs=1e-6,
    )
    assert info_nce(pictures, pictures, torch.eye(3, dtype=torch.bool)).item() > 0.4
