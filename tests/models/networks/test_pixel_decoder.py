"""The pixel decoder against the paper's formula, written out."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.models.networks.pixel_decoder import (
    MAPS,
    UNIT,
    Maps,
    PixelDecoder,
    Presence,
    Pyramid,
)


def made(batch: int = 1, width: int = 6, rows: int = 4, columns: int = 8) -> Pyramid:
    generator = torch.Generator().manual_seed(0)
    return Pyramid(
        *(
            torch.randn(batch, width, rows // n, columns // n, generator=generator)
            for n in (1, 2, 4)
        )
    )


def decoder(width: int = 6, inner: int = 5) -> PixelDecoder:
    torch.manual_seed(1)
    built = PixelDecoder(width, inner)
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.normal_(0, 0.5)
    return built.eval()


@torch.no_grad()
def test_one_convolution_over_h_and_f_is_two_apart() -> None:
    built, pyramid = decoder(), made(batch=2)
    h = torch.randn(2, 6)
    for level, f in enumerate(pyramid):
        of_h, of_f = built.question[level], built.image[level]
        joint = torch.cat([of_h.weight[:, :, None, None], of_f.weight], 1)  # type: ignore[index,list-item]
        both = torch.cat([h[:, :, None, None].expand(-1, -1, *f.shape[2:]), f], 1)
        wanted = F.conv2d(both, joint, of_h.bias + of_f.bias)  # type: ignore[operator]
        ours = built.prepare(pyramid)[level] + of_h(h)[:, None, None]
        assert torch.allclose(ours, wanted.permute(0, 2, 3, 1), atol=1e-5)


def gelu(x: np.ndarray) -> np.ndarray:
    return np.array([v / 2 * (1 + math.erf(v / math.sqrt(2))) for v in x])


@torch.no_grad()
def test_the_maps_are_the_formula() -> None:
    built, pyramid = decoder(), made()
    seg = torch.randn(1, 2, 6)
    maps = built(seg, built.prepare(pyramid))
    p = {name: value.double().numpy() for name, value in built.state_dict().items()}
    for q in range(2):
        e = seg[0, q].double().numpy()
        h = (
            p["project.2.weight"] @ np.maximum(p["project.0.weight"] @ e + p["project.0.bias"], 0)
            + p["project.2.bias"]
        )
        h = p["blend"] * h
        total = np.zeros((MAPS, 4, 8))
        for level, f in enumerate(pyramid):
            pixels = f[0].double().numpy()
            kernel = (p[f"kernel.{level}.weight"] @ h + p[f"kernel.{level}.bias"]).reshape(
                MAPS, 5
            ) / math.sqrt(5)
            small = np.zeros((MAPS, *pixels.shape[1:]))
            for y, x in np.ndindex(*pixels.shape[1:]):
                g = (
                    p[f"image.{level}.weight"][:, :, 0, 0] @ pixels[:, y, x]
                    + p[f"image.{level}.bias"]
                )
                g = g + p[f"question.{level}.weight"] @ h + p[f"question.{level}.bias"]
                g = (g - g.mean()) / math.sqrt(g.var() + 1e-5) * p[f"norm.{level}.weight"] + p[
                    f"norm.{level}.bias"
                ]
                small[:, y, x] = p["level_weight"][level] * (kernel @ gelu(g))
            total += F.interpolate(
                torch.from_numpy(small)[None], size=(4, 8), mode="bilinear", align_corners=False
            )[0].numpy()
        total += p["bias"][:, None, None]
        quarters = np.zeros((8, 16))
        for k, (down, across) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
            quarters[down::2, across::2] = total[k]
        assert np.allclose(maps.mask[0, q], quarters, atol=1e-4)
        assert np.allclose(maps.centre[0, q], total[4], atol=1e-4)
        assert np.allclose(maps.sides[0, q], np.exp(np.clip(total[5:9], -4, 4)) * UNIT, rtol=1e-3)
        assert np.allclose(maps.offset[0, q], total[9:] * UNIT, atol=1e-2)


@torch.no_grad()
def test_shapes_and_questions_that_do_not_disturb_each_other() -> None:
    built, pyramid = decoder(), made(batch=3, rows=8, columns=12)
    seg = torch.randn(3, 4, 6)
    maps = built(seg, built.prepare(pyramid))
    assert [tuple(m.shape) for m in maps] == [
        (3, 4, 16, 24),
        (3, 4, 8, 12),
        (3, 4, 4, 8, 12),
        (3, 4, 2, 8, 12),
    ]
    assert (maps.sides > 0).all()
    alone = built(seg[1:2, 2:3], built.prepare(Pyramid(*(f[1:2] for f in pyramid))))
    for whole, part in zip(maps, alone, strict=True):
        assert torch.allclose(whole[1, 2], part[0, 0], rtol=1e-4, atol=1e-4)


def test_at_first_masks_and_centres_are_rare() -> None:
    built = PixelDecoder(6, 5)
    assert torch.sigmoid(built.bias[:5]).tolist() == pytest.approx([0.119] * 4 + [0.018], abs=1e-3)


def test_presence_judges_without_moving_the_maps() -> None:
    torch.manual_seed(2)
    judge = Presence(width=6, pooled=10)
    mask, centre = (torch.randn(2, 3, 4, 5, requires_grad=True) for _ in range(2))
    seg = torch.randn(2, 3, 6, requires_grad=True)
    logits: Tensor = judge(seg, Maps(mask, centre, mask, mask), torch.randn(2, 10, 2, 2))
    assert logits.shape == (2, 3)
    logits.sum().backward()
    assert mask.grad is None and centre.grad is None
    assert seg.grad is not None and judge.image.weight.grad is not None
