"""Lessons as tensors, and the losses over what the network makes of them.

On the real classes, tiny.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn_data import SIDE, write_data, write_models

from geomagnifier.finetuning.crops import Crop, Piece
from geomagnifier.finetuning.targets import empty, object_target
from geomagnifier.models.full.full_network import FullNetwork
from geomagnifier.models.full.vlm import IGNORED, Shown, Turn
from geomagnifier.models.small.granularity import LEVELS
from geomagnifier_lab.train.full.adapters import ROWS, begin, optimizer_of, share_of_rate
from geomagnifier_lab.train.full.batches import tensors
from geomagnifier_lab.train.full.losses import NAMES, WEIGHTS, losses_of, total
from geomagnifier_lab.train.full.samples import FullSample, PlainLessons
from geomagnifier_lab.train.full.settings import Settings, read


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("models")
    more = [
        "--precision",
        "no",
        "--segmenter-rate",
        "1e-4",
        "--out",
        str(folder / "run"),
        "--data",
        str(folder),
    ]
    return read([*write_models(folder), *more])


@pytest.fixture(scope="module")
def network(settings: Settings) -> FullNetwork:
    return begin(settings)


def near(answer: str, there: tuple[bool, ...], *targets: object) -> FullSample:
    pixels = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3), np.uint8)
    return FullSample(
        Turn((Shown(pixels),), "Segment the ships and harbors.", answer), 2, there, pixels, targets
    )


def far() -> FullSample:
    return FullSample(
        Turn((Shown(np.zeros((100, 100, 3), np.uint8)),), "What is this?", "This is a harbor."), 0
    )


def ship() -> Crop:
    ring = np.array([[8, 8], [31, 8], [31, 23], [8, 23]], np.float32)
    return Crop(
        np.zeros((SIDE, SIDE, 3), np.uint8),
        [Piece("ship", np.array([8, 8, 32, 24], np.float32), [ring], 1.0)],
    )


def test_ties_point_at_their_tokens_and_their_pictures(network: FullNetwork) -> None:
    vlm, target = network.vlm, object_target(ship(), "ship")
    rows = [
        far(),
        near("ship: [SEG]; harbor: [SEG]", (True, False), target, empty(SIDE)),
        near("harbor: [NONE]; ship: [SEG]", (False, True), None, target),
    ]
    batch, targets = tensors(network, rows)
    ids, labels = batch["vlm.input_ids"], batch["vlm.labels"]
    assert batch["ties"][:, 0].tolist() == [1, 1, 2] and batch["picture_of"].tolist() == [0, 0, 1]
    assert [ids[r, t].item() for r, t in batch["ties"]] == [vlm.tie("[SEG]")] * 3
    assert [labels[r, t].item() for r, t in batch["ties"]] == [
        vlm.tie("[SEG]"),
        vlm.tie("[NONE]"),
        vlm.tie("[SEG]"),
    ]  # read, not written
    assert vlm.tokenizer.decode(labels[0][labels[0] != IGNORED]).startswith("This is a harbor.")
    assert batch["pictures"].shape == (2, 3, SIDE, SIDE)
    assert targets["mask"].shape == (3, SIDE // 2, SIDE // 2) and targets["present"].tolist() == [
        1,
        0,
        1,
    ]
    assert targets["level"].tolist() == [0, 2, 2] and batch["question.input_ids"].shape[0] == 3
    assert torch.equal(targets["mask"][0], torch.from_numpy(target.mask))


def test_a_batch_without_ties_has_no_picture_and_no_dense_loss(network: FullNetwork) -> None:
    network.train()
    batch, targets = tensors(network, [far(), near("ship: [NONE]", (False,), None)])
    assert (
        batch["ties"].shape == (0, 2)
        and batch["pictures"].shape == (0, 3, SIDE, SIDE)
        and targets["mask"].shape == (0, 32, 32)
    )
    losses = losses_of(network(batch), targets)
    assert all(losses[name].item() == 0 for name in ("mask", "dice", "centre", "sides", "offset"))
    total(losses).backward()
    assert all(
        p.grad is not None for p in network.parameters() if p.requires_grad
    )  # DDP waits for every one of them
    network.zero_grad()


def test_every_trained_part_gets_a_gradient_and_nothing_else(network: FullNetwork) -> None:
    network.train()
    batch, targets = tensors(
        network,
        [
            far(),
            near(
                "ship: [SEG]; harbor: [SEG]",
                (True, False),
                object_target(ship(), "ship"),
                empty(SIDE),
            ),
        ],
    )
    losses = losses_of(network(batch), targets)
    assert tuple(losses) == NAMES
    loss = total(losses)
    assert loss.item() == pytest.approx(
        sum(getattr(WEIGHTS, name) * value.item() for name, value in losses.items()), rel=1e-5
    )
    loss.backward()
    pushed = {
        name
        for name, p in network.named_parameters()
        if p.grad is not None and p.grad.abs().sum() > 0
    }
    assert {name for name, p in network.named_parameters() if p.requires_grad} >= pushed
    for part in (
        "places.2",
        "lora_B",
        f"embed_tokens.token_adapter.{ROWS}",
        f"lm_head.token_adapter.{ROWS}",
    ):
        assert any(name.startswith("vlm.") and part in name for name in pushed), part
    for part in ("granularity.", "decoder.", "segmenter.vision_encoder.", "language."):
        assert any(name.startswith(part) for name in pushed), part
    assert not any(
        "visual" in name or "pooler" in name or "mask_decoder" in name for name in pushed
    )
    network.zero_grad()


def test_losses_of_what_is_right_and_of_what_is_undecided() -> None:
    target = object_target(ship(), "ship")
    wanted = {
        name: torch.from_numpy(np.asarray(value, np.float32)[None])
        for name, value in vars(target).items()
    }
    level = torch.tensor([2])
    answers = torch.tensor([3, 1])
    right = {
        "logits": torch.nn.functional.one_hot(answers, 5) * 50.0,
        "answers": answers,
        "mask": wanted["mask"] * 60 - 30,
        "centre": torch.where(wanted["centre"] == 1, 20.0, -20.0),
        "sides": wanted["sides"].clone(),
        "offset": wanted["offset"].clone(),
        "granularity": torch.tensor([[0.0, 0.0, 50.0]]),
    }
    told = losses_of(right, wanted | {"level": level})
    assert all(value.item() == pytest.approx(0, abs=1e-4) for value in told.values())
    blank = {
        name: torch.zeros_like(value) if name != "answers" else value
        for name, value in right.items()
    }
    told = losses_of(blank, wanted | {"level": level})
    assert told["text"].item() == pytest.approx(math.log(5))
    assert told["granularity"].item() == pytest.approx(math.log(len(LEVELS)))
    assert told["mask"].item() == pytest.approx(math.log(2))


def test_each_part_has_its_rate(settings: Settings, network: FullNetwork) -> None:
    by_parameter = {
        id(p): g for g in optimizer_of(network, settings).param_groups for p in g["params"]
    }
    names = {name: by_parameter[id(p)] for name, p in network.named_parameters() if p.requires_grad}
    assert len(names) == len(by_parameter)
    for name, group in names.items():
        head = name.startswith(("granularity.", "decoder.", "vlm.places."))
        assert group["lr"] == (3e-4 if head else 2e-5 if name.startswith("language.") else 1e-4), (
            name
        )
        assert (group["weight_decay"] > 0) == (
            dict(network.named_parameters())[name].ndim > 1 and ROWS not in name
        ), name


def test_the_rate_rises_and_falls(settings: Settings) -> None:
    assert share_of_rate(0, settings) == pytest.approx(0.01) and share_of_rate(99, settings) == 1
    assert share_of_rate(settings.steps, settings) == pytest.approx(0.01)
    assert share_of_rate((settings.steps + settings.warmup) // 2, settings) == pytest.approx(0.505)


def test_frozen_parts_stay_so_in_half_precision(settings: Settings, tmp_path: Path) -> None:
    from dataclasses import replace

    half = begin(replace(settings, precision="bf16", segmenter_rate=0.0, language_rate=0.0))
    assert {p.dtype for p in half.parameters() if p.requires_grad} == {torch.float32}
    assert {
        p.dtype
        for name, p in half.named_parameters()
        if not p.requires_grad and name.startswith("vlm.")
    } == {torch.bfloat16}
    with torch.autocast("cpu", torch.bfloat16):
        batch, targets = tensors(
            half, [PlainLessons(write_data(tmp_path, scenes=False), "val", SIDE, 0, 1)[0]]
        )
        losses = losses_of(half(batch), targets)
    assert all(torch.isfinite(value) for value in losses.values())
