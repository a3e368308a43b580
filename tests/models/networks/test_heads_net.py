"""Heads of custom classes begin as what the pixel decoder makes of a state."""

from __future__ import annotations

import torch

from geomagnifier.models.custom.class_heads import CustomClass, Heads, presence
from geomagnifier.models.networks.backbone import Pyramid
from geomagnifier.models.networks.pixel_decoder import Maps, PixelDecoder


def test_a_fresh_head_draws_the_maps_of_its_state() -> None:
    torch.manual_seed(0)
    decoder, heads = PixelDecoder().eval(), Heads(2).eval()
    pyramid = Pyramid(*(torch.randn(1, 256, 16 // k, 16 // k) for k in (1, 2, 4)))
    state = torch.randn(256)
    with torch.no_grad():
        heads.start(1, decoder, state)
        drawn = heads(heads.prepare(pyramid), decoder, torch.tensor([[1]]))
        asked = decoder(state[None, None], decoder.prepare(pyramid))
    for mine, theirs in zip(drawn, asked, strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-4, rtol=1e-4)


def test_objects_are_there_by_their_best_centre_and_land_cover_by_its_surest_cells() -> None:
    centre, mask = torch.full((1, 1, 4, 4), -9.0), torch.full((1, 1, 8, 8), -9.0)
    mask[..., :4, :] = 9.0
    maps = Maps(mask, centre, torch.zeros(1, 1, 4, 4, 4), torch.zeros(1, 1, 2, 4, 4))
    assert float(presence(maps, stuff=False)) < 0.01
    assert 0.49 < float(presence(maps, stuff=True)) < 0.51  # half of the 64 cells


def test_a_name_that_is_a_plural_has_its_singular() -> None:
    panels = CustomClass((("solar panels", "solar panels"), ("solar panel", "solar panels")))
    assert (panels.name, panels.counted(1), panels.counted(2)) == (
        "solar panels",
        "solar panel",
        "solar panels",
    )
