"""Losses that only the whole small model is trained with; own classes are in the wheel's."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.finetuning.losses import map_losses
from geomagnifier.models.networks.pixel_decoder import Maps


def dense_losses(maps: Maps, presence: Tensor, targets: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Losses of the decoder and of the presence gate.

    Args:
        maps: over (B, Q).
        presence: (B, Q) logits.
        targets: fields of `Target` stacked to (B, Q, ...).
    """
    losses, present = map_losses(maps, targets), targets["present"]
    told = present >= 0
    losses["presence"] = F.binary_cross_entropy_with_logits(presence[told], present[told].float())
    return losses


def scene_loss(logits: Tensor, allowed: Tensor) -> Tensor:
    """-log of the probability of all scene classes that a label covers.

    A coarse label (residential) does not choose between its parts.

    Args:
        logits: (B, S).
        allowed: (B, S) bool, or weights 0..1 of how much of a class's probability counts.
    """
    return (
        torch.logsumexp(logits, 1) - torch.logsumexp(logits + torch.log(allowed.float()), 1)
    ).mean()


def info_nce(
    pictures: Tensor, sentences: Tensor, same: Tensor, temperature: float = 0.07
) -> Tensor:
    """Symmetric InfoNCE (van den Oord et al., arXiv:1807.03748).

    Args:
        pictures: (B, D) of unit length.
        sentences: (B, D) of unit length.
        same: (B, B) bool, True where a caption also fits another image.
        temperature: of the softmax.
    """
    similarity = pictures @ sentences.T / temperature
    eye = torch.eye(len(pictures), dtype=torch.bool, device=pictures.device)
    similarity = similarity.masked_fill(same & ~eye, -torch.inf)
    wanted = torch.arange(len(pictures), device=pictures.device)
    return (F.cross_entropy(similarity, wanted) + F.cross_entropy(similarity.T, wanted)) / 2
