"""The refiner of boxes.

What it sees, what it changes, and that a model folder holds it or does without.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from geomagnifier.geometry import Box
from geomagnifier.models import registry
from geomagnifier.models.networks.backbone import Pyramid
from geomagnifier.models.networks.box_refiner import (
    GRID,
    GROWN,
    SMALLEST,
    BoxRefiner,
    refine,
    sample,
)
from geomagnifier.models.small.box_features import Refiner, better
from geomagnifier.models.small.feature_cache import FeaturePyramid
from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.question_parser import ParsedQuestion
from geomagnifier.types import Granularity, Query, View, Window

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


def test_of_two_boxes_that_become_one_the_better_stays() -> None:
    refiner = BoxRefiner().eval()
    near = BOXES[:1].repeat(2, 1) + torch.tensor([[0.0], [1.0]])
    boxes = torch.cat([near, BOXES[2:]]).numpy()
    run = Refiner(Sessions({k: t.numpy() for k, t in refiner.state_dict().items()}), ("ship",))
    _, f2, f3 = (f.numpy() for f in pyramid())
    low, wide = (np.zeros(of, np.float32) for of in ((1, 24, 24, 32), (1, 24, 32, 256)))
    seen = FeaturePyramid(low, wide, f2, f3)
    neck, state = registry.load_small().networks.small, np.zeros(256, np.float32)
    moved, scores = better(run, neck, seen, boxes, np.array([0.2, 0.9, 0.5], np.float32), state)
    assert np.allclose(moved, boxes[[1, 2]]) and len(scores) == 2 and scores[0] > scores[1]
    none, nothing = better(run, neck, seen, boxes[:0], np.zeros(0, np.float32), state)
    assert none.shape == (0, 4) and nothing.shape == (0,)


def test_a_model_uses_the_refiner_of_its_folder(model_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    refiner = BoxRefiner()
    refiner.edges.bias.data = torch.tensor([-0.25, -0.25, 0.25, 0.25])
    registry.write(folder / registry.REFINER, refiner.state_dict(), {"classes": ["ship"]})
    pixels = np.random.default_rng(5).integers(0, 255, (96, 96, 3), dtype=np.uint8)
    view = View(pixels, Window(Box(0, 0, 96, 96), 96, 96, "C2", Box(0, 0, 96, 96)), "a:b:c")
    asked = replace(Query("find every ship"), min_score=0.0)
    found = []
    for model in (registry.load_small(model_folder), registry.load_small(folder)):
        assert (model.detector.refiner is None) == (not found)
        found.append(model.find(asked, Granularity.REGION, ParsedQuestion(("ship",)), view).found)
    assert found[1] and [f.view_box for f in found[0]] != [f.view_box for f in found[1]]
