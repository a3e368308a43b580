"""PSC's relevance map from a vision-language model of the hub (paper, section 2.2).

    H = 1/N * sum_i ReLU(dL/dA_i) * A_i

L is the logit of the affirmative token: [SEG] or [BOX] after each class in a trained model, "Yes"
to whether it is there in any other. A_i are the rows of everything that follows the images,
question and answer, over the view's image tokens, in the last quarter of the text model's layers:
the gradient reaches no deeper than the first layer that is watched, so that activations of the
others are not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from geomagnifier.errors import ModelUnsupported
from geomagnifier.models.full.attention import watching
from geomagnifier.models.full.vlm import Turn, Vlm
from geomagnifier.models.networks.attention_gradient import weigh
from geomagnifier.types import Floats


class Heat(NamedTuple):
    """The relevance map of a view."""

    map: Floats
    """H, (rows, columns) of the view's image tokens, unscaled."""
    probability: float
    """Of what was affirmed, against its contrary."""


def watched(vlm: Vlm) -> Sequence[torch.nn.Module]:
    """The layers whose attention is used: the last quarter, at least two."""
    return vlm.layers[-max(2, len(vlm.layers) // 4) :]


def heat(
    vlm: Vlm, turn: Turn, affirmed: str, denied: str, gradient: bool = True, entropy: bool = False
) -> Heat:
    """H of the last view of a turn.

    Args:
        vlm: in evaluation mode.
        turn: with an answer that has `affirmed` in it: its logits are summed over all of them.
            Without an answer: `affirmed` is the answer's first word.
        affirmed: the token whose logit is L.
        denied: the token that says the contrary.
        gradient: False for attention alone.
        entropy: L is the cross entropy of `affirmed` against all words, as the paper writes it, and
            not its logit.

    Raises:
        ModelUnsupported: the model gives no attention, or none with a gradient.
    """
    inputs = vlm.encode([turn])
    ids = inputs["input_ids"][0]
    image = (ids == vlm.config.image_token_id).nonzero()[:, 0]
    rows, columns = vlm.family.grids(inputs, vlm.config)[-1]
    mine = image[-rows * columns :].to(vlm.device)
    tie, contrary = (vlm.tie(t) if t.startswith("[") else vlm.token(t) for t in (affirmed, denied))
    at = (ids == tie).nonzero()[:, 0] - 1 if turn.answer else torch.tensor([len(ids) - 1])
    with (
        torch.inference_mode(False),
        torch.enable_grad(),
        watching(watched(vlm), int(image[-1]) + 1) as watch,
    ):
        states = vlm(inputs)[0]
        logits = torch.stack([vlm.logit(states[int(i)], tie) for i in at])
        if not watch.maps:
            raise ModelUnsupported(
                f"{vlm.name} gives no attention, so there is no relevance map; use"
                " search='exhaustive'"
            )
        loss = logits.sum()
        if entropy:
            every = vlm.logits(states[at.to(states.device)]).float()
            loss = F.cross_entropy(
                every, torch.full((len(every),), tie, device=every.device), reduction="sum"
            )
        slopes = torch.autograd.grad(loss, watch.maps, allow_unused=True)
    if any(slope is None for slope in slopes):
        raise ModelUnsupported(
            f"the attention of {vlm.name} has no gradient (weights in 4 bits have none on a CPU);"
            " take --bits 8, or --search exhaustive"
        )
    with torch.no_grad():
        against = torch.stack([vlm.logit(states[int(i)], contrary) for i in at])
        p = float(torch.sigmoid(logits - against).max())
        maps = [a.detach()[..., mine] for a in watch.maps]
        grid = weigh(
            maps, [s[..., mine] for s in slopes] if gradient else [torch.ones_like(a) for a in maps]
        )
    return Heat(np.asarray(grid.view(rows, columns).cpu().numpy(), np.float32), p)
