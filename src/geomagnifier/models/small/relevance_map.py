"""PSC's relevance map: attention weighted by the gradient of the answer (paper, section 2.2).

    H = 1/N * sum_i ReLU(dL/dA_i) * A_i

A_i are the rows of the answer's tokens over the image tokens, in each layer and head of the
decoder's cross-attention. (With the rows of the question beside them, which look about before
anything is asked of them, three windows show 0.04 less of the targets.) L is the logit of the
affirmative token, [SEG] or [BOX] after the class that is asked for, in fp32. With the cross-entropy
of the paper in its place, ReLU keeps what speaks against the answer, and the gradient vanishes
where the model is sure: `loss="cross entropy"` shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from geomagnifier.models.small.text_decoder import Memory, TextDecoder
from geomagnifier.types import Floats

Loss = Literal["logit", "cross entropy"]


def weigh(attention: Sequence[Tensor], gradient: Sequence[Tensor]) -> Tensor:
    """H as the mean of ReLU(gradient) * attention over all rows, (S,).

    Args:
        attention: maps A_i, each (..., S).
        gradient: dL/dA_i of each.
    """
    rows = [(torch.relu(g) * a).flatten(0, -2) for a, g in zip(attention, gradient, strict=True)]
    return torch.cat(rows).mean(0)


def laid_out(heat: Tensor, rows: int, columns: int) -> Floats:
    """H of a view as a grid, 1 at its highest, (rows, columns).

    Args:
        heat: (S,), image tokens first.
        rows: of the grid of image tokens.
        columns: of the grid.
    """
    grid = heat[: rows * columns].view(rows, columns)
    return np.asarray((grid / grid.max().clamp(min=1e-12)).numpy(), np.float32)


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
