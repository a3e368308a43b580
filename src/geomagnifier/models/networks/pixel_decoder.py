"""The pixel decoder (paper, section 2.3, steps 2 to 4), and what makes single objects of its maps.

    h = MLP2(ReLU(MLP1(E_seg)))                 the [SEG] state, projected
    g_l = GELU(LayerNorm(Conv_f(f_l) + W_h h))  = GELU(LayerNorm(Conv(h (concat) f_l))), l = 1, 2, 3
    map = sum_l w_l <K h, g_l>                  upsampled to H/4, the mask's four maps
                                                interleaved to H/2

Departures, with the reason: a GELU stands between the two convolutions, and the second one's kernel
comes from h. Written as in the paper the decoder is linear in h and f, so that h, constant over the
image, hardly changes which pixels win. The sum is taken before the sigmoid: a sum of three sigmoids
under learned weights is no probability.

Eleven maps come out of one question: the class mask's quarters of a cell (upper left, upper right,
lower left, lower right), so that wings and masts narrower than a cell have an outline; centre heat;
the distances to the left, top, right and bottom edge of the box at a centre; the offset to the
centre.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geomagnifier.models.small.maps import MAPS, MASK_STRIDE, QUARTERS, STRIDE, UNIT


class Pyramid(NamedTuple):
    """Features of a batch of views at three strides."""

    f1: Tensor
    """(B, C, H/4, W/4)."""
    f2: Tensor
    """(B, C, H/8, W/8)."""
    f3: Tensor
    """(B, C, H/16, W/16)."""


class Maps(NamedTuple):
    """Dense maps of Q questions on B views; h, w = H/4, W/4."""

    mask: Tensor
    """(B, Q, 2h, 2w) logits."""
    centre: Tensor
    """(B, Q, h, w) logits."""
    sides: Tensor
    """(B, Q, 4, h, w) distances to the left, top, right and bottom edge, view px."""
    offset: Tensor
    """(B, Q, 2, h, w) x, y to the centre, view px."""


class PixelDecoder(nn.Module):
    """[SEG] state and f1, f2, f3 -> dense maps.

    Args:
        width: channels of the pyramid.
        inner: channels of g.
        seg: numbers of a state (paper: 4096).
    """

    def __init__(self, width: int = 256, inner: int = 128, seg: int | None = None) -> None:
        super().__init__()
        self.project = nn.Sequential(
            nn.Linear(seg or width, width), nn.ReLU(), nn.Linear(width, width)
        )
        self.image = nn.ModuleList(nn.Conv2d(width, inner, 1) for _ in range(3))
        self.question = nn.ModuleList(nn.Linear(width, inner) for _ in range(3))
        self.norm = nn.ModuleList(nn.LayerNorm(inner) for _ in range(3))
        self.kernel = nn.ModuleList(nn.Linear(width, MAPS * inner) for _ in range(3))
        self.level_weight = nn.Parameter(torch.ones(3, MAPS) / 3)  # w_l of the paper, one a map
        self.blend = nn.Parameter(torch.ones(1))  # b_n of the paper: one [SEG] a phrase, N = 1
        self.bias = nn.Parameter(torch.zeros(MAPS))
        self.inner = inner
        with torch.no_grad():
            self.bias[:QUARTERS], self.bias[QUARTERS] = (
                -2.0,
                -4.0,
            )  # rare at first: mask a tenth, centres a fiftieth of the cells

    def prepare(self, pyramid: Pyramid) -> list[Tensor]:
        """Conv_f(f_l), computed once for a view -> three (B, h, w, inner)."""
        return [conv(f).permute(0, 2, 3, 1) for conv, f in zip(self.image, pyramid, strict=True)]

    def forward(self, seg: Tensor, prepared: list[Tensor]) -> Maps:
        """Maps of Q questions on B views.

        Args:
            seg: (B, Q, seg) states of the questions.
            prepared: of `prepare`.
        """
        shifts, kernels = self.bend(seg)
        return draw(prepared, shifts, kernels, self.bias[None, None], self.norm)

    def bend(self, seg: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """The shift and the kernel that a state puts into each level.

        They are W_h h (B, Q, inner) and the weighted kernels K h (B, Q, maps, inner).
        """
        h = self.blend * self.project(seg)
        batch, questions = h.shape[:2]
        shifts, kernels = [], []
        for level in range(3):
            kernel = (
                self.kernel[level](h).view(batch, questions, MAPS, self.inner) * self.inner**-0.5
            )
            shifts.append(self.question[level](h))
            kernels.append(kernel * self.level_weight[level][None, None, :, None])
        return shifts, kernels


def draw(
    prepared: list[Tensor],
    shifts: Sequence[Tensor],
    kernels: Sequence[Tensor],
    bias: Tensor,
    norms: Iterable[nn.Module],
) -> Maps:
    """Maps of Q questions on B views.

    Args:
        prepared: of `PixelDecoder.prepare`.
        shifts: of each level, (B, Q, inner).
        kernels: of each level, (B, Q, maps, inner).
        bias: (B, Q, maps), or one for all.
        norms: of each level.
    """
    batch, questions = shifts[0].shape[:2]
    size = prepared[0].shape[1:3]
    total: Tensor | None = None
    for image, shift, kernel, norm in zip(prepared, shifts, kernels, norms, strict=True):
        g = F.gelu(norm(image[:, None] + shift[:, :, None, None]))  # (B, Q, h, w, inner)
        rows, columns = g.shape[2:4]
        maps = torch.einsum("bqnd,bqkd->bqkn", g.flatten(2, 3), kernel.to(g.dtype)).view(
            batch * questions, MAPS, rows, columns
        )
        if total is not None:
            maps = F.interpolate(maps.float(), size=size, mode="bilinear", align_corners=False)
        total = maps.float() if total is None else total + maps
    assert total is not None
    out = total.view(batch, questions, MAPS, *size) + bias[..., None, None]
    mask, centre, sides, offset = out.split((QUARTERS, 1, 4, 2), 2)
    fine = F.pixel_shuffle(mask, STRIDE // MASK_STRIDE)[:, :, 0]
    return Maps(fine, centre[:, :, 0], torch.exp(sides.clamp(-4.0, 4.0)) * UNIT, offset * UNIT)


class Presence(nn.Module):
    """Is the class there at all? Where not, its mask and boxes are emptied.

    Judged by the best centre, the mean of the mask's highest cells and the view as a whole.
    """

    def __init__(self, width: int = 256, pooled: int = 352) -> None:
        super().__init__()
        self.image = nn.Linear(pooled, width)
        self.judge = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, seg: Tensor, maps: Maps, last: Tensor) -> Tensor:
        """Logits (B, Q) of the presence of Q classes; no gradient reaches the maps.

        Args:
            seg: (B, Q, width) states.
            maps: of `PixelDecoder`.
            last: (B, 352, h, w) of the trunk.
        """
        mask, centre = (
            maps.mask.detach().float().flatten(2),
            maps.centre.detach().float().flatten(2),
        )
        tops = [mask.topk(min(k, mask.shape[2]), dim=2).values.mean(2) for k in (64, 1024)]
        centres = centre.topk(min(3, centre.shape[2]), dim=2).values
        context = self.image(last.float().mean((2, 3)))
        alike = torch.einsum("bqd,bd->bq", seg.float(), context) / seg.shape[2] ** 0.5
        features = torch.stack([centres[:, :, 0], centres.mean(2), *tops, alike], 2)
        out: Tensor = self.judge(features / 4.0).squeeze(2)
        return out
