"""What a variant leaves out stays out, and the paper's decoder is computed as written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from geomagnifier.errors import OptionError
from geomagnifier.models.networks.pixel_decoder import Pyramid
from geomagnifier_lab.studies.ablations import VARIANTS, LiteralDecoder, ablate, measured
from geomagnifier_lab.train.loop import image_side


def made() -> Pyramid:
    torch.manual_seed(3)
    return Pyramid(*(torch.randn(1, 256, 8 >> i, 8 >> i) for i in range(3)))


def test_one_level_alone_neither_reads_nor_learns_the_others() -> None:
    network = image_side()
    VARIANTS["f2 alone"].change(network)
    pyramid, seg = made(), torch.randn(1, 1, 256)
    before = network.decoder(seg, network.decoder.prepare(pyramid))
    changed = Pyramid(pyramid.f1 + 5, pyramid.f2, pyramid.f3 - 5)
    after = network.decoder(seg, network.decoder.prepare(changed))
    assert torch.allclose(before.mask, after.mask, atol=1e-5)
    moved = network.decoder(seg, network.decoder.prepare(pyramid._replace(f2=pyramid.f2 + 5)))
    assert not torch.allclose(before.mask, moved.mask, atol=1e-2)
    before.mask.sum().backward()
    slope = network.decoder.level_weight.grad
    assert slope is not None and not slope[[0, 2]].any() and slope[1].any()


def test_the_frozen_trunk_is_frozen_and_the_others_learn() -> None:
    network = image_side()
    VARIANTS["frozen trunk"].change(network)
    assert not any(p.requires_grad for p in network.trunk.parameters())
    assert all(p.requires_grad for p in network.neck.parameters())


@torch.no_grad()
def test_the_literal_mask_is_a_weighted_sum_of_sigmoids() -> None:
    torch.manual_seed(1)
    decoder, pyramid, seg = LiteralDecoder(), made(), torch.randn(1, 2, 256)
    decoder.level.copy_(torch.tensor([1.0, 0.0, 0.0]))
    mask = torch.sigmoid(decoder(seg, decoder.prepare(pyramid)).mask)
    h = decoder.blend * decoder.project(seg[0, 1])
    x = decoder.norm[0](decoder.prepare(pyramid)[0][0, 3, 5] + decoder.question[0](h))
    wanted = torch.sigmoid(decoder.second[0](x))
    assert mask.shape == (1, 2, 16, 16)
    assert torch.allclose(mask[0, 1, 6:8, 10:12].flatten(), wanted, atol=1e-4)


def test_an_unknown_variant_is_refused_and_a_finished_one_is_read(tmp_path: Path) -> None:
    def captions(sentences: list[str]) -> torch.Tensor:
        raise AssertionError("nothing is trained")

    with pytest.raises(OptionError, match="choose among all, "):
        next(ablate(tmp_path, tmp_path, captions, tmp_path, only="nonsense"))
    folder = tmp_path / "all-another-seed"
    folder.mkdir()
    rows = [
        {"step": 10, "gIoU": 0.1},
        {"step": 20, "total": 3.0},
        {"step": 20, "gIoU": 0.2, "absent": 0.9},
    ]
    (folder / "log.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert measured(folder / "log.jsonl", 20) == {"gIoU": 0.2, "absent": 0.9}
    found = list(ablate(tmp_path, tmp_path, captions, tmp_path, 20, only="all, another seed"))
    assert found == [("all, another seed", 20, {"gIoU": 0.2, "absent": 0.9})]
