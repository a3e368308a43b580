"""Dense targets of several objects, and the losses over them, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from geomagnifier.finetuning.crops import Crop, Piece, identities
from geomagnifier.finetuning.targets import Target, empty, object_target
from geomagnifier.models.networks.pixel_decoder import Maps
from geomagnifier_lab.train.losses import dense_losses


def rectangle(x0: int, y0: int, x1: int, y1: int, kind: str = "ship", share: float = 1.0) -> Piece:
    # Pillow draws a polygon's right and lower edge too
    ring = np.array([[x0, y0], [x1 - 1, y0], [x1 - 1, y1 - 1], [x0, y1 - 1]], np.float32)
    return Piece(kind, np.array([x0, y0, x1, y1], np.float32), [ring], share)


def crop_of(*pieces: Piece) -> Crop:
    return Crop(np.zeros((64, 64, 3), np.uint8), list(pieces), frozenset({"ship", "airplane"}))


def test_identities_number_large_ones_first_and_draw_small_ones_over_them() -> None:
    small, large, other = (
        rectangle(20, 20, 28, 28),
        rectangle(8, 8, 40, 40),
        rectangle(50, 50, 60, 60, "airplane"),
    )
    ids, pieces = identities(crop_of(small, large, other), "ship")
    assert pieces == [large, small]
    assert set(np.unique(ids)) == {0, 1, 2}
    assert (ids[20:28, 20:28] == 2).all() and (ids == 2).sum() == 64
    assert (ids == 1).sum() == 32 * 32 - 64
    assert identities(crop_of(small), "airplane")[1] == []


def test_touching_objects_point_at_their_own_centres() -> None:
    target = object_target(crop_of(rectangle(8, 16, 32, 32), rectangle(32, 16, 56, 32)), "ship")
    assert (target.mask[8:16, 4:28] == 1).all() and target.mask.sum() == 8 * 24
    middle = np.arange(16) * 4 + 2
    assert (target.offset[0, 5, 2:8] == 20 - middle[2:8]).all()
    assert (target.offset[0, 5, 8:14] == 44 - middle[8:14]).all()
    assert (target.offset[1, 4:8, 5] == 24 - middle[4:8]).all()
    assert target.offset_weight[5, 2:14] == pytest.approx(1 / math.sqrt(24 * 16))
    assert target.offset_weight[5, 0] == target.offset_weight[0, 5] == 0
    assert np.argwhere(target.centre == 1).tolist() == [[6, 5], [6, 11]]
    assert target.sides[:, 6, 11].tolist() == [14, 10, 10, 6]  # from (46, 26)
    assert target.sides_weight[6, 5] > 0 and target.sides_weight[0, 0] == 0


def test_a_remnant_is_unknown_beside_a_whole_object() -> None:
    target = object_target(
        crop_of(rectangle(8, 8, 24, 24), rectangle(48, 48, 64, 64, share=0.2)), "ship"
    )
    assert target.present == 1
    assert np.argwhere(target.centre == 1).tolist() == [[4, 4]]
    assert (target.centre_known[12:16, 12:16] == 0).all() and target.centre_known.sum() == 256 - 16
    assert (target.mask[24:32, 24:32] == 1).all()  # it is mask all the same


def stacked(*targets: Target) -> dict[str, torch.Tensor]:
    """Targets of several questions on one crop, (1, Q, ...)."""
    return {
        name: torch.from_numpy(np.stack([np.asarray(getattr(t, name)) for t in targets])[None])
        for name in vars(targets[0])
    }


def test_perfect_maps_cost_next_to_nothing_and_absent_things_have_no_boxes() -> None:
    target = object_target(crop_of(rectangle(8, 16, 32, 32)), "ship")
    wanted = stacked(target, empty(64))
    centre = torch.where(wanted["centre"] == 1, 20.0, -20.0)
    maps = Maps(wanted["mask"] * 60 - 30, centre, wanted["sides"].clone(), wanted["offset"].clone())
    losses = dense_losses(maps, torch.tensor([[20.0, -20.0]]), wanted)
    assert set(losses) == {"mask", "dice", "centre", "sides", "offset", "presence"}
    assert all(value.item() == pytest.approx(0, abs=1e-4) for value in losses.values())


def test_losses_of_undecided_maps() -> None:
    wanted = stacked(object_target(crop_of(rectangle(8, 16, 32, 32)), "ship"), empty(64))
    nothing = torch.zeros(1, 2, 16, 16)
    maps = Maps(torch.zeros(1, 2, 32, 32), nothing, wanted["sides"].clone(), wanted["offset"] + 3.0)
    losses = dense_losses(maps, torch.zeros(1, 2), wanted)
    assert losses["mask"].item() == pytest.approx(math.log(2))
    assert losses["presence"].item() == pytest.approx(math.log(2))
    # p = 1/2 in 1024 cells, 96 of them true; the absent question does not count
    assert losses["dice"].item() == pytest.approx(1 - (2 * 48 + 1) / (512 + 96 + 1))
    # 3 px off both ways, in sizes of the object
    assert losses["offset"].item() == pytest.approx(2 * 3 / math.sqrt(24 * 16), rel=1e-5)


def test_what_cannot_be_told_is_left_out() -> None:
    remnant = object_target(crop_of(rectangle(48, 48, 64, 64, share=0.2)), "ship")
    assert remnant.present == -1
    wanted = stacked(remnant, empty(64))
    nothing = torch.zeros(1, 2, 16, 16)
    maps = Maps(
        torch.zeros(1, 2, 32, 32),
        nothing,
        torch.ones(1, 2, 4, 16, 16),
        torch.zeros(1, 2, 2, 16, 16),
    )
    losses = dense_losses(maps, torch.tensor([[30.0, -30.0]]), wanted)
    assert losses["presence"].item() == pytest.approx(0, abs=1e-6)
    assert losses["dice"].item() == losses["sides"].item() == losses["offset"].item() == 0
    # no centres: a sum over the known cells of p^2 * log 2
    assert losses["centre"].item() == pytest.approx((512 - 16) * 0.25 * math.log(2), rel=1e-5)
