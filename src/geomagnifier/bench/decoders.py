"""The pixel decoder as the paper writes it beside ours: the same pictures, states, steps and losses, masks alone.

    literal    Mask = sum_l w_l sigmoid(Conv2d(LayerNorm(Conv2d(h (concat) f_l))))
    with GELU  the same with a GELU after the LayerNorm
    ours       GELU, the second kernel from h, logits summed before one sigmoid

The image side stays as it is; each decoder starts anew and learns from random crops of VHR-10's training pictures.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from geomagnifier.model.network import SmallNetwork
from geomagnifier.model.pixel_decoder import PixelDecoder
from geomagnifier.model.vision import Pyramid, normalise
from geomagnifier.train.batches import NAMES, OBJECTS, Batches
from geomagnifier.train.crops import make_crop
from geomagnifier.train.targets import object_target

SIDE, ASKED = 256, 3
"""Crops of this side, px, with so many kinds asked of each: those that are there first."""


class Literal(nn.Module):
    """The paper's decoder (section 2.3, steps 3 and 4), one [SEG] state a question; `bent` puts a GELU after the LayerNorm."""

    def __init__(self, bent: bool, width: int = 256, inner: int = 128) -> None:
        super().__init__()
        self.project = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width))
        self.first = nn.ModuleList(nn.Conv2d(2 * width, inner, 1) for _ in range(3))
        self.norm = nn.ModuleList(nn.LayerNorm(inner) for _ in range(3))
        self.second = nn.ModuleList(nn.Conv2d(inner, 1, 1) for _ in range(3))
        self.weight = nn.Parameter(torch.ones(3) / 3)
        self.bent = bent

    def forward(self, seg: Tensor, pyramid: Pyramid) -> Tensor:
        """States (B, width) and features (B, width, h, w) of three levels -> probability (B, H/4, W/4)."""
        h, size, total = self.project(seg), pyramid.f1.shape[2:], torch.zeros(())
        for level, f in enumerate(pyramid):
            x = self.first[level](torch.cat([h[:, :, None, None].expand(-1, -1, *f.shape[2:]), f], 1)).permute(0, 2, 3, 1)
            x = self.norm[level](x)
            mask = torch.sigmoid(self.second[level]((F.gelu(x) if self.bent else x).permute(0, 3, 1, 2)).float())
            total = total + self.weight[level] * F.interpolate(mask, size=size, mode="bilinear", align_corners=False)
        return total[:, 0].clamp(1e-4, 1 - 1e-4)


class Ours(nn.Module):
    """`PixelDecoder`'s mask alone, brought to H/4 where the paper's is."""

    def __init__(self) -> None:
        super().__init__()
        self.decoder = PixelDecoder()

    def forward(self, seg: Tensor, pyramid: Pyramid) -> Tensor:
        """As `Literal.forward`."""
        return F.avg_pool2d(torch.sigmoid(self.decoder(seg[:, None], self.decoder.prepare(pyramid)).mask[:, 0]), 2).clamp(1e-4, 1 - 1e-4)


DECODERS: dict[str, Callable[[], nn.Module]] = {"literal": lambda: Literal(False), "with GELU": lambda: Literal(True), "ours": Ours}


@torch.no_grad()
def examples(network: SmallNetwork, root: Path, split: str, crops: int, seed: int) -> list[tuple[Pyramid, Tensor, Tensor]]:
    """Features of crops, the kinds asked of each (Q,), and their masks (Q, h, w)."""
    data, rng = Batches(root, split, seed, drawn=0), np.random.default_rng([seed, 51])
    made = []
    for _ in range(crops):
        crop = make_crop(data.objects, (0.4, 1.2), SIDE, rng)
        there = sorted({p.kind for p in crop.pieces})
        absent = [k for k in OBJECTS if k not in there]
        rng.shuffle(absent)
        kinds = (there + absent)[:ASKED]
        with torch.autocast("cpu", torch.bfloat16):
            pyramid = network.neck(network.trunk(normalise(torch.from_numpy(crop.pixels[None]))))
        masks = F.avg_pool2d(torch.from_numpy(np.stack([object_target(crop, kind).mask for kind in kinds])), 2)
        made.append((Pyramid(*(f.bfloat16() for f in pyramid)), torch.tensor([NAMES.index(k) for k in kinds]), masks))
    return made


def compare(
    network: SmallNetwork, root: Path, steps: int = 150, crops: int = 160, seed: int = 0, progress: Callable[[int, int], None] | None = None
) -> dict[str, dict[str, float]]:
    """By decoder: mean IoU of masks of kinds that are there, on crops of validation pictures, and the milliseconds of a step.

    Args:
        network: its image side and its states of the kinds are used as they are.
        root: folder of the data sets.
        steps: of eight crops.
        crops: to learn from; a quarter as many to measure on.
        seed: of crops, weights and order.
        progress: called with (steps done, of all decoders).
    """
    import time

    learn, held = examples(network, root, "train", crops, seed), examples(network, root, "val", crops // 4, seed + 1)
    states = network.states.weight.detach()
    rows: dict[str, dict[str, float]] = {}
    for number, (name, make) in enumerate(DECODERS.items()):
        torch.manual_seed(seed)
        decoder = make().train()
        optimizer = torch.optim.AdamW(decoder.parameters(), 2e-3, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, steps)
        rng, begin = np.random.default_rng([seed, 52]), time.perf_counter()
        for step in range(steps):
            chosen = [learn[int(i)] for i in rng.integers(len(learn), size=8)]
            pyramid = Pyramid(*(torch.cat([c[0][i].expand(ASKED, -1, -1, -1) for c in chosen]) for i in range(3)))
            wanted = torch.cat([c[2] for c in chosen])
            with torch.autocast("cpu", torch.bfloat16):
                p = decoder(states[torch.cat([c[1] for c in chosen])], pyramid).float()
            overlap = 1 - (2 * (p * wanted).sum((1, 2)) + 1) / (p.sum((1, 2)) + wanted.sum((1, 2)) + 1)
            loss = 2 * F.binary_cross_entropy(p, wanted) + overlap[wanted.sum((1, 2)) > 0.5].mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            if progress is not None:
                progress(number * steps + step + 1, len(DECODERS) * steps)
        rows[name] = {"IoU": measure(decoder.eval(), held, states), "ms a step": 1000 * (time.perf_counter() - begin) / steps}
    return rows


@torch.no_grad()
def measure(decoder: nn.Module, held: list[tuple[Pyramid, Tensor, Tensor]], states: Tensor) -> float:
    """Mean IoU of the kinds that are there."""
    values = []
    for pyramid, kinds, masks in held:
        with torch.autocast("cpu", torch.bfloat16):
            p = decoder(states[kinds], Pyramid(*(f.expand(len(kinds), -1, -1, -1) for f in pyramid))).float() >= 0.5
        for mask, truth in zip(p, masks >= 0.5, strict=True):
            if truth.any():
                values.append(float((mask & truth).sum() / (mask | truth).sum()))
    return float(np.mean(values))
