"""Attention that is watched is that of the library, row by row, and changes nothing."""

import torch
from test_vlm import picture

from geomagnifier.models.full import psc
from geomagnifier.models.full.vlm import Turn

FORCED = "ship: [SEG]; harbor: [SEG]"


def test_watching_changes_neither_states_nor_the_model(vlm):
    turn = Turn([picture()], "Segment ships and harbors.", FORCED)
    inputs = vlm.encode([turn])
    with torch.no_grad():
        before = vlm(inputs)
        psc.heat(vlm, turn, "[SEG]", "[NONE]")
        assert torch.equal(before, vlm(inputs))
    assert all(p.grad is None for p in vlm.parameters())
