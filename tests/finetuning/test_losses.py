"""Losses against cases worked out by hand."""

import math

import pytest
import torch

from geomagnifier.finetuning.losses import focal, giou, info_nce, scene_loss


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
