"""The losses of the full-size model and their weights: text, dense maps, granularity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.finetuning.losses import map_losses
from geomagnifier.models.networks.pixel_decoder import Maps


@dataclass(frozen=True)
class Weights:
    """Weight of each loss."""

    text: float = 1.0
    """Cross entropy of the answer's tokens: which classes, and whether they are there ([SEG] or
    [BOX] against [NONE]).
    """
    mask: float = 2.0
    """Binary cross entropy over cells; large, as most cells are easy."""
    dice: float = 1.0
    """Dice loss of the whole mask, of classes that are there: small objects count as much as large
    ones.
    """
    centre: float = 1.0
    """Focal loss of the centre scores, averaged over the objects."""
    sides: float = 1.0
    """GIoU of the boxes near the centres."""
    offset: float = 0.5
    """L1 of the offset to the centre, in sizes of the object."""
    granularity: float = 0.5
    """Cross entropy of image, region, pixel: only the encoder of questions and three layers learn
    from it, and soon do.
    """


WEIGHTS = Weights()


def losses_of(outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """All losses of a batch, not yet weighted.

    Without a target (Q = 0) those of the maps are 0 and still depend on the parameters.

    Args:
        outputs: of `FullNetwork.forward`.
        targets: "level" (R,); the fields of `Target`, each (Q, ...).
    """
    maps = Maps(*(outputs[name].float()[None] for name in Maps._fields))
    dense = {name: value[None] for name, value in targets.items() if name != "level"}
    return {
        "text": F.cross_entropy(outputs["logits"].float(), outputs["answers"]),
        **map_losses(maps, dense),
        "granularity": F.cross_entropy(outputs["granularity"].float(), targets["level"]),
    }


def total(losses: Mapping[str, Tensor], weights: Weights = WEIGHTS) -> Tensor:
    """The weighted sum of the losses.

    Args:
        losses: of `losses_of`.
        weights: of the losses.
    """
    return torch.stack([getattr(weights, name) * value for name, value in losses.items()]).sum()


NAMES = tuple(asdict(WEIGHTS))
"""Names of the losses."""
