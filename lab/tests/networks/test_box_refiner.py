"""The refiner of boxes.

What it sees, what it changes, and that a model folder holds it or does without.
"""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from geomagnifier.models.networks.pixel_decoder import Pyramid
from geomagnifier_lab.networks.box_refiner import GRID, GROWN, SMALLEST, BoxRefiner, refine, sample

BOXES = torch.tensor(
    [[3.0, 4.0, 50.0, 60.0], [100.0, -10.0, 140.0, 90.0], [10.0, 10.0, 14.0, 12.0]]
)


def pyramid(rows: int = 24, columns: int = 32) -> Pyramid:
    """f1, f2, f3 of noise over a view of 4 * `columns` x 4 * `rows` px."""
    chance = torch.Generator().manual_seed(3)
    return Pyramid(
        *(torch.randn(1, 256, rows // by, columns // by, generator=chance) for by in (1, 2, 4))
    )


@pytest.mark.parametrize("stride", [4, 8])
def test_what_is_sampled_is_what_torch_samples(stride: int) -> None:
    feature = torch.randn(1, 8, 20, 30, generator=torch.Generator().manual_seed(1))
    steps = (torch.arange(GRID) + 0.5) / GRID - 0.5
    middle, side = (
        (BOXES[:, :2] + BOXES[:, 2:]) / 2,
        ((BOXES[:, 2:] - BOXES[:, :2]) * GROWN).clamp(min=SMALLEST),
    )
    x, y = (
        middle[:, 0, None] + side[:, 0, None] * steps,
        middle[:, 1, None] + side[:, 1, None] * steps,
    )
    places = torch.stack([x[:, None].expand(-1, GRID, -1), y[:, :, None].expand(-1, -1, GRID)], 3)
    grid = places / torch.tensor([30.0 * stride, 20.0 * stride]) * 2 - 1
    wanted = F.grid_sample(
        feature, grid.reshape(1, -1, GRID, 2), padding_mode="border", align_corners=False
    )
    assert torch.allclose(
        sample(feature, BOXES, stride), wanted.view(8, -1, GRID**2).permute(1, 2, 0), atol=1e-5
    )


def test_features_in_half_precision_are_sampled_at_their_places() -> None:
    """A ramp over 400 cells: a place in bf16 would be out by more than a cell."""
    ramp = torch.arange(400.0).expand(1, 1, 8, 400).bfloat16()
    boxes = torch.tensor([[1401.0, 4.0, 1413.0, 16.0]])
    assert sample(ramp, boxes, 4)[0, :, 0].mean() == pytest.approx(1407 / 4 - 0.5, abs=1.0)


def test_before_it_is_trained_boxes_stay() -> None:
    out = refine(BoxRefiner().eval(), pyramid(), BOXES, torch.zeros(256))
    assert torch.allclose(out.boxes, BOXES) and out.fit.shape == (3,)


def test_edges_move_by_shares_of_the_sides_and_never_cross() -> None:
    refiner = BoxRefiner().eval()
    refiner.edges.bias.data = torch.tensor([-0.1, 0.2, 0.1, 0.0])
    with torch.no_grad():
        once = refiner(pyramid(), BOXES[:1], torch.zeros(256)).boxes
        refiner.edges.bias.data = torch.tensor([2.0, 2.0, -2.0, -2.0])
        crossed = refiner(pyramid(), BOXES[:1], torch.zeros(256)).boxes
    assert torch.allclose(once, torch.tensor([[3 - 4.7, 4 + 11.2, 50 + 4.7, 60.0]]))
    assert bool((crossed[:, 2:] - crossed[:, :2] >= 1).all())


def test_the_class_matters() -> None:
    refiner = BoxRefiner().eval()
    torch.nn.init.normal_(refiner.shift.weight, std=0.1)
    torch.nn.init.normal_(refiner.edges.weight, std=0.1)
    with torch.no_grad():
        some = [
            refiner(pyramid(), BOXES, state).boxes for state in (torch.ones(256), -torch.ones(256))
        ]
    assert not torch.allclose(*some)
