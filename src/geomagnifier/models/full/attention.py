"""Attention that can be watched: the last rows of chosen layers, with a gradient.

PSC needs them (paper, section 2.2). A whole attention map of 2,000 tokens in 32 heads and 8 layers
is 4 GB in fp32, and its gradient another 4. PSC needs the rows of the question and the answer
alone, some 50: a fortieth. So the chosen layers run the library's fast kernel, and those rows are
computed once more, softmax(q k / sqrt(d)) v, in place of the kernel's. Memory: layers x heads x
rows x tokens x 4 bytes, twice with the gradient.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward

NAME = "geomag_watched"


class Watch:
    """What was seen. start: the first row watched.

    Maps: A of each layer, (B, heads, rows, tokens) float32, in the order of the layers.
    """

    def __init__(self, start: int) -> None:
        self.start = start
        self.maps: list[Tensor] = []


def _attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    **how: Any,
) -> tuple[Tensor, Tensor | None]:
    """Attention of a layer (B, heads, T, d) -> (B, T, heads, d).

    It is called as the library's attention functions are.
    """
    plain, _ = sdpa_attention_forward(module, query, key, value, attention_mask, **how)
    watch: Watch = module.geomag_watch  # type: ignore[assignment]
    groups = query.shape[1] // key.shape[1]
    key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    scores = (query[:, :, watch.start :].float() @ key.float().transpose(2, 3)) * (
        how.get("scaling") or query.shape[-1] ** -0.5
    )
    rows, tokens = scores.shape[2:]
    if attention_mask is None:
        seen = torch.ones(rows, tokens, dtype=torch.bool, device=scores.device).tril(tokens - rows)
        scores = scores.masked_fill(~seen, -torch.inf)
    elif attention_mask.dtype is torch.bool:
        scores = scores.masked_fill(~attention_mask[:, :, watch.start :], -torch.inf)
    else:
        scores = scores + attention_mask[:, :, watch.start :]
    attention = torch.softmax(scores, -1)
    if not attention.requires_grad:
        attention.requires_grad_()
    watch.maps.append(attention)
    watched = (attention.to(value.dtype) @ value).transpose(1, 2)
    return torch.cat([plain[:, : watch.start], watched], 1), None


AttentionInterface.register(NAME, _attend)


@contextmanager
def watching(layers: Sequence[nn.Module], start: int) -> Iterator[Watch]:
    """Watch the attention of decoder layers in one forward pass without a cache.

    Args:
        layers: modules with a `self_attn`.
        start: first row that is watched.
    """
    watch, usual = Watch(start), []
    for layer in layers:
        attention: Any = layer.self_attn
        usual.append((attention, attention.config))
        attention.config = copy.copy(attention.config)
        # the library has no public way to choose the attention of one layer
        attention.config._attn_implementation_internal = NAME  # noqa: SLF001
        attention.geomag_watch = watch
    try:
        yield watch
    finally:
        for attention, config in usual:
            attention.config = config
            del attention.geomag_watch
