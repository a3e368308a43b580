"""A small network with random weights, and what its cards say."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from geomagnifier.models.small.vocabulary import END, SPECIAL
from geomagnifier_lab.networks.network import SmallNetwork

WORDS = (
    "<ship> <airplane> <water> there is no here . , yes this a i was not taught to find that near"
    " in the"
)
CARD: dict[str, Any] = {
    "version": "test",
    "kinds": ["ship", "airplane", "water"],
    "objects": ["ship", "airplane"],
    "scenes": ["port", "beach", "forest"],
    "coarse": {"shore": ["port", "beach"]},
    "words": [
        *SPECIAL,
        "<ship>",
        "<airplane>",
        "<water>",
        *[
            "there",
            "is",
            "no",
            "here",
            ".",
            ",",
            "yes",
            "this",
            "a",
            "i",
            "was",
            "not",
            "taught",
            "to",
            "find",
            "that",
            "near",
            "in",
            "the",
        ],
    ],
    "mentions": {"ship": [0.5, ["near"]], "airplane": [0.5, ["plane"]]},
    "flops": {"trunk": 10.0, "view": 20.0, "question": 5.0},
    "calibration": {"ship": {"presence": 0.0, "score": 0.0, "mask": 0.5}},
}


def random_network() -> SmallNetwork:
    """Random but for one thing: whatever is asked, it looks for ships."""
    torch.manual_seed(0)
    network = SmallNetwork(3, 2, 3, len(CARD["words"]))
    with torch.no_grad():
        favour(network.text.bias.detach().numpy(), "<ship>")
        network.decoder.bias[:5] = torch.tensor([0.0, 0.0, 0.0, 0.0, -1.0])
    return network


def favour(bias: np.ndarray, *tokens: str) -> None:
    """Whatever is asked, the network looks for these, in this order, and for nothing else.

    Args:
        bias: of the words, changed.
        tokens: the words.
    """
    bias[:] = -40.0
    bias[CARD["words"].index(END)] = -20.0
    for i, token in enumerate(tokens):
        bias[CARD["words"].index(token)] = 40.0 - i


HUNT: dict[str, Any] = {
    "flops": 3.0,
    "sizes": {"ship": [15.0, 50.0], "airplane": [20.0, 60.0], "water": [None, 64.0]},
    "recall": [[0.8, 0.4], [0.95, 0.1]],
    "scores": {"ship": [[0.8, 0.5], [0.95, 0.2]]},
}
