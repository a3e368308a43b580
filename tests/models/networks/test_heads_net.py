"""Heads of custom classes begin as what the pixel decoder makes of a state."""

from __future__ import annotations

import numpy as np
import torch

from geomagnifier.models.networks.heads_net import HeadsNet
from geomagnifier.models.networks.pixel_decoder import PixelDecoder, Pyramid
from geomagnifier.models.small.inference_sessions import Sessions


def test_a_fresh_head_draws_the_maps_of_its_state() -> None:
    torch.manual_seed(0)
    decoder, heads = PixelDecoder().eval(), HeadsNet(2).eval()
    pyramid = Pyramid(*(torch.randn(1, 256, 16 // k, 16 // k) for k in (1, 2, 4)))
    state = torch.randn(256)
    with torch.no_grad():
        heads.start(1, decoder, state)
        drawn = heads(heads.prepare(pyramid), decoder, torch.tensor([[1]]))
        asked = decoder(state[None, None], decoder.prepare(pyramid))
    for mine, theirs in zip(drawn, asked, strict=True):
        torch.testing.assert_close(mine, theirs, atol=1e-4, rtol=1e-4)


def test_finished_heads_draw_the_same_maps() -> None:
    torch.manual_seed(0)
    decoder, heads = PixelDecoder().eval(), HeadsNet(2).eval().requires_grad_(False)
    for tensor in heads.state_dict().values():
        tensor.normal_(std=0.1)
    pyramid = Pyramid(*(torch.randn(1, 256, 16 // k, 16 // k) for k in (1, 2, 4)))
    with torch.no_grad():
        drawn = heads(heads.prepare(pyramid), decoder, torch.tensor([[1]]))
    weights = {f"decoder.{name}": t.numpy() for name, t in decoder.state_dict().items()}
    sessions, done = Sessions(weights), heads.finished()
    seen = done.prepare(sessions, [f.numpy() for f in pyramid])
    for mine, theirs in zip(done.maps(sessions, seen, 1), drawn, strict=True):
        assert np.allclose(mine, theirs.numpy(), atol=1e-3)
