"""The pixel decoder as the paper writes it (section 2.3, steps 3 and 4), for masks alone.

`variant="linear decoder"` uses it.

    g = LayerNorm(Conv(h (concat) f_l))        Mask = sum_l w_l * sigmoid(Conv(g))

No nonlinearity stands between the convolutions, and the second kernel does not know the question:
the decoder is linear in h and f but for the norm, so that h, constant over the image, hardly
changes which pixels win. Boxes, which the paper's decoder lacks, are `PixelDecoder`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geomagnifier.models.networks.pixel_decoder import Pyramid
from geomagnifier.models.small.maps import MASK_STRIDE, QUARTERS, STRIDE

SURE = 1e-4
"""A sum of weighted sigmoids can leave 0 to 1; it is held this far inside."""


class LinearDecoder(nn.Module):
    """[SEG] states and f1, f2, f3 -> masks. Sizes as of `PixelDecoder`."""

    def __init__(self, width: int = 256, inner: int = 128, seg: int | None = None) -> None:
        super().__init__()
        self.project = nn.Sequential(
            nn.Linear(seg or width, width), nn.ReLU(), nn.Linear(width, width)
        )
        self.image = nn.ModuleList(nn.Conv2d(width, inner, 1) for _ in range(3))
        self.question = nn.ModuleList(nn.Linear(width, inner) for _ in range(3))
        self.norm = nn.ModuleList(nn.LayerNorm(inner) for _ in range(3))
        self.second = nn.ModuleList(nn.Linear(inner, QUARTERS) for _ in range(3))
        self.level = nn.Parameter(torch.ones(3) / 3)

    def forward(self, seg: Tensor, pyramid: Pyramid) -> Tensor:
        """Mask logits (B, Q, 2h, 2w); h, w = H/4, W/4.

        Args:
            seg: (B, Q, seg) states of Q questions on B views.
            pyramid: of the views.
        """
        prepared = [
            conv(f).permute(0, 2, 3, 1) for conv, f in zip(self.image, pyramid, strict=True)
        ]
        h = self.project(seg)
        return summed(
            prepared,
            [question(h) for question in self.question],
            self.norm,
            self.second,
            self.level,
        )


def summed(
    prepared: Sequence[Tensor],
    shifts: Sequence[Tensor],
    norms: Iterable[nn.Module],
    second: Iterable[nn.Module],
    weights: Tensor,
) -> Tensor:
    """The sum of sigmoids, as logits (B, Q, 2h, 2w).

    Args:
        prepared: Conv_f(f_l), (B, h_l, w_l, inner) of each level.
        shifts: W_h h, (B, Q, inner) of each level.
        norms: of each level.
        second: the second convolution of each level, to the quarters of a cell.
        weights: w_l, (3,).
    """
    batch, questions = shifts[0].shape[:2]
    size, total = prepared[0].shape[1:3], torch.zeros((), device=weights.device)
    for image, shift, norm, conv, weight in zip(
        prepared, shifts, norms, second, weights, strict=True
    ):
        g = norm(image[:, None] + shift[:, :, None, None])
        mask = torch.sigmoid(conv(g).float()).permute(0, 1, 4, 2, 3).flatten(0, 1)
        total = total + weight * F.interpolate(
            mask, size=size, mode="bilinear", align_corners=False
        )
    fine = F.pixel_shuffle(total.clamp(SURE, 1 - SURE), STRIDE // MASK_STRIDE)[:, 0]
    return torch.logit(fine).view(batch, questions, *fine.shape[1:])
