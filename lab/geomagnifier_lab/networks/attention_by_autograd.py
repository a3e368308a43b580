"""The gradient of an answer by its attention, by autograd, see `models/small/relevance_map.py`."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.models.small.relevance_map import Loss
from geomagnifier_lab.networks.text_decoder import Memory, TextDecoder


def attend(
    decoder: TextDecoder,
    states: Tensor,
    padding: Tensor,
    memory: Memory,
    tokens: Tensor,
    at: Sequence[int],
    loss: Loss = "logit",
    learn: bool = False,
) -> tuple[list[Tensor], list[Tensor]]:
    """Attention maps of one view, and the gradient of L by each.

    Args:
        decoder: in evaluation mode.
        states: (B, T, width) of questions.
        padding: (B, T) bool.
        memory: of the view, a row for each question.
        tokens: (B, T') of the answer's first part, forced.
        at: where its [SEG] or [BOX] tokens stand; L is summed over them and over the questions.
        loss: what is differentiated: the token's logit, or its cross-entropy as the paper writes
            it.
        learn: the results can be differentiated by the decoder's parameters.

    Returns:
        A (B, heads, T', S) of each layer, and dL/dA.
    """
    maps: list[Tensor] = []

    def watch(attention: Tensor) -> Tensor:
        if not attention.requires_grad:
            attention.requires_grad_()
        maps.append(attention)
        return attention

    with torch.inference_mode(False), torch.enable_grad(), torch.autocast("cpu", enabled=False):
        memory = Memory(memory.tokens.detach().clone().float(), memory.absent.clone())
        _, cache = decoder.read(states.clone().float(), padding.clone(), memory)
        x, _ = decoder.write(tokens, cache, watch)
        before = torch.tensor(at) - 1
        logits, ties = decoder.logits(x[:, before]), tokens[:, at]
        if loss == "logit":
            value = logits.gather(2, ties[:, :, None]).sum()
        else:
            value = F.cross_entropy(logits.flatten(0, 1), ties.flatten(), reduction="sum")
        slopes = torch.autograd.grad(value, maps, create_graph=learn)
    return maps if learn else [a.detach() for a in maps], list(slopes)
