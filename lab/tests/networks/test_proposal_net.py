"""The proposal network, on random weights."""

from __future__ import annotations

import torch

from geomagnifier_lab.networks.proposal_net import ProposalNet


def test_shapes() -> None:
    heat, shrink = ProposalNet(5)(torch.zeros(2, 3, 96, 64))
    assert heat.shape == (2, 5, 24, 16) and shrink.shape == (2,)
    assert sum(p.numel() for p in ProposalNet(15).parameters()) < 1_300_000
