"""Canvases of the scout: labels land on the pixels they belong to; a few steps of training."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from geomagnifier.inference.resolution import TYPICAL
from geomagnifier.models.registry import WEIGHTS, read
from geomagnifier_lab.datasets.vhr10 import CLASSES
from geomagnifier_lab.networks.proposal_net import ProposalNet
from geomagnifier_lab.questions.sizes import METRES
from geomagnifier_lab.train import proposal_net, recall_calibration
from geomagnifier_lab.train.batches import NAMES
from geomagnifier_lab.train.proposal_net import Labelled, lay

SHIP, VEHICLE, WATER = (NAMES.index(kind) for kind in ("ship", "vehicle", "water"))


def ring(x0: int, y0: int, x1: int, y1: int) -> tuple[np.ndarray, ...]:
    return (np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float32),)


def harbour() -> Labelled:
    """Grey, with a red ship of 80 x 40 px and a green car of 8 x 8 px."""
    pixels = np.full((320, 480, 3), 120, np.uint8)
    pixels[100:140, 200:280] = (250, 0, 0)
    pixels[40:48, 40:48] = (0, 250, 0)
    return Labelled(pixels, ((SHIP, ring(200, 100, 280, 140)), (VEHICLE, ring(40, 40, 48, 48))))


def test_labels_lie_where_the_things_are() -> None:
    canvas = lay([harbour()], 2.0, 256, None)  # side by side: 240 x 160 px each
    assert (
        canvas.pixels.shape == (256, 256, 3)
        and canvas.hit.shape == (len(NAMES), 64, 64)
        and canvas.shrink == 2
    )
    red = canvas.pixels[..., 0].astype(int) - canvas.pixels[..., 1] > 60
    green = canvas.pixels[..., 1].astype(int) - canvas.pixels[..., 0] > 60
    for kind, shown in ((SHIP, red), (VEHICLE, green)):
        cells = shown.reshape(64, 4, 64, 4).mean((1, 3))
        assert (canvas.hit[kind] > 0)[cells > 0.5].all() and not canvas.hit[kind][cells == 0].any()
        assert canvas.hit[kind].any()
    assert not canvas.hit[[k for k in range(len(NAMES)) if k not in (SHIP, VEHICLE)]].any()
    others = [k for k, kind in enumerate(NAMES) if kind not in CLASSES]
    assert (canvas.weight[others] == 0).all()  # land cover is not labelled in these pictures
    assert (canvas.weight[VEHICLE] > 0).sum() == (
        canvas.weight[NAMES.index("bridge")] > 0
    ).sum()  # an absent kind is known to be absent


def test_cells_with_things_weigh_more_and_their_rims_nothing() -> None:
    canvas = lay([harbour()], 2.0, 256, None)
    assert (canvas.weight[SHIP][canvas.hit[SHIP] > 0] == proposal_net.HIT).all()
    ragged = Labelled(np.full((320, 480, 3), 120, np.uint8), ((SHIP, ring(201, 101, 249, 131)),))
    rim = lay([ragged], 2.0, 256, None)
    assert (rim.weight[SHIP] == 0).any() and not rim.hit[SHIP][rim.weight[SHIP] == 0].any()


@pytest.mark.parametrize("seed", range(6))
def test_labels_follow_turned_and_mirrored_pictures(seed: int) -> None:
    canvas = lay([harbour()], 2.5, 256, np.random.default_rng(seed))
    red = canvas.pixels[..., 0].astype(int) - canvas.pixels[..., 1] > 50
    cells = red.reshape(64, 4, 64, 4).mean((1, 3))
    if cells.max() > 0.9:  # not made grey
        assert (canvas.hit[SHIP][cells > 0.6] == 1).mean() > 0.97
        assert canvas.hit[SHIP][cells == 0].mean() < 0.01


def test_land_cover_goes_to_its_own_kinds() -> None:
    cover = np.full((320, 480), proposal_net.NOTHING, np.uint8)
    cover[:, 240:] = proposal_net.COVER.index("water")
    pixels = np.full((320, 480, 3), 120, np.uint8)
    canvas = lay([Labelled(pixels, (), cover)], 2.0, 256, None)
    assert (
        canvas.shrink == 0
        and (
            canvas.weight[[k for k, kind in enumerate(NAMES) if kind not in proposal_net.COVER]]
            == 0
        ).all()
    )
    assert (canvas.hit[WATER, :40, 31:59] == 1).all() and not canvas.hit[WATER, :40, :29].any()
    assert (canvas.weight[WATER, :40, :29] == 0).all() and (
        canvas.weight[WATER, :40, 31:59] == 1
    ).all()
    assert not canvas.hit[[NAMES.index(kind) for kind in CLASSES]].any()


@pytest.mark.slow
def test_the_loss_falls_on_one_batch() -> None:
    torch.manual_seed(0)
    network = ProposalNet(len(NAMES))
    start = {
        k.removeprefix("trunk."): torch.from_numpy(v)
        for k, v in read(WEIGHTS / "small.safetensors")[1].items()
        if k.startswith("trunk.")
    }
    network.load_state_dict(
        network.state_dict() | {k: v for k, v in start.items() if k in network.state_dict()}
    )
    optimizer = torch.optim.AdamW(network.parameters(), 2e-3)
    canvases = [
        lay([harbour()], shrink, 128, np.random.default_rng(k))
        for k, shrink in enumerate((2.0, 4.0))
    ]
    losses = []
    for _ in range(12):
        loss = proposal_net.losses_of(network, canvases)
        optimizer.zero_grad()
        (loss["heat"] + loss["shrink"]).backward()
        optimizer.step()
        losses.append(float(loss["heat"].detach()))
    assert losses[-1] < 0.5 * losses[0]


def test_the_curve_is_made_of_quantiles() -> None:
    heats = np.linspace(0.01, 1, 100, dtype=np.float32)
    scores = {
        "ship": np.linspace(0.01, 1, 100, dtype=np.float32),
        "bridge": np.array([0.0, 0.5, 0.9], np.float32),
    }
    card = recall_calibration.curve(heats, scores)
    recall = dict(card["recall"])
    assert list(recall) == sorted(recall) and list(recall.values()) == sorted(
        recall.values(), reverse=True
    )
    for share, heat in card["recall"]:
        assert (heats >= heat - 1e-6).mean() >= math.sqrt(share) - 1e-6
        assert (scores["ship"] >= dict(card["scores"]["ship"])[share] - 1e-6).mean() >= math.sqrt(
            share
        ) - 1e-6
        assert dict(card["scores"]["bridge"])[share] >= recall_calibration.CANDIDATE
    lost = recall_calibration.curve(heats, {"ship": np.array([0.0] * 20 + [0.9] * 80, np.float32)})
    assert (
        max(share for share, _ in lost["recall"]) <= 0.8**2 + 0.02
    )  # what is never found cannot be promised


@pytest.mark.skipif("GEOMAG_DATA" not in os.environ, reason="GEOMAG_DATA names no data sets")
def test_blank_card_and_sizes() -> None:
    card = recall_calibration.blank_card(ProposalNet(len(NAMES)), Path(os.environ["GEOMAG_DATA"]))
    assert card["recall"] == [] and 5_000 < card["flops"] < 50_000
    assert card["sizes"]["vehicle"][0] == 4.5 and 30 < card["sizes"]["vehicle"][1] < 80
    assert card["sizes"]["water"] == (None, 64.0)


def test_a_class_is_as_long_as_the_sets_that_show_it_say_together() -> None:
    found = recall_calibration.sizes(
        {"car": [16.0] * 4, "ship": [50.0]}, {"car": [64.0] * 100}, {"tree": []}
    )
    assert found["car"] == (METRES["car"], 32.0) and found["ship"] == (METRES["ship"], 50.0)
    assert (
        found["tree"][1] == TYPICAL.pixels
        and found["water"] == (None, TYPICAL.pixels)
        and [*found] == [*NAMES]
    )
