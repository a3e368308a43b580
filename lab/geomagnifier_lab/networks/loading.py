"""Weights of a model folder -> the networks in torch that only the laboratory runs."""

from __future__ import annotations

from pathlib import Path

from geomagnifier.models import registry
from geomagnifier.models.networks.loading import drawn, fill
from geomagnifier_lab.networks.linear_decoder import LinearDecoder
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.networks.pointing_attention import HeatAttention
from geomagnifier_lab.networks.proposal_net import ProposalNet
from geomagnifier_lab.networks.text_encoder import SentenceEncoder


def small_network(folder: Path) -> SmallNetwork:
    """The image side, text decoder and selector of a model folder."""
    card = registry.read_card(folder / registry.FILES[0])
    sizes = [len(card[name]) for name in ("kinds", "objects", "scenes", "words")]
    return fill(drawn(lambda: SmallNetwork(*sizes)), folder / registry.FILES[0])


def sentence_encoder(folder: Path) -> SentenceEncoder:
    """The sentence encoder of a model folder."""
    return fill(drawn(SentenceEncoder), folder / registry.FILES[1])


def proposal_net(folder: Path) -> ProposalNet:
    """The proposal network of a model folder."""
    kinds = registry.read(folder / registry.FILES[3])[1]["heat.bias"]
    return fill(drawn(lambda: ProposalNet(len(kinds))), folder / registry.FILES[3])


def linear_decoder(folder: Path) -> LinearDecoder:
    """The linear decoder of a model folder."""
    return fill(drawn(LinearDecoder), folder / registry.LINEAR)


def heat_attention(folder: Path) -> HeatAttention:
    """The attention that PSC's relevance map is made with, of a model folder."""
    return fill(drawn(HeatAttention), folder / registry.ATTENTION)
