"""Training of the refiner of boxes.

What it is asked, what counts as right, and that it learns and goes on after a stop.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from test_wide import SHIPS, TREES, Made

from geomagnifier.finetuning.crops import Crop, Piece, make_crop
from geomagnifier.models import registry
from geomagnifier.models.networks.pixel_decoder import Pyramid
from geomagnifier.models.small.model import SmallModel
from geomagnifier_lab.networks.box_refiner import BoxRefiner
from geomagnifier_lab.train import box_refiner
from geomagnifier_lab.train.batches import OBJECTS
from geomagnifier_lab.train.box_refiner import RefinerTargets, giou, losses, moved, overlap

BOXES = torch.tensor([[10.0, 10.0, 50.0, 30.0], [12.0, 10.0, 52.0, 30.0], [80.0, 80.0, 90.0, 99.0]])
NONE = np.zeros((0, 4), np.float32)


def piece(kind: str, *box: float, share: float = 1.0, **how: float) -> Piece:
    return replace(Piece(kind, np.array(box, np.float32), [], share), **how)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def small() -> SmallModel:
    return registry.load_small()


def test_overlap_and_giou_of_boxes() -> None:
    assert torch.allclose(overlap(BOXES[:1], BOXES), torch.tensor([[1.0, 38 / 42, 0.0]]))
    apart = giou(BOXES[:1], BOXES[2:])
    hull = 80 * 89
    assert giou(BOXES, BOXES).tolist() == pytest.approx([1, 1, 1]) and float(
        apart
    ) == pytest.approx(-(hull - 990) / hull)


def test_labelled_boxes_are_moved_and_stretched_about_where_they_were() -> None:
    chance = torch.Generator().manual_seed(1)
    many = moved(BOXES[:1].repeat(4000, 1), chance)
    middle = (many[:, :2] + many[:, 2:]) / 2
    assert bool((many[:, 2:] > many[:, :2]).all()) and middle.mean(0).tolist() == pytest.approx(
        [30, 20], abs=0.5
    )
    assert 0.2 < float(overlap(many, BOXES[:1]).mean()) < 0.8


def test_small_parts_and_points_are_unclear_and_not_learnt_from() -> None:
    pieces = [
        piece("ship", 0, 0, 20, 10),
        piece("boat", 30, 0, 40, 10),
        piece("ship", 60, 0, 64, 10, share=0.2),
        piece("ship", 0, 40, 20, 50, ignored=True),
        piece("tree", 40, 40, 52, 52, halo=0.5),
    ]
    crop = Crop(np.zeros((64, 64, 3), np.uint8), pieces, frozenset({"ship", "tree"}))
    asked = {OBJECTS[a.number]: a for a in box_refiner.asked_of(crop, np.random.default_rng(2))}
    assert len(asked["ship"].boxes) == 2, "boats are ships"
    assert len(asked["ship"].unclear) == 2 and asked["ship"].told
    assert not len(asked["tree"].boxes) and len(asked["tree"].unclear) == 1


def test_boxes_of_nothing_lower_the_fit_only_where_all_is_labelled() -> None:
    chance = torch.Generator().manual_seed(3)
    pyramid = Pyramid(
        *(torch.randn(1, 256, 24 // by, 24 // by, generator=chance) for by in (1, 2, 4))
    )
    refiner, state = BoxRefiner(), torch.zeros(256)
    labelled = BOXES[:1].numpy()
    assert (
        losses(refiner, pyramid, state, BOXES[2:], RefinerTargets(0, labelled, NONE, False)) is None
    )
    assert (
        losses(
            refiner, pyramid, state, BOXES[2:], RefinerTargets(0, labelled, BOXES[2:].numpy(), True)
        )
        is None
    ), "unclear"
    told = losses(refiner, pyramid, state, BOXES, RefinerTargets(0, labelled, NONE, True))
    assert told is not None
    boxes, fit, matched, after = told
    assert (
        matched == 2
        and len(after) == 3
        and float(boxes.detach()) == pytest.approx(1 - float(giou(BOXES[1:2], BOXES[:1])), abs=1e-4)
    )
    fit.backward()
    assert refiner.fit.bias.grad is not None and bool(refiner.fit.bias.grad.abs() > 0)


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures made here in place of the data sets."""
    monkeypatch.setattr(box_refiner, "WideBatches", lambda *of: Made([SHIPS, TREES], crops=3))
    monkeypatch.setattr(box_refiner, "TOLD", 1)
    monkeypatch.setattr(box_refiner, "SAVED", 2)
    monkeypatch.setattr(box_refiner, "WARMUP", 1)


def test_it_learns_and_a_stopped_run_ends_with_the_same_numbers(
    small: SmallModel, pictures: None, tmp_path: Path
) -> None:
    whole = list(box_refiner.train(small, tmp_path, tmp_path / "whole", steps=4))
    assert [row["step"] for row in whole] == [1, 2, 3, 4] and all(
        np.isfinite(row["giou"]) for row in whole
    )
    stopped = box_refiner.train(small, tmp_path, tmp_path / "stopped", steps=4)
    assert [next(stopped)["step"] for _ in range(3)] == [1, 2, 3]
    stopped.close()  # the checkpoint is of the second step
    assert [
        row["step"] for row in box_refiner.train(small, tmp_path, tmp_path / "stopped", steps=4)
    ] == [3, 4]
    ends = [checkpoint_of(tmp_path / name) for name in ("whole", "stopped")]
    assert all(torch.allclose(ends[0][name], ends[1][name], atol=1e-6) for name in ends[0])
    begun = BoxRefiner().state_dict()
    assert any(not torch.allclose(begun[name], tensor) for name, tensor in ends[0].items())


def test_it_may_start_from_an_earlier_refiner(
    small: SmallModel, pictures: None, tmp_path: Path
) -> None:
    earlier = registry.WEIGHTS / registry.REFINER
    list(box_refiner.train(small, tmp_path, tmp_path, steps=1, start=earlier))
    _, before = registry.read(earlier)
    after = checkpoint_of(tmp_path)
    assert set(after) == set(before)
    assert all(
        np.allclose(after[name].numpy(), tensor.astype(np.float32), atol=0.01)
        for name, tensor in before.items()
    )


def checkpoint_of(folder: Path) -> dict[str, torch.Tensor]:
    return dict(box_refiner.saved(folder / box_refiner.CHECKPOINT)["average"])


def test_the_model_that_comes_out_has_the_refiner(
    small: SmallModel, pictures: None, tmp_path: Path
) -> None:
    out = tmp_path / "model"
    list(box_refiner.train(small, tmp_path, out, steps=1))
    for name in registry.FILES:
        shutil.copyfile(registry.WEIGHTS / name, out / name)
    box_refiner.put(out, out)
    assert (out / registry.REFINER).is_file() and registry.load_small(
        out
    ).detector.refiner is not None


def test_crops_that_nothing_can_be_learnt_from_change_nothing(
    small: SmallModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    unlabelled = [replace(SHIPS[0], objects=(), kinds=frozenset())]
    monkeypatch.setattr(box_refiner, "WideBatches", lambda *of: Made([SHIPS], crops=1))
    monkeypatch.setattr(
        Made, "crop", lambda self, number, rng: make_crop(unlabelled, (1, 1), 64, rng)
    )
    list(box_refiner.train(small, tmp_path, tmp_path / "out", steps=1))
    torch.manual_seed(0)
    begun = BoxRefiner().state_dict()
    assert all(
        torch.equal(begun[name], tensor) for name, tensor in checkpoint_of(tmp_path / "out").items()
    )
