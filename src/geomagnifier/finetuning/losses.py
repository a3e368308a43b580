"""The losses of the small model and their weights, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.models.networks.pixel_decoder import Maps


@dataclass(frozen=True)
class Weights:
    """How much each loss counts."""

    mask: float = 2.0
    """Binary cross-entropy over cells: says where; large, as most cells are easy."""
    dice: float = 1.0
    """Overlap of the whole mask: small objects count as much as large ones. Only of classes that
    are there.
    """
    centre: float = 1.0
    """Focal loss of the centre heat, in units of one object."""
    sides: float = 1.0
    """GIoU of the boxes near the centres."""
    offset: float = 0.5
    """L1 of the offset to the centre, in sizes of the object."""
    presence: float = 0.5
    """Is the class there: trains the gate alone."""
    boxes: float = 0.5
    """Class of a given box, or none."""
    scene: float = 1.0
    """Scene class."""
    retrieval: float = 0.5
    """InfoNCE between images and captions, temperature 0.07."""


WEIGHTS = Weights()


def focal(logits: Tensor, heat: Tensor, known: Tensor) -> Tensor:
    """CenterNet's focal loss, a sum over cells divided by the number of centres.

    Args:
        logits: (N, h, w).
        heat: (N, h, w) target, 1 at centres.
        known: (N, h, w) weight, 0 where unlabelled.
    """
    p = torch.sigmoid(logits)
    positive = heat >= 0.999
    gain = torch.where(
        positive,
        (1 - p) ** 2 * F.logsigmoid(logits),
        (1 - heat) ** 4 * p**2 * F.logsigmoid(-logits),
    )
    return -(gain * known).sum() / positive.sum().clamp(min=1)


def giou(sides: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Mean of 1 - GIoU (Rezatofighi et al., arXiv:1902.09630) of boxes from the same cell.

    Args:
        sides: (N, 4) distances to the left, top, right and bottom edge.
        target: (N, 4) the same of the labels.
        weight: (N,).
    """
    low = torch.minimum(sides, target)
    high = torch.maximum(sides, target)

    def area(x: Tensor) -> Tensor:
        return (x[:, 0] + x[:, 2]).clamp(min=1e-3) * (x[:, 1] + x[:, 3]).clamp(min=1e-3)

    common, hull = area(low.clamp(min=0)), area(high)
    union = area(sides) + area(target) - common
    value = common / union - (hull - union) / hull
    return ((1 - value) * weight).sum() / weight.sum().clamp(min=1e-3)


def map_losses(maps: Maps, targets: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Losses of the decoder.

    Args:
        maps: over (B, Q).
        targets: fields of `Target` stacked to (B, Q, ...).
    """
    mask, known, present = targets["mask"], targets["known"], targets["present"]
    plain = F.binary_cross_entropy_with_logits(maps.mask, mask, reduction="none")
    losses = {"mask": (plain * known).sum() / known.sum().clamp(min=1)}
    there = (present == 1) & (mask.flatten(2).sum(2) > 0.5)
    p, t = (torch.sigmoid(maps.mask) * known)[there].flatten(1), (mask * known)[there].flatten(1)
    losses["dice"] = (
        1 - (2 * (p * t).sum(1) + 1) / (p.sum(1) + t.sum(1) + 1)
    ).sum() / there.sum().clamp(min=1)
    losses["centre"] = focal(maps.centre, targets["centre"], targets["centre_known"])
    near = targets["sides_weight"] > 0
    pick = near[:, :, None].expand_as(maps.sides)
    chosen, wanted = (
        x.movedim(2, -1)[pick.movedim(2, -1)].view(-1, 4) for x in (maps.sides, targets["sides"])
    )
    losses["sides"] = giou(chosen, wanted, targets["sides_weight"][near])
    weight = targets["offset_weight"][:, :, None]
    away = ((maps.offset - targets["offset"]).abs() * weight).sum()
    losses["offset"] = away / (weight > 0).sum().clamp(min=1)
    return losses
