"""Write the averaged weights of a run, with their card, into a model folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from geomagnifier.language.classes import WITHIN
from geomagnifier.language.scene_classes import COARSE, SCENES
from geomagnifier.models import registry
from geomagnifier_lab.datasets.dubai import COVER
from geomagnifier_lab.networks.backbone import normalise
from geomagnifier_lab.networks.network import SmallNetwork
from geomagnifier_lab.train.batches import NAMES, OBJECTS


def cost(network: SmallNetwork) -> dict[str, float]:
    """Floating-point operations for one px of a view.

    Of its features ("view"), one question on it, the trunk alone (thumbnails).
    """
    from torch.utils.flop_counter import FlopCounterMode

    side = 256
    pixels = torch.zeros(1, side, side, 3, dtype=torch.uint8)
    figures = {}
    with torch.no_grad():
        with FlopCounterMode(display=False) as counter:
            ends = network.trunk(normalise(pixels))
        figures["trunk"] = counter.get_total_flops() / side**2
        with FlopCounterMode(display=False) as counter:
            prepared = network.decoder.prepare(network.neck(ends))
        figures["view"] = figures["trunk"] + counter.get_total_flops() / side**2
        with FlopCounterMode(display=False) as counter:
            network.decoder(torch.zeros(1, 1, 256), prepared)
        figures["question"] = counter.get_total_flops() / side**2
    return figures


def export(
    state: Mapping[str, Tensor],
    path: Path,
    version: str,
    words: Sequence[str],
    mentions: Mapping[str, Any],
    chosen: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write small.safetensors; returns its card.

    Args:
        state: of `SmallNetwork`.
        path: target file.
        version: written into the card.
        words: the answers' vocabulary, in the order of the network's outputs.
        mentions: by object class the threshold of the caption's gate and the words that it
            suppresses.
        chosen: fields of `train.calibrate.Chosen`; none before they are measured.
    """
    network = SmallNetwork(len(NAMES), len(OBJECTS), len(SCENES), len(words)).eval()
    network.load_state_dict(state)
    card = {
        "version": version,
        "kinds": NAMES,
        "objects": OBJECTS,
        "within": WITHIN,
        "cover": COVER,
        "scenes": SCENES,
        "coarse": COARSE,
        "words": list(words),
        "mentions": dict(mentions),
        "flops": cost(network),
        "calibration": {},
    } | dict(chosen or {})
    registry.write(path, network.state_dict(), card)
    return card
