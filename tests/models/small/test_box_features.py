"""The refiner of boxes as the small model runs it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from geomagnifier.geometry import Box
from geomagnifier.models import registry
from geomagnifier.models.networks.pixel_decoder import Pyramid
from geomagnifier.models.small.box_features import Refiner, better
from geomagnifier.models.small.feature_cache import FeaturePyramid
from geomagnifier.models.small.inference_sessions import Sessions
from geomagnifier.models.small.question_parser import ParsedQuestion
from geomagnifier.types import Granularity, Query, View, Window
from geomagnifier_lab.networks.box_refiner import BoxRefiner

BOXES = torch.tensor(
    [[3.0, 4.0, 50.0, 60.0], [100.0, -10.0, 140.0, 90.0], [10.0, 10.0, 14.0, 12.0]]
)


def pyramid(rows: int = 24, columns: int = 32) -> Pyramid:
    """f1, f2, f3 of noise over a view of 4 * `columns` x 4 * `rows` px."""
    chance = torch.Generator().manual_seed(3)
    return Pyramid(
        *(torch.randn(1, 256, rows // by, columns // by, generator=chance) for by in (1, 2, 4))
    )


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
